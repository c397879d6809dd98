// Scripts of test/fixtures, run on each runtime.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { pickRuntime, root } from "../../tools/runtime.mjs";
import { type ServerRuntime, whyMissing } from "./kernel.ts";

export const serverRuntimes: readonly ServerRuntime[] = ["bun", "deno", "node"];

/** What the script prints; where the runtime is missing the test is skipped. */
export function printedBy(runtime: ServerRuntime, context: TestContext, fixture: string, ...args: readonly string[]): string {
  const launcher = pickRuntime([runtime]);
  if (launcher === undefined) context.skip(whyMissing(runtime));
  const script = join(root, "test/fixtures", fixture);
  const { status, stdout, stderr } = spawnSync(launcher.command, [...launcher.launchArguments, script, ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${fixture} ended with ${status} on ${runtime}: ${stderr}`);
  return stdout.trim();
}
