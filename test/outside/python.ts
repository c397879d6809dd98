// A Python with packages from PyPI, in a throw-away environment, if this machine can have one: tests skip with the reason when it cannot.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Python {
  readonly command: string;
  /** Why there is none. */
  readonly reason?: string;
}

/** The environment is kept in the temporary folder under `name`, so that the next run has it at once. */
export function pythonWith(name: string, packages: readonly string[], probe: string): Python {
  const folder = join(tmpdir(), `eigen-python-${name}`);
  const command = join(folder, "bin/python");
  const works = (): boolean =>
    existsSync(command) && spawnSync(command, ["-c", probe], { stdio: "ignore", timeout: 60_000 }).status === 0;
  if (works()) return { command };
  const created = spawnSync("python3", ["-m", "venv", folder], { stdio: "ignore", timeout: 60_000 });
  if (created.status !== 0) return { command, reason: "python3 cannot make a virtual environment here" };
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", ...packages];
  const { stderr } = spawnSync(command, install, { encoding: "utf8", timeout: 240_000 });
  if (works()) return { command };
  return {
    command,
    reason: `${packages.join(", ")} cannot be installed here: ${(stderr ?? "").trim().split("\n").at(-1) ?? ""}`,
  };
}
