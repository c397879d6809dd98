// The compute pool without workers, for runtimes that have none: a task runs where it was asked for, slice by slice, and whoever else has
// something to do gets a turn after each slice.

import type { ComputePool, ComputeResult, ComputeTask } from "../../ports/compute.ts";
import { createSimulator, type SimulatorModules } from "../../simulator/index.ts";
import { toFailure } from "./serve-tasks.ts";

export interface InlinePoolOptions {
  readonly modules: SimulatorModules;
  /** What the tables of a stabilizer run may take. */
  readonly stabilizerBytesMax: number;
  /** Any monotonic clock. */
  readonly elapsedMs: () => number;
  /** Resolves when everything else that was ready to run has run. */
  readonly turn: () => Promise<void>;
}

export function createInlinePool({ modules, elapsedMs, turn, stabilizerBytesMax }: InlinePoolOptions): ComputePool {
  const open = () => createSimulator(modules, { stabilizerBytesMax });
  let simulator = open();
  let isBusy = false;
  const closed = new AbortController();

  async function runSlices(task: ComputeTask, signal: AbortSignal): Promise<ComputeResult> {
    const slices = simulator.runInSlices(task, elapsedMs);
    for (;;) {
      await turn();
      if (closed.signal.aborted) return { ok: false, failure: { kind: "closed" } };
      if (signal.aborted) return { ok: false, failure: { kind: "aborted" } };
      const step = slices.next();
      if (step.done === true) return { ok: true, outcome: step.value };
    }
  }

  return {
    slotCount: 1,
    freeSlots: () => (isBusy || closed.signal.aborted ? 0 : 1),
    async run(task, signal) {
      if (closed.signal.aborted) return { ok: false, failure: { kind: "closed" } };
      isBusy = true;
      try {
        return await runSlices(task, signal);
      } catch (error) {
        // A trap leaves the instances in doubt.
        simulator = open();
        return { ok: false, failure: toFailure(error) };
      } finally {
        isBusy = false;
      }
    },
    async close() {
      closed.abort();
    },
  };
}
