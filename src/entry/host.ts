// What every server runtime has alike: clock, randomness, the process and its files.

import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import os from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { spawnThreadWorker } from "../adapters/compute/thread-worker.ts";
import { createWorkerPool } from "../adapters/compute/worker-pool.ts";
import { openLibsqlStore } from "../adapters/libsql/index.ts";
import { createLineWriter } from "../adapters/log/line-writer.ts";
import { createMemoryStore } from "../adapters/memory/index.ts";
import { limits } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import { type KernelError, kernelError } from "../model/errors.ts";
import type { HostStats } from "../observability/index.ts";
import type { Clock, Entropy } from "../ports/clock.ts";
import type { ComputePool } from "../ports/compute.ts";
import type { KernelStore } from "../ports/store.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { SimulatorModules } from "../simulator/index.ts";
import type { EffectiveOptions } from "./config/index.ts";

export const hostClock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

export const hostEntropy: Entropy = { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) };

export function hostStats(): HostStats {
  const { user, system } = process.cpuUsage();
  return {
    cpuMs: (user + system) / 1000,
    memoryBytes: process.memoryUsage.rss(),
    machineMemoryBytes: memoryLimitBytes(),
    coreCount: os.availableParallelism(),
  };
}

/** What a container may use, where it is less than what the machine has. */
function memoryLimitBytes(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
}

/** Qubits of the widest state that fits into half of the memory: the other half is for everything else. */
export function widestState(memoryBytes = memoryLimitBytes()): number {
  return Math.min(limits.simulatorQubitCountMax, Math.floor(Math.log2(memoryBytes / 2 / 16)));
}

/** Writes log lines to stderr; a reader that is slow or gone costs lines, not the kernel. */
export function createLogWriter(): (line: string) => void {
  return createLineWriter(process.stderr, (count) =>
    JSON.stringify({ level: "warn", message: "log lines were dropped", fields: { count } }),
  );
}

/** Resolves after `ms`, or as soon as the signal aborts. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}

export async function openStore(options: EffectiveOptions, telemetry: Telemetry): Promise<Result<KernelStore, KernelError>> {
  if (options.useInMemoryStorage) return ok(createMemoryStore({ clock: hostClock }));
  try {
    mkdirSync(options.dataDir, { recursive: true });
  } catch (error) {
    // Opening the file in it would fail too, with a number where this has words.
    const reason = error instanceof Error ? error.message : String(error);
    return err(kernelError("store_unavailable", { facts: { path: options.dataDir, reason } }));
  }
  const url = pathToFileURL(join(options.dataDir, "kernel.db")).href;
  return openLibsqlStore({ url, clock: hostClock, telemetry });
}

export async function createComputePool({ threadPool, simulator }: EffectiveOptions): Promise<ComputePool> {
  const modules = await loadSimulatorModules(simulator.fast);
  const script = new URL("./compute-worker.ts", import.meta.url);
  return createWorkerPool({
    modules,
    coreCount: threadPool.coreSize,
    slotCount: threadPool.maxSize,
    helperCountMax: simulator.threadCount - 1,
    spawn: () => spawnThreadWorker(script),
  });
}

let page: Promise<string> | undefined;

/** When it is asked for the first time: a kernel without a browser never reads it. */
export function loadPage(): Promise<string> {
  page ??= readPage();
  return page;
}

async function readPage(): Promise<string> {
  const file = new URL("../../build/page.html.txt", import.meta.url);
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
    const { buildPage } = await import("../../tools/build-page.mjs");
    await buildPage();
    return readFile(file, "utf8");
  }
}

async function loadSimulatorModules(wantsFast: boolean): Promise<SimulatorModules> {
  const isFast = wantsFast && WebAssembly.validate(await readWasm("statevector-fast"));
  const suffix = isFast ? "-fast" : "";
  return {
    statevector: await WebAssembly.compile(await readWasm(`statevector${suffix}`)),
    statevectorShared: await WebAssembly.compile(await readWasm(`statevector-shared${suffix}`)),
    stabilizer: await WebAssembly.compile(await readWasm("stabilizer")),
    noisy: await WebAssembly.compile(await readWasm("noisy")),
    isFast,
  };
}

/** Built on the spot when nobody has: a clone that never saw npm works too. */
async function readWasm(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = new URL(`../../build/${name}.wasm`, import.meta.url);
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
    const { buildWasm } = await import("../../tools/build-wasm.mjs");
    await buildWasm();
    return new Uint8Array(await readFile(file));
  }
}
