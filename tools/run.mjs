// `node tools/run.mjs [--bun|--deno|--node] FILE ARGS…`: runs a TypeScript file of this repository on a runtime, and ends as it ends.
import { spawn } from "node:child_process";
import { missingRuntime, pickRuntime } from "./runtime.mjs";

const args = process.argv.slice(2);
const wanted = args[0]?.startsWith("--") ? [args.shift().slice(2)] : undefined;
const runtime = pickRuntime(wanted);
if (runtime === undefined) {
  process.stderr.write(`${missingRuntime}\n`);
  process.exit(69);
}
const child = spawn(runtime.command, [...runtime.launchArguments, ...args], { stdio: "inherit" });
// The child decides what a signal means; this process only waits for it. A terminal sends Ctrl-C to both already.
process.on("SIGINT", () => {
  if (!process.stdin.isTTY) child.kill("SIGINT");
});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
