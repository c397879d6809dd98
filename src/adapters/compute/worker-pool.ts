// A bounded pool of compute workers. A task that traps, runs out of memory or is aborted takes its worker with it, and nothing else.

import { invariant } from "../../base/invariant.ts";
import { limits } from "../../base/limits.ts";
import type { ComputePool, ComputeResult } from "../../ports/compute.ts";
import type { Invitation, SimulatorModules } from "../../simulator/index.ts";
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

/** A thread that helps a worker with its state. */
interface Helper {
  readonly handle: WorkerHandle;
  /** Whom it helps now. */
  leader: PoolWorker | undefined;
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
  const helpers = new Set<Helper>();
  let isClosed = false;

  function startWorker(): PoolWorker {
    const worker: PoolWorker = { handle: spawn(), stop: createStop(), settle: undefined, isDead: false };
    worker.handle.listen(
      (message) => accept(worker, message),
      (cause) => bury(worker, { ok: false, failure: { kind: "trapped", cause } }),
    );
    worker.handle.post({ kind: "start", modules, helperCountMax, stop: worker.stop });
    workers.add(worker);
    return worker;
  }

  function startHelper(): Helper {
    const helper: Helper = { handle: spawn(), leader: undefined };
    helper.handle.listen(
      ({ kind }) => {
        if (kind === "left") helper.leader = undefined;
      },
      () => dismiss(helper),
    );
    helper.handle.post({ kind: "start", modules, helperCountMax: 0 });
    helpers.add(helper);
    return helper;
  }

  function dismiss(helper: Helper): void {
    if (helpers.delete(helper)) helper.handle.terminate();
  }

  /** Sends every helper that is free to the worker; one that comes late finds the crew gone and is free again. */
  function sendHelpers(worker: PoolWorker, invitation: Invitation): void {
    if (worker.isDead) return;
    while (helpers.size < helperCountMax) startHelper();
    for (const helper of helpers) {
      if (helper.leader !== undefined) continue;
      helper.leader = worker;
      helper.handle.post({ kind: "join", invitation });
    }
  }

  function accept(worker: PoolWorker, message: FromWorker): void {
    if (message.kind === "call") {
      sendHelpers(worker, message.invitation);
      return;
    }
    if (message.kind === "left") return;
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
    if (worker.stop !== undefined) Atomics.store(worker.stop, 0, 1);
    worker.handle.terminate();
    // They wait for a leader that is gone.
    for (const helper of [...helpers]) if (helper.leader === worker) dismiss(helper);
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
      for (const helper of [...helpers]) dismiss(helper);
    },
  };
}

/** Browsers share memory only with pages that are cross-origin isolated; they end a worker at once. */
function createStop(): Int32Array | undefined {
  return typeof SharedArrayBuffer === "undefined" ? undefined : new Int32Array(new SharedArrayBuffer(4));
}
