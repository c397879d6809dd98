import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pickRuntime, root } from "../../tools/runtime.mjs";
import { whyMissing } from "../support/kernel.ts";

// 3 000 values of each function: their hash, pinned.
const pinnedValues = "c12ec80ed968e3db551a55646977a75a634a5a1b2301ba37481cbfc2eff922c0";

test.each(["bun", "deno", "node"] as const)("on %s elementary functions have the same values, bit for bit", (runtime) => {
  const missing = whyMissing(runtime);
  const launcher = pickRuntime([runtime]);
  if (missing !== undefined || launcher === undefined) return expect(missing).toBeDefined();
  const script = join(root, "test/fixtures/print-elementary.ts");
  const { stdout, stderr } = spawnSync(launcher.command, [...launcher.launchArguments, script], { encoding: "utf8" });
  expect(stdout, stderr).toBe(pinnedValues);
});
