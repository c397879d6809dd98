// The completion scripts, asked by the shells they are for.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../tools/runtime.mjs";
import { type RunningKernel, startKernel } from "../support/kernel.ts";
import { whyWithout } from "./install.ts";

const bell = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;';
const shellTimeoutMs = 60_000;

const reasons = {
  bash: whyWithout(["bash", "--version"], ["bash"]),
  zsh: whyWithout(["zsh", "--version"], ["zsh"]),
  fish: whyWithout(["fish", "--version"], ["fish"]),
  // Debian has no package of it.
  powershell: spawnSync("pwsh", ["--version"]).status === 0 ? undefined : "pwsh is not on this machine and not in Debian",
};
const titleOf = (shell: keyof typeof reasons, title: string): string =>
  reasons[shell] === undefined ? title : `${title} (skipped: ${reasons[shell]})`;

let folder: string;
let kernel: RunningKernel;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "eigen-completion-"));
  // Completes as the real command does; anything else it only repeats, so that a line completed by hand can be read back.
  const command = `case "$1" in complete|completion) exec ${quote(process.execPath)} ${quote(join(root, "tools/eigen.mjs"))} "$@";; *) echo "GIVEN<$*>";; esac`;
  writeFileSync(join(folder, "eigen"), `#!/bin/sh\n${command}\n`);
  chmodSync(join(folder, "eigen"), 0o755);
  writeFileSync(join(folder, "my bell.qasm"), bell);
  kernel = await startKernel({ runtime: "bun" });
  const body = JSON.stringify({ openqasm: bell, shots: 1, id: "my-bell" });
  const headers = { "content-type": "application/json" };
  await fetch(`${kernel.target.baseUrl}/api/v1/jobs`, { method: "POST", headers, body });
});

afterAll(async () => {
  await kernel?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function shell(command: string, args: readonly string[], url = kernel.target.baseUrl): string {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, HOME: folder, TERM: "dumb", EIGEN_URL: url };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: "utf8", timeout: shellTimeoutMs });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

describe.skipIf(reasons.bash !== undefined)(titleOf("bash", "bash"), () => {
  function complete(words: readonly string[], url?: string): readonly string[] {
    const line = [
      "source <(eigen completion bash)",
      `COMP_WORDS=(eigen ${words.map(quote).join(" ")})`,
      `COMP_CWORD=${words.length}`,
      "eval \"$(complete -p eigen | sed -E 's/.*-F ([^ ]+) .*/\\1/')\"",
      `printf "%s\\n" "\${COMPREPLY[@]}"`,
    ].join("\n");
    return shell("bash", ["--norc", "-c", line], url).trimEnd().split("\n");
  }

  test("completes commands, options, choices and files", () => {
    expect(complete(["jo"])).toEqual(["jobs"]);
    expect(complete(["jobs", ""])).toEqual(expect.arrayContaining(["list", "watch", "cancel"]));
    expect(complete(["run", "--pri"])).toEqual(["--priority"]);
    expect(complete(["run", "--priority", "h"])).toEqual(["high"]);
    // As bash splits --output=j.
    expect(complete(["jobs", "list", "--output", "=", "j"])).toEqual(["json"]);
    expect(complete(["run", "my"])).toEqual(["my bell.qasm"]);
  });

  test("completes jobs and devices of the kernel, and is silent and quick without one", () => {
    expect(complete(["jobs", "get", "my"])).toEqual(["my-bell"]);
    expect(complete(["jobs", "get", "job_"])).toEqual([expect.stringMatching(/^job_[0-9a-z]{26}$/)]);
    expect(complete(["run", "--device", ""])).toEqual(["simulator"]);
    const startMs = performance.now();
    expect(complete(["jobs", "get", ""], "http://127.0.0.1:1")).toEqual([""]);
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });
});

describe.skipIf(reasons.zsh !== undefined)(titleOf("zsh", "zsh"), () => {
  test("completes what is typed at its prompt", () => {
    // A zsh with a terminal of its own: the line is typed, completed by the tab key, and run.
    const script = [
      "zmodload zsh/zpty",
      "zpty inner zsh -f -i",
      `zpty -w inner "autoload -Uz compinit; compinit -u -d ${folder}/dump; source <(eigen completion zsh); echo REA''DY"`,
      "zpty -r inner line '*READY*'",
      "zpty -w -n inner $'eigen jo\\tge\\tmy\\t\\n'",
      "zpty -r inner line '*GIVEN<*>*'; print -r -- $line",
      "zpty -w -n inner $'eigen run --prio\\thi\\tmy\\t\\n'",
      "zpty -r inner line '*GIVEN<*>*'; print -r -- $line",
      "zpty -d inner",
    ].join("\n");
    const given = shell("zsh", ["-f", "-c", script]).match(/GIVEN<[^>]*>/g);
    expect(given).toEqual(["GIVEN<jobs get my-bell>", "GIVEN<run --priority high my bell.qasm>"]);
  });
});

describe.skipIf(reasons.fish !== undefined)(titleOf("fish", "fish"), () => {
  const complete = (line: string): readonly string[] =>
    shell("fish", ["--no-config", "-c", `eigen completion fish | source; complete -C ${quote(line)}`])
      .trimEnd()
      .split("\n");

  test("completes commands with their descriptions, options, choices, files and jobs", () => {
    expect(complete("eigen jo")).toEqual([expect.stringMatching(/^jobs\tLooks at jobs/)]);
    expect(complete("eigen run --pri")).toEqual(["--priority\thow urgent it is"]);
    expect(complete("eigen run --priority h")).toEqual([expect.stringMatching(/^high\b/)]);
    expect(complete("eigen jobs list --output=j")).toEqual([expect.stringMatching(/^--output=json\b/)]);
    expect(complete("eigen run my")).toEqual([expect.stringMatching(/^my bell\.qasm\b/)]);
    expect(complete("eigen jobs get my")).toEqual([expect.stringMatching(/^my-bell\t(QUEUED|RUNNING|COMPLETED)$/)]);
    expect(complete("eigen jobs ").map((text) => text.split("\t")[0])).toEqual(expect.arrayContaining(["list", "cancel"]));
  });
});

describe.skipIf(reasons.powershell !== undefined)(titleOf("powershell", "PowerShell"), () => {
  test("completes commands and choices", () => {
    const complete = (line: string): readonly string[] => {
      const expand = `(TabExpansion2 -inputScript '${line}' -cursorColumn ${line.length}).CompletionMatches.CompletionText`;
      const script = `eigen completion powershell | Out-String | Invoke-Expression; ${expand}`;
      return shell("pwsh", ["-NoProfile", "-Command", script]).trimEnd().split(/\r?\n/);
    };
    expect(complete("eigen jo")).toEqual(["jobs"]);
    expect(complete("eigen run --priority ")).toEqual(expect.arrayContaining(["low", "high"]));
  });
});
