import { expect, test } from "vitest";
import { createManualPool } from "../../test/fixtures/pool.ts";
import { limits } from "../base/limits.ts";
import type { ComputeTask } from "../ports/compute.ts";
import { createSimulatorDriver } from "./simulator-driver.ts";

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
  const driver = createSimulatorDriver({ name: "simulator", pool, qubitCountMax: 10 });
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
  const driver = createSimulatorDriver({ name: "simulator", pool, qubitCountMax: 10 });
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
  const driver = createSimulatorDriver({ name: "simulator", pool, qubitCountMax: 10 });
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
  const driver = createSimulatorDriver({ name: "simulator", pool: createManualPool(1).pool, qubitCountMax: 10 });
  expect(driver.device("other")).toBeUndefined();
  expect(driver.reserve("other", 1)).toBeUndefined();
  expect(driver.freeSlots("other")).toBe(0);
});
