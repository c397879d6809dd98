// A Python with packages from PyPI, in an environment of its own under build/: for benches and tests that compare with others' programs.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/runtime.mjs";

export type PythonEnvironment = { readonly python: string } | { readonly missing: string };

/** Packages are pinned, `name==version`; only built ones are taken. An environment that exists whole is used as it is. */
export function pythonWith(packages: readonly string[], { timeoutMs = 240_000 } = {}): PythonEnvironment {
  const name = createHash("sha256").update(packages.join("\n")).digest("hex").slice(0, 12);
  const folder = join(root, "build/python", name);
  const python = join(folder, "bin/python");
  // Written last: an installation that was cut short has none.
  const marker = join(folder, "complete");
  if (existsSync(marker)) return { python };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(root, "build/python"), { recursive: true });
  const base = spawnSync("python3", ["-m", "venv", folder], { encoding: "utf8", timeout: 60_000 });
  if (base.status !== 0) return { missing: `no python3 with venv on this machine${lastLine(base)}` };
  const wanted = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-input",
    "--only-binary",
    ":all:",
    ...packages,
  ];
  const installed = spawnSync(python, wanted, { encoding: "utf8", timeout: timeoutMs });
  if (installed.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    const cause = installed.signal === null ? lastLine(installed) : `: not done within ${timeoutMs / 1000} s`;
    return { missing: `${packages.join(", ")} cannot be installed here${cause}` };
  }
  writeFileSync(marker, `${packages.join("\n")}\n`);
  return { python };
}

function lastLine({ stderr }: { readonly stderr: string | null }): string {
  const line = (stderr ?? "").trim().split("\n").at(-1) ?? "";
  return line === "" ? "" : `: ${line.slice(0, 200)}`;
}
