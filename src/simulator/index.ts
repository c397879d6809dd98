// The door of the simulator: one task in, its outcome out. Runs where it is called; the compute pool calls it on workers.

import { invariant } from "../base/invariant.ts";
import { limits } from "../base/limits.ts";
import { type Binding, bindAngles } from "../model/bind-angles.ts";
import { type Circuit, hasOnlyFinalMeasurements, usedQubits } from "../model/circuit.ts";
import type { RunOutcome } from "../model/result.ts";
import { noOutputs, type Precision, type SimulationMethod } from "../model/simulation.ts";
import type { ComputeTask } from "../ports/compute.ts";
import { type ChosenMethod, chooseMethod } from "./choose-method.ts";
import { compact, uncompacted } from "./compact.ts";
import { runDensityMatrix } from "./density-matrix/run.ts";
import { createEngine, createSharedMemory, type Engine, instantiate, OutOfMemoryError } from "./engine.ts";
import { measuringCircuit, observe, readOutcomes } from "./expectation.ts";
import { createNoisyEngine, type NoisyEngine } from "./noise/engine.ts";
import { type RunResult, runCircuit, type StateResult } from "./run.ts";
import { createMeter, drive, type Meter, type Slices, unlimitedMeter } from "./slices.ts";
import { createStabilizerEngine, runStabilizer, type StabilizerEngine } from "./stabilizer/index.ts";
import { createLeader, serveLeader } from "./statevector/crew.ts";
import { drawPlan } from "./statevector/draw-plan.ts";
import { planGates } from "./statevector/plan.ts";
import { directQubitCountMax, type EarlierPlans, type StateOptions } from "./statevector/state.ts";
import { runTrajectories } from "./trajectories/run.ts";

export { type ChosenMethod, chooseMethod, type MethodNeed } from "./choose-method.ts";
export type { Slices } from "./slices.ts";
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
  /** The same in slices of about so much work; the next run may begin when this one has ended or is given up: returned. */
  runInSlices(task: ComputeTask, elapsedMs: () => number, sliceWorkMax?: number): Slices<RunOutcome>;
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

export interface SimulatorOptions {
  readonly crew?: CrewOptions;
  /** What the tables of one stabilizer run may take; absent: limits.stabilizerBytesMax. */
  readonly stabilizerBytesMax?: number;
}

