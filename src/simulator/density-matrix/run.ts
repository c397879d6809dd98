// The density_matrix method: exact noise. rho of n qubits is a state of 2n: gates act as U on the ket bits and U* on the bra bits, what happens
// to one qubit is gathered into one 4 x 4 superoperator and applied in one pass before the next gate on two. Costs 4^n a pass, whatever the shots.
//
// A measurement whose outcome matters later splits the run in two, one for each bit that may be read; shots are drawn from the exact
// distribution of all ends, shot k with uniform (k, 0).

import { invariant } from "../../base/invariant.ts";
import { limits } from "../../base/limits.ts";
import { createShotUniforms } from "../../base/philox.ts";
import type { Circuit } from "../../model/circuit.ts";
import type { ComputeTask } from "../../ports/compute.ts";
import { createOutcomeWriter, isTrue } from "../classical-bits.ts";
import { type Action, actionsOf } from "../noise/actions.ts";
import { depolarizingSuperoperator, relaxationSuperoperator } from "../noise/channels.ts";
import { conjugated, type FlatMatrix, kronecker, multiply, realMatrix } from "../noise/complex-matrix.ts";
import type { NoisyEngine } from "../noise/engine.ts";
import { createPauliReader } from "../noise/observables.ts";
import { createNoisyProgram, type Measurement, type NoisyProgram, type Step } from "../noise/program.ts";
import type { RunResult } from "../run.ts";
import { createMeter, type Slices } from "../slices.ts";
import { createTally, type Tallied } from "../tally.ts";

/** Why this method cannot carry a circuit; undefined when it can. */
export function whyNotDensityMatrix(circuit: Circuit): string | undefined {
  // Noise adds no measurements.
  const { qubitCount, steps } = createNoisyProgram(circuit, undefined, { exp: Math.exp });
  const stateBytes = 16 * 4 ** qubitCount;
  if (qubitCount > limits.densityMatrixQubitCountMax) {
    return `a density matrix of ${qubitCount} qubits takes ${stateBytes} bytes; at most ${limits.densityMatrixQubitCountMax} qubits fit`;
  }
  const splitCount = steps.filter(({ kind }) => kind === "measure").length;
  if (2 ** splitCount > limits.densityMatrixEndCountMax) {
    return `${splitCount} measurements in the middle split a density matrix into 2^${splitCount} ends; at most ${limits.densityMatrixEndCountMax} are followed`;
  }
  if (splitCount * stateBytes > limits.checkpointBytesMax) {
    return `${splitCount} measurements in the middle need as many copies of ${stateBytes} bytes; at most ${limits.checkpointBytesMax} bytes are kept`;
  }
  return undefined;
}

/** The task has passed noiseFaults and whyNotDensityMatrix. Throws OutOfMemoryError. Only one run at a time may use the engine. */
export function* runDensityMatrix(engine: NoisyEngine, task: ComputeTask): Slices<RunResult> {
  const program = createNoisyProgram(task.circuit, task.noise, engine.wasm);
  const splitCount = program.steps.filter(({ kind }) => kind === "measure").length;
  const stateBytes = 16 * 4 ** program.qubitCount;
  const start = engine.reserve(stateBytes * (1 + splitCount));
  engine.wasm.initialise(start, 2 * program.qubitCount);
  const follower = createFollower(engine, task, program, stateBytes);
  yield* follower.follow({
    at: start,
    next: 0,
    bits: new Uint8Array(task.circuit.bitCount),
    pending: new Array<FlatMatrix | undefined>(program.qubitCount).fill(undefined),
  });
  const expectationValues = follower.expectationValues;
  if (task.circuit.bitCount === 0) return { counts: new Map(), expectationValues };
  return { ...(yield* sample(task, program, follower.ends)), expectationValues };
}

/** One history of read bits; the trace of its matrix is its probability. */
interface World {
  readonly at: number;
  next: number;
  readonly bits: Uint8Array;
  /** pending[q]: superoperator on (ket q, bra q) that is still to be applied. */
  readonly pending: (FlatMatrix | undefined)[];
}

interface End {
  readonly bits: Uint8Array;
  /** [basis state]: probability that it is read, together with `bits`. */
  readonly probabilities: Float64Array;
}

