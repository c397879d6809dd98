// Decisions that every store adapter makes alike inside a step: the words of its own moves, and what reaping does to a job.

import { type Job, type JobFailure, jobMoves } from "../model/job.ts";
import type { EndStep, SubmitStep } from "../ports/store.ts";

export const submitReason = "submitted";

/** A job as a submit makes it. */
export function submittedJob(step: SubmitStep, nowMs: number, eventSeq: number): Job {
  return {
    id: step.id,
    owner: step.owner,
    spec: step.spec,
    state: "QUEUED",
    fence: 0,
    attempts: 0,
    workerKills: 0,
    yields: 0,
    holder: "",
    leaseUntilMs: 0,
    device: "",
    deadlineMs: step.deadlineMs,
    submittedAtMs: nowMs,
    startedAtMs: undefined,
    endedAtMs: undefined,
    failure: undefined,
    traceparent: step.traceparent,
    eventSeq,
  };
}

/** Why a job that is claimed and started in one step is RUNNING. */
export const startReason = jobMoves.SCHEDULED.RUNNING ?? "";

/** Whether a kernel gives the job back in peace. */
export function isYield({ to, killedWorker }: EndStep): boolean {
  return to === "QUEUED" && !killedWorker;
}

export interface ReapVerdict {
  readonly to: "QUEUED" | "FAILED" | "DEAD";
  readonly reason: string;
  readonly failure: JobFailure | undefined;
}

/** What becomes of a job whose lease, or whose deadline in the queue, has expired. */
export function reapVerdict(job: Job, attemptCountMax: number): ReapVerdict {
  if (job.state === "QUEUED") {
    const failure: JobFailure = { code: "deadline_exceeded", facts: { deadline_ms: job.deadlineMs ?? 0 }, faults: [] };
    return { to: "FAILED", reason: jobMoves.QUEUED.FAILED ?? "", failure };
  }
  if (job.attempts - job.yields < attemptCountMax)
    return { to: "QUEUED", reason: jobMoves[job.state].QUEUED ?? "", failure: undefined };
  const facts = { attempts: job.attempts, attempts_max: attemptCountMax };
  return { to: "DEAD", reason: jobMoves[job.state].DEAD ?? "", failure: { code: "too_many_attempts", facts, faults: [] } };
}
