// The heartbeat of QRTX: one pass over what is due, coalesced so that many wake-ups cost one run.
//
// Order matters. Expired leases are reaped before new work is claimed: otherwise dead claims keep their slots while fresh jobs go on.

import { limits } from "../base/limits.ts";
import { LruCache } from "../base/lru-cache.ts";
import type { CompiledCircuit } from "../compiler/index.ts";
import type { DriverManager, TaskSlot } from "../driver-manager/index.ts";
import type { Device } from "../model/device.ts";
import { isTerminal, type Job } from "../model/job.ts";
import type { Clock } from "../ports/clock.ts";
import { type FirstClaim, type KernelStore, type Step, StoreOverloadedError, StoreUnavailableError } from "../ports/store.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { CircuitFs } from "../qfs/index.ts";
import { matchDevices } from "../resource-manager/index.ts";
import type { Admitted } from "./admission.ts";
import type { Committer } from "./committer.ts";
import type { EventHub } from "./event-hub.ts";
import type { HeldJob, HeldJobs } from "./held-jobs.ts";
import { estimateWork, runJob } from "./run-job.ts";

export interface TickerOptions {
  readonly store: KernelStore;
  readonly circuits: CircuitFs;
  readonly drivers: DriverManager;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly kernelId: string;
  readonly concurrentTaskCountMax: number;
  readonly hub: EventHub;
  readonly committer: Committer;
  readonly held: HeldJobs;
}

export interface Ticker {
  tick(): Promise<number>;
  /** A tick that looks for jobs that wait: somebody knows of one. */
  wake(): Promise<number>;
  /** A place for a job that is about to be submitted; undefined when it has to wait its turn. */
  offer(admitted: Admitted): Offer | undefined;
  /** From now on nothing is claimed. */
  beginDrain(): void;
  /** Resolves when no tick is under way; later ones do nothing: the store may be closed. */
  stop(): Promise<void>;
  isDraining(): boolean;
}

/** A reserved place: take() is to be called once, whatever the store answered. */
export interface Offer {
  readonly claim: FirstClaim;
  /** Runs the job if the store claimed it; otherwise the place is free again. */
  take(job: Job | undefined): void;
}