function createFollower(engine: NoisyEngine, task: ComputeTask, program: NoisyProgram, stateBytes: number) {
  const { wasm } = engine;
  const { qubitCount, steps } = program;
  const width = 2 * qubitCount;
  const ends: End[] = [];
  const readPauli = createPauliReader(task.observables, program.placeOf);
  const expectationValues = task.observables.map(() => 0);
  const superoperators = new Map<object, FlatMatrix>();
  const meter = createMeter();

  const gather = (world: World, qubit: number, superoperator: FlatMatrix): void => {
    const before = world.pending[qubit];
    world.pending[qubit] = before === undefined ? superoperator : multiply(4, superoperator, before);
  };

  const flush = function* (world: World, qubit: number): Slices<void> {
    const pending = world.pending[qubit];
    if (pending === undefined) return;
    world.pending[qubit] = undefined;
    engine.writeMatrix(pending);
    wasm.applyDense2(world.at, width, qubit, qubit + qubitCount);
    yield* breathe();
  };

  /** After each pass: the widest takes a good part of the time in which a run must stop. */
  const breathe = function* (): Slices<void> {
    if (meter.take(2 ** width)) yield;
  };

  const act = function* (world: World, action: Action): Slices<void> {
    switch (action.kind) {
      case "one":
        gather(world, action.qubit, kronecker(conjugated(action.matrix), action.matrix));
        return;
      case "two":
        yield* flush(world, action.low);
        yield* flush(world, action.high);
        engine.writeMatrix(action.matrix);
        wasm.applyDense2(world.at, width, action.low, action.high);
        yield* breathe();
        engine.writeMatrix(conjugated(action.matrix));
        wasm.applyDense2(world.at, width, action.low + qubitCount, action.high + qubitCount);
        return yield* breathe();
      case "flip":
      case "controlled":
        for (let qubit = 0; qubit < qubitCount; qubit++) {
          if (qubit === action.target || ((action.controls >> qubit) & 1) === 1) yield* flush(world, qubit);
        }
        controlled(world, action, 0);
        yield* breathe();
        controlled(world, action, qubitCount);
        yield* breathe();
    }
  };

  /** On the ket bits, or on the bra bits, which begin at `first`. */
  const controlled = (world: World, action: Extract<Action, { controls: number }>, first: number): void => {
    const target = action.target + first;
    const controls = action.controls * 2 ** first;
    if (action.kind === "flip") {
      wasm.applyFlip(world.at, width, target, controls);
      return;
    }
    engine.writeMatrix(first === 0 ? action.matrix : conjugated(action.matrix));
    wasm.applyControlled1(world.at, width, target, controls);
  };

  const depolarize = function* (world: World, qubits: readonly number[], rate: number): Slices<void> {
    const [a = 0, b = 0] = qubits;
    if (qubits.length === 1) {
      gather(world, a, realMatrix(depolarizingSuperoperator(rate)));
      return;
    }
    invariant(qubits.length === 2, "only gates on one or two qubits are calibrated");
    yield* flush(world, a);
    yield* flush(world, b);
    wasm.depolarize2(world.at, qubitCount, a, b, rate);
    yield* breathe();
  };

  /** Splits off the world in which 0 is read and follows it to its end; in `world` 1 was read. */
  const measure = function* (world: World, { qubit, bit, oneGivenZero, oneGivenOne }: Measurement): Slices<boolean> {
    yield* flush(world, qubit);
    const zero: World = { at: world.at + stateBytes, next: world.next, bits: world.bits.slice(), pending: [...world.pending] };
    wasm.copyState(zero.at, world.at, width);
    yield* breathe();
    zero.bits[bit] = 0;
    world.bits[bit] = 1;
    if (yield* keep(zero, qubit, 1 - oneGivenZero, 1 - oneGivenOne)) yield* follow(zero);
    return yield* keep(world, qubit, oneGivenZero, oneGivenOne);
  };

  /** Weighs the qubit's populations and drops its coherence; whether anything is left. What is pending elsewhere keeps the trace. */
  const keep = function* (world: World, qubit: number, zero: number, one: number): Slices<boolean> {
    gather(world, qubit, realMatrix([zero, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, one]));
    yield* flush(world, qubit);
    return wasm.pauliTrace(world.at, qubitCount, 0, 0, 0) > traceMin;
  };

  const superoperatorOf = (step: Extract<Step, { kind: "relax" }>): FlatMatrix => {
    const known = superoperators.get(step.relaxation);
    if (known !== undefined) return known;
    const made = realMatrix(relaxationSuperoperator(step.relaxation));
    superoperators.set(step.relaxation, made);
    return made;
  };

  const follow = function* (world: World): Slices<void> {
    for (;;) {
      if (meter.take(stepWork)) yield;
      const step = steps[world.next++];
      if (step === undefined) return yield* finish(world);
      switch (step.kind) {
        case "gate":
          for (const action of actionsOf(step.gate, step.qubits, step.angles, wasm, true)) yield* act(world, action);
          break;
        case "relax":
          gather(world, step.qubit, superoperatorOf(step));
          break;
        case "depolarize":
          yield* depolarize(world, step.qubits, step.rate);
          break;
        case "measure":
          if (!(yield* measure(world, step.measurement))) return;
          break;
        case "reset":
          gather(world, step.qubit, realMatrix([1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
          break;
        case "branch":
          if (!isTrue(step.condition, world.bits)) world.next += step.skip;
          break;
        case "jump":
          world.next += step.skip;
      }
    }
  };

  const finish = function* (world: World): Slices<void> {
    for (let qubit = 0; qubit < qubitCount; qubit++) yield* flush(world, qubit);
    for (const [k, terms] of readPauli.entries()) {
      for (const { coefficient, flip: flipMask, sign, yCount } of terms) {
        const value = wasm.pauliTrace(world.at, qubitCount, flipMask, sign, yCount);
        expectationValues[k] = (expectationValues[k] ?? 0) + coefficient * value;
        if (meter.take(2 ** qubitCount)) yield;
      }
    }
    const entries = new Float64Array(wasm.memory.buffer, world.at, 2 * 4 ** qubitCount);
    const stride = 2 * (2 ** qubitCount + 1);
    const probabilities = Float64Array.from({ length: 2 ** qubitCount }, (_, k) => Math.max(0, entries[k * stride] ?? 0));
    for (const final of program.finals) readThrough(probabilities, final);
    ends.push({ bits: world.bits.slice(), probabilities });
  };

  return { follow, ends, expectationValues };
}

// What a step costs that touches no amplitude, in amplitude updates: about 2 us.
const stepWork = 400;

// Histories less likely than rounding are not followed.
const traceMin = 1e-14;

/** From the probabilities of a qubit's states to those of the bits that are read. */
function readThrough(probabilities: Float64Array, { qubit, oneGivenZero, oneGivenOne }: Measurement): void {
  const bit = 1 << qubit;
  for (let index = 0; index < probabilities.length; index++) {
    if ((index & bit) !== 0) continue;
    const zero = probabilities[index] ?? 0;
    const one = probabilities[index | bit] ?? 0;
    probabilities[index] = zero * (1 - oneGivenZero) + one * (1 - oneGivenOne);
    probabilities[index | bit] = zero * oneGivenZero + one * oneGivenOne;
  }
}

// Shots drawn in one go: about 50 ms.
const drawSlice = 65_536;

function* sample(task: ComputeTask, { finals }: NoisyProgram, ends: readonly End[]): Slices<Tallied> {
  const { circuit, shots, seed } = task;
  const size = ends[0]?.probabilities.length ?? 1;
  const cumulative = new Float64Array(size * ends.length);
  let total = 0;
  for (const [e, { probabilities }] of ends.entries()) {
    for (const [k, probability] of probabilities.entries()) {
      total += probability;
      cumulative[e * size + k] = total;
    }
  }
  const { uniform } = createShotUniforms(seed);
  const places = new Map<number, number>();
  for (let shot = 0; shot < shots; shot++) {
    const place = firstAbove(cumulative, uniform(shot, 0) * total);
    places.set(place, (places.get(place) ?? 0) + 1);
    if (shot % drawSlice === drawSlice - 1) yield;
  }
  const writeOutcome = createOutcomeWriter(circuit);
  const tally = createTally(task);
  for (const [place, count] of places) {
    const bits = ends[Math.floor(place / size)]?.bits.slice() ?? new Uint8Array(circuit.bitCount);
    for (const { qubit, bit } of finals) bits[bit] = ((place % size) >> qubit) & 1;
    tally.add(writeOutcome(bits), count);
  }
  return tally.finish();
}

/** The first place whose cumulative probability exceeds `target`; what rounding leaves goes to the last place with any probability. */
function firstAbove(cumulative: Float64Array, target: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (target < (cumulative[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  while (low > 0 && cumulative[low] === cumulative[low - 1]) low--;
  return low;
}
