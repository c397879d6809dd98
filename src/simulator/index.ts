// The door of the simulator: one task in, its outcome out. Runs where it is called; the compute pool calls it on workers.

import type { RunOutcome } from "../model/result.ts";
import type { ComputeTask } from "../ports/compute.ts";
import { createEngine, type Engine, OutOfMemoryError } from "./engine.ts";
import { runCircuit } from "./run.ts";
import { drive, type Slices } from "./slices.ts";

export { OutOfMemoryError };

/** The engine and its build, as results name it. */
export const engineName = "statevector/plain";

/** The compiled modules, one an engine. Whoever runs tasks makes its own instances of them. */
export interface SimulatorModules {
  readonly statevector: WebAssembly.Module;
  readonly stabilizer: WebAssembly.Module;
}

export interface Simulator {
  /** Throws OutOfMemoryError; any other throw is a bug of ours. `elapsedMs` is the caller's clock. */
  run(task: ComputeTask, elapsedMs: () => number): RunOutcome;
  /** The same in slices; the next run may begin when this one has ended or is given up. */
  runInSlices(task: ComputeTask, elapsedMs: () => number): Slices<RunOutcome>;
  /** Of every engine that a task has needed so far. */
  memoryBytes(): number;
}

/** An engine is made when the first task needs it. */
export function createSimulator(modules: SimulatorModules): Simulator {
  let statevector: Engine | undefined;
  function* runInSlices(task: ComputeTask, elapsedMs: () => number): Slices<RunOutcome> {
    const startMs = elapsedMs();
    statevector ??= createEngine(modules.statevector);
    const { counts, expectationValues } = yield* runCircuit(statevector, task);
    // One more, because some clocks stand still within a slice.
    yield;
    return { counts, expectationValues, engine: engineName, simulatedMs: elapsedMs() - startMs };
  }
  return {
    run: (task, elapsedMs) => drive(runInSlices(task, elapsedMs)),
    runInSlices,
    memoryBytes: () => statevector?.memoryBytes() ?? 0,
  };
}
