// The script of a compute worker: tasks in, outcomes out.

import { parentPort } from "node:worker_threads";
import type { ToWorker } from "../adapters/compute/protocol.ts";
import { createTaskServer } from "../adapters/compute/serve-tasks.ts";

const serve = createTaskServer(() => performance.now());
parentPort?.on("message", (message: ToWorker) => {
  const answer = serve(message);
  if (answer !== undefined) parentPort?.postMessage(answer);
});
