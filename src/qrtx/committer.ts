// Commits steps and tells the world: every applied step's events go to the hub and into the metrics, in commit order.
// A reply that was lost after a commit is looked up before it is called a failure.

import type { JobEvent } from "../model/event.ts";
import { isTerminal, type Job } from "../model/job.ts";
import { type KernelStore, type Step, type StepOutcome, StoreUnavailableError } from "../ports/store.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { EventHub } from "./event-hub.ts";

export interface Committer {
  commit(step: Step): Promise<StepOutcome>;
}

export interface CommitterOptions {
  readonly store: KernelStore;
  readonly hub: EventHub;
  readonly telemetry: Telemetry;
  /** Called with the number of jobs that left the queue. */
  readonly onDequeued: (count: number) => void;
}

export function createCommitter({ store, hub, telemetry, onDequeued }: CommitterOptions): Committer {
  return {
    async commit(step) {
      const outcome = await commitOrLookUp(store, hub, step);
      if (outcome.kind === "applied") {
        hub.publish(outcome.events, outcome.jobs);
        countMoves(outcome, telemetry);
        const dequeuedCount = outcome.events.filter(({ from }) => from === "QUEUED").length;
        if (dequeuedCount > 0) onDequeued(dequeuedCount);
      }
      return outcome;
    },
  };
}

async function commitOrLookUp(store: KernelStore, hub: EventHub, step: Step): Promise<StepOutcome> {
  try {
    const outcome = await store.commit(step);
    const own = outcome.kind === "applied" ? undefined : ownWork(step, outcome.job);
    if (own === undefined) return outcome;
    hub.catchUp(await store.lastEventSeq());
    return own;
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    const found = await lookUp(store, step);
    if (found === undefined) throw error;
    // Its events are in the store, not here: let the streams read them.
    hub.catchUp(await store.lastEventSeq());
    return found;
  }
}

/** The outcome of a step whose reply was lost, if the store shows that it was applied. */
async function lookUp(store: KernelStore, step: Step): Promise<StepOutcome | undefined> {
  if (step.kind === "submit") {
    return ownWork(step, await store.findJob(step.owner.tenant, step.id));
  }
  if (step.kind === "claim") return ownWork(step, await store.findJobById(step.jobId));
  return undefined;
}

/**
 * The outcome of a submit or a claim that this very step brought about before: a request that a network delivers twice, or later than
 * its sender waited, is refused or repeated the second time. Ids, holders and fences are given once, so the job tells.
 */
function ownWork(step: Step, job: Job | undefined): StepOutcome | undefined {
  if (job === undefined) return undefined;
  const isOurs =
    (step.kind === "submit" && job.id === step.id) ||
    (step.kind === "claim" && job.holder === step.holder && job.fence === step.fence + 1);
  return isOurs ? { kind: "applied", jobs: [job], events: [] } : undefined;
}

function countMoves({ events, jobs }: Extract<StepOutcome, { kind: "applied" }>, telemetry: Telemetry): void {
  for (const event of events) {
    if (event.from === undefined) telemetry.count("jobs_submitted_total");
    if (event.to === "QUEUED" && event.from !== undefined) telemetry.count("jobs_reclaimed_total");
    const job = jobs.find((candidate) => candidate.id === event.jobId);
    if (job === undefined) continue;
    logMove(event, job, telemetry);
    if (event.to === "SCHEDULED") telemetry.observe("scheduling_latency", Math.max(0, event.atMs - job.submittedAtMs));
    if (!isTerminal(event.to)) continue;
    telemetry.count("jobs_processed_total", { state: event.to });
    telemetry.observe("job_processing_time", Math.max(0, event.atMs - job.submittedAtMs), { state: event.to });
  }
}

/** An end without a result is news, other moves are detail. Never what a user wrote: names, tags and circuits stay out. */
function logMove({ jobId, from, to, reason, fence, seq }: JobEvent, { failure }: Job, telemetry: Telemetry): void {
  const isNews = isTerminal(to) && to !== "COMPLETED";
  const fields = { job_id: jobId, from, to, reason, fence, cursor: seq, failure: isNews ? failure?.code : undefined };
  telemetry.log(isNews ? "info" : "debug", "a job moved", fields);
}
