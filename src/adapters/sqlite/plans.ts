// Each step as statements, and its answer from what they return: values that the step carried are not read back.

import { checksumOf } from "../../base/checksum.ts";
import type { JobEvent } from "../../model/event.ts";
import { type Job, type JobState, priorities } from "../../model/job.ts";
import type {
  CancelStep,
  ClaimStep,
  CompleteStep,
  EndStep,
  NewCircuit,
  ReapStep,
  RenewStep,
  StartStep,
  StepOutcome,
  SubmitStep,
} from "../../ports/store.ts";
import { isYield, reapVerdict, startReason, submitReason, submittedJob } from "../store.rules.ts";
import type { Rows, SqlValue, Statement } from "./connection.ts";
import { decodeJob, encodeFailure, encodeMetadata, encodeSpec, type JobRow, sumOfJob, textOf } from "./rows.ts";
import * as sql from "./sql.ts";
import type { Plan } from "./writer.ts";

type Applied = Extract<StepOutcome, { kind: "applied" }>;

interface Move {
  readonly from: JobState;
  readonly reason: string;
  readonly to: JobState;
}

/** The events of the last moves of a row, all made in one transaction, so their numbers follow each other. */
function eventsOf({ job, eventCount }: JobRow, moves: readonly Move[], atMs: number): JobEvent[] {
  return moves.map(({ from, to, reason }, index) => {
    const later = moves.length - 1 - index;
    return {
      seq: job.eventSeq - later,
      jobSeq: eventCount - later,
      jobId: job.id,
      jobName: job.spec.name,
      owner: job.owner,
      from,
      to,
      reason,
      device: job.device,
      fence: job.fence,
      atMs,
    };
  });
}

function rowOf(rows: Rows | undefined): JobRow | undefined {
  const row = rows?.[0];
  return row && decodeJob(row[0]);
}

function applied(row: JobRow | undefined, moves: readonly Move[], atMs: number): StepOutcome | undefined {
  return row && { kind: "applied", jobs: [row.job], events: eventsOf(row, moves, atMs) };
}

export function planSubmit(step: SubmitStep, nowMs: number, isStored: (circuit: NewCircuit) => boolean): Plan<StepOutcome> {
  const { id, owner, spec, circuit, traceparent } = step;
  const deadline = step.deadlineMs ?? null;
  const rank = priorities.length - 1 - priorities.indexOf(spec.priority);
  const { tenant, project } = owner;
  const specJson = encodeSpec(spec);
  const statements: Statement[] = [
    {
      sql: sql.insertJob,
      single: true,
      args: [
        id,
        tenant,
        project,
        spec.name,
        rank,
        specJson,
        submitReason,
        deadline,
        nowMs,
        traceparent,
        step.queuedJobCountMax,
        step.idempotencyKey,
        sumOfJob({ id, tenant, project, spec: specJson, deadlineMs: deadline, submittedAtMs: nowMs, traceparent }),
        JSON.stringify(spec.tags),
      ],
    },
  ];
  if (step.idempotencyKey !== "") {
    const { idempotencyKey: key, requestHash } = step;
    const sum = checksumOf(tenant, key, requestHash, id);
    statements.push({ sql: sql.insertIdempotency, args: [tenant, project, key, requestHash, id, nowMs, sum] });
  }
  if (circuit !== undefined && !isStored(circuit)) {
    statements.push({ sql: sql.insertCircuitOfJob, args: circuitArgs(circuit, nowMs) });
  }
  // Last of the chain, because a job that has to wait is not claimed.
  if (step.claim !== undefined) {
    const { reason, holder, device, leaseMs } = step.claim;
    statements.push({ sql: sql.claimSubmittedJob, single: true, args: [id, 0, reason, nowMs, holder, device, nowMs + leaseMs] });
  }
  return {
    statements,
    answer: (results) => {
      const queued = submitted(step, results[0]?.[0]?.[0], nowMs);
      const startedSeq = step.claim === undefined ? undefined : results.at(-1)?.[0]?.[0];
      return queued === undefined || startedSeq === undefined ? queued : startedAtOnce(queued, step.claim, nowMs);
    },
  };
}

function submitted(step: SubmitStep, seq: unknown, nowMs: number): Applied | undefined {
  if (seq === undefined) return undefined;
  const job = submittedJob(step, nowMs, Number(seq));
  const event: JobEvent = {
    seq: job.eventSeq,
    jobSeq: 1,
    jobId: job.id,
    jobName: job.spec.name,
    owner: job.owner,
    from: undefined,
    to: "QUEUED",
    reason: submitReason,
    device: "",
    fence: 0,
    atMs: nowMs,
  };
  return { kind: "applied", jobs: [job], events: [event] };
}

/** What the last statement of a submit made of the job. */
function startedAtOnce({ jobs, events }: Applied, claim: SubmitStep["claim"], nowMs: number): Applied {
  const [queued] = jobs;
  if (queued === undefined || claim === undefined) return { kind: "applied", jobs, events };
  const { holder, device, leaseMs, reason } = claim;
  const job: Job = {
    ...queued,
    state: "RUNNING",
    fence: 1,
    attempts: 1,
    holder,
    device,
    leaseUntilMs: nowMs + leaseMs,
    startedAtMs: nowMs,
    eventSeq: queued.eventSeq + 2,
  };
  const moves: Move[] = [
    { from: "QUEUED", to: "SCHEDULED", reason },
    { from: "SCHEDULED", to: "RUNNING", reason: startReason },
  ];
  return { kind: "applied", jobs: [job], events: [...events, ...eventsOf({ job, eventCount: 3 }, moves, nowMs)] };
}