export function createTicker(options: TickerOptions): Ticker {
  const { store, circuits, drivers, clock, telemetry, hub, committer, held } = options;
  const compiled = new LruCache<string, CompiledCircuit>(limits.compiledCircuitCountMax);
  let isDraining = false;
  let isStopped = false;
  let renewedAtMs = clock.monotonicMs();
  let lookedForExpiryAtMs = Number.NEGATIVE_INFINITY;
  let reapedAtMs = Number.NEGATIVE_INFINITY;
  let heartbeatAtMs = clock.monotonicMs();
  let caughtUpAtMs = clock.monotonicMs();
  let measuredAtMs = Number.NEGATIVE_INFINITY;
  // Whether jobs may wait, as far as this kernel knows. Others on this store may submit too, so it looks now and then anyway.
  let mayWait = true;
  let lookedForWorkAtMs = Number.NEGATIVE_INFINITY;
  let current: Promise<number> | undefined;
  let next: Promise<number> | undefined;

  function tick(): Promise<number> {
    if (isStopped) return Promise.resolve(limits.tickIdleMs);
    if (current === undefined) {
      current = pass().finally(() => {
        current = undefined;
      });
      return current;
    }
    next ??= current.then(() => {
      next = undefined;
      return tick();
    });
    return next;
  }

  async function pass(): Promise<number> {
    try {
      stopOverdue();
      await retryEndings();
      await renewLeases();
      await reapExpired();
      if (!isDraining) await claimReady();
      await tendStreams();
      await measure();
      return timeToNext();
    } catch (error) {
      // The store's trouble passes or shows in readiness; anything else is our bug and must not stop the kernel's heart.
      const isExpected = error instanceof StoreUnavailableError || error instanceof StoreOverloadedError;
      telemetry.log(isExpected ? "warn" : "error", "a tick was cut short", { cause: describeCause(error) });
      return limits.tickRetryMs;
    }
  }

  function stopOverdue(): void {
    for (const running of held.values()) {
      const { deadlineMs } = running.job;
      if (deadlineMs !== undefined && deadlineMs <= clock.nowMs()) held.stop(running, "deadline");
      else if (clock.monotonicMs() - running.claimedAtMs > limits.jobRuntimeMsMax) held.stop(running, "runtime");
    }
  }

  async function retryEndings(): Promise<void> {
    const unsettled = held.values().filter((running) => running.ending !== undefined && !running.isSettling);
    await Promise.all(unsettled.map((running) => settle(running)));
  }

  async function renewLeases(): Promise<void> {
    if (held.count === 0 || clock.monotonicMs() - renewedAtMs < limits.leaseRenewMs) return;
    const holdings = held.values();
    const claims = holdings.map(({ job }) => ({ jobId: job.id, fence: job.fence }));
    const outcome = await committer.commit({ kind: "renew", holder: options.kernelId, claims, leaseMs: limits.leaseMs });
    renewedAtMs = clock.monotonicMs();
    const kept = new Set(outcome.kind === "applied" ? outcome.jobs.map((job) => job.id) : []);
    for (const running of holdings) if (!kept.has(running.job.id)) held.stop(running, "lost");
  }

  async function reapExpired(): Promise<void> {
    if (clock.monotonicMs() - lookedForExpiryAtMs < limits.reapIntervalMs) return;
    // Also when nothing is due: a store's clock that went back leaves leases that would not be due for long.
    if (clock.monotonicMs() - reapedAtMs >= limits.leaseMs || (await isSomethingDue())) {
      const { attemptCountMax, claimBatchMax, idempotencyKeptMs, leaseMs } = limits;
      const outcome = await committer.commit({ kind: "reap", attemptCountMax, leaseMs, limit: claimBatchMax, idempotencyKeptMs });
      if (outcome.kind === "applied" && outcome.jobs.length > 0) mayWait = true;
      reapedAtMs = clock.monotonicMs();
    }
    lookedForExpiryAtMs = clock.monotonicMs();
  }

  async function isSomethingDue(): Promise<boolean> {
    const expiryMs = await store.nextExpiryMs();
    return expiryMs !== undefined && expiryMs <= (await store.nowMs());
  }

  async function claimReady(): Promise<void> {
    const wanted = Math.min(drivers.room(), options.concurrentTaskCountMax - held.takenCount, limits.claimBatchMax);
    if (wanted <= 0 || (!mayWait && clock.monotonicMs() - lookedForWorkAtMs < limits.tickIdleMs)) return;
    lookedForWorkAtMs = clock.monotonicMs();
    mayWait = false; // Before the store is asked: who is told of more work meanwhile says so again.
    try {
      const ready = await store.readyJobs(wanted);
      const placed = await placeInOrder(ready.filter(({ id }) => !held.isExpected(id)));
      if (ready.length === wanted || placed.length < ready.length) mayWait = true;
      await claimAll(placed);
    } catch (error) {
      mayWait = true;
      throw error;
    }
  }

  async function claimAll(placed: readonly PlacedJob[]): Promise<void> {
    const claims = await Promise.allSettled(placed.map(({ job, place }) => claim(job, place)));
    for (const outcome of claims) if (outcome.status === "rejected") throw outcome.reason;
  }

  /** A job that finds no place holds the others back from the devices it fits: priorities mean something. */
  async function placeInOrder(ready: readonly Job[]): Promise<readonly PlacedJob[]> {
    const placed: PlacedJob[] = [];
    const awaited = new Set<string>();
    const deviceCount = drivers.devices().length;
    try {
      for (const job of ready) {
        const { fitting, work } = await needOf(job);
        const devices = fitting.filter(({ name }) => !awaited.has(name));
        const place = placeOn(devices, work);
        if (place !== undefined) placed.push({ job, place });
        else for (const { name } of fitting) awaited.add(name);
        if (awaited.size === deviceCount) break;
      }
      return placed;
    } catch (error) {
      for (const { place } of placed) place.slot.release();
      throw error;
    }
  }

  async function needOf(job: Job): Promise<{ readonly fitting: readonly Device[]; readonly work: number }> {
    const loaded = await circuits.circuitOf(job.owner, job.spec.circuitId);
    // A circuit that cannot be read any more needs no room; running it ends the job with the reason.
    if (!loaded.ok) return { fitting: drivers.devices(), work: 0 };
    const circuit = loaded.value;
    const { fitting } = matchDevices({ ...job.spec, circuit }, drivers.devices());
    return { fitting, work: estimateWork(circuit, job.spec.shots) };
  }

  function placeOn(devices: readonly Device[], work: number): PlacedSlot | undefined {
    for (const { name } of devices) {
      const slot = drivers.reserve(name, work);
      if (slot !== undefined) return { device: name, slot };
    }
    return undefined;
  }

  async function claim({ id, fence }: Job, place: PlacedSlot): Promise<void> {
    // A submit may have taken the last place while the store was asked.
    if (isFull()) {
      mayWait = true;
      return place.slot.release();
    }
    const { claim, take } = makeOffer(id, place);
    try {
      const outcome = await committer.commit({ kind: "claim", jobId: id, fence, start: true, ...claim });
      take(outcome.kind === "applied" ? outcome.jobs[0] : undefined);
    } catch (error) {
      take(undefined);
      throw error;
    }
  }

  function isFull(): boolean {
    return held.takenCount >= options.concurrentTaskCountMax;
  }

  function makeOffer(jobId: string, { device, slot }: PlacedSlot): Offer {
    held.expect(jobId);
    const reason = `placed on ${device}, the first device with room that satisfies the job`;
    return {
      claim: { holder: options.kernelId, device, leaseMs: limits.leaseMs, reason },
      take(job) {
        if (job?.state !== "RUNNING" || job.holder !== options.kernelId) {
          slot.release();
          held.forgo(jobId);
          return;
        }
        if (held.count === 0) renewedAtMs = clock.monotonicMs();
        void execute(held.add(job, clock.monotonicMs()), slot);
      },
    };
  }

  async function execute(running: HeldJob, slot: TaskSlot): Promise<void> {
    const { job } = running;
    try {
      const attributes = { "eigen.job_id": job.id, "eigen.attempt": job.attempts, "eigen.device": job.device };
      await telemetry.span("job.run", { traceparent: job.traceparent, attributes }, async () => {
        running.ending = await runJob(running, slot, { circuits, telemetry, compiled });
        await settle(running);
      });
    } catch (error) {
      // The lease runs out and somebody reaps the job; nothing acknowledged is lost.
      slot.release();
      held.remove(running);
      telemetry.log("error", "a run was abandoned", { job_id: job.id, cause: describeCause(error) });
    }
    void tick();
  }

  /** Stores how a run ended. Without an answer the job stays held and the next tick tries again. */
  async function settle(running: HeldJob): Promise<void> {
    const { ending } = running;
    if (ending === undefined) return held.remove(running);
    running.isSettling = true;
    try {
      const outcome = await committer.commit(ending);
      if (outcome.kind === "refused" && wasApplied(ending, outcome.job)) hub.catchUp(await store.lastEventSeq());
      if (ending.kind === "end" && ending.to === "QUEUED") mayWait = true;
      held.remove(running);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError || error instanceof StoreOverloadedError)) throw error;
      running.endingAttempts++;
      if (running.endingAttempts >= limits.settleAttemptMax) held.remove(running);
    } finally {
      running.isSettling = false;
    }
  }

  async function tendStreams(): Promise<void> {
    if (clock.monotonicMs() - heartbeatAtMs >= limits.streamIdleHeartbeatMs) {
      heartbeatAtMs = clock.monotonicMs();
      hub.heartbeat();
    }
    // Another kernel on this store may have written events; our own are published already.
    if (hub.listenerCount === 0 || clock.monotonicMs() - caughtUpAtMs < limits.tickIdleMs) return;
    caughtUpAtMs = clock.monotonicMs();
    hub.catchUp(await store.lastEventSeq());
  }

  async function measure(): Promise<void> {
    telemetry.gauge("jobs_running", held.count);
    if (clock.monotonicMs() - measuredAtMs < limits.tickIdleMs) return;
    measuredAtMs = clock.monotonicMs();
    telemetry.gauge("queue_length", (await store.countJobs()).QUEUED);
  }

  /** Time until something falls due, at most the slow fallback. */
  function timeToNext(): number {
    let waitMs: number = limits.tickIdleMs;
    for (const { job, ending } of held.values()) {
      if (ending !== undefined) waitMs = Math.min(waitMs, limits.tickRetryMs);
      if (job.deadlineMs !== undefined) waitMs = Math.min(waitMs, Math.max(1, job.deadlineMs - clock.nowMs()));
    }
    return waitMs;
  }

  return {
    tick,
    wake() {
      mayWait = true;
      return tick();
    },
    offer({ circuit, fitting, step }) {
      if (isDraining || isFull()) return undefined;
      const place = placeOn(fitting, estimateWork(circuit, step.spec.shots));
      return place && makeOffer(step.id, place);
    },
    beginDrain: () => {
      isDraining = true;
    },
    async stop() {
      isStopped = true;
      await current;
    },
    isDraining: () => isDraining,
  };
}

interface PlacedSlot {
  readonly device: string;
  readonly slot: TaskSlot;
}

interface PlacedJob {
  readonly job: Job;
  readonly place: PlacedSlot;
}

/** Whether a refused ending is refused because it was applied before, its reply lost. */
function wasApplied(ending: Step, now: Job | undefined): boolean {
  if (now === undefined) return false;
  if (ending.kind === "complete") return now.state === "COMPLETED" && now.fence === ending.fence;
  return ending.kind === "end" && isTerminal(now.state) && now.state === ending.to && now.fence === ending.fence;
}

function describeCause(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
