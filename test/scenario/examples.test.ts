// The client programs of examples/ against a real kernel: what the documentation quotes is what runs.

import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pickRuntime, root } from "../../tools/runtime.mjs";
import { type RunningKernel, type RuntimeName, startKernel, whyMissing } from "../support/kernel.ts";

let kernel: RunningKernel | undefined;

beforeAll(async () => {
  if (whyMissing("bun") === undefined) kernel = await startKernel({ runtime: "bun" });
});

afterAll(async () => {
  await kernel?.stop();
});

/** Runs until it ends by itself, or until its output satisfies `isEnough`. */
function runExample(
  runtime: RuntimeName,
  file: string,
  url: string,
  isEnough?: (stdout: string) => boolean,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const launcher = pickRuntime([runtime]);
  if (launcher === undefined) throw new Error(`${runtime} is missing`);
  const child = spawn(launcher.command, [...launcher.launchArguments, join(root, "examples", file)], {
    cwd: root,
    env: { ...process.env, EIGEN_URL: url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (isEnough?.(stdout) === true) child.kill("SIGTERM");
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

describe.skipIf(whyMissing("bun") !== undefined)("examples", () => {
  test.each(["bun", "deno", "node"] as const)(
    "the specification's basic usage runs on %s over native gRPC, from submit to system metrics",
    async (runtime) => {
      const own = await startKernel({ runtime: "bun" });
      try {
        const { code, stdout, stderr } = await runExample(
          runtime,
          "basic-usage.ts",
          own.target.grpcUrl.replace("http:", "grpc:"),
        );
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        expect(stdout).toMatch(/^Job submitted: job_[0-9a-z]{26}\nJob is running\.\.\.\nJob completed with result: /);
        expect(stdout).toMatch(/shots: 1024/);
        expect(stdout).toMatch(/jobsProcessedTotal: 1/);
      } finally {
        await own.stop();
      }
    },
  );

  test("the energy scan finds the ground state of hydrogen to a millihartree", async () => {
    const { code, stdout, stderr } = await runExample("bun", "energy-scan.ts", kernel?.target.baseUrl ?? "");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lowest = Number(/^lowest: (-[\d.]+) Hartree/m.exec(stdout)?.[1]);
    expect(Math.abs(lowest - -1.857275)).toBeLessThan(0.001);
  });

  test("the events of all jobs are followed from the first one", async () => {
    await runExample("bun", "basic-usage.ts", kernel?.target.baseUrl ?? "");
    const isEnough = (text: string): boolean => text.includes("(test_job_001)  running -> completed");
    const { stdout } = await runExample("bun", "follow-events.ts", kernel?.target.baseUrl ?? "", isEnough);
    const cursors = stdout
      .trimEnd()
      .split("\n")
      .map((line) => Number(line.split(" ")[0]));
    expect(cursors).toEqual(cursors.map((_, index) => index + 1));
  });
});
