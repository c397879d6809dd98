// The soak itself, in short: it measures what it says and ends by itself.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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

test.skipIf(missing !== undefined)("a soak whose kernel dies says so and ends at once", async () => {
  const launcher = pickRuntime(["bun"]);
  if (launcher === undefined) throw new Error("this test needs Bun");
  // The test would time out if it went on to its end.
  const child = spawn(launcher.command, [...launcher.launchArguments, script, "--minutes=5"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let told = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    told += text;
    const pid = /^kernel (\d+) is under load for 5 min\n$/.exec(told)?.[1];
    if (pid !== undefined) process.kill(Number(pid), "SIGKILL");
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  const said = /\nthe kernel ended \(by a signal\) after \d+ jobs; its data stays in (\S+)\nits log ends with:\n/.exec(told);
  if (said?.[1] !== undefined) rmSync(dirname(said[1]), { recursive: true });
  expect([code, said], told).toEqual([1, expect.anything()]);
});
