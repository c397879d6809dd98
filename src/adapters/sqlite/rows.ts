// Between rows and values. A row is read as ONE column holding a JSON array: the client defines two properties per column and
// row, which made 24 columns four times as slow as one (73 against 18 us, measured).

import type { JobEvent } from "../../model/event.ts";
import type { Job, JobSpec, JobState } from "../../model/job.ts";
import type { ResultMetadata } from "../../ports/store.ts";

/** The job of a row of `jobs`, and its event_count at the end; decodeJob reads it. */
export const jobJson = `json_array(id, tenant, project, spec, state, fence, attempts, worker_kills, yields, holder, lease_until_ms, device,
  deadline_ms, submitted_at_ms, started_at_ms, ended_at_ms, failure, traceparent, event_seq, event_count)`;

type JobCells = [
  id: string,
  tenant: string,
  project: string,
  spec: string,
  state: JobState,
  fence: number,
  attempts: number,
  workerKills: number,
  yields: number,
  holder: string,
  leaseUntilMs: number,
  device: string,
  deadlineMs: number | null,
  submittedAtMs: number,
  startedAtMs: number | null,
  endedAtMs: number | null,
  failure: string | null,
  traceparent: string,
  eventSeq: number,
  eventCount: number,
];

export interface JobRow {
  readonly job: Job;
  /** jobSeq of its newest event. */
  readonly eventCount: number;
}

export function decodeJob(json: unknown): JobRow {
  const [id, tenant, project, spec, state, fence, attempts, workerKills, yields, holder, leaseUntilMs, device, ...rest] =
    JSON.parse(String(json)) as JobCells;
  const [deadlineMs, submittedAtMs, startedAtMs, endedAtMs, failure, traceparent, eventSeq, eventCount] = rest;
  const job: Job = {
    id,
    owner: { tenant, project },
    spec: decodeSpec(spec),
    state,
    fence,
    attempts,
    workerKills,
    yields,
    holder,
    leaseUntilMs,
    device,
    deadlineMs: deadlineMs ?? undefined,
    submittedAtMs,
    startedAtMs: startedAtMs ?? undefined,
    endedAtMs: endedAtMs ?? undefined,
    failure: failure === null ? undefined : JSON.parse(failure),
    traceparent,
    eventSeq,
  };
  return { job, eventCount };
}

/** The event of a row of `job_events`; decodeEvent reads it. */
export const eventJson =
  "json_array(seq, job_seq, job_id, job_name, tenant, project, from_state, to_state, reason, device, fence, at_ms)";

type EventCells = [
  seq: number,
  jobSeq: number,
  jobId: string,
  jobName: string,
  tenant: string,
  project: string,
  from: JobState | null,
  to: JobState,
  reason: string,
  device: string,
  fence: number,
  atMs: number,
];

export function decodeEvent(json: unknown): JobEvent {
  const [seq, jobSeq, jobId, jobName, tenant, project, from, to, reason, device, fence, atMs] = JSON.parse(
    String(json),
  ) as EventCells;
  return { seq, jobSeq, jobId, jobName, owner: { tenant, project }, from: from ?? undefined, to, reason, device, fence, atMs };
}

// JSON has no 64-bit integers: seeds travel as decimal text.

export function encodeSpec(spec: JobSpec): string {
  return JSON.stringify({ ...spec, seed: spec.seed.toString() });
}

function decodeSpec(json: string): JobSpec {
  const spec = JSON.parse(json);
  return { ...spec, seed: BigInt(spec.seed) };
}

export function encodeMetadata(metadata: ResultMetadata): string {
  return JSON.stringify({ ...metadata, seed: metadata.seed.toString() });
}

export function decodeMetadata(json: string): ResultMetadata {
  const metadata = JSON.parse(json);
  return { ...metadata, seed: BigInt(metadata.seed) };
}
