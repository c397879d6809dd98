import { expect, test } from "vitest";
import { createManualPool } from "../../test/fixtures/pool.ts";
import { limits } from "../base/limits.ts";
import type { ComputeTask } from "../ports/compute.ts";
import { idealSimulator, simulatedFleet } from "./simulated-device.ts";
import { createSimulatorDriver } from "./simulator-driver.ts";

const stateBytesMax = 2 ** 20;
const long = limits.shortTaskWorkMax + 1;
const task: ComputeTask = {
  id: "t",
  circuit: { qubitCount: 0, bitCount: 0, qubitRegisters: [], bitRegisters: [], parameters: [], globalPhase: 0, operations: [] },
  shots: 1,
  seed: 0n,
  observables: [],
};

test("long tasks get a slot each and no more", () => {
  const { pool } = createManualPool(2);
  const driver = createSimulatorDriver({ stateBytesMax, pool, devices: [idealSimulator(10)] });
  const first = driver.reserve("simulator", long);
  expect(first).toBeDefined();
  expect(driver.reserve("simulator", long)).toBeDefined();
  expect(driver.reserve("simulator", long)).toBeUndefined();
  expect(driver.reserve("simulator", 1)).toBeUndefined();
  first?.release();
  first?.release();
  expect(driver.reserve("simulator", long)).toBeDefined();
  expect(driver.reserve("simulator", long)).toBeUndefined();
});

test("short tasks are taken beyond the slots, up to the bound, and run in order", async () => {
  const { pool, finish, running } = createManualPool(1);
  const driver = createSimulatorDriver({ stateBytesMax, pool, devices: [idealSimulator(10)] });
  const slots = Array.from({ length: limits.shortTaskQueueMax + 1 }, () => driver.reserve("simulator", 1));
  expect(slots.every((slot) => slot !== undefined)).toBe(true);
  expect(driver.room()).toBe(0);
  expect(driver.reserve("simulator", 1)).toBeUndefined();

  const signal = new AbortController().signal;
  const order: number[] = [];
  const runs = slots.slice(0, 3).map((slot, k) => slot?.run(task, signal).then(() => order.push(k)));
  expect(running()).toBe(1);
  for (let k = 0; k < 3; k++) {
    finish();
    await runs[k];
    expect(running()).toBe(k < 2 ? 1 : 0);
  }
  expect(order).toEqual([0, 1, 2]);
  expect(driver.room()).toBe(3);
});

test("a task that is stopped while it waits never starts and leaves its place", async () => {
  const { pool, finish } = createManualPool(1);
  const driver = createSimulatorDriver({ stateBytesMax, pool, devices: [idealSimulator(10)] });
  const running = driver.reserve("simulator", 1)?.run(task, new AbortController().signal);
  const controller = new AbortController();
  const waiting = driver.reserve("simulator", 1)?.run(task, controller.signal);
  controller.abort();
  expect(await waiting).toEqual({ ok: false, failure: { kind: "aborted" } });
  finish();
  expect((await running)?.ok).toBe(true);
  expect(driver.freeSlots("simulator")).toBe(1);
});

test("another device's name is unknown here", () => {
  const driver = createSimulatorDriver({ stateBytesMax, pool: createManualPool(1).pool, devices: [idealSimulator(10)] });
  expect(driver.device("other")).toBeUndefined();
  expect(driver.reserve("other", 1)).toBeUndefined();
  expect(driver.freeSlots("other")).toBe(0);
});

test("devices share the workers of one pool, and each keeps to its own slots", async () => {
  const { pool, finish, running } = createManualPool(2);
  const driver = createSimulatorDriver({ stateBytesMax, pool, devices: simulatedFleet(10) });
  expect(driver.devices().map(({ name, qubitCount, slotCount }) => [name, qubitCount, slotCount])).toEqual([
    ["line-5", 5, 1],
    ["ring-12", 12, 1],
    ["grid-16", 16, 1],
    ["simulator", 10, 2],
  ]);
  const signal = new AbortController().signal;
  const run = (device: string) => driver.reserve(device, 1)?.run(task, signal);
  const runs = [run("line-5"), run("line-5"), run("simulator")];
  // The line takes one at a time though a worker is free, which the next in turn takes.
  expect(running()).toBe(2);
  expect([driver.freeSlots("line-5"), driver.freeSlots("grid-16")]).toEqual([0, 0]);
  finish();
  await runs[0];
  expect(running()).toBe(2);
  finish();
  await runs[2];
  expect([running(), driver.freeSlots("line-5"), driver.freeSlots("grid-16")]).toEqual([1, 0, 1]);
  finish();
  expect((await runs[1])?.ok).toBe(true);
  expect(driver.freeSlots("line-5")).toBe(1);
});

test("a long task on one device leaves the other workers to the others, and short tasks wait for no more than their share", () => {
  const driver = createSimulatorDriver({ stateBytesMax, pool: createManualPool(2).pool, devices: simulatedFleet(10) });
  const first = driver.reserve("line-5", long);
  expect(driver.reserve("line-5", long)).toBeUndefined();
  expect(driver.reserve("line-5", 1)).toBeUndefined();
  expect(driver.reserve("ring-12", long)).toBeDefined();
  expect(driver.reserve("grid-16", long)).toBeUndefined();
  first?.release();
  let count = 0;
  while (count <= limits.shortTaskQueueMax && driver.reserve("line-5", 1) !== undefined) count++;
  expect(count).toBe(1 + limits.shortTaskQueueMax / 2);
  expect(driver.reserve("simulator", 1)).toBeDefined();
});

test("the couplings of the fleet are those of its shapes", () => {
  const couplings = simulatedFleet(10).map(({ couplingMap }) => couplingMap?.length);
  // A line of n has n - 1, a ring n, a grid of r by c r (c - 1) + c (r - 1).
  expect(couplings).toEqual([4, 12, 24, undefined]);
});
