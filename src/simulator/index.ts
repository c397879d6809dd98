// The door of the simulator: one task in, its outcome out. Runs where it is called; the compute pool calls it on workers.

import type { RunOutcome } from "../model/result.ts";
import type { ComputeTask } from "../ports/compute.ts";
import { createEngine, OutOfMemoryError } from "./engine.ts";
import { runCircuit } from "./run.ts";

export { OutOfMemoryError };

/** The engine and its build, as results name it. */
export const engineName = "statevector/plain";

export interface Simulator {
  /** Throws OutOfMemoryError; any other throw is a bug of ours. `elapsedMs` is the caller's clock. */
  run(task: ComputeTask, elapsedMs: () => number): RunOutcome;
  memoryBytes(): number;
}

export function createSimulator(module: WebAssembly.Module): Simulator {
  const engine = createEngine(module);
  return {
    run(task, elapsedMs) {
      const startMs = elapsedMs();
      const { counts, expectationValues } = runCircuit(engine, task);
      return { counts, expectationValues, engine: engineName, simulatedMs: elapsedMs() - startMs };
    },
    memoryBytes: () => engine.memoryBytes(),
  };
}
