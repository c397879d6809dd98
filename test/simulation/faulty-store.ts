// The store as one kernel process sees it: over a line that loses, delays and reorders. Also the planted bugs, which the checker must
// catch: they live here and never in the product.

import { submittedJob } from "../../src/adapters/store.rules.ts";
import { type KernelStore, type Step, type StepOutcome, StoreUnavailableError, type SubmitStep } from "../../src/ports/store.ts";
import { callOverNetwork, type Process, type World } from "./world.ts";

export type PlantedBug = "none" | "no_fencing" | "reply_before_commit";

export function createFaultyStore(world: World, process: Process, real: KernelStore, bug: PlantedBug): KernelStore {
  const call = <T>(act: () => Promise<T>): Promise<T> =>
    callOverNetwork(world, process, act, () => new StoreUnavailableError("no answer"));

  return {
    commit(step) {
      if (bug === "reply_before_commit" && step.kind === "submit") return replyBeforeCommit(world, process, real, step);
      return call(() => commitAndJudge(world, real, step, bug));
    },
    findJob: (...args) => call(() => real.findJob(...args)),
    findJobById: (...args) => call(() => real.findJobById(...args)),
    findSubmission: (...args) => call(() => real.findSubmission(...args)),
    listJobs: (...args) => call(() => real.listJobs(...args)),
    readyJobs: (...args) => call(() => real.readyJobs(...args)),
    countJobs: () => call(() => real.countJobs()),
    countAhead: (...args) => call(() => real.countAhead(...args)),
    nextExpiryMs: () => call(() => real.nextExpiryMs()),
    eventsAfter: (...args) => call(() => real.eventsAfter(...args)),
    lastEventSeq: () => call(() => real.lastEventSeq()),
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

/** Applies a step and checks that whoever ended a job did so under the fence it had claimed. */
async function commitAndJudge(world: World, real: KernelStore, step: Step, bug: PlantedBug): Promise<StepOutcome> {
  const issued = bug === "no_fencing" ? await withoutFence(real, step) : step;
  const outcome = await real.commit(issued);
  if (outcome.kind === "refused" && outcome.reason === "stale") world.totals.staleRefusals++;
  if (outcome.kind === "repeated") world.totals.repeatsAnswered++;
  if (outcome.kind === "applied" && step.kind === "complete") {
    const accepted = outcome.events.at(-1)?.fence;
    if (accepted !== step.fence) {
      world.violations.push(`${step.jobId}: a completion under fence ${step.fence} was accepted at fence ${accepted}`);
    }
  }
  return outcome;
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
  const nowMs = world.time.nowMs() + world.wallOffsetMs;
  return { kind: "applied", jobs: [submittedJob(step, nowMs, 0)], events: [] };
}
