// Runs a circuit: once and sampled when its measurements are last, shot by shot from the first measurement on when they are not.
// A run is cut into slices, so that whoever drives it can do something else, or stop, in between.

import { limits } from "../base/limits.ts";
import { createShotUniforms } from "../base/philox.ts";
import { type Circuit, hasOnlyFinalMeasurements, type Operation } from "../model/circuit.ts";
import type { Observable } from "../model/result.ts";
import type { ComputeTask } from "../ports/compute.ts";
import { applyGate } from "./apply-gate.ts";
import { createOutcomeWriter, isTrue } from "./classical-bits.ts";
import { type CompactCircuit, compact } from "./compact.ts";
import type { Engine } from "./engine.ts";

export interface RunResult {
  readonly counts: ReadonlyMap<string, number>;
  readonly expectationValues: readonly number[];
}

/** Yields after each slice of about limits.sliceWorkMax amplitude updates. */
export type Slices<T> = Generator<void, T>;

/** The task has passed admission. Throws OutOfMemoryError; any other throw is a bug. Only one run at a time may use the engine. */
export function runCircuit(engine: Engine, task: ComputeTask): Slices<RunResult> {
  const small = compact(task.circuit);
  const meter = createMeter(small.qubitCount);
  return hasOnlyFinalMeasurements(task.circuit) ? runOnce(engine, task, small, meter) : runPerShot(engine, task, small, meter);
}

/** Counts passes over the state; true when a slice is full. */
type Meter = () => boolean;

function createMeter(qubitCount: number): Meter {
  const passCountMax = Math.max(1, Math.floor(limits.sliceWorkMax / 2 ** qubitCount));
  let passCount = 0;
  return () => {
    if (++passCount < passCountMax) return false;
    passCount = 0;
    return true;
  };
}

/** One run; shot k draws its outcome with uniform (k, 0). */
function* runOnce(engine: Engine, task: ComputeTask, small: CompactCircuit, meter: Meter): Slices<RunResult> {
  const { qubitCount, operations } = small;
  const isSmall = qubitCount <= tableQubitCountMax;
  const extra = engine.reserve(qubitCount, 12 * task.shots + (isSmall ? 8 * 2 ** qubitCount : 0));
  engine.wasm.initialise(qubitCount);
  yield* applyAll(engine, qubitCount, operations, meter);
  const expectationValues: number[] = [];
  for (const observable of task.observables) expectationValues.push(yield* expectation(engine, small, observable, meter));
  if (task.circuit.bitCount === 0) return { counts: new Map(), expectationValues };

  const states = isSmall ? sampleSmall(engine, qubitCount, task, extra) : sampleLarge(engine, qubitCount, task, extra);
  const measures = operations.filter((operation) => operation.kind === "measure");
  const writeOutcome = createOutcomeWriter(task.circuit);
  const bits = new Uint8Array(task.circuit.bitCount);
  const counts = new Map<string, number>();
  // Different states may measure alike, when not every qubit is measured.
  for (const [state, shots] of states) {
    for (const { qubit, bit } of measures) bits[bit] = (state >>> qubit) & 1;
    const outcome = writeOutcome(bits);
    counts.set(outcome, (counts.get(outcome) ?? 0) + shots);
  }
  return { counts: sortedByOutcome(counts), expectationValues };
}

// A table of cumulative probabilities this large still lies in the cache; beyond it, one walk over sorted uniforms is cheaper.
const tableQubitCountMax = 14;

/** Shots by basis state. `extra`: the table, then the uniforms, then the outcomes. */
function sampleSmall({ wasm }: Engine, qubitCount: number, { shots, seed }: ComputeTask, extra: number): Map<number, number> {
  const uniformsAt = extra + 8 * 2 ** qubitCount;
  const outcomesAt = uniformsAt + 8 * shots;
  wasm.fillUniforms(uniformsAt, shots, Number(seed & 0xffffffffn), Number(seed >> 32n));
  wasm.sampleByTable(qubitCount, uniformsAt, outcomesAt, shots, extra);
  const outcomes = new Uint32Array(wasm.memory.buffer, outcomesAt, shots);
  const tally = new Uint32Array(2 ** qubitCount);
  for (let shot = 0; shot < shots; shot++) {
    const state = outcomes[shot] ?? 0;
    tally[state] = (tally[state] ?? 0) + 1;
  }
  const states = new Map<number, number>();
  for (const [state, count] of tally.entries()) if (count > 0) states.set(state, count);
  return states;
}

/** Shots by basis state, by one walk over the state. `extra`: the uniforms, then the outcomes. */
function sampleLarge({ wasm }: Engine, qubitCount: number, { shots, seed }: ComputeTask, extra: number): Map<number, number> {
  const outcomesAt = extra + 8 * shots;
  wasm.fillUniforms(extra, shots, Number(seed & 0xffffffffn), Number(seed >> 32n));
  new Float64Array(wasm.memory.buffer, extra, shots).sort();
  wasm.sampleAscending(qubitCount, extra, outcomesAt, shots);
  const states = new Map<number, number>();
  for (const state of new Uint32Array(wasm.memory.buffer, outcomesAt, shots)) states.set(state, (states.get(state) ?? 0) + 1);
  return states;
}

