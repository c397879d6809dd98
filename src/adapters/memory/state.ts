// What the memory store holds: plain maps of immutable values. One object of this kind is the whole truth of a simulated world.

import type { JobEvent } from "../../model/event.ts";
import { isTerminal, type Job, type JobState, priorities } from "../../model/job.ts";
import type { ResultMetadata, StoredCircuit } from "../../ports/store.ts";

export interface StoredJob {
  readonly job: Job;
  /** Order of submission; a job that returns to the queue keeps its place. */
  readonly number: number;
  /** Its events so far: jobSeq of the newest. */
  readonly eventCount: number;
}

export interface IdempotencyRecord {
  readonly requestHash: string;
  readonly jobId: string;
  readonly createdAtMs: number;
}

export interface MemoryState {
  /** By job id. */
  readonly jobs: Map<string, StoredJob>;
  /** Ids of jobs that have not ended, so that a queue of 10 000 is scanned and not all that ever was. */
  readonly live: Set<string>;
  /** By tenant and name. */
  readonly names: Map<string, string>;
  /** By tenant and key, oldest first. */
  readonly idempotency: Map<string, IdempotencyRecord>;
  /** By tenant and circuit id. */
  readonly circuits: Map<string, StoredCircuit>;
  readonly results: Map<string, { readonly metadata: ResultMetadata; readonly chunks: readonly Uint8Array[] }>;
  /** events[i] has seq i + 1. */
  readonly events: JobEvent[];
  readonly counts: Record<JobState, number>;
}

export function createMemoryState(): MemoryState {
  return {
    jobs: new Map(),
    live: new Set(),
    names: new Map(),
    idempotency: new Map(),
    circuits: new Map(),
    results: new Map(),
    events: [],
    counts: { QUEUED: 0, SCHEDULED: 0, RUNNING: 0, COMPLETED: 0, FAILED: 0, CANCELLED: 0, DEAD: 0 },
  };
}

/** Keys of two parts; no tenant, key, name or id contains a NUL. */
export function pairKey(tenant: string, other: string): string {
  return `${tenant}\0${other}`;
}

export function liveJobs(state: MemoryState): StoredJob[] {
  return [...state.live].map((id) => state.jobs.get(id)).filter((stored) => stored !== undefined);
}

/** Served first: higher priority, then earlier submission. */
export function compareService(a: StoredJob, b: StoredJob): number {
  return priorities.indexOf(b.job.spec.priority) - priorities.indexOf(a.job.spec.priority) || a.number - b.number;
}

/** Writes a job's next value with the event of its move. The only place where a job changes state. */
export function writeMove(
  state: MemoryState,
  before: StoredJob | undefined,
  after: Job,
  reason: string,
  nowMs: number,
): JobEvent {
  const event: JobEvent = {
    seq: state.events.length + 1,
    jobSeq: (before?.eventCount ?? 0) + 1,
    jobId: after.id,
    jobName: after.spec.name,
    owner: after.owner,
    from: before?.job.state,
    to: after.state,
    reason,
    device: after.device,
    fence: after.fence,
    atMs: nowMs,
  };
  const job = { ...after, eventSeq: event.seq };
  state.events.push(event);
  state.jobs.set(job.id, { job, number: before?.number ?? state.jobs.size + 1, eventCount: event.jobSeq });
  if (before !== undefined) state.counts[before.job.state] -= 1;
  state.counts[job.state] += 1;
  if (isTerminal(job.state)) state.live.delete(job.id);
  else state.live.add(job.id);
  return event;
}
