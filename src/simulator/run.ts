// Runs a circuit: once and sampled when its measurements are last, shot by shot from the first measurement on when they are not.

import { createShotUniforms } from "../base/philox.ts";
import { type Circuit, hasOnlyFinalMeasurements, type Operation } from "../model/circuit.ts";
import type { Observable, RunOutcome } from "../model/result.ts";
import { noOutputs } from "../model/simulation.ts";
import type { ComputeTask } from "../ports/compute.ts";
import { createOutcomeWriter, isTrue } from "./classical-bits.ts";
import type { CompactCircuit } from "./compact.ts";
import { amplitudeBytes, type Engine } from "./engine.ts";
import { type ObservedValues, observe } from "./expectation.ts";
import { marginal, wholeState } from "./marginals.ts";
import { createGroupSampler, drawShots, sampleBytes, sampleState } from "./sample-state.ts";
import { createMeter, drive, type Meter, type Slices } from "./slices.ts";
import { type Precision, planQubitCountMin } from "./statevector/plan.ts";
import { type StateOptions, StateVector } from "./statevector/state.ts";
import { createTally, type Tallied } from "./tally.ts";

export interface RunResult extends Tallied {
  readonly expectationValues: readonly number[];
}

export type StateResult = RunResult & ObservedValues & Pick<RunOutcome, "probabilities" | "finalState">;

/** The task has passed admission. Throws OutOfMemoryError; any other throw is a bug. Only one run at a time may use the engine. */
export function runCircuit(engine: Engine, task: ComputeTask, small: CompactCircuit, options: StateOptions): Slices<StateResult> {
  const run = hasOnlyFinalMeasurements(task.circuit) ? runOnce : runPerShot;
  return run(engine, task, small, options);
}

/** One run; shot k draws its outcome with uniform (k, 0). */
function* runOnce(engine: Engine, task: ComputeTask, small: CompactCircuit, options: StateOptions): Slices<StateResult> {
  const state = new StateVector(engine, small.qubitCount, sampleBytes(small.qubitCount, task.shots), options);
  if (task.initialState !== undefined) state.set(task.initialState);
  yield* state.apply(small.operations);
  const values = yield* observe(task, {
    isUsed: (qubit) => small.placeOf.has(qubit),
    exact: (observable) => expectation(state, small, observable, options.meter),
    sample: createGroupSampler(engine, state, options.precision, small),
    meter: options.meter,
  });
  const left = yield* readState(engine, state, task, small, options.meter);
  if (task.circuit.bitCount === 0) return { counts: new Map(), ...values, ...left };
  return { ...countOutcomes(engine, state, task, small, options.precision), ...values, ...left };
}

/** What is read from the state before its measurements. */
function* readState(
  engine: Engine,
  state: StateVector,
  { circuit, outputs = noOutputs }: ComputeTask,
  small: CompactCircuit,
  meter: Meter,
): Slices<Pick<StateResult, "probabilities" | "finalState">> {
  const { sin, cos } = engine.trigonometry;
  const probabilities: Float64Array[] = [];
  for (const qubits of outputs.probabilities) probabilities.push(yield* marginal(state, small, qubits, meter));
  const angle = circuit.globalPhase as number;
  const phase = { re: cos(angle), im: sin(angle) };
  return {
    ...(probabilities.length > 0 ? { probabilities } : {}),
    ...(outputs.finalState ? { finalState: wholeState(state, small, circuit.qubitCount, phase) } : {}),
  };
}

/** Outcomes of the shots: counted, and one by one where they are asked for. */
function countOutcomes(
  engine: Engine,
  state: StateVector,
  task: ComputeTask,
  { operations }: CompactCircuit,
  precision: Precision,
): Tallied {
  const measures = operations
    .filter((operation) => operation.kind === "measure")
    .map(({ qubit, bit }) => ({ position: state.positionOf(qubit), bit }));
  const writeOutcome = createOutcomeWriter(task.circuit);
  const bits = new Uint8Array(task.circuit.bitCount);
  const read = (index: number): string => {
    for (const { position, bit } of measures) bits[bit] = (index >>> position) & 1;
    return writeOutcome(bits);
  };
  const tally = createTally(task);
  if (task.outputs?.memory !== true) {
    // Different states may measure alike, when not every qubit is measured.
    for (const [index, shots] of sampleState(engine, state, precision, task)) tally.add(read(index), shots);
    return tally.finish();
  }
  const known = new Map<number, string>();
  for (const index of drawShots(engine, state, precision, task)) {
    const outcome = known.get(index) ?? read(index);
    known.set(index, outcome);
    tally.add(outcome);
  }
  return tally.finish();
}

