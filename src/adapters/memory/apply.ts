// Every step as one synchronous function over the state: all guards first, then the change. This is the slow and obvious twin of
// the SQL in ../libsql/sql.ts; libsql/twin.test.ts runs the same random steps through both and compares every answer.

import { invariant } from "../../base/invariant.ts";
import { limits } from "../../base/limits.ts";
import type { JobEvent } from "../../model/event.ts";
import { canMove, isTerminal, type Job } from "../../model/job.ts";
import type {
  CancelStep,
  ClaimStep,
  CompleteStep,
  EndStep,
  ReapStep,
  RenewStep,
  StartStep,
  Step,
  StepOutcome,
  StepRefusal,
  SubmitStep,
} from "../../ports/store.ts";
import { isYield, reapVerdict, startReason, submitReason, submittedJob } from "../store.rules.ts";
import { liveJobs, type MemoryState, pairKey, type StoredJob, writeMove } from "./state.ts";

export function applyStep(state: MemoryState, step: Step, nowMs: number): StepOutcome {
  switch (step.kind) {
    case "submit":
      return applySubmit(state, step, nowMs);
    case "claim":
      return applyClaim(state, step, nowMs);
    case "start":
      return applyStart(state, step, nowMs);
    case "renew":
      return applyRenew(state, step, nowMs);
    case "complete":
      return applyComplete(state, step, nowMs);
    case "end":
      return applyEnd(state, step, nowMs);
    case "cancel":
      return applyCancel(state, step, nowMs);
    case "reap":
      return applyReap(state, step, nowMs);
  }
}

function refused(reason: StepRefusal, job: Job | undefined): StepOutcome {
  return { kind: "refused", reason, job };
}

function applied(state: MemoryState, events: readonly JobEvent[]): StepOutcome {
  const ids = [...new Set(events.map((event) => event.jobId))];
  return { kind: "applied", jobs: ids.map((id) => jobOf(state, id)), events };
}

function jobOf(state: MemoryState, id: string): Job {
  const stored = state.jobs.get(id);
  invariant(stored !== undefined, `job ${id} is stored`);
  return stored.job;
}

function applySubmit(state: MemoryState, step: SubmitStep, nowMs: number): StepOutcome {
  const { tenant } = step.owner;
  const record = step.idempotencyKey === "" ? undefined : state.idempotency.get(pairKey(tenant, step.idempotencyKey));
  if (record !== undefined) {
    const job = jobOf(state, record.jobId);
    return record.requestHash === step.requestHash ? { kind: "repeated", job } : refused("idempotency_conflict", job);
  }
  const same = state.jobs.get(step.id);
  if (same !== undefined) return refused("stale", same.job);
  if (step.deadlineMs !== undefined && step.deadlineMs <= nowMs) return refused("deadline_passed", undefined);
  const namesake = step.spec.name === "" ? undefined : state.names.get(pairKey(tenant, step.spec.name));
  if (namesake !== undefined) return refused("name_taken", jobOf(state, namesake));
  if (state.counts.QUEUED >= step.queuedJobCountMax) return refused("queue_full", undefined);

  const job = submittedJob(step, nowMs, 0);
  const event = writeMove(state, undefined, job, submitReason, nowMs);
  if (job.spec.name !== "") state.names.set(pairKey(tenant, job.spec.name), job.id);
  if (step.idempotencyKey !== "") {
    const created = { requestHash: step.requestHash, jobId: job.id, createdAtMs: nowMs };
    state.idempotency.set(pairKey(tenant, step.idempotencyKey), created);
  }
  if (step.circuit !== undefined) {
    const key = pairKey(step.circuit.owner.tenant, step.circuit.id);
    if (!state.circuits.has(key)) state.circuits.set(key, { ...step.circuit, createdAtMs: nowMs });
  }
  const others = state.counts.QUEUED - 1;
  if (step.claim === undefined || others > 0) return applied(state, [event]);
  const claimed = applyClaim(state, { kind: "claim", jobId: job.id, fence: 0, start: true, ...step.claim }, nowMs);
  invariant(claimed.kind === "applied", "nothing is in the way of a job that was just submitted");
  return applied(state, [event, ...claimed.events]);
}

function applyClaim(state: MemoryState, step: ClaimStep, nowMs: number): StepOutcome {
  const found = state.jobs.get(step.jobId);
  if (found === undefined) return refused("not_found", undefined);
  const { job } = found;
  if (job.state !== "QUEUED" || job.fence !== step.fence) return refused("stale", job);
  if (job.deadlineMs !== undefined && job.deadlineMs <= nowMs) return refused("deadline_passed", job);
  const scheduled: Job = {
    ...job,
    state: "SCHEDULED",
    fence: job.fence + 1,
    attempts: job.attempts + 1,
    holder: step.holder,
    leaseUntilMs: nowMs + step.leaseMs,
    device: step.device,
  };
  const events = [writeMove(state, found, scheduled, step.reason, nowMs)];
  if (step.start) {
    const running: Job = { ...scheduled, state: "RUNNING", startedAtMs: nowMs };
    events.push(writeMove(state, state.jobs.get(job.id), running, startReason, nowMs));
  }
  return applied(state, events);
}

function applyStart(state: MemoryState, step: StartStep, nowMs: number): StepOutcome {
  const found = state.jobs.get(step.jobId);
  if (found === undefined) return refused("not_found", undefined);
  if (found.job.state !== "SCHEDULED" || found.job.fence !== step.fence) return refused("stale", found.job);
  return applied(state, [writeMove(state, found, { ...found.job, state: "RUNNING", startedAtMs: nowMs }, step.reason, nowMs)]);
}

