// Compute workers in a page. Threads share a state only where the page is cross-origin isolated: elsewhere leave statevectorShared out of the modules.

import { movedToWorker, type WorkerHandle } from "./protocol.ts";

/** `script`: the address of entry/web-compute-worker.ts as a module of its own. */
export function spawnWebWorker(script: URL): WorkerHandle {
  const worker = new Worker(script, { type: "module" });
  return {
    post: (message) => worker.postMessage(message, movedToWorker(message)),
    listen(onMessage, onDeath) {
      worker.onmessage = ({ data }) => onMessage(data);
      worker.onerror = ({ message }) => onDeath(message);
      worker.onmessageerror = () => onDeath("the worker's message cannot be read");
    },
    terminate: () => worker.terminate(),
  };
}
