// One job: how it stands, every move with its reason, and its result as it comes.

import { isTerminal, type JobResult, type JobStatus, type KernelClient, type SweepRun } from "../client/index.ts";
import { toHref } from "./address.ts";
import { type Child, element, replaceChildren, table } from "./elements.ts";
import { histogram } from "./histogram.ts";
import { followForever } from "./live.ts";
import { duration, errorBox, notMeasured, stateBadge, timeElement } from "./words.ts";

export async function showJob(main: Element, client: KernelClient, id: string, signal: AbortSignal): Promise<void> {
  const moves: JobStatus[] = [];
  const told = element("div", {});
  const body = element("article", { "aria-live": "polite" });
  const back = element("a", { href: toHref({}), "data-here": true }, "← All jobs");
  replaceChildren(main, element("nav", {}, back), told, body);
  const cancel = async (): Promise<void> => {
    try {
      await client.cancelJob(id);
    } catch (error) {
      replaceChildren(told, errorBox(error));
    }
  };
  try {
    await followForever(
      client,
      {
        open: (cursor) => client.monitorJob(id, { cursor, signal }),
        cursorOf: (status) => status.cursor,
        take: (status) => {
          moves.push(status);
          replaceChildren(body, ...contentOf(moves, cancel));
        },
      },
      signal,
    );
  } catch (error) {
    replaceChildren(told, errorBox(error));
  }
}

function contentOf(moves: readonly JobStatus[], cancel: () => Promise<void>): readonly Child[] {
  const last = moves.at(-1);
  if (last === undefined) return [];
  const title = element("h1", {}, last.name === "" ? "Job" : last.name, " ", stateBadge(last.state.kind));
  const actions = isTerminal(last.state.kind)
    ? []
    : [element("button", { type: "button", click: () => void cancel() }, "Cancel")];
  const rows = moves.map((move) => [timeElement(move.at, "fine"), stateBadge(move.state.kind), move.reason]);
  return [
    title,
    ...actions,
    facts(last),
    ...outcome(last),
    element("h2", {}, "What happened"),
    table("Every move of this job", ["When", "State", "Why"], rows),
  ];
}

function facts(job: JobStatus): HTMLElement {
  const took = job.endedAt === undefined ? notMeasured() : duration(job.endedAt.getTime() - job.submittedAt.getTime());
  const pairs: readonly (readonly [string, Child])[] = [
    ["Id", element("code", {}, job.jobId)],
    ["Device", job.device === "" ? element("span", { class: "missing" }, "none yet") : job.device],
    ["Circuit", element("code", {}, job.circuitId)],
    ["Submitted", timeElement(job.submittedAt)],
    ["From submit to end", took],
    ["Attempts", String(job.attempts)],
  ];
  return element("dl", {}, ...pairs.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function outcome({ state, queuePosition }: JobStatus): readonly Child[] {
  if (state.kind === "completed") return resultOf(state.result);
  if (state.kind === "failed" || state.kind === "dead") return [element("h2", {}, "Why it ended"), errorBox(state.error)];
  if (state.kind !== "queued" || queuePosition === undefined) return [];
  return [element("p", {}, `${queuePosition} ${queuePosition === 1 ? "job is" : "jobs are"} ahead of it.`)];
}

function resultOf(result: JobResult): readonly Child[] {
  const expectations = Object.entries(result.expectationValues)
    .filter(([name]) => !Object.hasOwn(result.estimates, name))
    .map(([name, value]) => [name, value.toPrecision(6)]);
  const estimates = Object.entries(result.estimates).map(([name, { value, standardError, groupCount, shots }]) => [
    name,
    `${value.toPrecision(6)} ± ${standardError.toPrecision(2)}`,
    String(shots),
    String(groupCount),
  ]);
  return [
    element("h2", {}, "Result"),
    ...(result.counts.size > 0 ? [histogram(result.counts, result.shots)] : []),
    ...(expectations.length > 0 ? [table("Expectation values, exact", ["Observable", "Value"], expectations)] : []),
    ...(estimates.length > 0
      ? [
          table(
            "Expectation values, estimated from shots, ± one standard error",
            ["Observable", "Value", "Shots", "Groups"],
            estimates,
          ),
        ]
      : []),
    ...result.probabilities.map(({ qubits, values }) =>
      table(
        `Probabilities of qubits ${qubits.toReversed().join(", ")}, exact`,
        ["Values", "Probability"],
        Array.from(values.subarray(0, tableRowCountMax), (probability, value) => [
          value.toString(2).padStart(qubits.length, "0"),
          `${(100 * probability).toPrecision(6)} %`,
        ]),
      ),
    ),
    ...(result.sweep.length > 0 ? [sweepTable(result.sweep)] : []),
    ...(result.memory.length > 0 ? [kept("outcomes of single shots", result.memory.length)] : []),
    ...(result.finalState === undefined ? [] : [kept("amplitudes of the final state", result.finalState.length / 2)]),
    element(
      "p",
      { class: "small" },
      `Engine ${result.engine}, seed ${result.seed}, simulated in ${duration(result.simulatedMs)}.`,
    ),
    element("p", { class: "small" }, `Method ${result.method}${result.methodReason === "" ? "" : `: ${result.methodReason}`}.`),
  ];
}

function sweepTable(sweep: readonly SweepRun[]): HTMLElement {
  const observables = Object.keys(sweep[0]?.expectationValues ?? {});
  return table(
    "Runs of the sweep",
    ["Run", "Most often", ...observables],
    sweep.slice(0, tableRowCountMax).map(({ counts, expectationValues, estimates }, run) => [
      String(run),
      [...counts].reduce((most, each) => (each[1] > most[1] ? each : most), ["", 0] as const)[0],
      ...observables.map((name) => {
        const value = (expectationValues[name] ?? 0).toPrecision(6);
        const estimate = estimates[name];
        return estimate === undefined ? value : `${value} ± ${estimate.standardError.toPrecision(2)}`;
      }),
    ]),
  );
}

// More fills a page that nobody reads; the whole is in the result.
const tableRowCountMax = 256;

/** What a page does not show by itself. */
function kept(what: string, count: number): HTMLElement {
  return element("p", { class: "small" }, `${count} ${what}: the API, the client and eigen jobs result give them.`);
}