export function circuitArgs(circuit: NewCircuit, nowMs: number): SqlValue[] {
  const { owner, id, name, openqasm, qubitCount } = circuit;
  const metadata = JSON.stringify(circuit.metadata);
  const sum = checksumOf(owner.tenant, id, owner.project, name, openqasm, qubitCount, metadata, nowMs);
  return [owner.tenant, owner.project, id, name, openqasm, qubitCount, metadata, nowMs, sum];
}

export function planClaim(step: ClaimStep, nowMs: number): Plan<StepOutcome> {
  const claim = [step.jobId, step.fence, step.reason, nowMs, step.holder, step.device, nowMs + step.leaseMs];
  const scheduled: Move = { from: "QUEUED", to: "SCHEDULED", reason: step.reason };
  if (!step.start) {
    return {
      statements: [{ sql: sql.claimJob, single: true, args: claim }],
      answer: ([claimed]) => applied(rowOf(claimed), [scheduled], nowMs),
    };
  }
  return {
    statements: [{ sql: sql.claimAndStartJob, single: true, args: claim }],
    answer: ([started]) => applied(rowOf(started), [scheduled, { from: "SCHEDULED", to: "RUNNING", reason: startReason }], nowMs),
  };
}

export function planStart({ jobId, fence, reason }: StartStep, nowMs: number): Plan<StepOutcome> {
  return {
    statements: [{ sql: sql.startJob, single: true, args: [jobId, fence, reason, nowMs] }],
    answer: ([started]) => applied(rowOf(started), [{ from: "SCHEDULED", to: "RUNNING", reason }], nowMs),
  };
}

export function planRenew(step: RenewStep, nowMs: number): Plan<StepOutcome> {
  const claims = JSON.stringify(step.claims.map(({ jobId, fence }) => [jobId, fence]));
  return {
    statements: [{ sql: sql.renewLeases, args: [step.holder, nowMs + step.leaseMs, claims] }],
    answer: ([renewed]) => {
      const jobs = new Map(renewed?.map((row) => decodeJob(row[0]).job).map((job) => [job.id, job]));
      const inOrder = step.claims.map(({ jobId, fence }) => ({ job: jobs.get(jobId), fence }));
      return { kind: "applied", jobs: inOrder.flatMap(({ job, fence }) => (job?.fence === fence ? [job] : [])), events: [] };
    },
  };
}

export function planComplete({ jobId, fence, result, reason }: CompleteStep, nowMs: number): Plan<StepOutcome> {
  const { chunks } = result;
  const metadata = encodeMetadata(result.metadata);
  return {
    statements: [
      { sql: sql.completeJob, single: true, args: [jobId, fence, reason, nowMs] },
      { sql: sql.insertResult, args: [jobId, fence, metadata, chunks.length, checksumOf(jobId, metadata, chunks.length)] },
      ...chunks.map((chunk, index) => ({ sql: sql.insertChunk, args: [jobId, index, chunk, checksumOf(jobId, index, chunk)] })),
    ],
    answer: ([completed]) => applied(rowOf(completed), [{ from: "RUNNING", to: "COMPLETED", reason }], nowMs),
  };
}

export function planEnd(step: EndStep, nowMs: number): Plan<StepOutcome> {
  const { jobId, fence, from, to, reason } = step;
  const failure = to === "QUEUED" || step.failure === undefined ? null : encodeFailure(step.failure);
  const raise = to === "QUEUED" ? 1 : 0;
  const args = [jobId, fence, reason, nowMs, from, to, raise, step.killedWorker ? 1 : 0, failure, isYield(step) ? 1 : 0];
  return {
    statements: [{ sql: sql.endJob, single: true, args }],
    answer: ([ended]) => applied(rowOf(ended), [{ from, to, reason }], nowMs),
  };
}

export function planCancel({ jobId, owner, reason }: CancelStep, nowMs: number): Plan<StepOutcome> {
  return {
    statements: [
      { sql: sql.cancelJob, single: true, args: [jobId, owner.tenant, owner.project, reason, nowMs] },
      { sql: sql.findLeftState, single: true, args: [jobId] },
    ],
    answer: ([cancelled, left]) => {
      const from = textOf(left?.[0]?.[0]) as JobState; // Of the event that the first statement has just written.
      return applied(rowOf(cancelled), [{ from, to: "CANCELLED", reason }], nowMs);
    },
  };
}

/** `expired` is only a list of suspects: each is judged again by the statement that takes it back. */
export function planReap(step: ReapStep, nowMs: number, expired: readonly Job[]): Plan<StepOutcome> {
  const verdicts = expired.map((job) => ({ job, ...reapVerdict(job, step.attemptCountMax) }));
  return {
    statements: [
      ...verdicts.map(({ job, to, reason, failure }) => ({
        sql: sql.reapJob,
        single: true,
        args: [job.id, job.fence, reason, nowMs, job.state, to, 1, 0, failure === undefined ? null : encodeFailure(failure), 0],
      })),
      { sql: sql.shortenLeases, args: [nowMs + step.leaseMs] },
      { sql: sql.dropIdempotency, args: [nowMs - step.idempotencyKeptMs, step.limit] },
    ],
    answer: (results) => {
      const jobs: Job[] = [];
      const events: JobEvent[] = [];
      for (const [index, { job, to, reason }] of verdicts.entries()) {
        const row = rowOf(results[index]);
        if (row === undefined) continue;
        jobs.push(row.job);
        events.push(...eventsOf(row, [{ from: job.state, to, reason }], nowMs));
      }
      return { kind: "applied", jobs, events };
    },
  };
}
