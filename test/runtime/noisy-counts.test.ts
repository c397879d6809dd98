import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pickRuntime, root } from "../../tools/runtime.mjs";
import { whyMissing } from "../support/kernel.ts";

// 5 qubits, 8 layers, strong noise of every kind, a measurement in the middle, 4096 shots by both methods: the hash of all counts, pinned.
const pinnedCounts = "a4bf80cca57da926";

test.each(["bun", "deno", "node"] as const)(
  "on %s a seed gives the same noisy counts by both methods, bit for bit",
  (runtime) => {
    const missing = whyMissing(runtime);
    const launcher = pickRuntime([runtime]);
    if (missing !== undefined || launcher === undefined) return expect(missing).toBeDefined();
    const script = join(root, "test/fixtures/print-noisy-counts.ts");
    const { stdout, stderr } = spawnSync(launcher.command, [...launcher.launchArguments, script], { encoding: "utf8" });
    expect(stdout.trim(), stderr).toBe(pinnedCounts);
  },
);
