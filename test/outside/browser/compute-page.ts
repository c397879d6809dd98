// Bundled into a page without a kernel: the compute pool on Web Workers.

import { spawnWebWorker } from "../../../src/adapters/compute/web-worker.ts";
import { createWorkerPool } from "../../../src/adapters/compute/worker-pool.ts";
import type { ComputePool } from "../../../src/ports/compute.ts";
import { digestOfCounts } from "../../fixtures/counts-digest.ts";
import { endlessCircuits } from "../../fixtures/endless.ts";

export interface ComputePage {
  /** With so many threads beside the worker where the page may have them. */
  digest(helperCountMax: number): Promise<string>;
  /** How a task of minutes ends that is aborted while it runs, and how long after, in ms. */
  abort(helperCountMax: number): Promise<{ readonly kind: string; readonly afterMs: number }>;
}

async function withPool<T>(helperCountMax: number, use: (pool: ComputePool) => Promise<T>): Promise<T> {
  const load = (name: string) => WebAssembly.compileStreaming(fetch(`${name}.wasm`));
  const pool = createWorkerPool({
    modules: {
      statevector: await load("statevector"),
      ...(crossOriginIsolated ? { statevectorShared: await load("statevector-shared") } : {}),
      stabilizer: await load("stabilizer"),
      noisy: await load("noisy"),
      isFast: false,
    },
    coreCount: 1,
    slotCount: 1,
    helperCountMax: crossOriginIsolated ? helperCountMax : 0,
    spawn: () => spawnWebWorker(new URL("worker.js", location.href)),
  });
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

const page: ComputePage = {
  digest: (helperCountMax) => withPool(helperCountMax, digestOfCounts),
  abort: (helperCountMax) =>
    withPool(helperCountMax, async (pool) => {
      const abort = new AbortController();
      const task = { id: "long", circuit: endlessCircuits.gates, shots: 1, seed: 1n, observables: [] };
      const running = pool.run(task, abort.signal);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const startMs = performance.now();
      abort.abort();
      const result = await running;
      return { kind: result.ok ? "done" : result.failure.kind, afterMs: performance.now() - startMs };
    }),
};

Object.assign(globalThis, { computePage: page });
