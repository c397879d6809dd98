// Jobs as clients see them.

import type {
  JobHandle as ProtoHandle,
  JobInfo as ProtoInfo,
  JobResult as ProtoResult,
  JobStatus as ProtoStatus,
  SweepRun as ProtoSweepRun,
} from "../gen/eigen/kernel/v1/jobs_pb.ts";
import type { Counts } from "../model/result.ts";
import {
  fromProtoMethod,
  fromProtoPrecision,
  fromProtoPriority,
  fromProtoState,
  type JobStateWord,
  type Method,
  type Precision,
  type Priority,
} from "./enums.ts";
import { contractBroken, fromFailure, KernelClientError } from "./errors.ts";
import { fromDuration, fromTimestamp, fromTimestampIfSet } from "./times.ts";

/** What a submit answers. */
export interface JobHandle {
  /** The server's id: `job_` and 26 characters. */
  readonly jobId: string;
  /** The client's name; empty when it gave none. */
  readonly name: string;
  readonly state: JobStateWord;
  /** A stream started from it misses nothing that comes later. */
  readonly cursor: string;
  readonly circuitId: string;
  readonly seed: bigint;
  readonly submittedAt: Date;
  /** Whether this is the answer to an earlier submit with the same idempotency key. */
  readonly repeated: boolean;
}

/** An expectation value estimated from shots. */
export interface Estimate {
  readonly value: number;
  /** One standard deviation of the value. */
  readonly standardError: number;
  /** Groups of terms that were measured together. */
  readonly groupCount: number;
  /** Over all groups. */
  readonly shots: number;
}

/** What a COMPLETED job left. It names all that is needed to repeat it. */
export interface JobResult {
  readonly jobId: string;
  /** By bit string, in the order of the strings: registers from last declared to first, bit 0 rightmost, as Qiskit writes them. */
  readonly counts: Counts;
  readonly shots: number;
  readonly seed: bigint;
  readonly circuitId: string;
  readonly compiledHash: string;
  /** The compiled circuit as OpenQASM 3. */
  readonly compiledOpenqasm: string;
  readonly device: string;
  /** How it was computed, and why so. */
  readonly method: Method | "unknown";
  readonly methodReason: string;
  readonly precision: Precision;
  /** The engine and its build, such as "statevector/plain". */
  readonly engine: string;
  /** Exact, but for those that `estimates` has too. */
  readonly expectationValues: Readonly<Record<string, number>>;
  /** Of the observables that were sampled. */
  readonly estimates: Readonly<Record<string, Estimate>>;
  /** The outcome of each shot in order; empty unless the job asked for memory. */
  readonly memory: readonly string[];
  /** In the order of the lists that the job asked for. */
  readonly probabilities: readonly QubitProbabilities[];
  /** Real and imaginary parts in turn; bit q of an amplitude's index is qubit q. Undefined unless the job asked for it. */
  readonly finalState: Float64Array | undefined;
  /** Of a job with a sweep, run by run; counts and values above are empty then. */
  readonly sweep: readonly SweepRun[];
  /** Time inside the engine. */
  readonly simulatedMs: number;
}

/** One run of a sweep. */
export type SweepRun = Pick<JobResult, "counts" | "expectationValues" | "estimates" | "method">;

/** Exact probabilities of the values of some qubits. */
export interface QubitProbabilities {
  readonly qubits: readonly number[];
  /** values[v]: bit k of v is the value of qubits[k]. */
  readonly values: Float64Array;
}

/** Where a job is; `kind` tells which of the other fields there are. */
export type JobProgress =
  | { readonly kind: "queued" | "scheduled" | "running" | "cancelled" }
  | { readonly kind: "completed"; readonly result: JobResult }
  | { readonly kind: "failed" | "dead"; readonly error: KernelClientError };

/** A job at one moment. */
export interface JobStatus {
  readonly jobId: string;
  readonly name: string;
  readonly state: JobProgress;
  /** Why it moved, for people. */
  readonly reason: string;
  /** Pass it to monitorJob to go on after this status. */
  readonly cursor: string;
  /** 1, 2, 3, … within the job. */
  readonly sequence: number;
  readonly at: Date;
  /** Empty before the job is placed. */
  readonly device: string;
  readonly attempts: number;
  readonly submittedAt: Date;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
  /** W3C trace id; empty when the job was not traced. */
  readonly traceId: string;
  /** How many jobs would be served before this one; only from getJobStatus, while it waits. */
  readonly queuePosition: number | undefined;
  readonly circuitId: string;
}

/** A job in a list. */
export interface JobInfo {
  readonly jobId: string;
  readonly name: string;
  readonly state: JobStateWord;
  readonly priority: Priority;
  readonly shots: number;
  readonly circuitId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly device: string;
  readonly submittedAt: Date;
  readonly endedAt: Date | undefined;
}

export function isTerminal(state: JobStateWord): boolean {
  return state === "completed" || state === "failed" || state === "cancelled" || state === "dead";
}

export function toHandle(handle: ProtoHandle): JobHandle {
  return {
    jobId: handle.jobId,
    name: handle.name,
    state: stateOf(handle.state),
    cursor: handle.cursor,
    circuitId: handle.circuitId,
    seed: handle.seed,
    submittedAt: fromTimestamp(handle.submittedAt),
    repeated: handle.repeated,
  };
}

