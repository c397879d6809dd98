// Whole kernels under faults. Each seed is one history of crashes, pauses, partitions, faulty messages and clock jumps; what the clients
// were told must hold.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { createTemporaryFile, openStore } from "../../src/adapters/libsql/testing.ts";
import { pickRuntime, root } from "../../tools/runtime.mjs";
import { whyMissing } from "../support/kernel.ts";
import { addTotals, createTotals } from "./coverage.ts";
import { plantedBugs } from "./faulty-store.ts";
import { regressionSeeds } from "./regressions.ts";
import { type SimulationOptions, simulate } from "./simulate.ts";

const seedCount = 2_000;
/** Only so that a hang ends: the seeds take under a minute on two cores, and many times that on a machine that does much else. */
const testMsMax = 600_000;
const bugSeedCount = 20;
const comparedSeedCount = 60;
const sqlSeedCount = 20;

vi.setConfig({ testTimeout: testMsMax });

async function simulateMany(first: number, count: number, options: SimulationOptions = {}) {
  const sum = createTotals();
  const failures: string[] = [];
  const idle: number[] = [];
  let restMsMax = 0;
  for (let seed = first; seed < first + count; seed++) {
    const { totals, violations } = await simulate(seed, options);
    addTotals(sum, totals);
    restMsMax = Math.max(restMsMax, totals.restMs);
    if (violations.length > 0) failures.push(`seed ${seed}: ${violations.join("; ")}`);
    // A seed that did no work proves nothing.
    if (totals.acknowledged === 0 || totals.completed === 0) idle.push(seed);
  }
  return { sum, failures, idle, restMsMax };
}

describe("several kernels on one store, under crashes, pauses, partitions, faulty networks and clocks that jump", () => {
  test(`keep every promise on seeds 1 to ${seedCount}, and every seed does work`, async () => {
    const { sum, failures, idle } = await simulateMany(1, seedCount);
    expect(failures).toEqual([]);
    expect(idle).toEqual([]);
    // What was acknowledged ended, all of it.
    expect(sum.completed + sum.failed + sum.cancelled + sum.dead).toBe(sum.acknowledged);
    // Everything that can happen to a kernel, and everything that kernels can do, has happened.
    expect(Object.entries(sum).filter(([, count]) => count === 0)).toEqual([]);
  });

  test("keep their promises on every seed that once found a bug, and each of these bugs has a test without luck", async () => {
    const tests = readFileSync(join(root, "src/qrtx/create-qrtx.test.ts"), "utf8");
    for (const { seed, found, test: title } of regressionSeeds) {
      const { violations } = await simulate(seed);
      expect(violations, `seed ${seed}, which found: ${found}`).toEqual([]);
      expect(tests.includes(`"${title}"`), title).toBe(true);
    }
  });

  test.each(Object.entries(plantedBugs))("the planted bug %s (%s) is caught", async (bug) => {
    const { failures } = await simulateMany(1, bugSeedCount, { bug: bug as keyof typeof plantedBugs });
    expect(failures.length).toBeGreaterThan(0);
  });

  // SQL answers slower than maps do, so fewer seeds: enough to show that the kernels cannot tell the two apart.
  test(`live through the same histories over a database file, on seeds 1 to ${sqlSeedCount}`, async () => {
    for (let seed = 1; seed <= sqlSeedCount; seed++) {
      const file = createTemporaryFile();
      const overSql = await simulate(seed, { openStore: (clock) => openStore(file.url, clock) });
      file.remove();
      expect(overSql).toEqual(await simulate(seed));
    }
  });

  test.each(["bun", "deno", "node"] as const)(`%s lives through the same histories, event for event`, async (runtime) => {
    const missing = whyMissing(runtime);
    const launcher = pickRuntime([runtime]);
    if (missing !== undefined || launcher === undefined) return expect(missing).toBeDefined();
    const script = join(root, "test/simulation/run.ts");
    const args = [...launcher.launchArguments, script, "1", String(comparedSeedCount)];
    const { stdout, stderr } = spawnSync(launcher.command, args, { encoding: "utf8" });
    const { sum, restMsMax } = await simulateMany(1, comparedSeedCount);
    expect(JSON.parse(stdout || "{}"), stderr).toEqual({ seeds: comparedSeedCount, failedSeeds: 0, restMsMax, ...sum });
  });
});
