// What qrtx offers to the rooms above it.

import type { Result } from "../base/result.ts";
import type { Fault, KernelError } from "../model/errors.ts";
import type { JobEvent } from "../model/event.ts";
import type { Job, JobSpec, JobState, Owner } from "../model/job.ts";
import type { ResultPart } from "../model/result-codec.ts";
import type { JobFilter, ResultMetadata } from "../ports/store.ts";

/** A job as asked for: decoded, its field rules checked, nothing else. */
export interface SubmitRequest extends Omit<JobSpec, "circuitId" | "seed"> {
  readonly owner: Owner;
  readonly circuit: { readonly openqasm: string } | { readonly circuitId: string };
  /** Undefined: draw one. */
  readonly seed: bigint | undefined;
  readonly deadlineMs: number | undefined;
  readonly idempotencyKey: string;
  /** Faults the door found already: they are told together with those found here. */
  readonly faults: readonly Fault[];
}

export interface SubmitAnswer {
  readonly job: Job;
  /** The first answer to this idempotency key again. */
  readonly repeated: boolean;
}

/** One move of a job, with the job as it was known then. */
export interface JobUpdate {
  readonly job: Job;
  readonly event: JobEvent;
  /** In the last update of a COMPLETED job whose result is small. */
  readonly result: JobResultPart | undefined;
}

export interface JobResultPart extends ResultPart {
  readonly jobId: string;
  readonly metadata: ResultMetadata;
  readonly observableNames: readonly string[];
  /** The qubits whose probabilities were asked for, list by list. */
  readonly probabilityLists: readonly (readonly number[])[];
  readonly partIndex: number;
  readonly partCount: number;
}

export interface JobNow {
  readonly job: Job;
  readonly lastEvent: JobEvent;
  readonly queuePosition: number | undefined;
  readonly result: JobResultPart | undefined;
}

export interface EventSubscription {
  readonly owner: Owner;
  /** Undefined: from now on. */
  readonly after: number | undefined;
  /** Server ids or names. */
  readonly jobs: readonly string[];
  readonly states: readonly JobState[];
}

/** An event, or a heartbeat that only moves the cursor of a silent stream. */
export type StreamItem =
  | { readonly kind: "event"; readonly event: JobEvent }
  | { readonly kind: "heartbeat"; readonly cursor: number; readonly atMs: number };

export interface Qrtx {
  submit(request: SubmitRequest): Promise<Result<SubmitAnswer, KernelError>>;
  cancel(owner: Owner, reference: string): Promise<Result<Job, KernelError>>;
  status(owner: Owner, reference: string): Promise<Result<JobNow, KernelError>>;
  list(filter: JobFilter): Promise<Result<readonly Job[], KernelError>>;
  /** Part by part, each read when it is asked for. */
  result(owner: Owner, reference: string): Promise<Result<AsyncIterable<JobResultPart>, KernelError>>;
  /** Ends after the terminal update, or when the signal aborts. */
  monitor(
    owner: Owner,
    reference: string,
    after: number | undefined,
    signal: AbortSignal,
  ): Promise<Result<AsyncIterable<JobUpdate>, KernelError>>;
  subscribe(subscription: EventSubscription, signal: AbortSignal): Promise<Result<AsyncIterable<StreamItem>, KernelError>>;

  /**
   * Does what is due: reaps, renews, claims, starts. Never rejects. Concurrent calls share one run and at most one more.
   * Resolves with the milliseconds after which it wants to be called again at the latest.
   */
  tick(): Promise<number>;
  /**
   * Milliseconds until something falls due although nobody calls; undefined: nothing ever does. For owners that sleep between calls, where
   * a tick a second has a price.
   */
  untilDue(): Promise<number | undefined>;
  /** Stops claiming; resolves when nothing runs any more, or gives what still runs back when the signal aborts. */
  drain(signal: AbortSignal): Promise<void>;
  /** Ready to take work: the store is writable and no drain has begun. */
  readiness(): Promise<{ readonly ready: boolean; readonly reason: string }>;
}
