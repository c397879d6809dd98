// What QRTX writes, step by step, over a store that counts the steps and a pool whose tasks end when the test says so.

import { beforeEach, expect, test } from "vitest";
import { createManualPool, type ManualPool } from "../../test/fixtures/pool.ts";
import { requestFixture } from "../../test/fixtures/request.ts";
import { createMemoryStore } from "../adapters/memory/index.ts";
import { createNoTelemetry } from "../adapters/otel/none.ts";
import { createSimulatorDriver } from "../driver-manager/index.ts";
import type { Job } from "../model/job.ts";
import { type KernelStore, type Step, StoreUnavailableError } from "../ports/store.ts";
import { parseQasm } from "../qasm/index.ts";
import { createCircuitFs } from "../qfs/index.ts";
import { createQrtx } from "./create-qrtx.ts";
import type { Qrtx, SubmitRequest } from "./door.ts";

const clock = { nowMs: () => 1_700_000_000_000, monotonicMs: () => 0 };
// Wide enough to count as long: it needs a worker of its own.
const long = 'OPENQASM 3.0; include "stdgates.inc"; qubit[22] q; bit[22] c; for int k in [1:400] { rx(0.1) q; } c = measure q;';

let store: KernelStore;
let manual: ManualPool;
let qrtx: Qrtx;
let steps: Step[];
/** Awaited before each step of that kind reaches the store. */
let delays: Partial<Record<Step["kind"], () => Promise<void>>>;
let randomByte: number;
let observed: string[];

beforeEach(async () => {
  steps = [];
  delays = {};
  randomByte = 0;
  observed = [];
  const real = createMemoryStore({ clock });
  store = {
    ...real,
    async commit(step) {
      steps.push(step);
      await delays[step.kind]?.();
      return real.commit(step);
    },
  };
  manual = createManualPool(2);
  qrtx = await startQrtx(4);
});

function startQrtx(concurrentTaskCountMax: number): Promise<Qrtx> {
  const telemetry = { ...createNoTelemetry(), observe: (name: string) => void observed.push(name) };
  return createQrtx({
    store,
    circuits: createCircuitFs({ store, parse: parseQasm, clock, telemetry, cacheSize: 10 }),
    drivers: createSimulatorDriver({ name: "simulator", pool: manual.pool, qubitCountMax: 26 }),
    clock,
    entropy: { bytes: (count) => new Uint8Array(count).fill(++randomByte) },
    telemetry,
    kernelId: "kernel_a",
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
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("an idle kernel submits, claims and starts a job in one step, and answers with the job as it was admitted", async () => {
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

test("a circuit that comes with its job counts as stored", async () => {
  await submit();
  expect(observed).toContain("circuit_store_latency");
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
  manual.finish(); // A real pool ends what is aborted.
  await draining;
  expect(await stateOf(job)).toMatch(/QUEUED|COMPLETED/);
  expect((await store.findJobById(job.id))?.holder).toBe("");
});
