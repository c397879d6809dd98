// The store as one kernel process sees it: over a network that loses, doubles, delays and reorders. Also the planted bugs, which the
// checker must catch: they live here and never in the product.

import { submittedJob } from "../../src/adapters/store.rules.ts";
import type { Job } from "../../src/model/job.ts";
import {
  type ClaimStep,
  type KernelStore,
  type Step,
  type StepOutcome,
  StoreUnavailableError,
  type SubmitStep,
} from "../../src/ports/store.ts";
import { callOverNetwork, storeAddress } from "./network.ts";
import { heldJobs } from "./watch.ts";
import type { Process, World } from "./world.ts";

/** What each bug does wrong. */
export const plantedBugs = {
  no_fencing: "an ending is taken whatever fence it names",
  reply_before_commit: "a submit is answered while its write still waits in the process",
  no_lease_check: "a job that another kernel runs is claimed, and its fence does not rise",
  stream_skips_on_resume: "what comes after a cursor begins one too late",
  idempotency_forgotten: "a submit's idempotency key is not looked at",
  lost_event: "what another kernel wrote is never noticed",
  double_apply: "a submit that arrives twice is applied twice",
  clock_from_kernel: "leases are judged by the clock of the kernel that asks",
} as const;

export type PlantedBug = keyof typeof plantedBugs | "none";

export function createFaultyStore(world: World, process: Process, real: KernelStore, bug: PlantedBug): KernelStore {
  const call = <T>(act: (isCopy: boolean) => Promise<T>): Promise<T> =>
    callOverNetwork(world, { caller: process, to: storeAddress, act, lost: () => new StoreUnavailableError("no answer") });
  const seen = { seq: 0 };

  return {
    commit(step) {
      if (bug === "reply_before_commit" && step.kind === "submit") return replyBeforeCommit(world, process, real, step);
      return call(async (isCopy) => {
        const outcome = await commitAndJudge(world, process, real, bend(step, bug, isCopy), bug);
        if (outcome.kind === "applied") seen.seq = Math.max(seen.seq, ...outcome.events.map((event) => event.seq));
        return outcome;
      });
    },
    findJob: (...args) => call(() => real.findJob(...args)),
    findJobById: (...args) => call(() => real.findJobById(...args)),
    findSubmission: (...args) => call(() => real.findSubmission(...args)),
    listJobs: (...args) => call(() => real.listJobs(...args)),
    readyJobs: (limit) => call(() => (bug === "no_lease_check" ? readyAndRunning(real, limit) : real.readyJobs(limit))),
    countJobs: () => call(() => real.countJobs()),
    countAhead: (...args) => call(() => real.countAhead(...args)),
    nextExpiryMs: () => call(() => real.nextExpiryMs()),
    eventsAfter: (after, ...rest) => {
      const skipped = bug === "stream_skips_on_resume" && after > 0 ? 1 : 0;
      return call(() => real.eventsAfter(after + skipped, ...rest));
    },
    lastEventSeq: () => call(async () => (bug === "lost_event" ? seen.seq : real.lastEventSeq())),
    lastEvent: (...args) => call(() => real.lastEvent(...args)),
    findResult: (...args) => call(() => real.findResult(...args)),
    resultChunk: (...args) => call(() => real.resultChunk(...args)),
    putCircuit: (...args) => call(() => real.putCircuit(...args)),
    findCircuit: (...args) => call(() => real.findCircuit(...args)),
    nowMs: () => call(() => real.nowMs()),
    isWritable: () => call(() => real.isWritable()),
    close: async () => {},
  };
}

/** Planted bugs that are a step other than the one that was sent. */
function bend(step: Step, bug: PlantedBug, isCopy: boolean): Step {
  if (step.kind !== "submit") return step;
  const isForgotten = bug === "idempotency_forgotten" || (bug === "double_apply" && isCopy);
  if (!isForgotten) return step;
  return { ...step, id: isCopy ? `${step.id}_copy` : step.id, spec: { ...step.spec, name: "" }, idempotencyKey: "" };
}

