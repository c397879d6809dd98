// Kills kernels under load and holds their store to what clients were told. The plan comes from a seed; when exactly a signal meets the
// process does not, so a seed that fails once may pass the next time: what is printed tells what happened.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pickRuntime } from "../../tools/runtime.mjs";
import type { ServerRuntime } from "../support/kernel.ts";
import { check, createTotals, type Totals } from "./checker.ts";
import { readLog } from "./client-log.ts";
import { type CrashedKernel, freePort, type KernelPlace, startKernel } from "./kernels.ts";
import { drawEndings, type Ending, type PlantedBug } from "./plan.ts";

export interface CrashOptions {
  readonly runtime: ServerRuntime;
  readonly seed: number;
  /** Kernels that end. */
  readonly runs: number;
  readonly bug?: PlantedBug;
  readonly onProgress?: (line: string) => void;
}

export interface CrashReport {
  readonly totals: Totals;
  /** How many kernels ended so: by kind, and by point. */
  readonly endings: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
}

/** Restarts of one store: long enough that its history is rich, short enough that checking it is quick. */
const runsPerStore = 200;
const clientCount = 3;
/** Leases of the dead run out, and what is left is run. */
const restMsMax = 60_000;
/** A point that is never reached is left by a kill. */
const pointMsMax = 1_500;

export async function crash({ runtime, seed, runs, bug = "none", onProgress = () => {} }: CrashOptions): Promise<CrashReport> {
  const totals = createTotals();
  const endings: Record<string, number> = {};
  const violations: string[] = [];
  for (let first = 0; first < runs; first += runsPerStore) {
    const count = Math.min(runsPerStore, runs - first);
    const storeSeed = seed * 1000 + first / runsPerStore;
    const found = await crashOneStore({ runtime, seed: storeSeed, count, bug, totals, endings });
    violations.push(...found.map((fault) => `store ${storeSeed}: ${fault}`));
    onProgress(`${first + count} of ${runs} restarts, ${violations.length} violations`);
  }
  return { totals, endings, violations };
}

interface StoreRun {
  readonly runtime: ServerRuntime;
  readonly seed: number;
  readonly count: number;
  readonly bug: PlantedBug;
  readonly totals: Totals;
  readonly endings: Record<string, number>;
}

async function crashOneStore({ runtime, seed, count, bug, totals, endings }: StoreRun): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "eigen-crash-"));
  // The second one is for whoever takes over from a kernel that stands still and keeps its port.
  const places: readonly [KernelPlace, KernelPlace] = [
    { runtime, folder, restPort: await freePort() },
    { runtime, folder, restPort: await freePort() },
  ];
  const clients = Array.from({ length: clientCount }, (_, number) => startClient(folder, seed, number, places));
  const alive: CrashedKernel[] = [];
  const start = (place: KernelPlace, ending?: Ending): CrashedKernel => {
    const isPoint = ending?.kind === "point" || (ending?.kind === "pause" && ending.point !== undefined);
    const point = isPoint ? { point: ending.point, count: ending.kind === "point" ? ending.count : 3 } : {};
    const kernel = startKernel(place, { ...point, signal: ending?.kind === "pause" ? "SIGSTOP" : "SIGKILL", bug } as never);
    alive.push(kernel);
    return kernel;
  };
  try {
    for (const ending of drawEndings(seed, count)) {
      const name =
        ending.kind === "point" || (ending.kind === "pause" && ending.point) ? `${ending.kind} ${ending.point}` : ending.kind;
      endings[name] = (endings[name] ?? 0) + 1;
      await endKernel(start(places[0], ending), ending, () => start(places[1]));
    }
    const last = start(places[0]);
    await last.ready;
    const faults = await stopClients(clients);
    last.signal("SIGTERM");
    await Promise.race([last.ended, pause(restMsMax)]);
    const violations = await check(
      join(folder, "kernel.db"),
      clients.map(({ log }) => log),
      totals,
    );
    const all = [...faults, ...violations];
    return all.length === 0 ? [] : [...all, `the last kernel's log: ${last.log().slice(-1500)}`];
  } finally {
    for (const kernel of alive) kernel.signal("SIGKILL");
    for (const { child } of clients) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function endKernel(kernel: CrashedKernel, ending: Ending, takeOver: () => CrashedKernel): Promise<void> {
  switch (ending.kind) {
    case "kill":
      await kernel.ready;
      await pause(ending.afterMs);
      break;
    case "point":
      // Also before it is ready: migrations and the first reads commit too.
      await Promise.race([kernel.ended, kernel.ready.then(() => pause(pointMsMax))]);
      break;
    case "pause":
      await kernel.ready;
      if (ending.point === undefined) {
        await pause(ending.afterMs);
        kernel.signal("SIGSTOP");
      } else {
        for (let waitedMs = 0; !kernel.isStopped() && waitedMs < pointMsMax; waitedMs += 20) await pause(20);
      }
      await pause(ending.pauseMs);
      kernel.signal("SIGCONT");
      await pause(ending.afterMs);
      break;
    case "takeover": {
      await kernel.ready;
      await pause(ending.afterMs);
      kernel.signal("SIGSTOP");
      const other = takeOver();
      await other.ready;
      await pause(ending.pauseMs);
      // Now there are two, and the first believes that it still holds its jobs.
      kernel.signal("SIGCONT");
      await pause(500);
      kernel.signal("SIGKILL");
      await pause(300);
      other.signal("SIGKILL");
      await other.ended;
      break;
    }
  }
  kernel.signal("SIGKILL");
  await kernel.ended;
}

interface ClientProcess {
  readonly child: ChildProcess;
  readonly log: string;
  readonly ended: Promise<number | null>;
  errors(): string;
}

function startClient(folder: string, seed: number, number: number, places: readonly KernelPlace[]): ClientProcess {
  const launcher = pickRuntime(["bun"]);
  if (launcher === undefined) throw new Error("the clients need Bun");
  const log = join(folder, `client-${number}.log`);
  const urls = places.map(({ restPort }) => `http://127.0.0.1:${restPort}`);
  const script = join(import.meta.dirname, "client.child.ts");
  const child = spawn(launcher.command, [script, `client-${number}`, log, String(seed * 10 + number), ...urls], {
    stdio: ["ignore", "inherit", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  return { child, log, ended: new Promise((resolve) => child.once("exit", resolve)), errors: () => errors };
}

/** Lets every client finish what it began. */
async function stopClients(clients: readonly ClientProcess[]): Promise<readonly string[]> {
  for (const { child } of clients) child.kill("SIGTERM");
  const late = pause(restMsMax).then(() => "late" as const);
  const faults = await Promise.all(
    clients.map(async ({ ended, errors, log }, number) => {
      const code = await Promise.race([ended, late]);
      if (code !== 0) return [`client ${number} ended with ${code}: ${errors()}`];
      // Bun ends with 0, too, when nothing is left that could wake it.
      return readLog(log).at(-1)?.kind === "done" ? [] : [`client ${number} ended before it was done`];
    }),
  );
  return faults.flat();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
