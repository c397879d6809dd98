// A step as a task of the writer: its plan, and what to answer when its guard refused it. The reason of a refusal is read after
// the commit; it is information for the caller, the refusal itself was decided inside the transaction.

import { invariant } from "../../base/invariant.ts";
import type { JobEvent } from "../../model/event.ts";
import { canMove, isTerminal, type Job } from "../../model/job.ts";
import type { CancelStep, NewCircuit, ReapStep, Step, StepOutcome, StepRefusal, SubmitStep } from "../../ports/store.ts";
import * as plans from "./plans.ts";
import type { Reads } from "./reads.ts";
import type { Plan, WriteTask } from "./writer.ts";

export interface StepContext {
  readonly reads: Reads;
  readonly findExpired: (step: ReapStep, nowMs: number) => Promise<readonly Job[]>;
  readonly isStored: (circuit: NewCircuit) => boolean;
}

export function stepTask(step: Step, context: StepContext): WriteTask<StepOutcome> {
  if (step.kind === "end") invariant(canMove(step.from, step.to), `a job never moves from ${step.from} to ${step.to}`);
  return {
    plan: (nowMs) => planStep(step, nowMs, context),
    explain: async (nowMs, replyLost) => {
      const own = replyLost ? await findOwnWork(step, context.reads) : undefined;
      return own ?? explainRefusal(step, nowMs, context.reads);
    },
  };
}

function planStep(step: Step, nowMs: number, context: StepContext): Plan<StepOutcome> | Promise<Plan<StepOutcome>> {
  switch (step.kind) {
    case "submit":
      return plans.planSubmit(step, nowMs, context.isStored);
    case "claim":
      return plans.planClaim(step, nowMs);
    case "start":
      return plans.planStart(step, nowMs);
    case "renew":
      return plans.planRenew(step, nowMs);
    case "complete":
      return plans.planComplete(step, nowMs);
    case "end":
      return plans.planEnd(step, nowMs);
    case "cancel":
      return plans.planCancel(step, nowMs);
    case "reap":
      return context.findExpired(step, nowMs).then((expired) => plans.planReap(step, nowMs, expired));
  }
}

function refused(reason: StepRefusal, job: Job | undefined): StepOutcome {
  return { kind: "refused", reason, job };
}

async function explainRefusal(step: Step, nowMs: number, reads: Reads): Promise<StepOutcome> {
  switch (step.kind) {
    case "submit":
      return explainSubmit(step, nowMs, reads);
    case "cancel":
      return explainCancel(step, reads);
    case "renew":
    case "reap":
      throw new Error(`a ${step.kind} is never refused`);
    default: {
      const job = await reads.findJobById(step.jobId);
      if (job === undefined) return refused("not_found", undefined);
      const isLate = job.deadlineMs !== undefined && job.deadlineMs <= nowMs;
      if (step.kind === "claim" && isLate && job.state === "QUEUED" && job.fence === step.fence) {
        return refused("deadline_passed", job);
      }
      return refused("stale", job);
    }
  }
}

async function explainSubmit(step: SubmitStep, nowMs: number, reads: Reads): Promise<StepOutcome> {
  const { tenant } = step.owner;
  const first = step.idempotencyKey === "" ? undefined : await reads.findSubmission(tenant, step.idempotencyKey);
  if (first !== undefined) {
    const { requestHash, job } = first;
    return requestHash === step.requestHash ? { kind: "repeated", job } : refused("idempotency_conflict", job);
  }
  const same = await reads.findJobById(step.id);
  if (same !== undefined) return refused("stale", same);
  if (step.deadlineMs !== undefined && step.deadlineMs <= nowMs) return refused("deadline_passed", undefined);
  const namesake = step.spec.name === "" ? undefined : await reads.findJobByName(tenant, step.spec.name);
  if (namesake !== undefined) return refused("name_taken", namesake);
  return refused("queue_full", undefined);
}

async function explainCancel({ jobId, owner }: CancelStep, reads: Reads): Promise<StepOutcome> {
  const job = await reads.findJobById(jobId);
  if (job === undefined || job.owner.tenant !== owner.tenant || job.owner.project !== owner.project) {
    return refused("not_found", undefined);
  }
  if (job.state === "CANCELLED") return { kind: "applied", jobs: [job], events: [] };
  return refused(isTerminal(job.state) ? "ended" : "stale", job);
}

/**
 * After a lost reply: whether this step's own earlier try was committed. Ids, holders and fences are given once, so the job's
 * state tells; when the job has moved on since, the truth is answered as a refusal.
 */
async function findOwnWork(step: Step, reads: Reads): Promise<StepOutcome | undefined> {
  if (step.kind === "renew" || step.kind === "reap") return undefined;
  const job = await reads.findJobById(step.kind === "submit" ? step.id : step.jobId);
  if (job === undefined || !isOwnWork(step, job)) return undefined;
  const events = await ownEvents(step, job, reads);
  return { kind: "applied", jobs: [job], events };
}

function isOwnWork(step: Exclude<Step, { kind: "renew" | "reap" }>, job: Job): boolean {
  switch (step.kind) {
    case "submit":
      return true;
    case "claim":
      return job.state === (step.start ? "RUNNING" : "SCHEDULED") && job.fence === step.fence + 1 && job.holder === step.holder;
    case "start":
      return job.state === "RUNNING" && job.fence === step.fence;
    case "complete":
      return job.state === "COMPLETED" && job.fence === step.fence;
    case "end":
      return job.state === step.to && job.fence === step.fence + (step.to === "QUEUED" ? 1 : 0);
    case "cancel":
      return job.state === "CANCELLED" && job.owner.tenant === step.owner.tenant && job.owner.project === step.owner.project;
  }
}

/** Whether the job stands as the submit itself left it when it claimed it too. */
function isHeldBy(claim: SubmitStep["claim"], job: Job): boolean {
  return claim !== undefined && job.state === "RUNNING" && job.fence === 1 && job.holder === claim.holder;
}

async function ownEvents(step: Step, job: Job, reads: Reads): Promise<readonly JobEvent[]> {
  if (step.kind !== "submit") return reads.newestEvents(job.id, step.kind === "claim" && step.start ? 2 : 1);
  if (isHeldBy(step.claim, job)) return reads.newestEvents(job.id, 3);
  const first = await reads.firstEvent(job.id);
  invariant(first !== undefined, "a stored job has its first event");
  return [first];
}