/** `result`: of a COMPLETED job whose status does not carry it. */
export function toStatus(status: ProtoStatus, result: JobResult | undefined): JobStatus {
  return {
    jobId: status.jobId,
    name: status.name,
    state: progressOf(status, result),
    reason: status.reason,
    cursor: status.cursor,
    sequence: Number(status.sequence),
    at: fromTimestamp(status.at),
    device: status.device,
    attempts: status.attempts,
    submittedAt: fromTimestamp(status.submittedAt),
    startedAt: fromTimestampIfSet(status.startedAt),
    endedAt: fromTimestampIfSet(status.endedAt),
    traceId: status.traceId,
    queuePosition: status.queuePosition === undefined ? undefined : Number(status.queuePosition),
    circuitId: status.circuitId,
  };
}

/** Whether the result of a COMPLETED job has to be fetched by itself. */
export function needsResult(status: ProtoStatus): boolean {
  return stateOf(status.state) === "completed" && (status.result === undefined || status.result.partCount > 1);
}

export function stateOf(state: ProtoStatus["state"]): JobStateWord {
  const word = fromProtoState(state);
  if (word !== undefined) return word;
  throw contractBroken(`The kernel speaks of a job state that this client does not know: ${state}.`);
}

function progressOf(status: ProtoStatus, fetched: JobResult | undefined): JobProgress {
  const kind = stateOf(status.state);
  switch (kind) {
    case "completed":
      return { kind, result: fetched ?? joinParts(status.result === undefined ? [] : [status.result]) };
    case "failed":
    case "dead":
      return { kind, error: fromFailure(status.failure) };
    default:
      return { kind };
  }
}

/** The parts of one result in their order, together; throws when one is missing. */
export function joinParts(parts: readonly ProtoResult[]): JobResult {
  const [first] = parts;
  const isComplete =
    first !== undefined &&
    parts.length === Math.max(1, first.partCount) &&
    parts.every((part, index) => part.partIndex === index);
  if (!isComplete) {
    const text = `The result came in ${parts.length} parts, ${first?.partCount ?? "an unknown number"} were promised.`;
    throw new KernelClientError({ code: "unreachable", rpc: "data_loss", text, hint: "Ask for it again.", retryable: true });
  }
  return {
    jobId: first.jobId,
    counts: joinCounts(parts),
    shots: first.shots,
    seed: first.seed,
    circuitId: first.circuitId,
    compiledHash: first.compiledHash,
    compiledOpenqasm: first.compiledOpenqasm,
    device: first.device,
    method: fromProtoMethod(first.method),
    methodReason: first.methodReason,
    precision: fromProtoPrecision(first.precision),
    engine: first.engine,
    expectationValues: first.expectationValues,
    estimates: toEstimates(first.estimates),
    memory: joinMemory(parts),
    probabilities: joinProbabilities(parts),
    finalState: joinAmplitudes(parts),
    sweep: joinSweep(parts),
    simulatedMs: first.simulated === undefined ? 0 : fromDuration(first.simulated),
  };
}

function joinCounts(parts: readonly Pick<ProtoResult, "counts">[]): Counts {
  const counts = parts.flatMap((part) =>
    Object.entries(part.counts).map(([outcome, count]) => [outcome, Number(count)] as const),
  );
  return new Map(counts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function toEstimates(estimates: ProtoResult["estimates"]): Readonly<Record<string, Estimate>> {
  return Object.fromEntries(
    Object.entries(estimates).map(([name, { value, standardError, groupCount, shots }]) => [
      name,
      { value, standardError, groupCount, shots: Number(shots) },
    ]),
  );
}

function joinSweep(parts: readonly ProtoResult[]): readonly SweepRun[] {
  const pieces: ProtoSweepRun[][] = [];
  for (const piece of parts.flatMap(({ sweep }) => sweep)) {
    pieces[piece.run] ??= [];
    pieces[piece.run]?.push(piece);
  }
  return pieces.map((own) => {
    const [first] = own;
    return {
      counts: joinCounts(own),
      expectationValues: first?.expectationValues ?? {},
      estimates: toEstimates(first?.estimates ?? {}),
      method: first === undefined ? "unknown" : fromProtoMethod(first.method),
    };
  });
}

function joinMemory(parts: readonly ProtoResult[]): readonly string[] {
  const runs = parts.flatMap((part) => part.memory).sort((a, b) => Number(a.firstShot - b.firstShot));
  return runs.flatMap(({ outcomes }) => outcomes);
}

function joinProbabilities(parts: readonly ProtoResult[]): readonly QubitProbabilities[] {
  const lists: QubitProbabilities[] = [];
  for (const { list, qubits, firstValue, values } of parts.flatMap((part) => part.probabilities)) {
    lists[list] ??= { qubits, values: new Float64Array(2 ** qubits.length) };
    lists[list].values.set(values, firstValue);
  }
  return lists;
}

function joinAmplitudes(parts: readonly ProtoResult[]): Float64Array | undefined {
  const runs = parts.flatMap(({ finalState }) => (finalState === undefined ? [] : [finalState]));
  if (runs.length === 0) return undefined;
  const amplitudes = new Float64Array(runs.reduce((count, { values }) => count + values.length / 8, 0));
  for (const { firstAmplitude, values } of runs) {
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    for (let k = 0; k < values.length / 8; k++) amplitudes[2 * Number(firstAmplitude) + k] = view.getFloat64(8 * k, true);
  }
  return amplitudes;
}

export function toInfo(info: ProtoInfo): JobInfo {
  return {
    jobId: info.jobId,
    name: info.name,
    state: stateOf(info.state),
    priority: fromProtoPriority(info.priority),
    shots: info.shots,
    circuitId: info.circuitId,
    tags: info.tags,
    device: info.device,
    submittedAt: fromTimestamp(info.submittedAt),
    endedAt: fromTimestampIfSet(info.endedAt),
  };
}
