// The script of a compute worker in a page: tasks in, outcomes out.

import { movedFromWorker, type ToWorker } from "../adapters/compute/protocol.ts";
import { createTaskServer } from "../adapters/compute/serve-tasks.ts";

const serve = createTaskServer(() => performance.now());
addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  const answer = serve(data);
  if (answer !== undefined) postMessage(answer, { transfer: movedFromWorker(answer) });
});
