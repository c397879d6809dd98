// Jobs in the terminal: their states, their results.

import { drawHistogram, type JobProgress, type JobResult, type JobStatus, type SweepRun } from "../client/index.ts";
import { type Color, fields, paint, table } from "./output.ts";
import type { Stream, World } from "./world.ts";

const colorByState: Readonly<Partial<Record<JobProgress["kind"], Color>>> = {
  completed: "green",
  failed: "red",
  dead: "red",
  cancelled: "yellow",
};

/** As the documentation writes it; the colour only repeats it. */
export function stateText(world: Pick<World, "env">, stream: Stream, kind: JobProgress["kind"], width = 0): string {
  const color = colorByState[kind];
  const text = kind.toUpperCase().padEnd(width);
  return color === undefined ? text : paint(world, stream, color, text);
}

/** One line per move: time since submit, state, why. */
export function moveLine(world: World, stream: Stream, status: JobStatus): string {
  const sinceMs = status.at.getTime() - status.submittedAt.getTime();
  return `${`+${(sinceMs / 1000).toFixed(3)} s`.padStart(12)}  ${stateText(world, stream, status.state.kind, 9)}  ${status.reason}`;
}

/** What programs read of a status: the state as the API names it, and what belongs to it beside it. */
export function statusJson({ state, ...rest }: JobStatus): object {
  return {
    ...rest,
    state: state.kind.toUpperCase(),
    ...(state.kind === "completed" ? { result: state.result } : {}),
    ...(state.kind === "failed" || state.kind === "dead" ? { failure: state.error } : {}),
  };
}

/** `bindings`: of a sweep, as far as they are known here. */
export function resultText(world: World, result: JobResult, bindings: readonly Readonly<Record<string, number>>[] = []): string {
  const head = fields([
    ["job", result.jobId],
    ["device", `${result.device} (${result.engine})`],
    ["method", methodText(result)],
    ["shots", `${result.shots}, seed ${result.seed}`],
    ["circuit", result.circuitId],
  ]);
  const parts = [
    head,
    ...(result.sweep.length === 0
      ? [drawHistogram(result.counts, { width: world.columns })]
      : [sweepText(result.sweep, bindings)]),
    ...valuesText(result),
    ...result.probabilities.map(({ qubits, values }) => probabilitiesText(qubits, values)),
    ...(result.memory.length === 0 ? [] : [`memory (each shot in order)\n${result.memory.join("\n")}\n`]),
    ...(result.finalState === undefined ? [] : [amplitudesText(result.finalState)]),
  ];
  return parts.join("\n");
}

/** A line for each run: its values, what came most often, its expectation values. */
function sweepText(sweep: readonly SweepRun[], bindings: readonly Readonly<Record<string, number>>[]): string {
  const names = [...new Set(bindings.flatMap((binding) => Object.keys(binding)))];
  const observables = Object.keys(sweep[0]?.expectationValues ?? {});
  const hasCounts = sweep.some(({ counts }) => counts.size > 0);
  const headings = ["RUN", ...names, ...(hasCounts ? ["MOST OFTEN", "SHARE"] : []), ...observables];
  return table(
    headings,
    sweep.map(({ counts, expectationValues, estimates }, run) => {
      const [outcome = "", count = 0] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most), ["", 0] as const);
      const shots = [...counts.values()].reduce((sum, each) => sum + each, 0);
      return [
        String(run),
        ...names.map((name) => String(bindings[run]?.[name] ?? "")),
        ...(hasCounts ? [outcome, `${((100 * count) / Math.max(1, shots)).toFixed(1)} %`] : []),
        ...observables.map((name) => {
          const estimate = estimates[name];
          const value = (expectationValues[name] ?? 0).toFixed(6);
          return estimate === undefined ? value : `${value} ± ${estimate.standardError.toFixed(6)}`;
        }),
      ];
    }),
  );
}

function valuesText({ expectationValues, estimates }: JobResult): readonly string[] {
  const exact = Object.entries(expectationValues)
    .filter(([name]) => !Object.hasOwn(estimates, name))
    .map(([name, value]) => [name, value.toFixed(6)] as const);
  const estimated = Object.entries(estimates).map(([name, { value, standardError, shots, groupCount }]) => {
    const groups = groupCount === 1 ? "1 group" : `${groupCount} groups`;
    return [name, `${value.toFixed(6)} ± ${standardError.toFixed(6)}  (${shots} shots in ${groups})`] as const;
  });
  return [
    ...(exact.length === 0 ? [] : [`expectation values (exact)\n${fields(exact)}`]),
    ...(estimated.length === 0 ? [] : [`expectation values (estimated, ± one standard error)\n${fields(estimated)}`]),
  ];
}

function probabilitiesText(qubits: readonly number[], values: Float64Array): string {
  const pairs = Array.from(values, (probability, value) => [bitsText(value, qubits.length), percentText(probability)] as const);
  return `probabilities of qubits ${qubits.toReversed().join(", ")} (exact, before the measurements)\n${fields(pairs)}`;
}

function amplitudesText(amplitudes: Float64Array): string {
  const width = Math.round(Math.log2(amplitudes.length / 2));
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index < amplitudes.length / 2; index++) {
    const re = amplitudes[2 * index] ?? 0;
    const im = amplitudes[2 * index + 1] ?? 0;
    if (re === 0 && im === 0) continue;
    pairs.push([bitsText(index, width), `${re.toFixed(6)} ${im < 0 ? "-" : "+"} ${Math.abs(im).toFixed(6)}i`]);
  }
  return `final state (amplitudes that are not 0)\n${fields(pairs)}`;
}

function bitsText(value: number, width: number): string {
  return value.toString(2).padStart(width, "0");
}

function percentText(probability: number): string {
  return `${(100 * probability).toFixed(4)} %`;
}

function methodText({ method, methodReason, precision }: JobResult): string {
  if (method === "unknown") return "";
  const name = precision === "single" ? `${method} in single precision` : method;
  return methodReason === "" ? name : `${name}: ${methodReason}`;
}

export function statusText(world: World, status: JobStatus): string {
  const time = (date: Date | undefined): string => date?.toISOString() ?? "";
  const failure = status.state.kind === "failed" || status.state.kind === "dead" ? `\n${status.state.error.message}\n` : "";
  return `${fields([
    ["job", status.jobId],
    ["name", status.name],
    ["state", `${stateText(world, world.stdout, status.state.kind)}${status.reason === "" ? "" : `: ${status.reason}`}`],
    ["ahead of it", status.queuePosition === undefined ? "" : `${status.queuePosition} jobs`],
    ["device", status.device],
    ["circuit", status.circuitId],
    ["attempts", String(status.attempts)],
    ["submitted", time(status.submittedAt)],
    ["started", time(status.startedAt)],
    ["ended", time(status.endedAt)],
    ["trace", status.traceId],
  ])}${failure}`;
}
