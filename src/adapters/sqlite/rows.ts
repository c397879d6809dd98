// Between rows and values. A row is read as ONE column holding a JSON array: the client defines two properties per column and
// row, which made 24 columns four times as slow as one (73 against 18 us, measured). It comes as bytes, not as text: libSQL's driver ends the
// process when a text is not UTF-8, which a single flaw of a disk can bring about.

import { checksumOf } from "../../base/checksum.ts";
import { InvariantError, invariant } from "../../base/invariant.ts";
import type { JobEvent } from "../../model/event.ts";
import { type Job, type JobFailure, type JobSpec, type JobState, unsaidInSpec } from "../../model/job.ts";
import type { ResultMetadata } from "../../ports/store.ts";

/** The job of a row of `jobs`, and its event_count at the end; decodeJob reads it. */
export const jobJson = `cast(json_array(id, tenant, project, spec, state, fence, attempts, worker_kills, yields, holder, lease_until_ms, device,
  deadline_ms, submitted_at_ms, started_at_ms, ended_at_ms, failure, traceparent, event_seq, event_count, sum) as blob)`;

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
  sum: string,
];

export interface JobRow {
  readonly job: Job;
  /** jobSeq of its newest event. */
  readonly eventCount: number;
}

/** Throws InvariantError when the row is not what was written. */
export function decodeJob(json: unknown): JobRow {
  verify(json !== null, "job");
  const [id, tenant, project, spec, state, fence, attempts, workerKills, yields, holder, leaseUntilMs, device, ...rest] =
    parseCells(json) as JobCells;
  const [deadlineMs, submittedAtMs, startedAtMs, endedAtMs, failure, traceparent, eventSeq, eventCount, sum] = rest;
  verifySum(sum, () => sumOfJob({ id, tenant, project, spec, deadlineMs, submittedAtMs, traceparent }), "job");
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
    failure: failure === null ? undefined : decodeFailure(failure),
    traceparent,
    eventSeq,
  };
  return { job, eventCount };
}

const eventCells =
  "json_array(seq, job_seq, job_id, job_name, tenant, project, from_state, to_state, reason, device, fence, at_ms)";

/** The event of a row of `job_events`, or null when it is not its mirror; decodeEvent reads it. */
export const eventJson = `iif(mirror = '' or mirror = ${eventCells}, cast(${eventCells} as blob), null)`;

/**
 * The same as jobJson where a user is told: null when what moves is not what the events of the job say. Not in a statement that moves it: there
 * the newest event is not written yet.
 */
export const toldJobJson = `iif(exists (select 1 from job_events as newest where newest.job_id = jobs.id and job_seq = event_count
  and newest.seq = event_seq and to_state = state and newest.fence = jobs.fence and newest.device = jobs.device and at_ms = moved_at_ms)
  and attempts = (select count(*) from job_events where job_id = jobs.id and to_state = 'SCHEDULED')
  and (ended_at_ms is null or ended_at_ms = moved_at_ms)
  and (started_at_ms is null or exists (select 1 from job_events where job_id = jobs.id and to_state = 'RUNNING' and at_ms = started_at_ms)),
  ${jobJson}, null)`;

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

/** Throws InvariantError when the row is not what was written. */
export function decodeEvent(json: unknown): JobEvent {
  verify(json !== null, "event");
  const [seq, jobSeq, jobId, jobName, tenant, project, from, to, reason, device, fence, atMs] = parseCells(json) as EventCells;
  return { seq, jobSeq, jobId, jobName, owner: { tenant, project }, from: from ?? undefined, to, reason, device, fence, atMs };
}

const utf8 = new TextDecoder();

/** What a text column holds, read as `cast(… as blob)`; what is no UTF-8 becomes what no sum agrees with. */
export function textOf(value: unknown): string {
  if (value instanceof ArrayBuffer || value instanceof Uint8Array) return utf8.decode(value);
  return String(value);
}

/** A JSON array read as bytes. Throws InvariantError when it is none. */
export function parseCells(value: unknown): unknown[] {
  try {
    return JSON.parse(textOf(value));
  } catch {
    throw new InvariantError("invariant broken: a stored row is what was written");
  }
}

const unsaid = Object.entries(unsaidInSpec).map(([name, value]) => [name, JSON.stringify(value)] as const);
// What results of older kernels leave unsaid.
const olderMetadata = {
  method: "statevector",
  methodReason: "the only one of its kernel",
  precision: "double",
  estimates: [],
} as const;

// JSON has no 64-bit integers: seeds travel as decimal text.

/** What goes without saying is left out: a job's row is read at each of its moves. */
export function encodeSpec(spec: JobSpec): string {
  const said: Record<string, unknown> = { ...spec, seed: spec.seed.toString() };
  for (const [name, json] of unsaid) if (JSON.stringify(said[name]) === json) said[name] = undefined;
  return JSON.stringify(said);
}

function decodeSpec(json: string): JobSpec {
  const spec = JSON.parse(json);
  return { ...unsaidInSpec, ...spec, seed: BigInt(spec.seed) };
}

export function encodeMetadata(metadata: ResultMetadata): string {
  return JSON.stringify({ ...metadata, seed: metadata.seed.toString() });
}

export function decodeMetadata(json: string): ResultMetadata {
  const metadata = JSON.parse(json);
  return { ...olderMetadata, ...metadata, seed: BigInt(metadata.seed) };
}

/** With its own sum, because a job that moves has none. */
export function encodeFailure(failure: JobFailure): string {
  return JSON.stringify({ ...failure, sum: checksumOf(JSON.stringify(failure)) });
}

function decodeFailure(json: string): JobFailure {
  const { sum = "", ...failure } = JSON.parse(json);
  verify("code" in failure && Object.keys(failure).length === failureKeyCount, "failure");
  verifySum(sum, () => checksumOf(JSON.stringify(failure)), "failure");
  return failure;
}

const failureKeyCount = 3; // code, facts, faults

interface SummedJob {
  readonly id: string;
  readonly tenant: string;
  readonly project: string;
  /** As stored. */
  readonly spec: string;
  readonly deadlineMs: number | null;
  readonly submittedAtMs: number;
  readonly traceparent: string;
}

export function sumOfJob({ id, tenant, project, spec, deadlineMs, submittedAtMs, traceparent }: SummedJob): string {
  return checksumOf(id, tenant, project, spec, deadlineMs, submittedAtMs, traceparent);
}

/** Rows of older kernels have no sum. */
export function verifySum(stored: unknown, actual: () => string, what: string): void {
  verify(stored === "" || stored === actual(), what);
}

function verify(holds: boolean, what: string): void {
  invariant(holds, `a stored ${what} is what was written`);
}