function applyRenew(state: MemoryState, step: RenewStep, nowMs: number): StepOutcome {
  const jobs: Job[] = [];
  for (const claim of step.claims) {
    const found = state.jobs.get(claim.jobId);
    if (found === undefined || found.job.holder !== step.holder || found.job.fence !== claim.fence) continue;
    const job = { ...found.job, leaseUntilMs: nowMs + step.leaseMs };
    state.jobs.set(job.id, { ...found, job });
    jobs.push(job);
  }
  return { kind: "applied", jobs, events: [] };
}

function applyComplete(state: MemoryState, step: CompleteStep, nowMs: number): StepOutcome {
  const found = state.jobs.get(step.jobId);
  if (found === undefined) return refused("not_found", undefined);
  if (found.job.state !== "RUNNING" || found.job.fence !== step.fence) return refused("stale", found.job);
  const { chunks, metadata } = step.result;
  invariant(
    chunks.every((chunk) => chunk.length <= limits.chunkBytesMax),
    "a result chunk fits limits.chunkBytesMax",
  );
  state.results.set(step.jobId, { metadata, chunks: chunks.map((chunk) => chunk.slice()) });
  return applied(state, [writeMove(state, found, ended(found.job, "COMPLETED", nowMs), step.reason, nowMs)]);
}

function applyEnd(state: MemoryState, step: EndStep, nowMs: number): StepOutcome {
  invariant(canMove(step.from, step.to), `a job never moves from ${step.from} to ${step.to}`);
  const found = state.jobs.get(step.jobId);
  if (found === undefined) return refused("not_found", undefined);
  if (found.job.state !== step.from || found.job.fence !== step.fence) return refused("stale", found.job);
  const workerKills = found.job.workerKills + (step.killedWorker ? 1 : 0);
  const next = step.to === "QUEUED" ? requeued(found.job) : ended(found.job, step.to, nowMs);
  const yields = found.job.yields + (isYield(step) ? 1 : 0);
  const failure = step.to === "QUEUED" ? undefined : step.failure;
  return applied(state, [writeMove(state, found, { ...next, workerKills, yields, failure }, step.reason, nowMs)]);
}

function ended(job: Job, to: "COMPLETED" | "FAILED" | "DEAD" | "CANCELLED", nowMs: number): Job {
  return { ...job, state: to, holder: "", leaseUntilMs: 0, endedAtMs: nowMs };
}

function requeued(job: Job): Job {
  return { ...job, state: "QUEUED", fence: job.fence + 1, holder: "", leaseUntilMs: 0, device: "", startedAtMs: undefined };
}

function applyCancel(state: MemoryState, step: CancelStep, nowMs: number): StepOutcome {
  const found = state.jobs.get(step.jobId);
  if (found === undefined || !isOwned(found.job, step)) return refused("not_found", undefined);
  const { job } = found;
  if (job.state === "CANCELLED") return { kind: "applied", jobs: [job], events: [] };
  if (isTerminal(job.state)) return refused("ended", job);
  const cancelled: Job = { ...ended(job, "CANCELLED", nowMs), fence: job.fence + 1 };
  return applied(state, [writeMove(state, found, cancelled, step.reason, nowMs)]);
}

function isOwned(job: Job, { owner }: CancelStep): boolean {
  return job.owner.tenant === owner.tenant && job.owner.project === owner.project;
}

function applyReap(state: MemoryState, step: ReapStep, nowMs: number): StepOutcome {
  shortenLeases(state, nowMs + step.leaseMs);
  const live = liveJobs(state);
  const silent = live
    .filter(({ job }) => job.state !== "QUEUED" && job.leaseUntilMs <= nowMs)
    .sort((a, b) => compareExpiry(a.job.leaseUntilMs, b.job.leaseUntilMs, a, b));
  const late = live
    .filter(({ job }) => job.state === "QUEUED" && deadlineOf(job) <= nowMs)
    .sort((a, b) => compareExpiry(deadlineOf(a.job), deadlineOf(b.job), a, b));
  const events = [...silent, ...late].slice(0, step.limit).map((found) => reapJob(state, found, step.attemptCountMax, nowMs));

  const old = [...state.idempotency].filter(([, record]) => record.createdAtMs <= nowMs - step.idempotencyKeptMs);
  for (const [key] of old.sort(compareAge).slice(0, step.limit)) state.idempotency.delete(key);
  return applied(state, events);
}

/** Leases that end later than any can were granted before the clock went back. */
function shortenLeases(state: MemoryState, latestMs: number): void {
  for (const found of liveJobs(state)) {
    if (found.job.leaseUntilMs <= latestMs) continue;
    state.jobs.set(found.job.id, { ...found, job: { ...found.job, leaseUntilMs: latestMs } });
  }
}

function reapJob(state: MemoryState, found: StoredJob, attemptCountMax: number, nowMs: number): JobEvent {
  const { job } = found;
  const { to, reason, failure } = reapVerdict(job, attemptCountMax);
  const next = to === "QUEUED" ? requeued(job) : { ...ended(job, to, nowMs), fence: job.fence + 1 };
  return writeMove(state, found, { ...next, failure }, reason, nowMs);
}

function deadlineOf(job: Job): number {
  return job.deadlineMs ?? Number.POSITIVE_INFINITY;
}

function compareExpiry(aMs: number, bMs: number, a: StoredJob, b: StoredJob): number {
  return aMs - bMs || (a.job.id < b.job.id ? -1 : 1);
}

function compareAge(a: readonly [string, { createdAtMs: number }], b: readonly [string, { createdAtMs: number }]): number {
  return a[1].createdAtMs - b[1].createdAtMs || (a[0] < b[0] ? -1 : 1);
}
