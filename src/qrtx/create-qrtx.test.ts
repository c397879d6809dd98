// What QRTX writes, step by step, over a store that counts the steps and a pool whose tasks end when the test says so.

import { beforeEach, expect, test } from "vitest";
import { noRequirements } from "../../test/fixtures/job.ts";
import { createManualPool, type ManualPool } from "../../test/fixtures/pool.ts";
import { requestFixture } from "../../test/fixtures/request.ts";
import { createMemoryStore } from "../adapters/memory/index.ts";
import { createNoTelemetry } from "../adapters/otel/none.ts";
import * as make from "../adapters/store.fixture.ts";
import { createManualClock, type ManualClock, startMs } from "../adapters/store.fixture.ts";
import { limits } from "../base/limits.ts";
import { createSimulatorDriver, idealSimulator } from "../driver-manager/index.ts";
import type { Job } from "../model/job.ts";
import { type KernelStore, type Step, StoreUnavailableError } from "../ports/store.ts";
import { parseQasm } from "../qasm/index.ts";
import { createCircuitFs } from "../qfs/index.ts";
import { createQrtx } from "./create-qrtx.ts";
import type { Qrtx, SubmitRequest } from "./door.ts";

// Wide enough to count as long: it needs a worker of its own.
const long = 'OPENQASM 3.0; include "stdgates.inc"; qubit[22] q; bit[22] c; for int k in [1:400] { rx(0.1) q; } c = measure q;';

let clock: ManualClock;
let store: { -readonly [Name in keyof KernelStore]: KernelStore[Name] };
/** The same store past the steps and delays of the test. */
let real: KernelStore;
/** How far the store's clock is from the kernel's. */
let storeOffsetMs: number;
let manual: ManualPool;
let qrtx: Qrtx;
let steps: Step[];
/** Awaited before each step of that kind reaches the store. */
let delays: Partial<Record<Step["kind"], (step: Step) => Promise<void>>>;
let randomByte: number;
let observed: string[];

beforeEach(async () => {
  clock = createManualClock();
  steps = [];
  delays = {};
  randomByte = 0;
  observed = [];
  storeOffsetMs = 0;
  real = createMemoryStore({ clock: { ...clock, nowMs: () => clock.nowMs() + storeOffsetMs } });
  store = {
    ...real,
    async commit(step) {
      steps.push(step);
      await delays[step.kind]?.(step);
      return real.commit(step);
    },
  };
  manual = createManualPool(2);
  qrtx = await startQrtx(4);
});

function startQrtx(concurrentTaskCountMax: number, devices = [idealSimulator(26)], kernelId = "kernel_a"): Promise<Qrtx> {
  const telemetry = { ...createNoTelemetry(), observe: (name: string) => void observed.push(name) };
  return createQrtx({
    store,
    circuits: createCircuitFs({ store, parse: parseQasm, clock, telemetry, cacheSize: 10 }),
    drivers: createSimulatorDriver({ stateBytesMax: 2 ** 30, pool: manual.pool, devices }),
    clock,
    entropy: { bytes: (count) => new Uint8Array(count).fill(++randomByte) },
    telemetry,
    kernelId,
    concurrentTaskCountMax,
    queuedJobCountMax: 100,
  });
}

async function submit(changes: Partial<SubmitRequest> = {}): Promise<Job> {
  const answer = await qrtx.submit(requestFixture(changes));
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value.job;
}

async function stateOf({ id }: Job): Promise<string | undefined> {
  return (await store.findJobById(id))?.state;
}

