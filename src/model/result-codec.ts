// A result as stored parts, each of which can be read by itself: JSON lists of entries, and the amplitudes of a state as bytes.
//
// An entry is one of
//   [outcome, count]                         how often an outcome came; alone in results of older kernels
//   ["memory", first, [outcome, …]]          the outcomes of shots in order, from shot `first` on
//   ["probabilities", list, first, [p, …]]   of the values of the qubits of a list, from value `first` on
//   ["run", k, values]                       run k of a sweep: outcomes that follow in this part are its own; values only where it begins
// Outcomes are made of 0, 1 and spaces, so the first word tells. JSON because a part can be read with any tool when something went wrong. Lists,
// because an object would not keep the order of outcomes that look like numbers.
//
// Amplitudes: byte 0 is 1; bytes 4 to 7 the index of the first amplitude, 32 bits; from byte 8 on real and imaginary parts, f64; all little-endian.

import type { Counts, RunOutcome, SweepValues } from "./result.ts";

/** What one part holds. */
export interface ResultPart {
  readonly counts: Counts;
  readonly memory: readonly ShotRun[];
  readonly probabilities: readonly ProbabilityRun[];
  readonly finalState: AmplitudeRun | undefined;
  readonly sweep: readonly SweepPart[];
}

/** One run of a sweep, or a part of it. */
export interface SweepPart {
  readonly run: number;
  readonly counts: Counts;
  /** In the first part of the run. */
  readonly values: SweepValues | undefined;
}

/** Shots in order. */
export interface ShotRun {
  readonly firstShot: number;
  readonly outcomes: readonly string[];
}

export interface ProbabilityRun {
  /** Place of the list of qubits in the job. */
  readonly list: number;
  readonly firstValue: number;
  readonly probabilities: readonly number[];
}

export interface AmplitudeRun {
  readonly firstAmplitude: number;
  /** Real and imaginary parts, f64 little-endian. */
  readonly bytes: Uint8Array;
}

export type ResultContent = Pick<RunOutcome, "counts" | "shotOutcomes" | "probabilities" | "finalState" | "sweep">;

// Entries of lists are cut into runs of about this many bytes, so that a part can be filled up.
const runBytes = 16 * 1024;

/** At least one part; each at most `partBytesMax`. */
export function encodeResult(content: ResultContent, partBytesMax: number): Uint8Array[] {
  return [...encodeEntries(entriesOf(content), partBytesMax), ...encodeAmplitudes(content.finalState, partBytesMax)];
}

export function decodeResultPart(part: Uint8Array): ResultPart {
  const none = { counts: new Map<string, number>(), memory: [], probabilities: [], finalState: undefined, sweep: [] };
  if (part[0] === amplitudeKind) {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    const firstAmplitude = view.getUint32(4, true);
    return { ...none, finalState: { firstAmplitude, bytes: part.subarray(amplitudesAt) } };
  }
  const counts = new Map<string, number>();
  let current = counts;
  const memory: ShotRun[] = [];
  const probabilities: ProbabilityRun[] = [];
  const sweep: SweepPart[] = [];
  for (const entry of JSON.parse(new TextDecoder().decode(part)) as readonly Entry[]) {
    if (entry[0] === "memory") memory.push({ firstShot: entry[1], outcomes: entry[2] as readonly string[] });
    else if (entry[0] === "probabilities") {
      probabilities.push({ list: entry[1], firstValue: entry[2] as number, probabilities: entry[3] as readonly number[] });
    } else if (entry[0] === "run") {
      current = new Map();
      sweep.push({ run: entry[1], counts: current, values: entry[2] as SweepValues | undefined });
    } else current.set(entry[0], entry[1]);
  }
  return { counts, memory, probabilities, finalState: undefined, sweep };
}

type Entry = readonly [
  word: string,
  number: number,
  third?: number | readonly string[] | SweepValues,
  fourth?: readonly number[],
];

function* entriesOf({ counts, shotOutcomes, probabilities = [], sweep = [] }: ResultContent): Generator<string> {
  for (const [outcome, count] of counts) yield `["${outcome}",${count}]`;
  for (const [run, { counts: own, method, expectationValues, estimates }] of sweep.entries()) {
    yield JSON.stringify(["run", run, { method, expectationValues, estimates }]);
    for (const [outcome, count] of own) yield `["${outcome}",${count}]`;
  }
  if (shotOutcomes !== undefined) {
    const outcomes = [...counts.keys()];
    const runLength = Math.max(1, Math.floor(runBytes / ((outcomes[0]?.length ?? 0) + 3)));
    for (let first = 0; first < shotOutcomes.length; first += runLength) {
      const run = Array.from(shotOutcomes.subarray(first, first + runLength), (place) => outcomes[place]);
      yield JSON.stringify(["memory", first, run]);
    }
  }
  for (const [list, values] of probabilities.entries()) {
    // A number takes 24 characters at most.
    const runLength = Math.floor(runBytes / 25);
    for (let first = 0; first < values.length; first += runLength) {
      yield JSON.stringify(["probabilities", list, first, [...values.subarray(first, first + runLength)]]);
    }
  }
}

function encodeEntries(entries: Iterable<string>, partBytesMax: number): Uint8Array[] {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let kept: string[] = [];
  let bytes = 2;
  // Says in a new part whose outcomes go on.
  let run: string | undefined;
  const keep = (entry: string): void => {
    kept.push(entry);
    bytes += entry.length + 1;
  };
  const flush = (): void => {
    parts.push(encoder.encode(`[${kept.join(",")}]`));
    kept = [];
    bytes = 2;
  };
  for (const entry of entries) {
    const beginsRun = entry.startsWith('["run"');
    // All of it is ASCII: a character is a byte.
    if (bytes + entry.length + 1 > partBytesMax && kept.length > 0) {
      flush();
      if (run !== undefined && !beginsRun) keep(run);
    }
    if (beginsRun) run = `["run",${entry.slice(7, entry.indexOf(",", 7))}]`;
    keep(entry);
  }
  flush();
  return parts;
}

const amplitudeKind = 1;
const amplitudesAt = 8;

function encodeAmplitudes(amplitudes: Float64Array | undefined, partBytesMax: number): Uint8Array[] {
  if (amplitudes === undefined) return [];
  const perPart = Math.floor((partBytesMax - amplitudesAt) / 16);
  const parts: Uint8Array[] = [];
  for (let first = 0; first < amplitudes.length / 2; first += perPart) {
    const run = amplitudes.subarray(2 * first, 2 * (first + perPart));
    const part = new Uint8Array(amplitudesAt + 8 * run.length);
    const view = new DataView(part.buffer);
    view.setUint8(0, amplitudeKind);
    view.setUint32(4, first, true);
    for (const [k, value] of run.entries()) view.setFloat64(amplitudesAt + 8 * k, value, true);
    parts.push(part);
  }
  return parts;
}
