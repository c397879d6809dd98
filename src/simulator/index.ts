// The door of the simulator: one task in, its outcome out. Runs where it is called; the compute pool calls it on workers.

import type { RunOutcome } from "../model/result.ts";
import type { ComputeTask } from "../ports/compute.ts";
import { createEngine, OutOfMemoryError } from "./engine.ts";
import { drive, runCircuit, type Slices } from "./run.ts";

export { OutOfMemoryError };

/** The engine and its build, as results name it. */
export const engineName = "statevector/plain";

export interface Simulator {
  /** Throws OutOfMemoryError; any other throw is a bug of ours. `elapsedMs` is the caller's clock. */
  run(task: ComputeTask, elapsedMs: () => number): RunOutcome;
  /** The same in slices; the next run may begin when this one has ended or is given up. */
  runInSlices(task: ComputeTask, elapsedMs: () => number): Slices<RunOutcome>;
  memoryBytes(): number;
}

export function createSimulator(module: WebAssembly.Module): Simulator {
  const engine = createEngine(module);
  function* runInSlices(task: ComputeTask, elapsedMs: () => number): Slices<RunOutcome> {
    const startMs = elapsedMs();
    const { counts, expectationValues } = yield* runCircuit(engine, task);
    // One more, because some clocks stand still within a slice.
    yield;
    return { counts, expectationValues, engine: engineName, simulatedMs: elapsedMs() - startMs };
  }
  return {
    run: (task, elapsedMs) => drive(runInSlices(task, elapsedMs)),
    runInSlices,
    memoryBytes: () => engine.memoryBytes(),
  };
}