/** Applies a step and checks what it did to others: endings under their fence alone, leases taken only when they have run out. */
async function commitAndJudge(
  world: World,
  process: Process,
  real: KernelStore,
  step: Step,
  bug: PlantedBug,
): Promise<StepOutcome> {
  if (bug === "no_lease_check" && step.kind === "claim") return claimAnyway(real, step);
  const issued = bug === "no_fencing" ? await withoutFence(real, step) : step;
  const leases = step.kind === "reap" ? await real.listJobs(heldJobs) : [];
  const trueOffsetMs = world.storeOffsetMs;
  if (bug === "clock_from_kernel") world.storeOffsetMs = process.wallOffsetMs;
  const outcome = await real.commit(issued);
  world.storeOffsetMs = trueOffsetMs;
  if (outcome.kind === "refused" && outcome.reason === "stale") world.totals.staleRefusals++;
  if (outcome.kind === "repeated") world.totals.repeatsAnswered++;
  if (outcome.kind !== "applied") return outcome;
  if (step.kind === "complete") judgeCompletion(world, step.jobId, step.fence, outcome.events.at(-1)?.fence);
  if (step.kind === "reap") judgeReap(world, leases, outcome.jobs);
  if (step.kind === "claim" || step.kind === "renew" || step.kind === "submit") noteGrants(world, outcome.jobs, step);
  return outcome;
}

function judgeCompletion(world: World, jobId: string, wanted: number, accepted: number | undefined): void {
  if (accepted !== wanted)
    world.violations.push(`${jobId}: a completion under fence ${wanted} was accepted at fence ${accepted}`);
  if (world.completed.has(jobId)) world.violations.push(`${jobId}: a second result was stored`);
  world.completed.add(jobId);
}

function noteGrants(world: World, jobs: readonly Job[], step: Step): void {
  const lease = step.kind === "submit" ? step.claim : step;
  if (lease === undefined || !("leaseMs" in lease)) return;
  const grantedAtMs = world.time.nowMs();
  for (const { id, fence } of jobs) world.grants.set(`${id} ${fence}`, { grantedAtMs, untilMs: grantedAtMs + lease.leaseMs });
}

function judgeReap(world: World, before: readonly Job[], reaped: readonly Job[]): void {
  const nowMs = world.time.nowMs();
  for (const { id } of reaped) {
    const held = before.find((job) => job.id === id);
    const grant = held && world.grants.get(`${id} ${held.fence}`);
    // A store's clock that jumped since says nothing about the time that has passed.
    if (grant === undefined || nowMs >= grant.untilMs || world.storeJumpedAtMs >= grant.grantedAtMs) continue;
    world.violations.push(`${id}: its lease was taken ${grant.untilMs - nowMs} ms before it ran out`);
  }
}

/** Planted bug: the guard is filled in from the truth, so every belief is "right". */
async function withoutFence(real: KernelStore, step: Step): Promise<Step> {
  if (step.kind !== "complete" && step.kind !== "end") return step;
  const job = await real.findJobById(step.jobId);
  return job === undefined ? step : { ...step, fence: job.fence };
}

/** Planted bug: the answer goes out while the write still waits in the process. */
async function replyBeforeCommit(world: World, process: Process, real: KernelStore, step: SubmitStep): Promise<StepOutcome> {
  process.deliver(world.random.between(0, 1000), () => void real.commit(step));
  const nowMs = world.time.nowMs() + world.storeOffsetMs;
  return { kind: "applied", jobs: [submittedJob(step, nowMs, 0)], events: [] };
}

/** Planted bug: jobs that run count as jobs that wait. */
async function readyAndRunning(real: KernelStore, limit: number): Promise<readonly Job[]> {
  return [...(await real.readyJobs(limit)), ...(await real.listJobs(heldJobs))].slice(0, limit);
}

async function claimAnyway(real: KernelStore, step: ClaimStep): Promise<StepOutcome> {
  const job = await real.findJobById(step.jobId);
  if (job?.state !== "RUNNING") return real.commit(step);
  return { kind: "applied", jobs: [{ ...job, holder: step.holder }], events: [] };
}
