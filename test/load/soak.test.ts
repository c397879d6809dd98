// The soak itself, in short: it measures what it says and ends by itself.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pickRuntime, root } from "../../tools/runtime.mjs";
import { whyMissing } from "../support/kernel.ts";

const missing = whyMissing("bun");
const script = join(root, "bench/soak.ts");

function soak(...args: readonly string[]) {
  const launcher = pickRuntime(["bun"]);
  if (launcher === undefined) throw new Error("this test needs Bun");
  return spawnSync(launcher.command, [...launcher.launchArguments, script, ...args], { encoding: "utf8" });
}

test.skipIf(missing !== undefined)("a soak of ten seconds runs its load without a failure and reports what it measured", () => {
  const folder = mkdtempSync(join(tmpdir(), "eigen-soak-"));
  try {
    const file = join(folder, "soak.json");
    const { status, stdout, stderr } = soak("--minutes", "0.17", "--json", file);
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/slopes: not judged: fewer than \d+ samples after \d+ jobs/);
    const { results } = JSON.parse(readFileSync(file, "utf8"));
    expect(results).toContainEqual(expect.objectContaining({ bar: "calls that failed", value: 0, pass: true }));
    expect(results).toContainEqual(expect.objectContaining({ bar: "largest write-ahead log", pass: true }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.skipIf(missing !== undefined)("a soak without a sensible length is refused with how to ask for one", () => {
  for (const minutes of ["0", "-1", "for ever", "1e9"]) {
    const { status, stderr } = soak(`--minutes=${minutes}`);
    expect([status, stderr]).toEqual([2, expect.stringContaining("usage: npm run soak")]);
  }
});
