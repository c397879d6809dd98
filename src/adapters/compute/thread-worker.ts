// Compute workers on node:worker_threads, which Bun, Deno and Node all have.

import { type Transferable, Worker } from "node:worker_threads";
import { movedToWorker, type WorkerHandle } from "./protocol.ts";

/** `script`: the file URL of entry/compute-worker.ts. */
export function spawnThreadWorker(script: URL): WorkerHandle {
  const worker = new Worker(script);
  // An idle worker must not keep the process alive.
  worker.unref();
  return {
    post: (message) => worker.postMessage(message, movedToWorker(message) as readonly unknown[] as Transferable[]),
    listen(onMessage, onDeath) {
      worker.on("message", onMessage);
      worker.on("error", (error) => onDeath(error instanceof Error ? error.message : String(error)));
      worker.on("exit", (code) => onDeath(`the worker ended with ${code}`));
    },
    terminate: () => void worker.terminate(),
  };
}
