// The door of the simulator: one task in, its outcome out. Runs where it is called; the compute pool calls it on workers.

import { limits } from "../base/limits.ts";
import { type Circuit, hasOnlyFinalMeasurements } from "../model/circuit.ts";
import type { RunOutcome } from "../model/result.ts";
import type { ComputeTask } from "../ports/compute.ts";
import { compact } from "./compact.ts";
import { createEngine, createSharedMemory, type Engine, instantiate, OutOfMemoryError } from "./engine.ts";
import { runCircuit } from "./run.ts";
import { createMeter, drive, type Meter, type Slices, unlimitedMeter } from "./slices.ts";
import { createLeader, serveLeader } from "./statevector/crew.ts";
import { drawPlan } from "./statevector/draw-plan.ts";
import { type Precision, planGates } from "./statevector/plan.ts";
import { directQubitCountMax } from "./statevector/state.ts";

export type { Precision } from "./statevector/plan.ts";
export { OutOfMemoryError };

/** The compiled modules, one an engine. Whoever runs tasks makes its own instances of them. */
export interface SimulatorModules {
  readonly statevector: WebAssembly.Module;
  /** The same for a memory that threads share; absent where the runtime has no threads. */
  readonly statevectorShared?: WebAssembly.Module;
  readonly stabilizer: WebAssembly.Module;
  /** For density_matrix and trajectories. */
  readonly noisy: WebAssembly.Module;
  /** Whether the state vector's modules use fused multiply-add: faster, and the last bits depend on the processor. */
  readonly isFast: boolean;
}

export interface Simulator {
  /** Throws OutOfMemoryError; any other throw is a bug of ours. `elapsedMs` is the caller's clock. */
  run(task: ComputeTask, elapsedMs: () => number): RunOutcome;
  /** The same in slices; the next run may begin when this one has ended or is given up. */
  runInSlices(task: ComputeTask, elapsedMs: () => number): Slices<RunOutcome>;
  /** Of every engine that a task has needed so far. */
  memoryBytes(): number;
}

/** Other threads that help with wide states. */
export interface CrewOptions {
  readonly memberCountMax: number;
  /** Asks them to come; they join with joinCrew() whenever they can. */
  call(invitation: Invitation): void;
}

/** Survives structured cloning. */
export interface Invitation {
  readonly memory: WebAssembly.Memory;
  readonly crew: number;
}

/** An engine is made when the first task needs it. */
export function createSimulator(modules: SimulatorModules, crew?: CrewOptions): Simulator {
  const engineName = `statevector/${modules.isFast ? "fast" : "plain"}`;
  const { statevectorShared } = modules;
  let statevector: Engine | undefined;
  let shared: { readonly engine: Engine; readonly memory: WebAssembly.Memory } | undefined;

  function* runInSlices(task: ComputeTask, elapsedMs: () => number, meter: Meter = createMeter()): Slices<RunOutcome> {
    const startMs = elapsedMs();
    const small = compact(task.circuit);
    const isShared = crew !== undefined && statevectorShared !== undefined && small.qubitCount >= limits.threadQubitCountMin;
    const precision = "double";
    let result: { counts: RunOutcome["counts"]; expectationValues: RunOutcome["expectationValues"] };
    if (isShared) {
      shared ??= openShared(statevectorShared);
      const leader = createLeader(shared.engine.wasm, crew.memberCountMax);
      crew.call({ memory: shared.memory, crew: leader.crew });
      try {
        result = yield* runCircuit(shared.engine, task, small, { precision, meter, leader });
      } finally {
        leader.disband();
      }
    } else {
      statevector ??= createEngine(modules.statevector);
      result = yield* runCircuit(statevector, task, small, { precision, meter });
    }
    // One more, because some clocks stand still within a slice.
    yield;
    return { ...result, engine: engineName, simulatedMs: elapsedMs() - startMs };
  }

  return {
    run: (task, elapsedMs) => drive(runInSlices(task, elapsedMs, unlimitedMeter)),
    runInSlices: (task, elapsedMs) => runInSlices(task, elapsedMs),
    memoryBytes: () => (statevector?.memoryBytes() ?? 0) + (shared?.engine.memoryBytes() ?? 0),
  };
}

function openShared(module: WebAssembly.Module): { readonly engine: Engine; readonly memory: WebAssembly.Memory } {
  const memory = createSharedMemory();
  return { engine: createEngine(module, memory), memory };
}

/** Helps with another thread's state until its run has ended. Blocks. */
export function joinCrew({ statevectorShared }: SimulatorModules, { memory, crew }: Invitation): void {
  if (statevectorShared !== undefined) serveLeader(instantiate(statevectorShared, memory), crew);
}

/** The plan of a circuit's gates as text, up to the first operation that a shot decides. Every parameter is bound. */
export function drawCircuitPlan(circuit: Circuit, precision: Precision): string {
  const { qubitCount, operations } = compact(circuit);
  const isFinal = hasOnlyFinalMeasurements(circuit);
  const end = isFinal ? -1 : operations.findIndex(({ kind }) => kind !== "gate");
  const gates = operations.slice(0, end === -1 ? operations.length : end).filter(({ kind }) => kind === "gate");
  // Drawn without coefficients, so that the sine of whoever draws will do.
  const plan = drawPlan(planGates(gates, qubitCount, { precision, trigonometry: Math }), gates.length);
  const isDirect = precision === "double" && qubitCount <= directQubitCountMax;
  return isDirect ? `${plan}So few qubits take their gates one by one: that costs less than planning them.\n` : plan;
}
