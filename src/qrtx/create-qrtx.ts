// QRTX, the executive: admits jobs, and at every tick does what is due. It starts no timer: commits wake it, and whoever owns it
// calls tick() again after the time it asked for.

import { limits } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import { createWaitEstimate } from "../base/wait-estimate.ts";
import type { DriverManager } from "../driver-manager/index.ts";
import { type KernelError, kernelError } from "../model/errors.ts";
import { isTerminal, type Job, type Owner } from "../model/job.ts";
import type { Clock, Entropy } from "../ports/clock.ts";
import { type KernelStore, type StepOutcome, StoreOverloadedError, type SubmitStep } from "../ports/store.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { CircuitFs } from "../qfs/index.ts";
import { admit, hashRequest } from "./admission.ts";
import { createCommitter } from "./committer.ts";
import type { Qrtx, SubmitAnswer, SubmitRequest } from "./door.ts";
import { createEventHub } from "./event-hub.ts";
import { HeldJobs } from "./held-jobs.ts";
import { findSmallResult, readParts } from "./results.ts";
import { followEvents, followJob } from "./streams.ts";
import { createTicker } from "./ticker.ts";

export interface QrtxOptions {
  readonly store: KernelStore;
  readonly circuits: CircuitFs;
  readonly drivers: DriverManager;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly telemetry: Telemetry;
  /** Unique among the kernels on this store, and never used again after a restart. */
  readonly kernelId: string;
  /** Jobs held at once, running or about to. */
  readonly concurrentTaskCountMax: number;
  readonly queuedJobCountMax: number;
}

export async function createQrtx(options: QrtxOptions): Promise<Qrtx> {
  const { store, circuits, drivers, clock, entropy, telemetry } = options;
  const hub = createEventHub(await store.lastEventSeq());
  const queueWait = createWaitEstimate(clock.monotonicMs());
  const onDequeued = (count: number): void => queueWait.free(count, clock.monotonicMs());
  const committer = createCommitter({ store, hub, telemetry, onDequeued });
  const held = new HeldJobs();
  const ticker = createTicker({ ...options, hub, committer, held });
  const streams = { store, hub, nowMs: () => clock.nowMs() };

  async function find(owner: Owner, reference: string): Promise<Result<Job, KernelError>> {
    const job = await store.findJob(owner.tenant, reference);
    const isVisible = job !== undefined && job.owner.project === owner.project;
    return isVisible ? ok(job) : err(kernelError("job_not_found", { facts: { id: reference } }));
  }

  /** The first answer to a known idempotency key; it holds even when the request could not be admitted any more. */
  async function findRepeat(request: SubmitRequest): Promise<Result<SubmitAnswer, KernelError> | undefined> {
    if (request.idempotencyKey === "") return undefined;
    const first = await store.findSubmission(request.owner.tenant, request.idempotencyKey);
    if (first === undefined) return undefined;
    if (first.requestHash !== hashRequest(request)) return err(idempotencyConflict(first.job));
    return ok({ job: first.job, repeated: true });
  }

  const qrtx: Qrtx = {
    async submit(request) {
      if (ticker.isDraining()) return err(kernelError("shutting_down", { retryAfterMs: limits.tickIdleMs }));
      const startMs = clock.monotonicMs();
      const admitted = await admit(request, {
        circuits,
        devices: drivers.devices(),
        nowMs: clock.nowMs(),
        randomBytes: (count) => entropy.bytes(count),
        traceparent: telemetry.traceparent(),
        queuedJobCountMax: options.queuedJobCountMax,
      });
      if (!admitted.ok) return (await findRepeat(request)) ?? admitted;
      const offer = ticker.offer(admitted.value);
      const step = { ...admitted.value.step, claim: offer?.claim };
      try {
        const outcome = await committer.commit(step);
        const isCircuitStored = step.circuit !== undefined && outcome.kind === "applied";
        // Job and circuit share a commit, so this is the time of both: read, admitted and stored.
        if (isCircuitStored) telemetry.observe("circuit_store_latency", clock.monotonicMs() - startMs);
        const job = outcome.kind === "applied" ? outcome.jobs[0] : undefined;
        offer?.take(job);
        if (job?.state === "QUEUED") void ticker.wake();
        return toSubmitAnswer(step, outcome, () => queueWait.next(clock.monotonicMs()));
      } catch (error) {
        offer?.take(undefined);
        if (error instanceof StoreOverloadedError) return err(kernelError("overloaded", { retryAfterMs: limits.tickIdleMs }));
        throw error;
      }
    },

    async cancel(owner, reference) {
      const found = await find(owner, reference);
      if (!found.ok) return found;
      const step = { kind: "cancel", owner, jobId: found.value.id, reason: "cancelled by its user" } as const;
      const outcome = await committer.commit(step);
      if (outcome.kind === "refused") {
        const state = outcome.job?.state;
        return err(
          state === undefined
            ? kernelError("job_not_found", { facts: { id: reference } })
            : kernelError("job_already_ended", { facts: { id: reference, state } }),
        );
      }
      const running = held.get(found.value.id);
      if (running !== undefined) held.stop(running, "cancelled");
      return ok(outcome.kind === "applied" ? (outcome.jobs[0] ?? found.value) : outcome.job);
    },

    async status(owner, reference) {
      const found = await find(owner, reference);
      if (!found.ok) return found;
      const job = found.value;
      const lastEvent = await store.lastEvent(job.id);
      if (lastEvent === undefined) return err(kernelError("internal", { facts: { missing: "event" } }));
      const queuePosition = job.state === "QUEUED" ? await store.countAhead(job) : undefined;
      return ok({ job, lastEvent, queuePosition, result: await findSmallResult(store, job) });
    },

    async list(filter) {
      return ok(await store.listJobs(filter));
    },

    async result(owner, reference) {
      const found = await find(owner, reference);
      if (!found.ok) return found;
      const job = found.value;
      const facts = { id: reference, state: job.state };
      if (!isTerminal(job.state)) return err(kernelError("result_not_ready", { facts, retryAfterMs: limits.tickRetryMs }));
      const stored = await store.findResult(job.id);
      if (stored === undefined) return err(kernelError("job_has_no_result", { facts }));
      return ok(readParts(store, job, stored));
    },

    async monitor(owner, reference, after, signal) {
      const found = await find(owner, reference);
      if (!found.ok) return found;
      const refusal = await cursorRefusal(store, after);
      return refusal === undefined ? ok(followJob(streams, found.value, after ?? 0, signal)) : err(refusal);
    },

    async subscribe({ owner, after, jobs, states }, signal) {
      const jobIds: string[] = [];
      for (const reference of jobs) {
        const found = await find(owner, reference);
        if (!found.ok) return found;
        jobIds.push(found.value.id);
      }
      const refusal = await cursorRefusal(store, after);
      if (refusal !== undefined) return err(refusal);
      const filter = { tenant: owner.tenant, project: owner.project, jobIds, states };
      const from = after ?? (await store.lastEventSeq());
      return ok(followEvents(streams, filter, { from, announces: after === undefined }, signal));
    },

    tick: () => ticker.tick(),

    async untilDue() {
      if (held.takenCount > 0 || hub.listenerCount > 0 || (await store.countJobs()).QUEUED > 0) return limits.tickIdleMs;
      // What other kernels on this store hold: their leases may run out.
      const expiryMs = await store.nextExpiryMs();
      if (expiryMs === undefined) return undefined;
      // One that ends later than any lease can is what the store's clock left behind when it went back: reaping shortens it.
      const waitMs = Math.min(expiryMs - (await store.nowMs()), limits.leaseMs);
      return Math.max(waitMs, limits.reapIntervalMs);
    },

    async drain(signal) {
      ticker.beginDrain();
      const giveBack = (): void => held.stopAll("given_back");
      if (signal.aborted) giveBack();
      else signal.addEventListener("abort", giveBack, { once: true });
      await held.empty();
      await ticker.stop();
      hub.closeAll();
    },

    async readiness() {
      if (ticker.isDraining()) return { ready: false, reason: "the kernel is shutting down" };
      return (await store.isWritable()) ? { ready: true, reason: "" } : { ready: false, reason: "the store cannot be written" };
    },
  };
  return qrtx;
}

