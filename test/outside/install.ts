// Brings a program that the npm registry does not have, if this machine can: tests skip with the reason when it cannot.

import { spawnSync } from "node:child_process";
import process from "node:process";

let isListFresh = false;

/** Undefined when the probe succeeds, at once or after installing the Debian packages; else why not. */
export function whyWithout(probe: readonly [string, ...string[]], debianPackages: readonly string[]): string | undefined {
  if (succeeds(probe)) return undefined;
  if (process.getuid?.() !== 0 || !succeeds(["apt-get", "--version"])) {
    return `not on this machine and cannot be installed here: Debian packages ${debianPackages.join(", ")}`;
  }
  if (!isListFresh) {
    spawnSync("apt-get", ["update", "-qq"], { stdio: "ignore", timeout: 120_000 });
    isListFresh = true;
  }
  const args = ["install", "-y", "-qq", "--no-install-recommends", ...debianPackages];
  spawnSync("apt-get", args, { stdio: "ignore", timeout: 240_000, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  return succeeds(probe) ? undefined : `${debianPackages.join(", ")} cannot be installed here`;
}

function succeeds([command, ...args]: readonly [string, ...string[]]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
