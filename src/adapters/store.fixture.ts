// Steps and clocks for tests of the store port: everything defaulted, so that what a test sets is its point.

import type { Job, JobSpec, Owner } from "../model/job.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  CancelStep,
  ClaimStep,
  CompleteStep,
  EndStep,
  FirstClaim,
  JobFilter,
  KernelStore,
  NewCircuit,
  ReapStep,
  ResultMetadata,
  StartStep,
  Step,
  StepOutcome,
  SubmitStep,
} from "../ports/store.ts";

export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export const startMs = 1_750_000_000_000;

export function createManualClock(nowMs = startMs): ManualClock {
  let at = nowMs;
  return {
    nowMs: () => at,
    monotonicMs: () => at - nowMs,
    advance: (ms) => {
      at += ms;
    },
  };
}

export const owner: Owner = { tenant: "local", project: "default" };

/** job_ and 26 digits: ids sort by their number, as real ones by their time. */
export function jobId(number: number): string {
  return `job_${String(number).padStart(26, "0")}`;
}

export function spec(changes: Partial<JobSpec> = {}): JobSpec {
  return {
    name: "",
    circuitId: "circ_bell",
    shots: 1024,
    parameters: { theta: 0.1 + 0.2 },
    observables: [{ name: "zz", terms: [{ coefficient: -0.5, pauli: "ZZ" }] }],
    seed: 18_446_744_073_709_551_615n,
    method: "automatic",
    precision: "single",
    outputs: { memory: true, probabilities: [[0, 1], [1]], finalState: false },
    sweep: [{ theta: 0.5 }, {}],
    requirements: {
      minQubits: 2,
      topology: { kind: "grid", rows: 2, columns: 3 },
      fidelityRequirement: 0,
      estimatedDurationMs: 0,
      device: "",
    },
    priority: "NORMAL",
    tags: {},
    ...changes,
  };
}

export function circuit(changes: Partial<NewCircuit> = {}): NewCircuit {
  return { id: "circ_bell", owner, name: "bell", openqasm: "h q[0];", qubitCount: 2, metadata: { by: "test" }, ...changes };
}

export function submit(number: number, changes: Partial<SubmitStep> = {}): SubmitStep {
  return {
    kind: "submit",
    id: jobId(number),
    owner,
    spec: spec(),
    circuit: undefined,
    deadlineMs: undefined,
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    idempotencyKey: "",
    requestHash: "",
    claim: undefined,
    queuedJobCountMax: 10_000,
    ...changes,
  };
}

/** What a submit says that also claims. */
export function firstClaim(changes: Partial<FirstClaim> = {}): FirstClaim {
  return { holder: "kernel_a", device: "sim", leaseMs: 10_000, reason: "placed on sim", ...changes };
}

export function claim(number: number, changes: Partial<ClaimStep> = {}): ClaimStep {
  return {
    kind: "claim",
    jobId: jobId(number),
    fence: 0,
    ...firstClaim(),
    start: false,
    ...changes,
  };
}

export function start(number: number, changes: Partial<StartStep> = {}): StartStep {
  return { kind: "start", jobId: jobId(number), fence: 1, reason: "sim took it", ...changes };
}

export const metadata: ResultMetadata = {
  circuitId: "circ_bell",
  compiledHash: "ab".repeat(32),
  compiledQasm: "cx q[0], q[1];",
  device: "sim",
  method: "statevector",
  methodReason: "the state of 2 qubits fits into memory",
  precision: "double",
  engine: "statevector/plain",
  shots: 1024,
  seed: 18_446_744_073_709_551_615n,
  outcomeCount: 2,
  expectationValues: [-0.5, 1 / 3],
  estimates: [{ observable: 1, standardError: 0.01, groupCount: 2, shots: 1024 }],
  simulatedMs: 0.25,
  countsBytes: 5,
};

export function complete(number: number, changes: Partial<CompleteStep> = {}): CompleteStep {
  const result = { metadata, chunks: [new Uint8Array([1, 2, 0]), new Uint8Array([255, 4])] };
  return { kind: "complete", jobId: jobId(number), fence: 1, result, reason: "its result is stored", ...changes };
}

export function end(number: number, changes: Partial<EndStep> = {}): EndStep {
  return {
    kind: "end",
    jobId: jobId(number),
    fence: 1,
    from: "RUNNING",
    to: "FAILED",
    reason: "its driver failed",
    failure: { code: "execution_failed", facts: { exit: 1 }, faults: [] },
    killedWorker: false,
    ...changes,
  };
}

export function cancel(number: number, changes: Partial<CancelStep> = {}): CancelStep {
  return { kind: "cancel", owner, jobId: jobId(number), reason: "cancelled by its owner", ...changes };
}

export function reap(changes: Partial<ReapStep> = {}): ReapStep {
  return { kind: "reap", attemptCountMax: 3, leaseMs: 10_000, limit: 100, idempotencyKeptMs: 1_000_000, ...changes };
}

export function jobFilter(changes: Partial<JobFilter> = {}): JobFilter {
  return {
    ...owner,
    states: [],
    tags: {},
    namePrefix: "",
    submittedAfterMs: undefined,
    submittedBeforeMs: undefined,
    before: undefined,
    limit: 100,
    ...changes,
  };
}

/** Commits a step that must be applied, and gives what it said. */
export async function apply(store: KernelStore, step: Step): Promise<StepOutcome & { readonly kind: "applied" }> {
  const outcome = await store.commit(step);
  if (outcome.kind !== "applied") {
    throw new Error(`wanted ${step.kind} applied, found ${outcome.kind} ${outcome.kind === "refused" ? outcome.reason : ""}`);
  }
  return outcome;
}

/** The one job that a step moved. */
export async function applyOne(store: KernelStore, step: Step): Promise<Job> {
  const { jobs } = await apply(store, step);
  const [job] = jobs;
  if (job === undefined || jobs.length !== 1) throw new Error(`wanted one job of ${step.kind}, found ${jobs.length}`);
  return job;
}
