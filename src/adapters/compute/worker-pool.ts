// A bounded pool of compute workers. A task that traps, runs out of memory or is aborted takes its worker with it, and nothing else.

import { invariant } from "../../base/invariant.ts";
import { limits } from "../../base/limits.ts";
import type { ComputePool, ComputeResult } from "../../ports/compute.ts";
import type { SimulatorModules } from "../../simulator/index.ts";
import type { FromWorker, WorkerHandle } from "./protocol.ts";

export interface WorkerPoolOptions {
  readonly modules: SimulatorModules;
  readonly spawn: () => WorkerHandle;
  /** Workers kept alive while idle; started at once. */
  readonly coreCount: number;
  /** Most workers, and most tasks at once. */
  readonly slotCount: number;
}

interface PoolWorker {
  readonly handle: WorkerHandle;
  /** Settles the task it runs now; undefined while idle. */
  settle: ((result: ComputeResult) => void) | undefined;
  isDead: boolean;
}

export function createWorkerPool({ modules, spawn, coreCount, slotCount }: WorkerPoolOptions): ComputePool {
  const workers = new Set<PoolWorker>();
  let isClosed = false;

  function startWorker(): PoolWorker {
    const worker: PoolWorker = { handle: spawn(), settle: undefined, isDead: false };
    worker.handle.listen(
      (message) => accept(worker, message),
      (cause) => bury(worker, { ok: false, failure: { kind: "trapped", cause } }),
    );
    worker.handle.post({ kind: "start", modules });
    workers.add(worker);
    return worker;
  }

  function accept(worker: PoolWorker, message: FromWorker): void {
    if (message.kind === "failed") {
      bury(worker, { ok: false, failure: message.failure });
      return;
    }
    const settle = worker.settle;
    worker.settle = undefined;
    // WASM memory never shrinks: the only way to give it back is to drop the instance.
    const isOversized = message.memoryBytes > limits.workerMemoryKeptBytesMax;
    if (isOversized || (workers.size > coreCount && idleCount() > coreCount)) bury(worker, undefined);
    settle?.({ ok: true, outcome: message.outcome });
  }

  /** Ends a worker, settles its task, and keeps the core of the pool alive. */
  function bury(worker: PoolWorker, result: ComputeResult | undefined): void {
    if (worker.isDead) return;
    worker.isDead = true;
    workers.delete(worker);
    worker.handle.terminate();
    const settle = worker.settle;
    worker.settle = undefined;
    if (!isClosed && workers.size < coreCount) startWorker();
    if (result !== undefined) settle?.(result);
  }

  function idleCount(): number {
    let count = 0;
    for (const worker of workers) if (worker.settle === undefined) count++;
    return count;
  }

  const busyCount = (): number => workers.size - idleCount();

  for (let k = 0; k < Math.min(coreCount, slotCount); k++) startWorker();

  return {
    slotCount,
    freeSlots: () => (isClosed ? 0 : slotCount - busyCount()),
    run(task, signal) {
      if (isClosed) return Promise.resolve({ ok: false, failure: { kind: "closed" } });
      if (signal.aborted) return Promise.resolve({ ok: false, failure: { kind: "aborted" } });
      invariant(busyCount() < slotCount, "no more tasks than slots");
      const worker = [...workers].find(({ settle }) => settle === undefined) ?? startWorker();
      return new Promise((resolve) => {
        const abort = (): void => bury(worker, { ok: false, failure: { kind: "aborted" } });
        signal.addEventListener("abort", abort, { once: true });
        worker.settle = (result) => {
          signal.removeEventListener("abort", abort);
          resolve(result);
        };
        worker.handle.post({ kind: "run", task });
      });
    },
    async close() {
      isClosed = true;
      for (const worker of [...workers]) bury(worker, { ok: false, failure: { kind: "closed" } });
    },
  };
}
