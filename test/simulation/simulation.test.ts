// The whole kernel under faults. Each seed is one history of crashes, pauses, lost messages and clock jumps; what the clients were told must hold.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pickRuntime, root } from "../../tools/runtime.mjs";
import { whyMissing } from "../support/kernel.ts";
import { addTotals, createTotals, type Totals } from "./coverage.ts";
import type { PlantedBug } from "./faulty-store.ts";
import { regressionSeeds } from "./regressions.ts";
import { simulate } from "./simulate.ts";

const seedCount = 500;
const comparedSeedCount = 60;

async function simulateMany(first: number, count: number, bug: PlantedBug = "none") {
  const sum = createTotals();
  const failures: string[] = [];
  const idle: number[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const { totals, violations } = await simulate(seed, bug);
    addTotals(sum, totals);
    if (violations.length > 0) failures.push(`seed ${seed}: ${violations.join("; ")}`);
    // A seed that did no work proves nothing.
    if (totals.acknowledged === 0 || totals.completed === 0) idle.push(seed);
  }
  return { sum, failures, idle };
}

describe("the kernel under crashes, pauses, lost messages and clock jumps", () => {
  test(`keeps every promise on seeds 1 to ${seedCount}, and every seed does work`, async () => {
    const { sum, failures, idle } = await simulateMany(1, seedCount);
    expect(failures).toEqual([]);
    expect(idle).toEqual([]);
    // What was acknowledged ended, all of it.
    expect(sum.completed + sum.failed + sum.cancelled + sum.dead).toBe(sum.acknowledged);
    const blows: (keyof Totals)[] = [
      "kills",
      "pauses",
      "takeovers",
      "clockJumps",
      "requestsLost",
      "repliesLost",
      "workerTraps",
      "reclaims",
      "staleRefusals",
      "repeatsAnswered",
      "streamsResumed",
      "cancelled",
      "failed",
      "dead",
    ];
    expect(blows.filter((name) => sum[name] === 0)).toEqual([]);
  });

  test("keeps its promises on every seed that once found a bug", async () => {
    for (const { seed, found } of regressionSeeds) {
      const { violations } = await simulate(seed);
      expect(violations, `seed ${seed}, which found: ${found}`).toEqual([]);
    }
  });

  test.each(["no_fencing", "reply_before_commit"] as const)("a kernel with the planted bug %s is caught", async (bug) => {
    const { failures } = await simulateMany(1, 20, bug);
    expect(failures.length).toBeGreaterThan(0);
  });

  test.each(["bun", "deno", "node"] as const)(`%s lives through the same histories, event for event`, async (runtime) => {
    const missing = whyMissing(runtime);
    const launcher = pickRuntime([runtime]);
    if (missing !== undefined || launcher === undefined) return expect(missing).toBeDefined();
    const script = join(root, "test/simulation/run.ts");
    const args = [...launcher.launchArguments, script, "1", String(comparedSeedCount)];
    const { stdout, stderr } = spawnSync(launcher.command, args, { encoding: "utf8" });
    const { sum } = await simulateMany(1, comparedSeedCount);
    expect(JSON.parse(stdout || "{}"), stderr).toEqual({ seeds: comparedSeedCount, failedSeeds: 0, ...sum });
  });
});
