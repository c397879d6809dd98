// The script of a compute worker: tasks in, outcomes out.

import os from "node:os";
import { parentPort } from "node:worker_threads";
import { movedFromWorker, type ToWorker } from "../adapters/compute/protocol.ts";
import { createTaskServer } from "../adapters/compute/serve-tasks.ts";

yieldToTheDoors();
const serve = createTaskServer(() => performance.now());
parentPort?.on("message", (message: ToWorker) => {
  const answer = serve(message);
  if (answer !== undefined) parentPort?.postMessage(answer, movedFromWorker(answer));
});

/** On Linux a thread has a priority of its own: long simulations give way to whoever answers requests. */
function yieldToTheDoors(): void {
  if (os.platform() !== "linux") return;
  try {
    os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A sandbox may forbid it; the kernel is only less lively then.
  }
}