function toSubmitAnswer(step: SubmitStep, outcome: StepOutcome, queueWaitMs: () => number): Result<SubmitAnswer, KernelError> {
  if (outcome.kind === "repeated") return ok({ job: outcome.job, repeated: true });
  if (outcome.kind === "applied") {
    const [job] = outcome.jobs;
    if (job === undefined) return err(kernelError("internal", { facts: { missing: "job" } }));
    // As it was admitted, although it may run already.
    const [submitted] = outcome.events;
    return ok({
      job: submitted === undefined ? job : { ...job, state: submitted.to, eventSeq: submitted.seq },
      repeated: false,
    });
  }
  switch (outcome.reason) {
    case "queue_full":
      return err(kernelError("queue_full", { facts: { queued_jobs_max: step.queuedJobCountMax }, retryAfterMs: queueWaitMs() }));
    case "name_taken":
      return err(kernelError("job_exists", { facts: { id: step.spec.name, job_id: outcome.job?.id ?? "" } }));
    case "idempotency_conflict":
      return err(idempotencyConflict(outcome.job));
    case "deadline_passed":
      return err(kernelError("deadline_passed"));
    default:
      return err(kernelError("internal", { facts: { refusal: outcome.reason } }));
  }
}

function idempotencyConflict(first: Job | undefined): KernelError {
  return kernelError("idempotency_conflict", { facts: { first_job_id: first?.id ?? "" } });
}

async function cursorRefusal(store: KernelStore, after: number | undefined): Promise<KernelError | undefined> {
  if (after === undefined || after === 0) return undefined;
  const newest = await store.lastEventSeq();
  return after <= newest ? undefined : kernelError("cursor_out_of_range", { facts: { cursor: after, newest } });
}