/** Lets everything happen that needs no time. */
async function settle(rounds = 1): Promise<void> {
  for (let turn = 0; turn < 20 * rounds; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("an idle kernel submits, claims and starts a job in one step, and answers with the job as it was admitted", async () => {
  // The first tick of a kernel looks for what others left behind.
  await qrtx.tick();
  steps = [];
  const job = await submit();
  expect(steps.map(({ kind }) => kind)).toEqual(["submit"]);
  expect([job.state, job.eventSeq]).toEqual(["QUEUED", 1]);
  expect(await stateOf(job)).toBe("RUNNING");
  await settle();
  manual.finish();
  await settle();
  expect(steps.map(({ kind }) => kind)).toEqual(["submit", "complete"]);
  expect(await stateOf(job)).toBe("COMPLETED");
});

test("a circuit that comes with its job counts as stored, once, and not when nothing is stored", async () => {
  const countStored = (): number => observed.filter((name) => name === "circuit_store_latency").length;
  const { spec } = await submit({ idempotencyKey: "k", name: "first" });
  expect(countStored()).toBe(1);
  // The first answer again, a name that is taken, and a circuit that is there already.
  await submit({ idempotencyKey: "k", name: "first" });
  const taken = await qrtx.submit(requestFixture({ name: "first", shots: 7 }));
  expect(taken).toMatchObject({ ok: false, error: { code: "job_exists" } });
  await submit({ circuit: { circuitId: spec.circuitId } });
  expect(countStored()).toBe(1);
});

test("a job that waits for a busy device holds nobody back who goes to another, and nobody overtakes it on its own", async () => {
  qrtx = await startQrtx(4, [{ ...idealSimulator(26), name: "small", slotCount: 1 }, idealSimulator(26)]);
  const onSmall = { circuit: { openqasm: long }, requirements: { ...noRequirements, device: "small" } };
  const jobs = [
    await submit({ circuit: { openqasm: long }, requirements: { ...noRequirements, device: "simulator" } }),
    await submit(onSmall),
    await submit({ ...onSmall, priority: "HIGH" }),
    await submit({ circuit: { openqasm: long } }),
  ];
  await settle();
  const states = () => Promise.all(jobs.map(stateOf));
  expect(await states()).toEqual(["RUNNING", "RUNNING", "QUEUED", "QUEUED"]);
  manual.finish();
  await settle();
  // The last one fits the small device too, but others wait for that.
  expect(await states()).toEqual(["COMPLETED", "RUNNING", "QUEUED", "RUNNING"]);
  expect((await store.findJobById(jobs[3]?.id ?? ""))?.device).toBe("simulator");
  manual.finish();
  await settle();
  expect(await states()).toEqual(["COMPLETED", "COMPLETED", "RUNNING", "RUNNING"]);
});

test("a job does not overtake one that waits", async () => {
  const running = [await submit({ circuit: { openqasm: long } }), await submit({ circuit: { openqasm: long } })];
  const waiting = await submit({ circuit: { openqasm: long } });
  await settle();
  expect(await stateOf(waiting)).toBe("QUEUED");
  manual.finish();
  const late = submit({ circuit: { openqasm: long } });
  await settle();
  expect(await Promise.all([...running, waiting, await late].map(stateOf))).toEqual([
    "COMPLETED",
    "RUNNING",
    "RUNNING",
    "QUEUED",
  ]);
});

test("claims that are under way count against concurrentTaskCountMax", async () => {
  qrtx = await startQrtx(1);
  const jobs = await Promise.all([submit(), submit(), submit()]);
  await settle();
  expect((await Promise.all(jobs.map(stateOf))).filter((state) => state === "RUNNING")).toHaveLength(1);
  expect(manual.running()).toBe(1);
});

test("a tick and a submit that look for a place at the same moment do not both take the last one", async () => {
  qrtx = await startQrtx(1);
  const [running, waiting] = [await submit(), await submit()];
  await settle();
  const realReady = store.readyJobs;
  let late: Promise<Job> | undefined;
  const gate = Promise.withResolvers<void>();
  delays.submit = () => gate.promise;
  // The tick has counted its room; now somebody submits; then the tick goes on, and the submit reaches the store last.
  store.readyJobs = async (limit) => {
    const ready = await realReady(limit);
    late ??= submit();
    await settle();
    return ready;
  };
  manual.finish();
  await settle(4);
  gate.resolve();
  await settle(4);
  const states = await Promise.all([running, waiting, await (late ?? submit())].map(stateOf));
  expect(states).toEqual(["COMPLETED", "RUNNING", "QUEUED"]);
});

test("an ending that is on its way to the store is not sent again by a tick", async () => {
  const gate = Promise.withResolvers<void>();
  delays.complete = () => gate.promise;
  const job = await submit();
  await settle();
  manual.finish();
  await settle();
  await qrtx.tick();
  await qrtx.tick();
  gate.resolve();
  await settle();
  expect(steps.filter(({ kind }) => kind === "complete")).toHaveLength(1);
  expect(await stateOf(job)).toBe("COMPLETED");
});

test("an ending that the store did not take is sent again by the next tick", async () => {
  delays.complete = async () => {
    delays = {};
    throw new StoreUnavailableError("gone for a moment");
  };
  const job = await submit();
  await settle();
  manual.finish();
  await settle();
  expect(steps.filter(({ kind }) => kind === "complete")).toHaveLength(2);
  expect(await stateOf(job)).toBe("COMPLETED");
});

test("a submit that fails gives its place back", async () => {
  qrtx = await startQrtx(1);
  delays.submit = async () => {
    delays = {};
    throw new StoreUnavailableError("gone for a moment");
  };
  await expect(submit()).rejects.toThrow();
  const job = await submit();
  await settle();
  expect(await stateOf(job)).toBe("RUNNING");
});

test("the result of a job that runs is not ready, tells when to ask again, and is there when the job has ended", async () => {
  const { id, owner } = await submit();
  await settle();
  expect(await qrtx.result(owner, id)).toMatchObject({
    ok: false,
    error: { code: "result_not_ready", facts: { id, state: "RUNNING" }, retryAfterMs: limits.tickRetryMs },
  });
  manual.finish();
  await settle();
  expect(await qrtx.result(owner, id)).toMatchObject({ ok: true });
});

test("a kernel that drains takes no job and says when to try again", async () => {
  await qrtx.drain(AbortSignal.abort());
  const refused = await qrtx.submit(requestFixture());
  expect(refused).toMatchObject({ ok: false, error: { code: "shutting_down", retryAfterMs: limits.tickIdleMs } });
  expect(steps).toEqual([]);
});

test("a drain waits for a job whose claim is under way, and gives it back when its patience ends", async () => {
  const gate = Promise.withResolvers<void>();
  delays.submit = () => gate.promise;
  const submitting = submit();
  await settle();
  const patience = new AbortController();
  let isDrained = false;
  const draining = qrtx.drain(patience.signal).then(() => {
    isDrained = true;
  });
  patience.abort();
  await settle();
  expect(isDrained).toBe(false);
  gate.resolve();
  const job = await submitting;
  await draining;
  expect(await store.findJobById(job.id)).toMatchObject({ state: "QUEUED", holder: "", attempts: 1, yields: 1 });
});

test("a job that takes its worker down is tried again, and DEAD when it does so too often", async () => {
  const job = await submit();
  for (let kill = 1; kill <= limits.workerKillCountMax; kill++) {
    await settle();
    expect(await stateOf(job), `before kill ${kill}`).toBe("RUNNING");
    manual.finish({ ok: false, failure: { kind: "trapped", cause: "unreachable" } });
  }
  await settle();
  const dead = await store.findJobById(job.id);
  expect([dead?.state, dead?.failure?.code, dead?.workerKills]).toEqual(["DEAD", "execution_failed", limits.workerKillCountMax]);
});

test("a job without memory enough is FAILED, and the next one runs", async () => {
  const job = await submit();
  await settle();
  manual.finish({ ok: false, failure: { kind: "out_of_memory", cause: "grow" } });
  await settle();
  expect((await store.findJobById(job.id))?.failure?.code).toBe("out_of_memory");
  const next = await submit();
  await settle();
  manual.finish();
  await settle();
  expect(await stateOf(next)).toBe("COMPLETED");
});

test.each([
  ["its deadline", { deadlineMs: startMs + 1000 }, 1000, "deadline_exceeded"],
  ["the longest time that a job may run", {}, limits.jobRuntimeMsMax + 1, "runtime_exceeded"],
] as const)("a job that runs past %s is stopped and FAILED", async (_title, changes, afterMs, code) => {
  const job = await submit(changes);
  await settle();
  // Kept alive as a kernel does: a tick in every part of a lease.
  for (let passedMs = 0; passedMs < afterMs; passedMs += limits.leaseRenewMs) {
    clock.advance(Math.min(limits.leaseRenewMs, afterMs - passedMs));
    await qrtx.tick();
    await settle();
  }
  const failed = await store.findJobById(job.id);
  expect([failed?.state, failed?.failure?.code]).toEqual(["FAILED", code]);
  expect(manual.running()).toBe(0);
});

test("a kernel tells when it has to be called although nothing happens: soon while it has work, when another's lease runs out, else never", async () => {
  expect(await qrtx.untilDue()).toBeUndefined();
  const job = await submit();
  expect(await qrtx.untilDue()).toBe(limits.tickIdleMs);
  await settle();
  manual.finish();
  await settle();
  expect(await stateOf(job)).toBe("COMPLETED");
  expect(await qrtx.untilDue()).toBeUndefined();

  const controller = new AbortController();
  const stream = await qrtx.monitor(job.owner, job.id, 0, controller.signal);
  if (!stream.ok) throw new Error(stream.error.code);
  const reading = stream.value[Symbol.asyncIterator]();
  await reading.next();
  expect(await qrtx.untilDue(), "streams want heartbeats").toBe(limits.tickIdleMs);
  controller.abort();
  await reading.return?.();
  expect(await qrtx.untilDue()).toBeUndefined();

  const { step } = await submitToOther("kernel_b");
  expect(await qrtx.untilDue()).toBe(step.leaseMs);
});

/** A job that another kernel on this store holds. */
async function submitToOther(holder: string) {
  const step = make.claim(1, { holder, start: true });
  await make.apply(store, make.submit(1));
  await make.apply(store, step);
  return { step };
}

test("a stream that is opened late begins with what happened before", async () => {
  const { id, owner } = await submit();
  await settle();
  manual.finish();
  await settle();
  const stream = await qrtx.monitor(owner, id, 0, new AbortController().signal);
  if (!stream.ok) throw new Error(stream.error.code);
  const states = await Array.fromAsync(stream.value, ({ event }) => event.to);
  expect(states).toEqual(["QUEUED", "SCHEDULED", "RUNNING", "COMPLETED"]);
});

test("a claim that the store did not take leaves its place free for the next tick", async () => {
  qrtx = await startQrtx(1);
  const [, waiting] = [await submit(), await submit()];
  delays.claim = async () => {
    delays = {};
    throw new StoreUnavailableError("gone for a moment");
  };
  await settle();
  manual.finish();
  await settle();
  expect(await stateOf(waiting)).toBe("QUEUED");
  clock.advance(limits.tickRetryMs);
  await qrtx.tick();
  await settle();
  expect(await stateOf(waiting)).toBe("RUNNING");
  expect(manual.running()).toBe(1);
});

/** The store's clock leaps over the lease of what runs; the tick that follows takes it back and claims it anew. */
async function loseLease(): Promise<void> {
  storeOffsetMs += 2 * limits.leaseMs;
  clock.advance(limits.reapIntervalMs);
  await qrtx.tick();
  await settle();
}

test("a job whose worker dies at its last attempt is DEAD, not started once more", async () => {
  const job = await submit();
  await settle();
  for (let attempt = 1; attempt < limits.attemptCountMax; attempt++) await loseLease();
  expect(await store.findJobById(job.id)).toMatchObject({ state: "RUNNING", attempts: limits.attemptCountMax });
  manual.finish({ ok: false, failure: { kind: "trapped", cause: "unreachable" } });
  await settle();
  const { state, failure, attempts } = (await store.findJobById(job.id)) ?? {};
  expect([state, failure?.code, attempts]).toEqual(["DEAD", "too_many_attempts", limits.attemptCountMax]);
});

test("a kernel that claims again what it has lost unnoticed stops the earlier run", async () => {
  const job = await submit();
  await settle();
  await loseLease();
  expect(await store.findJobById(job.id)).toMatchObject({ state: "RUNNING", attempts: 2 });
  expect(manual.running()).toBe(1);
});

test.each(["submit", "claim"] as const)("a %s that the network delivers twice starts its job, once and at once", async (kind) => {
  qrtx = await startQrtx(1);
  // The first copy is applied before the second, whose answer comes back.
  const twice = async (step: Step): Promise<void> => {
    delays = {};
    await real.commit(step);
  };
  if (kind === "submit") delays.submit = twice;
  const first = await submit();
  await settle();
  expect([await stateOf(first), manual.running()]).toEqual(["RUNNING", 1]);
  if (kind === "submit") return;
  const second = await submit();
  delays.claim = twice;
  manual.finish();
  await settle();
  expect([await stateOf(first), await stateOf(second), manual.running()]).toEqual(["COMPLETED", "RUNNING", 1]);
});

test("when the store's clock goes back an hour, what a dead kernel held is taken over after two leases at most", async () => {
  const job = await submit();
  storeOffsetMs = -3_600_000;
  const heir = await startQrtx(4, [idealSimulator(26)], "kernel_b");
  for (let passedMs = 0; passedMs < 2 * limits.leaseMs + limits.reapIntervalMs; passedMs += limits.reapIntervalMs) {
    clock.advance(limits.reapIntervalMs);
    await heir.tick();
  }
  expect(await store.findJobById(job.id)).toMatchObject({ state: "RUNNING", holder: "kernel_b", attempts: 2 });
});