/** An engine is made when the first task needs it. */
export function createSimulator(modules: SimulatorModules, { crew, stabilizerBytesMax }: SimulatorOptions = {}): Simulator {
  const { statevectorShared } = modules;
  let statevector: Engine | undefined;
  let shared: { readonly engine: Engine; readonly memory: WebAssembly.Memory } | undefined;
  let stabilizer: StabilizerEngine | undefined;
  let noisy: NoisyEngine | undefined;

  function runInSlices(task: ComputeTask, elapsedMs: () => number, meter: Meter): Slices<RunOutcome> {
    return task.sweep === undefined ? runOnce(task, elapsedMs, meter) : runSweep(task, task.sweep, elapsedMs, meter);
  }

  function* runSweep(
    { sweep: _sweep, ...task }: ComputeTask,
    bindings: readonly Binding[],
    elapsedMs: () => number,
    meter: Meter,
  ): Slices<RunOutcome> {
    const startMs = elapsedMs();
    const sweep: RunOutcome[] = [];
    const earlierPlans: EarlierPlans = new Map();
    let textBytes = 0;
    for (const [k, binding] of bindings.entries()) {
      const circuit = bindAngles(task.circuit, binding);
      const seed = BigInt.asUintN(64, task.seed + BigInt(k));
      const outcome = yield* runOnce({ ...task, circuit, seed }, elapsedMs, meter, earlierPlans);
      textBytes += outcome.counts.size * circuit.bitCount;
      if (textBytes > limits.sweepTextBytesMax) {
        throw new OutOfMemoryError(
          `the outcomes of ${k + 1} of ${bindings.length} runs need ${textBytes} bytes, and a sweep may have ${limits.sweepTextBytesMax}`,
        );
      }
      sweep.push(outcome);
    }
    const [first] = sweep;
    invariant(first !== undefined, "a sweep has a run");
    const nothing = { counts: new Map(), expectationValues: [], estimates: [] };
    const { method, methodReason, precision, engine } = first;
    return { ...nothing, method, methodReason, precision, engine, simulatedMs: elapsedMs() - startMs, sweep };
  }

  function* runOnce(task: ComputeTask, elapsedMs: () => number, meter: Meter, earlierPlans?: EarlierPlans): Slices<RunOutcome> {
    const startMs = elapsedMs();
    const { method, reason } = methodOf(task);
    const { precision = "double" } = task;
    const result =
      method === "statevector"
        ? yield* runStatevector(task, { precision, meter, earlierPlans })
        : yield* observeBy(method, task, meter);
    // One more, because some clocks stand still within a slice.
    yield;
    const engine = `${method}/${modules.isFast && method === "statevector" ? "fast" : "plain"}`;
    return { ...result, method, methodReason: reason, precision, engine, simulatedMs: elapsedMs() - startMs };
  }

  function runBy(method: Exclude<SimulationMethod, "statevector">, task: ComputeTask): Slices<RunResult> {
    switch (method) {
      case "stabilizer":
        stabilizer ??= createStabilizerEngine(modules.stabilizer, stabilizerBytesMax);
        return runStabilizer(stabilizer, task);
      case "density_matrix":
        noisy ??= createNoisyEngine(modules.noisy);
        return runDensityMatrix(noisy, task);
      case "trajectories":
        noisy ??= createNoisyEngine(modules.noisy);
        return runTrajectories(noisy, task);
    }
  }

  /** Runs the circuit once more for each group of an observable that is sampled, with the group's measurement in place of its own. */
  function* observeBy(method: Exclude<SimulationMethod, "statevector">, task: ComputeTask, meter: Meter): Slices<StateResult> {
    const used = usedQubits(task.circuit);
    const result = yield* runBy(method, { ...task, observables: task.observables.filter(({ sampled }) => sampled !== true) });
    const exact = result.expectationValues.values();
    const values = yield* observe(task, {
      isUsed: (qubit) => used.has(qubit),
      // biome-ignore lint/correctness/useYield: it was found in the one run above.
      *exact() {
        return exact.next().value ?? 0;
      },
      *sample(group, shots, seed) {
        const circuit = measuringCircuit(task.circuit, group);
        return readOutcomes(group, (yield* runBy(method, { ...task, circuit, shots, seed, observables: [] })).counts);
      },
      meter,
    });
    return { ...result, ...values };
  }

  function* runStatevector(task: ComputeTask, options: StateOptions): Slices<StateResult> {
    // Qubits that the circuit leaves alone may be anything in a state of the caller's.
    const small = task.initialState === undefined ? compact(task.circuit) : uncompacted(task.circuit);
    if (crew === undefined || statevectorShared === undefined || small.qubitCount < limits.threadQubitCountMin) {
      statevector ??= createEngine(modules.statevector);
      return yield* runCircuit(statevector, task, small, options);
    }
    shared ??= openShared(statevectorShared);
    const leader = createLeader(shared.engine.wasm, crew.memberCountMax);
    crew.call({ memory: shared.memory, crew: leader.crew });
    try {
      return yield* runCircuit(shared.engine, task, small, { ...options, leader });
    } finally {
      leader.disband();
    }
  }

  return {
    run: (task, elapsedMs) => drive(runInSlices(task, elapsedMs, unlimitedMeter)),
    runInSlices: (task, elapsedMs, sliceWorkMax) => runInSlices(task, elapsedMs, createMeter(sliceWorkMax)),
    memoryBytes: () =>
      [statevector, shared?.engine, stabilizer, noisy].reduce((bytes, engine) => bytes + (engine?.memoryBytes() ?? 0), 0),
  };
}

/** By the rules of admission, which has let the task pass. */
function methodOf({
  method = "automatic",
  precision = "double",
  stateBytesMax = Number.POSITIVE_INFINITY,
  ...task
}: ComputeTask): ChosenMethod {
  const { circuit, shots, noise, outputs = noOutputs, initialState } = task;
  const hasInitialState = initialState !== undefined;
  const chosen = chooseMethod({ circuit, shots, noise, method, precision, outputs, hasInitialState, stateBytesMax });
  invariant(chosen.ok, "some method carries every task that was admitted");
  return chosen.value;
}

function openShared(module: WebAssembly.Module): { readonly engine: Engine; readonly memory: WebAssembly.Memory } {
  const memory = createSharedMemory();
  return { engine: createEngine(module, memory), memory };
}

/** Helps with another thread's state until its run has ended, or `mustLeave`, which is asked now and then. Blocks. */
export function joinCrew(
  { statevectorShared }: SimulatorModules,
  { memory, crew }: Invitation,
  mustLeave: () => boolean = () => false,
): void {
  if (statevectorShared !== undefined) serveLeader(instantiate(statevectorShared, memory), crew, mustLeave);
}

/** The plan of a circuit's gates as text, up to the first operation that a shot decides. Every parameter is bound. */
export function drawCircuitPlan(circuit: Circuit, precision: Precision): string {
  const { qubitCount, operations } = compact(circuit);
  const isFinal = hasOnlyFinalMeasurements(circuit);
  const end = isFinal ? -1 : operations.findIndex(({ kind }) => kind !== "gate");
  const gates = operations.slice(0, end === -1 ? operations.length : end).filter(({ kind }) => kind === "gate");
  // Drawn without coefficients, so that the sine of whoever draws will do.
  const plan = drawPlan(planGates(gates, qubitCount, { precision, trigonometry: Math, isFresh: true }), gates.length);
  return qubitCount <= directQubitCountMax
    ? `${plan}So few qubits take their gates one by one: that costs less than planning them.\n`
    : plan;
}
