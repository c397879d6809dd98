#!/usr/bin/env node
// The `eigen` command for stock Node 20, which cannot run TypeScript: finds a runtime that can, and hands everything over to it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { missingRuntime, pickRuntime, root } from "./runtime.mjs";

const exitMissing = 69;
if (!existsSync(join(root, "node_modules/commander"))) {
  process.stderr.write(`The packages are not installed. Run \`npm ci --ignore-scripts\` in ${root}.\n`);
  process.exit(exitMissing);
}
const runtime = pickRuntime();
if (runtime === undefined) {
  process.stderr.write(`${missingRuntime}\n`);
  process.exit(exitMissing);
}
const program = join(root, "src/cli/main.ts");
const child = spawn(runtime.command, [...runtime.launchArguments, program, ...process.argv.slice(2)], { stdio: "inherit" });
child.on("error", (error) => {
  process.stderr.write(`${runtime.command} cannot be started: ${error.message}\n`);
  process.exit(exitMissing);
});
// A terminal sends Ctrl-C to this process and to the child: passed on, it would arrive twice. The child decides what it means.
process.on("SIGINT", () => {
  if (!process.stdin.isTTY) child.kill("SIGINT");
});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
