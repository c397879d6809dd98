// The store port: the one truth about jobs.
//
// Writes are steps: non-interactive, guarded, atomic. A step names what it believes (state and fence); the store applies it with its
// event in one transaction or refuses it whole, and answers with what it found. Nobody reads, decides and then writes across a round trip.
// Several steps may share one durable commit; a refused step harms no other. A step is acknowledged only after its commit is durable.
// Time is the store's: the adapter binds "now" when it applies a step, and leases are judged by that clock alone.
// A reply may be lost after a commit: every step is safe to repeat, because its guard then refuses it and tells the current state.

import type { JobEvent } from "../model/event.ts";
import type { Job, JobFailure, JobSpec, JobState, Owner } from "../model/job.ts";
import type { Estimate } from "../model/result.ts";
import type { Precision, SimulationMethod } from "../model/simulation.ts";

/** A job to be admitted. Refused when the queue is full, the name is taken, or its deadline has passed. */
export interface SubmitStep {
  readonly kind: "submit";
  readonly id: string;
  readonly owner: Owner;
  readonly spec: JobSpec;
  /** Written in the same transaction, unless the tenant has it; undefined when the job names a stored circuit. */
  readonly circuit: NewCircuit | undefined;
  readonly deadlineMs: number | undefined;
  readonly traceparent: string;
  /** Empty: no idempotency record. */
  readonly idempotencyKey: string;
  /** Of the whole request as the user sent it; the same key with another hash is a conflict. */
  readonly requestHash: string;
  /** Most jobs in QUEUED, all tenants together. */
  readonly queuedJobCountMax: number;
  /** Claims and starts it in the same transaction if no other job is QUEUED; otherwise, or undefined: it waits its turn. */
  readonly claim: FirstClaim | undefined;
}

/** What a ClaimStep says beside the job, for one that is being submitted. */
export type FirstClaim = Pick<ClaimStep, "holder" | "device" | "leaseMs" | "reason">;

/** Takes a QUEUED job for one kernel: fence and attempts rise by one, the lease starts. */
export interface ClaimStep {
  readonly kind: "claim";
  readonly jobId: string;
  readonly fence: number;
  readonly holder: string;
  readonly device: string;
  readonly leaseMs: number;
  readonly reason: string;
  /** Start it in the same transaction: SCHEDULED and RUNNING, an event each. For devices that take a task at once. */
  readonly start: boolean;
}

/** SCHEDULED to RUNNING by its holder. */
export interface StartStep {
  readonly kind: "start";
  readonly jobId: string;
  readonly fence: number;
  readonly reason: string;
}

/** Lengthens the leases that this kernel still holds. */
export interface RenewStep {
  readonly kind: "renew";
  readonly holder: string;
  readonly claims: readonly { readonly jobId: string; readonly fence: number }[];
  readonly leaseMs: number;
}

/** RUNNING to COMPLETED, with its result. */
export interface CompleteStep {
  readonly kind: "complete";
  readonly jobId: string;
  readonly fence: number;
  readonly result: NewResult;
  readonly reason: string;
}

/** To FAILED, DEAD, or back to QUEUED, by whoever holds the fence. */
export interface EndStep {
  readonly kind: "end";
  readonly jobId: string;
  readonly fence: number;
  readonly from: JobState;
  readonly to: "FAILED" | "DEAD" | "QUEUED";
  readonly reason: string;
  readonly failure: JobFailure | undefined;
  /** It took its compute worker down. */
  readonly killedWorker: boolean;
}

/** To CANCELLED from any state that is not terminal; the fence rises, so that a holder's later completion is stale. */
export interface CancelStep {
  readonly kind: "cancel";
  readonly owner: Owner;
  readonly jobId: string;
  readonly reason: string;
}

/**
 * Takes back what silent kernels hold and ends what waited past its deadline. Expired leases go back to QUEUED with a higher
 * fence, or to DEAD when their attempts are used up. Expired QUEUED jobs become FAILED. Bounded by `limit` jobs.
 *
 * No lease ends later than `leaseMs` from now. One that does was granted before the store's clock went back; it is shortened to that,
 * so that its job waits for a lease and not for the hour that the clock lost. A holder that lives does not notice.
 */
export interface ReapStep {
  readonly kind: "reap";
  readonly attemptCountMax: number;
  readonly leaseMs: number;
  readonly limit: number;
  /** Idempotency records older than this are dropped, at most `limit` of them. */
  readonly idempotencyKeptMs: number;
}

export type Step = SubmitStep | ClaimStep | StartStep | RenewStep | CompleteStep | EndStep | CancelStep | ReapStep;

export type StepOutcome =
  /** Applied: the jobs it moved as they are now, and its events in order. */
  | { readonly kind: "applied"; readonly jobs: readonly Job[]; readonly events: readonly JobEvent[] }
  /** A submit whose idempotency key is known with the same hash: the first answer. Nothing changed. */
  | { readonly kind: "repeated"; readonly job: Job }
  /** Refused: nothing changed. */
  | { readonly kind: "refused"; readonly reason: StepRefusal; readonly job: Job | undefined };