/** From a checkpoint before the first measurement, reset or branch; shot k uses uniforms (k, 0), (k, 1), … in program order. */
function* runPerShot(
  engine: Engine,
  task: ComputeTask,
  { qubitCount, operations }: CompactCircuit,
  options: StateOptions,
): Slices<StateResult> {
  const { precision, meter } = options;
  const uniforms = createShotUniforms(task.seed);
  const first = operations.findIndex(({ kind }) => kind !== "gate");
  const stateBytes = amplitudeBytes[precision] * 2 ** Math.max(qubitCount, planQubitCountMin);
  const state = new StateVector(engine, qubitCount, stateBytes, options);
  if (task.initialState !== undefined) state.set(task.initialState);
  yield* state.apply(operations.slice(0, first));
  const checkpoint = state.save(state.extra);

  const rest = toSections(operations.slice(first));
  const writeOutcome = createOutcomeWriter(task.circuit);
  const bits = new Uint8Array(task.circuit.bitCount);
  const tally = createTally(task);
  for (let shot = 0; shot < task.shots; shot++) {
    if (shot > 0) checkpoint.restore();
    bits.fill(0);
    let draw = 0;
    yield* runDynamic(state, rest, bits, () => uniforms.uniform(shot, draw++), meter);
    tally.add(writeOutcome(bits));
  }
  return { ...tally.finish(), expectationValues: [], estimates: [] };
}

/** Runs of gates, planned once each, between what a shot decides. */
type Section =
  | { readonly kind: "gates"; readonly gates: readonly Operation[] }
  | { readonly kind: "measure"; readonly qubit: number; readonly bit: number }
  | { readonly kind: "reset"; readonly qubit: number; readonly flip: readonly Operation[] }
  | {
      readonly kind: "if";
      readonly condition: Extract<Operation, { kind: "if" }>["condition"];
      readonly then: readonly Section[];
      readonly otherwise: readonly Section[];
    };

function toSections(operations: readonly Operation[]): readonly Section[] {
  const sections: Section[] = [];
  let gates: Operation[] = [];
  const end = (): void => {
    if (gates.length > 0) sections.push({ kind: "gates", gates });
    gates = [];
  };
  for (const operation of operations) {
    if (operation.kind === "gate") {
      gates.push(operation);
      continue;
    }
    end();
    if (operation.kind === "measure") sections.push(operation);
    else if (operation.kind === "reset") {
      const { qubit } = operation;
      sections.push({ kind: "reset", qubit, flip: [{ kind: "gate", gate: "x", qubits: [qubit], angles: [] }] });
    } else if (operation.kind === "if") {
      const { condition, then, otherwise } = operation;
      sections.push({ kind: "if", condition, then: toSections(then), otherwise: toSections(otherwise) });
    }
  }
  end();
  return sections;
}

function* runDynamic(
  state: StateVector,
  sections: readonly Section[],
  bits: Uint8Array,
  draw: () => number,
  meter: Meter,
): Slices<void> {
  for (const section of sections) {
    switch (section.kind) {
      case "gates":
        yield* state.apply(section.gates);
        break;
      case "measure":
        bits[section.bit] = state.measure(section.qubit, draw());
        break;
      case "reset":
        if (state.measure(section.qubit, draw()) === 1) yield* state.apply(section.flip);
        break;
      case "if": {
        const branch = isTrue(section.condition, bits) ? section.then : section.otherwise;
        if (branch.length > 0) yield* runDynamic(state, branch, bits, draw, meter);
      }
    }
    if (section.kind !== "gates" && meter.take(2 ** state.qubitCount)) yield;
  }
}

/** Exact: sum over terms of coefficient * <psi| pauli |psi>. Letters on idle qubits, which are |0>: I and Z give 1, X and Y give 0. */
function* expectation(state: StateVector, { placeOf }: CompactCircuit, { terms }: Observable, meter: Meter): Slices<number> {
  let sum = 0;
  for (const { coefficient, pauli } of terms) {
    let flip = 0;
    let sign = 0;
    let yCount = 0;
    let isZero = false;
    for (let qubit = 0; qubit < pauli.length; qubit++) {
      const letter = pauli.charAt(pauli.length - 1 - qubit);
      const place = placeOf.get(qubit);
      if (place === undefined) {
        if (letter === "X" || letter === "Y") isZero = true;
        continue;
      }
      if (letter === "X" || letter === "Y") flip |= 1 << place;
      if (letter === "Z" || letter === "Y") sign |= 1 << place;
      if (letter === "Y") yCount++;
    }
    if (isZero) continue;
    sum += coefficient * state.pauliExpectation(flip, sign, yCount);
    if (meter.take(2 ** state.qubitCount)) yield;
  }
  return sum;
}

/** The amplitudes after the gates of a circuit without measurements, resets or branches: for tests. [re, im, re, im, …] */
export function finalState(engine: Engine, circuit: Circuit, precision: Precision = "double"): Float64Array {
  const state = new StateVector(engine, circuit.qubitCount, 0, { precision, meter: createMeter() });
  drive(state.apply(circuit.operations));
  return state.amplitudes(circuit.qubitCount);
}