/** From a checkpoint before the first measurement, reset or branch; shot k uses uniforms (k, 0), (k, 1), … in program order. */
function* runPerShot(
  engine: Engine,
  task: ComputeTask,
  { qubitCount, operations }: CompactCircuit,
  meter: Meter,
): Slices<RunResult> {
  const uniforms = createShotUniforms(task.seed);
  const first = operations.findIndex(({ kind }) => kind !== "gate");
  const checkpoint = engine.reserve(qubitCount, 16 * 2 ** qubitCount);
  const state = engine.wasm.stateAddress();
  engine.wasm.initialise(qubitCount);
  yield* applyAll(engine, qubitCount, operations.slice(0, first), meter);
  engine.wasm.copyState(checkpoint, state, qubitCount);

  const rest = operations.slice(first);
  const writeOutcome = createOutcomeWriter(task.circuit);
  const bits = new Uint8Array(task.circuit.bitCount);
  const counts = new Map<string, number>();
  for (let shot = 0; shot < task.shots; shot++) {
    if (shot > 0) engine.wasm.copyState(state, checkpoint, qubitCount);
    bits.fill(0);
    let draw = 0;
    yield* runDynamic(engine, qubitCount, rest, bits, () => uniforms.uniform(shot, draw++), meter);
    const outcome = writeOutcome(bits);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return { counts: task.circuit.bitCount === 0 ? new Map() : sortedByOutcome(counts), expectationValues: [] };
}

function* runDynamic(
  engine: Engine,
  qubitCount: number,
  operations: readonly Operation[],
  bits: Uint8Array,
  draw: () => number,
  meter: Meter,
): Slices<void> {
  for (const operation of operations) {
    if (meter()) yield;
    switch (operation.kind) {
      case "gate":
        applyGate(engine, qubitCount, operation.gate, operation.qubits, operation.angles);
        break;
      case "measure":
        bits[operation.bit] = measure(engine, qubitCount, operation.qubit, draw());
        break;
      case "reset":
        if (measure(engine, qubitCount, operation.qubit, draw()) === 1) engine.wasm.applyFlip(qubitCount, operation.qubit, 0);
        break;
      case "if": {
        const branch = isTrue(operation.condition, bits) ? operation.then : operation.otherwise;
        if (branch.length > 0) yield* runDynamic(engine, qubitCount, branch, bits, draw, meter);
        break;
      }
      default:
    }
  }
}

/** Projects the qubit; the outcome is 1 when the uniform lies below its probability. */
function measure(engine: Engine, qubitCount: number, qubit: number, uniform: number): 0 | 1 {
  const total = engine.wasm.norm(qubitCount);
  const one = engine.wasm.probabilityOfOne(qubitCount, qubit);
  const outcome = uniform * total < one ? 1 : 0;
  const kept = outcome === 1 ? one : total - one;
  engine.wasm.collapse(qubitCount, qubit, outcome, 1 / Math.sqrt(kept));
  return outcome;
}

function* applyAll(engine: Engine, qubitCount: number, operations: readonly Operation[], meter: Meter): Slices<void> {
  for (const operation of operations) {
    if (operation.kind !== "gate") continue;
    applyGate(engine, qubitCount, operation.gate, operation.qubits, operation.angles);
    if (meter()) yield;
  }
}

/** Exact: sum over terms of coefficient * <psi| pauli |psi>. Letters on idle qubits, which are |0>: I and Z give 1, X and Y give 0. */
function* expectation(
  engine: Engine,
  { qubitCount, placeOf }: CompactCircuit,
  { terms }: Observable,
  meter: Meter,
): Slices<number> {
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
    sum += coefficient * engine.wasm.pauliExpectation(qubitCount, flip, sign, yCount);
    if (meter()) yield;
  }
  return sum;
}

function sortedByOutcome(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The amplitudes after the gates of a circuit without measurements, resets or branches: for tests. [re, im, re, im, …] */
export function finalState(engine: Engine, circuit: Circuit): Float64Array {
  engine.reserve(circuit.qubitCount, 0);
  engine.wasm.initialise(circuit.qubitCount);
  drive(applyAll(engine, circuit.qubitCount, circuit.operations, () => false));
  return new Float64Array(engine.wasm.memory.buffer, engine.wasm.stateAddress(), 2 * 2 ** circuit.qubitCount).slice();
}

/** Runs all slices at once. */
export function drive<T>(slices: Slices<T>): T {
  let step = slices.next();
  while (step.done !== true) step = slices.next();
  return step.value;
}
