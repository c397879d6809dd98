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
  /** Most threads beside the workers that help with wide states; started when the first is called. */
  readonly helperCountMax?: number;
}

interface PoolWorker {
  readonly handle: WorkerHandle;
  readonly stop: Int32Array | undefined;
  /** Settles the task it runs now; undefined while idle. */
  settle: ((result: ComputeResult) => void) | undefined;
  isDead: boolean;
}

export function createWorkerPool(options: WorkerPoolOptions): ComputePool {
  const { modules, spawn, coreCount, slotCount, helperCountMax = 0 } = options;
  const workers = new Set<PoolWorker>();
  /** Threads that help whichever worker calls, by number. */
  const helpers = new Map<number, WorkerHandle>();
  let helperNumber = 0;
  let isClosed = false;

  function startWorker(): PoolWorker {
    const worker: PoolWorker = { handle: spawn(), stop: createStop(), settle: undefined, isDead: false };
    worker.handle.listen(
      (message) => accept(worker, message),
      (cause) => bury(worker, { ok: false, failure: { kind: "trapped", cause } }),
    );
    worker.handle.post({ kind: "start", modules, helperCountMax, stop: worker.stop });
    for (const [number, helper] of helpers) introduce(worker, number, helper);
    workers.add(worker);
    return worker;
  }

  function startHelpers(): void {
    while (helpers.size < helperCountMax) {
      const number = ++helperNumber;
      const helper = spawn();
      helper.listen(
        // Only asked for in retireHelpers.
        () => helper.terminate(),
        () => forget(number),
      );
      helper.post({ kind: "start", modules, helperCountMax: 0 });
      for (const worker of workers) introduce(worker, number, helper);
      helpers.set(number, helper);
    }
  }

  function introduce(worker: PoolWorker, number: number, helper: WorkerHandle): void {
    const { port1, port2 } = new MessageChannel();
    worker.handle.post({ kind: "meet", helper: number, port: port1 });
    helper.post({ kind: "help", port: port2 });
  }

  function forget(number: number): void {
    if (helpers.delete(number)) for (const { handle } of workers) handle.post({ kind: "forget", helper: number });
  }

  /** They keep what they have seen of a large state until it is collected, which can be never. Those that still help end when they are done. */
  function retireHelpers(): void {
    for (const [number, helper] of [...helpers]) {
      forget(number);
      helper.post({ kind: "leave" });
    }
  }

  function accept(worker: PoolWorker, message: FromWorker): void {
    if (message.kind === "left") return; // No worker is asked to.
    if (message.kind === "failed") {
      bury(worker, { ok: false, failure: message.failure });
      return;
    }
    const settle = worker.settle;
    worker.settle = undefined;
    // WASM memory never shrinks: the only way to give it back is to drop the instance.
    const isOversized = message.memoryBytes > limits.workerMemoryKeptBytesMax;
    if (isOversized) retireHelpers();
    if (isOversized || (workers.size > coreCount && idleCount() > coreCount)) bury(worker, undefined);
    settle?.({ ok: true, outcome: message.outcome });
  }

  /** Ends a worker, settles its task, and keeps the core of the pool alive. */
  function bury(worker: PoolWorker, result: ComputeResult | undefined): void {
    if (worker.isDead) return;
    worker.isDead = true;
    workers.delete(worker);
    if (worker.stop !== undefined) Atomics.store(worker.stop, 0, 1);
    worker.handle.terminate();
    const settle = worker.settle;
    worker.settle = undefined;
    // Whatever it was doing, with however much memory.
    if (settle !== undefined) retireHelpers();
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
      if (task.circuit.qubitCount >= limits.threadQubitCountMin) startHelpers();
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
      retireHelpers();
    },
  };
}

/** Browsers share memory only with pages that are cross-origin isolated; they end a worker at once. */
function createStop(): Int32Array | undefined {
  return typeof SharedArrayBuffer === "undefined" ? undefined : new Int32Array(new SharedArrayBuffer(4));
}
