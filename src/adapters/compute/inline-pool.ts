// The compute pool without workers, for runtimes that have none: a task runs where it was asked for, and nothing else runs meanwhile.

import type { ComputePool } from "../../ports/compute.ts";
import { createSimulator } from "../../simulator/index.ts";
import { runTask } from "./serve-tasks.ts";

/** `elapsedMs`: any monotonic clock. */
export function createInlinePool(module: WebAssembly.Module, elapsedMs: () => number): ComputePool {
  let simulator = createSimulator(module);
  let isBusy = false;
  let isClosed = false;
  return {
    slotCount: 1,
    freeSlots: () => (isBusy || isClosed ? 0 : 1),
    async run(task, signal) {
      if (isClosed) return { ok: false, failure: { kind: "closed" } };
      isBusy = true;
      try {
        // Lets the caller go on first, as it would with a worker.
        await Promise.resolve();
        if (signal.aborted) return { ok: false, failure: { kind: "aborted" } };
        const answer = runTask(simulator, task, elapsedMs);
        if (answer.kind === "done") return { ok: true, outcome: answer.outcome };
        // A trap leaves the instance in doubt.
        simulator = createSimulator(module);
        return { ok: false, failure: answer.failure };
      } finally {
        isBusy = false;
      }
    },
    async close() {
      isClosed = true;
    },
  };
}
