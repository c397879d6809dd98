import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pickRuntime, root } from "../../tools/runtime.mjs";
import { whyMissing } from "../support/kernel.ts";

// 150 qubits, 400 operations without branches, with Paulis in them and with anything in them, and 20 noisy qubits: the hash of all counts, pinned.
const pinnedCounts = "3eaf183679a72501";

test.each(["bun", "deno", "node"] as const)(
  "on %s a seed gives the same counts of stabilizer circuits, bit for bit",
  (runtime) => {
    const missing = whyMissing(runtime);
    const launcher = pickRuntime([runtime]);
    if (missing !== undefined || launcher === undefined) return expect(missing).toBeDefined();
    const script = join(root, "test/fixtures/print-stabilizer-counts.ts");
    const { stdout, stderr } = spawnSync(launcher.command, [...launcher.launchArguments, script], { encoding: "utf8" });
    expect(stdout.trim(), stderr).toBe(pinnedCounts);
  },
);
