// Kernels that are killed and stopped under load, on a real file with real clients: nothing acknowledged is lost, nothing happens twice.

import { expect, test } from "vitest";
import { whyMissing } from "../support/kernel.ts";
import { crash } from "./crash.ts";
import { stopPoints } from "./plan.ts";

const restartCount = 200;
const seed = Number(process.env.EIGEN_CRASH_SEED ?? Math.floor(Math.random() * 2 ** 20));
const missing = whyMissing("bun");

test.skipIf(missing !== undefined)(
  `${restartCount} kernels killed or stopped under load lose and double nothing (npm run test:crash -- --runs ${restartCount} --seed ${seed})`,
  { timeout: 600_000 },
  async () => {
    const { violations, totals, endings } = await crash({ runtime: "bun", seed, runs: restartCount });
    expect(violations, `seed ${seed}`).toEqual([]);
    // A run that met nothing proves nothing.
    for (const point of stopPoints) expect(endings[`point ${point}`], point).toBeGreaterThan(0);
    expect(endings.takeover).toBeGreaterThan(0);
    const { submitted, repeated, cancelled, completed, reclaims, streamItems, streamsResumed, resultsRead } = totals;
    for (const count of [submitted, repeated, cancelled, completed, reclaims, streamItems, streamsResumed, resultsRead]) {
      expect(count, JSON.stringify(totals)).toBeGreaterThan(0);
    }
  },
);

test.skipIf(missing !== undefined).each(["skip_commit", "forget_key"] as const)(
  "the checker catches a planted bug: %s",
  { timeout: 180_000 },
  async (bug) => {
    const { violations } = await crash({ runtime: "bun", seed, runs: 4, bug });
    // A forgotten key makes a second job, or is told to the client as a name that is taken.
    const caught = {
      skip_commit: /is lost|client \d ended|told otherwise|stream/,
      forget_key: /was given .* and |already_exists/,
    };
    expect(violations.join("\n")).toMatch(caught[bug]);
  },
);
