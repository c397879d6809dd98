// One suite for every compute pool, and what only pools with workers promise.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pinnedCounts } from "../../../test/fixtures/counts-digest.ts";
import { endlessCircuits } from "../../../test/fixtures/endless.ts";
import { loadSimulatorModules } from "../../../test/fixtures/wasm.ts";
import { circuitOf, gateOn, measureAll } from "../../../test/oracle/random-circuit.ts";
import { printedBy, serverRuntimes } from "../../../test/support/fixture.ts";
import { limits } from "../../base/limits.ts";
import type { ComputePool, ComputeTask } from "../../ports/compute.ts";
import type { SimulatorModules } from "../../simulator/index.ts";
import { createInlinePool } from "./inline-pool.ts";
import { spawnThreadWorker } from "./thread-worker.ts";
import { createWorkerPool } from "./worker-pool.ts";

const bell = circuitOf(2, [gateOn("h", [0]), gateOn("cx", [0, 1]), ...measureAll(2)], 2);
const never = new AbortController().signal;
const workerScript = new URL("../../entry/compute-worker.ts", import.meta.url);

function taskOf(changes: Partial<ComputeTask> = {}): ComputeTask {
  return { id: "t", circuit: bell, shots: 1024, seed: 5n, observables: [], ...changes };
}

const endless = taskOf({ circuit: endlessCircuits.gates });
/** Wide enough for several threads. */
const wide = taskOf({
  circuit: circuitOf(
    19,
    Array.from({ length: 19 }, (_, k) => gateOn("ry", [k], [0.3])),
  ),
});
const tooWide = taskOf({
  circuit: circuitOf(
    30,
    Array.from({ length: 30 }, (_, qubit) => gateOn("ry", [qubit], [0.3])),
  ),
});
/** A gate that does not exist: a bug of the caller, which must cost one worker at most. */
const broken = taskOf({ circuit: circuitOf(1, [gateOn("nonsense" as "x", [0])]) });

function describePool(name: string, create: (modules: SimulatorModules) => ComputePool): void {
  describe(name, () => {
    let pool: ComputePool;
    beforeAll(async () => {
      pool = create(await loadSimulatorModules());
    });
    afterAll(() => pool.close());

    test("a Bell task gives its counts, the same for the same seed", async () => {
      const first = await pool.run(taskOf(), never);
      const second = await pool.run(taskOf(), never);
      expect(first.ok && [...first.outcome.counts]).toEqual([
        ["00", 510],
        ["11", 514],
      ]);
      expect(first.ok && second.ok && [...second.outcome.counts]).toEqual(first.ok && [...first.outcome.counts]);
    });

    test("a task that needs too much memory fails alone", async () => {
      const result = await pool.run(tooWide, never);
      expect(result).toMatchObject({ ok: false, failure: { kind: "out_of_memory" } });
      expect((await pool.run(taskOf(), never)).ok).toBe(true);
    });

    test("a task that traps fails alone, with the cause", async () => {
      const result = await pool.run(broken, never);
      expect(result).toMatchObject({ ok: false, failure: { kind: "trapped" } });
      expect((await pool.run(taskOf(), never)).ok).toBe(true);
    });

    test("a running task that is aborted ends soon and leaves the pool ready", async () => {
      const controller = new AbortController();
      const aborted = pool.run(endless, controller.signal);
      setTimeout(() => controller.abort(), 50);
      expect(await aborted).toEqual({ ok: false, failure: { kind: "aborted" } });
      expect((await pool.run(taskOf(), never)).ok).toBe(true);
    });

    test("a closed pool ends what runs and takes nothing more", async () => {
      const pool = create(await loadSimulatorModules());
      const running = pool.run(endless, never);
      await pool.close();
      expect(await running).toEqual({ ok: false, failure: { kind: "closed" } });
      expect(await pool.run(taskOf(), never)).toEqual({ ok: false, failure: { kind: "closed" } });
      expect(pool.freeSlots()).toBe(0);
    });

    test("a task whose signal is aborted already does not run", async () => {
      expect(await pool.run(endless, AbortSignal.abort())).toEqual({ ok: false, failure: { kind: "aborted" } });
      expect(pool.freeSlots()).toBe(pool.slotCount);
    });

    test("a slot is taken while a task runs and free again when its result is there", async () => {
      const running = pool.run(taskOf(), never);
      expect(pool.freeSlots()).toBe(pool.slotCount - 1);
      await running;
      expect(pool.freeSlots()).toBe(pool.slotCount);
    });
  });
}

function createThreadPool(modules: SimulatorModules, helperCountMax = 0): ComputePool {
  return createWorkerPool({ modules, coreCount: 1, slotCount: 2, helperCountMax, spawn: () => spawnThreadWorker(workerScript) });
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describePool("the inline pool", (modules) =>
  createInlinePool({ modules, elapsedMs: () => performance.now(), turn, stabilizerBytesMax: limits.edgeStabilizerBytesMax }),
);
describePool("the worker pool", (modules) => createThreadPool(modules));
describePool("the worker pool with a helping thread", (modules) => createThreadPool(modules, 1));

describe("workers", () => {
  test("an aborted task ends within 200 ms or so while its neighbour goes on", async () => {
    const pool = createThreadPool(await loadSimulatorModules());
    const controller = new AbortController();
    const aborted = pool.run(endless, controller.signal);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const startMs = performance.now();
    const neighbour = pool.run(taskOf(), never);
    controller.abort();
    expect(await aborted).toEqual({ ok: false, failure: { kind: "aborted" } });
    // Ten times the promise, for a busy machine. That the worker stops, too, is below.
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect((await neighbour).ok).toBe(true);
    await pool.close();
  });

  test("a task on several threads is aborted with all of them, and the pool goes on", async () => {
    const pool = createThreadPool(await loadSimulatorModules(), 2);
    for (let round = 0; round < 3; round++) {
      const controller = new AbortController();
      const aborted = pool.run(endless, controller.signal);
      await new Promise((resolve) => setTimeout(resolve, 200));
      controller.abort();
      expect(await aborted).toEqual({ ok: false, failure: { kind: "aborted" } });
    }
    expect((await pool.run(wide, never)).ok).toBe(true);
    await pool.close();
  });

  test.for(serverRuntimes)(
    "on %s aborted work stops, that of its helping threads too",
    { timeout: 60_000 },
    (runtime, context) => {
      const lines = printedBy(runtime, context, "print-stop.ts", "1").split("\n");
      expect(lines).toHaveLength(Object.keys(endlessCircuits).length);
      for (const line of lines) {
        const [, kind, cpuMs] = line.split(" ");
        expect(kind, line).toBe("aborted");
        // Work that goes on takes one or two seconds of each.
        expect(Number(cpuMs), line).toBeLessThan(300);
      }
    },
  );

  test.for(serverRuntimes)(
    "on %s wide states leave no memory behind, whether they end or are aborted",
    { timeout: 60_000 },
    (runtime, context) => {
      const kept = printedBy(runtime, context, "print-kept-memory.ts");
      expect(kept).not.toBe("");
      // MiB; one state has 256.
      expect(Number(kept)).toBeLessThan(192);
    },
  );

  const cases = serverRuntimes.flatMap((runtime) => [0, 1, 3].map((helpers) => ({ runtime, helpers })));
  test.for(cases)(
    "on $runtime with $helpers helping threads they compute the same counts, bit for bit",
    ({ runtime, helpers }, context) => {
      expect(printedBy(runtime, context, "print-counts.ts", String(helpers))).toBe(pinnedCounts);
    },
  );
});