export type StepRefusal =
  | "stale" // the state or fence is not what the step believed; `job` is the truth
  | "not_found"
  | "name_taken"
  | "idempotency_conflict"
  | "queue_full"
  | "deadline_passed"
  | "ended"; // a cancel of a job that is COMPLETED, FAILED or DEAD

/** A result to be stored: metadata as JSON, the rest in chunks of at most limits.chunkBytesMax. */
export interface NewResult {
  readonly metadata: ResultMetadata;
  /** chunks[i]: an encoded part (see model/result-codec.ts). */
  readonly chunks: readonly Uint8Array[];
}

/** A result names all that is needed to repeat it. */
export interface ResultMetadata {
  readonly circuitId: string;
  /** SHA-256 of the compiled circuit's text, hex. */
  readonly compiledHash: string;
  /** The compiled circuit as OpenQASM 3. */
  readonly compiledQasm: string;
  readonly device: string;
  readonly method: SimulationMethod;
  readonly methodReason: string;
  readonly precision: Precision;
  readonly engine: string;
  readonly shots: number;
  readonly seed: bigint;
  /** Distinct outcomes. */
  readonly outcomeCount: number;
  readonly expectationValues: readonly number[];
  readonly estimates: readonly Estimate[];
  readonly simulatedMs: number;
  /** Bytes of all chunks. */
  readonly countsBytes: number;
}

export interface StoredResult {
  readonly jobId: string;
  readonly metadata: ResultMetadata;
  readonly chunkCount: number;
}

export interface StoredCircuit {
  /** `circ_` and the first 32 hex digits of the SHA-256 of the text. */
  readonly id: string;
  readonly owner: Owner;
  readonly name: string;
  readonly openqasm: string;
  readonly qubitCount: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
}

export type NewCircuit = Omit<StoredCircuit, "createdAtMs">;

export interface JobFilter {
  readonly tenant: string;
  readonly project: string;
  /** Empty: every state. */
  readonly states: readonly JobState[];
  /** Every tag given must be there with this value. */
  readonly tags: Readonly<Record<string, string>>;
  readonly namePrefix: string;
  readonly submittedAfterMs: number | undefined;
  readonly submittedBeforeMs: number | undefined;
  /** Newest first; continue below this job id (exclusive). */
  readonly before: string | undefined;
  readonly limit: number;
}

export interface EventFilter {
  readonly tenant: string;
  readonly project: string;
  /** Empty: every job. */
  readonly jobIds: readonly string[];
  /** Empty: every state. */
  readonly states: readonly JobState[];
}

export interface KernelStore {
  commit(step: Step): Promise<StepOutcome>;

  /** By server id or by the name its client chose. */
  findJob(tenant: string, reference: string): Promise<Job | undefined>;
  /** For kernels, which serve every tenant. */
  findJobById(jobId: string): Promise<Job | undefined>;
  /** What an idempotency key was used for, if anything. */
  findSubmission(
    tenant: string,
    idempotencyKey: string,
  ): Promise<{ readonly requestHash: string; readonly job: Job } | undefined>;
  listJobs(filter: JobFilter): Promise<readonly Job[]>;
  /** QUEUED jobs in the order in which they are to be served: priority, then submission. */
  readyJobs(limit: number): Promise<readonly Job[]>;
  /** Jobs by state, of every tenant. */
  countJobs(): Promise<Readonly<Record<JobState, number>>>;
  /** How many QUEUED jobs would be served before this one. */
  countAhead(job: Job): Promise<number>;
  /** The instant (store's clock) at which the next lease or queued deadline expires; undefined: none. */
  nextExpiryMs(): Promise<number | undefined>;

  /** Events with seq > after, oldest first. */
  eventsAfter(after: number, filter: EventFilter, limit: number): Promise<readonly JobEvent[]>;
  lastEventSeq(): Promise<number>;
  /** The newest event of a job. */
  lastEvent(jobId: string): Promise<JobEvent | undefined>;

  findResult(jobId: string): Promise<StoredResult | undefined>;
  resultChunk(jobId: string, index: number): Promise<Uint8Array | undefined>;

  /** Idempotent: the same text of the same tenant is the same circuit. */
  putCircuit(circuit: NewCircuit): Promise<StoredCircuit>;
  findCircuit(tenant: string, id: string): Promise<StoredCircuit | undefined>;

  /** The store's clock, epoch milliseconds. */
  nowMs(): Promise<number>;
  /** Whether a write would be durable now; for readiness. */
  isWritable(): Promise<boolean>;
  close(): Promise<void>;
}

/** A store that cannot answer throws this; nothing is known about the step it was given. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
}

/** The store has limits.pendingCommitMax steps waiting; nothing was done. */
export class StoreOverloadedError extends Error {
  override readonly name = "StoreOverloadedError";
}
