// The trajectories method: noise as random events that strike each shot on its own (Monte-Carlo wave function; Dalibard, Castin and Molmer 1992,
// doi:10.1103/PhysRevLett.68.580). Costs 2^n a pass, and as many passes as the shots have errors that no other shot shares.
//
// Shots that have had the same errors so far have the same state, so they walk the circuit together. Each has drawn how far the chance of having
// had no further event may fall before its next one; whose threshold is passed at some place branches off with a copy of the state, and those
// that are struck alike there walk on together. What one shot draws depends on its own history alone: shot k uses uniforms (k, 0), (k, 1), …
//
// The chance of no event is known without looking at the state where channels are unravelled independently of it (noise/channels.ts). Where they are
// not, a lower bound is kept, and the norm of the state is read only where the bound falls below somebody's threshold.
//
// Matrices wait: those of one qubit for the next gate on two, which takes them along, and those of two for a gate with another partner, so that all
// that happens to a pair between two others is one pass.

import { limits } from "../../base/limits.ts";
import { createShotUniforms } from "../../base/philox.ts";
import type { ComputeTask } from "../../ports/compute.ts";
import { createOutcomeWriter, isTrue } from "../classical-bits.ts";
import type { Action } from "../noise/actions.ts";
import { type FlatMatrix, identityMatrix, kronecker, multiply, realMatrix } from "../noise/complex-matrix.ts";
import type { NoisyEngine } from "../noise/engine.ts";
import { createPauliReader } from "../noise/observables.ts";
import { createNoisyProgram, type NoisyProgram } from "../noise/program.ts";
import type { RunResult } from "../run.ts";
import type { Slices } from "../slices.ts";
import { createTally } from "../tally.ts";
import { type DepolarizingSite, prepareSteps, type RelaxationSite, type WalkStep } from "./prepare.ts";

export interface TrajectoryOptions {
  /** The circuit with its noise; given by those who have written their own. */
  readonly program?: NoisyProgram;
  /** Of a chunk of a larger run: the task's shots are those from here on. Chunks have together the counts of the whole. */
  readonly firstShot?: number;
  /** What a run may take beside its state. Other bounds than the usual ones give the same counts, sooner or later. */
  readonly copyBytesMax?: number;
  readonly shotBytesMax?: number;
}

/** The task has passed noiseFaults. Throws OutOfMemoryError. Only one run at a time may use the engine. */
export function* runTrajectories(engine: NoisyEngine, task: ComputeTask, options: TrajectoryOptions = {}): Slices<RunResult> {
  const walk = createWalk(engine, task, options);
  const { firstShot = 0 } = options;
  for (let first = 0; first < task.shots; first += walk.batchSize) {
    yield* walk.batch(firstShot + first, Math.min(walk.batchSize, task.shots - first));
  }
  return {
    ...walk.tally.finish(),
    expectationValues: walk.expectationSums.map((sum) => sum / task.shots),
  };
}

/** Shots that have had the same history, and their state. */
interface Branch {
  /** Places in the batch; those from `next` on still walk, largest threshold first. */
  shots: readonly number[];
  next: number;
  /** Place of the next step. */
  step: number;
  /** Which copy of the state is theirs. */
  slot: number;
  /** pairs[q]: what is still to be applied to q and its last partner; the same object at both. */
  pairs: (Pair | undefined)[];
  /** pending[q]: 2 x 2 matrix to be applied after that. */
  pending: (FlatMatrix | undefined)[];
  /** isBent[q]: 1 where the pending matrix is not unitary. */
  isBent: Uint8Array;
  /** The norm of the state as stored, times this, is that since the last event, which began at 1. */
  scale: number;
  /** Chance of no event at the places since the last event whose chance does not depend on the state. */
  calmRate: number;
  /** The norm since the last event, or a lower bound of it. */
  norm: number;
  isNormExact: boolean;
}

interface Pair {
  readonly low: number;
  readonly high: number;
  readonly matrix: FlatMatrix;
  readonly isBent: boolean;
}

/** Density matrix of one qubit with what is pending on it, not normalised. */
interface QubitDensity {
  readonly zero: number;
  readonly one: number;
  readonly crossRe: number; // of rho10
  readonly crossIm: number;
}

/** Some shots of a branch, and what happens to them. */
interface Part {
  readonly shots: readonly number[];
  readonly change: (branch: Branch) => void;
}

const paulis = {
  x: realMatrix([0, 1, 1, 0]),
  y: new Float64Array([0, 0, 0, -1, 0, 1, 0, 0]),
  z: realMatrix([1, 0, 0, -1]),
};
const pauliOf = [undefined, paulis.x, paulis.y, paulis.z] as const;
const onto = [
  [realMatrix([1, 0, 0, 0]), realMatrix([0, 0, 0, 1])],
  [realMatrix([1, 0, 0, 0]), realMatrix([0, 1, 0, 0])],
] as const;

function createWalk(engine: NoisyEngine, task: ComputeTask, options: TrajectoryOptions) {
  const { wasm } = engine;
  const { circuit, observables } = task;
  const { copyBytesMax = limits.checkpointBytesMax, shotBytesMax = limits.shotTableBytesMax } = options;
  const program = options.program ?? createNoisyProgram(circuit, task.noise, wasm);
  const { qubitCount, finals } = program;
  const steps = prepareSteps(program, wasm);
  const stateBytes = 16 * 2 ** qubitCount;
  // A branch reads its shot's bits, though no measurement before it may have written any.
  const isDynamic = steps.some(({ kind }) => kind === "measure" || kind === "branch");
  // Threshold, draws, targets and outcomes of a shot, its place in lists, and its bits where they decide something.
  const shotBytes = 64 + (isDynamic ? circuit.bitCount : 0);
  const batchSize = Math.min(task.shots, Math.max(1, Math.floor(shotBytesMax / shotBytes)));
  const copyRoom = Math.max(0, copyBytesMax - shotBytes * batchSize);
  const copyCount = Math.min(limits.checkpointCountMax, Math.floor(copyRoom / stateBytes));
  const states = engine.reserve(stateBytes * (1 + copyCount) + 12 * batchSize);
  const targetsAt = states + stateBytes * (1 + copyCount);
  const outcomesAt = targetsAt + 8 * batchSize;
  const { uniform } = createShotUniforms(task.seed);
  const thresholds = new Float64Array(batchSize);
  const drawCounts = new Uint32Array(batchSize);
  const bitTable = new Uint8Array(isDynamic ? batchSize * circuit.bitCount : 0);
  const noBits = new Uint8Array(circuit.bitCount);
  const writeOutcome = createOutcomeWriter(circuit);
  const tally = createTally(task);
  const readPauli = createPauliReader(observables, program.placeOf);
  const expectationSums = observables.map(() => 0);
  let firstShot = 0;
  let work = 0;

  const addressOf = ({ slot }: Branch): number => states + slot * stateBytes;
  const draw = (shot: number): number => {
    const drawn = drawCounts[shot] ?? 0;
    drawCounts[shot] = drawn + 1;
    return uniform(firstShot + shot, drawn);
  };
  const bitsOf = (shot: number): Uint8Array =>
    isDynamic ? bitTable.subarray(shot * circuit.bitCount, (shot + 1) * circuit.bitCount) : noBits;

  function* breathe(): Slices<void> {
    if (work < limits.sliceWorkMax) return;
    work = 0;
    yield;
  }

  function* batch(first: number, shotCount: number): Slices<void> {
    firstShot = first;
    drawCounts.fill(0);
    bitTable.fill(0);
    const all = Array.from({ length: shotCount }, (_, shot) => shot);
    for (const shots of alone(all, 0)) {
      wasm.initialise(states, qubitCount);
      work += 2 ** qubitCount;
      yield* walk({
        shots: inOrder(shots),
        next: 0,
        step: 0,
        slot: 0,
        pairs: new Array<Pair | undefined>(qubitCount).fill(undefined),
        pending: new Array<FlatMatrix | undefined>(qubitCount).fill(undefined),
        isBent: new Uint8Array(qubitCount),
        scale: 1,
        calmRate: 1,
        norm: 1,
        isNormExact: true,
      });
    }
  }

  /** In the last slot there is nowhere to branch off to: shots go there one by one. */
  function alone(shots: readonly number[], slot: number): readonly (readonly number[])[] {
    return slot < copyCount || shots.length === 1 ? [shots] : shots.map((shot) => [shot]);
  }

  /** Draws new thresholds, and sorts by who is struck first. */
  function inOrder(shots: readonly number[]): readonly number[] {
    for (const shot of shots) thresholds[shot] = draw(shot);
    return [...shots].sort((a, b) => (thresholds[b] ?? 0) - (thresholds[a] ?? 0) || a - b);
  }

  function* walk(start: Branch): Slices<void> {
    let branch: Branch | undefined = start;
    while (branch !== undefined) {
      work += stepWork;
      yield* breathe();
      const step: WalkStep | undefined = steps[branch.step];
      if (step === undefined) {
        yield* finish(branch);
        return;
      }
      branch.step++;
      switch (step.kind) {
        case "gate":
          for (const action of step.actions) act(branch, action);
          break;
        case "depolarize":
          if (branch.calmRate * step.calmRate * branch.norm >= nextThreshold(branch)) branch.calmRate *= step.calmRate;
          else branch = yield* depolarize(branch, step);
          break;
        case "relax": {
          const calmRateMin = branch.calmRate * branch.norm * step.calmRateMin;
          if (calmRateMin >= nextThreshold(branch)) stayCalm(branch, step, branch.norm * step.calmRateMin, false);
          else branch = yield* relax(branch, step);
          break;
        }
        case "measure":
        case "reset":
          branch = yield* project(branch, step.kind === "measure" ? step.measurement : { qubit: step.qubit });
          break;
        case "branch": {
          const { condition, skip } = step;
          const [held = [], failed = []] = partition(walking(branch), 2, (shot) => (isTrue(condition, bitsOf(shot)) ? 0 : 1));
          branch = yield* split(branch, [
            { shots: held, change: () => {} },
            {
              shots: failed,
              change: (other) => {
                other.step += skip;
              },
            },
          ]);
          break;
        }
        case "jump":
          branch.step += step.skip;
      }
    }
  }

  function nextThreshold(branch: Branch): number {
    return thresholds[branch.shots[branch.next] ?? 0] ?? 0;
  }

  function walking(branch: Branch): readonly number[] {
    return branch.next === 0 ? branch.shots : branch.shots.slice(branch.next);
  }

  /** Those of a branch whose next event is here: the chance of none has fallen to their threshold. */
  function takeStruck(branch: Branch, calmRate: number): readonly number[] {
    const first = branch.next;
    while (branch.next < branch.shots.length && nextThreshold(branch) >= calmRate) branch.next++;
    return branch.shots.slice(first, branch.next);
  }

  function stayCalm(branch: Branch, site: RelaxationSite, norm: number, isExact: boolean): void {
    if (site.isStateIndependent) {
      branch.calmRate *= site.calmRateMin;
      return;
    }
    gather(branch, site.qubit, site.calmMatrix, true);
    branch.norm = norm;
    branch.isNormExact = isExact;
  }

  function* relax(branch: Branch, site: RelaxationSite): Slices<Branch | undefined> {
    let density: QubitDensity | undefined;
    const read = function* (): Slices<QubitDensity> {
      density ??= yield* readQubit(branch, site.qubit);
      return density;
    };
    if (!site.isStateIndependent || !branch.isNormExact) yield* read();
    const [a, b] = site.calm;
    const calmNorm = density === undefined ? branch.norm * site.calmRateMin : a * a * density.zero + b * b * density.one;
    const struck = takeStruck(branch, branch.calmRate * calmNorm);
    if (struck.length === 0) {
      stayCalm(branch, site, calmNorm, true);
      return branch;
    }
    const { zero, one, crossRe, crossIm } = yield* read();
    const weights = site.events.map((event) => weightOf(event, zero, one, crossRe, crossIm));
    const parts = partition(struck, weights.length, (shot) => pick(weights, draw(shot)));
    return yield* strike(
      branch,
      parts.map((shots, k) => ({
        shots,
        change: (struckBranch) => {
          gather(struckBranch, site.qubit, site.events[k] ?? paulis.x, true);
          restart(struckBranch, weights[k] ?? 1);
        },
      })),
      () => stayCalm(branch, site, calmNorm, true),
    );
  }

  function* depolarize(branch: Branch, site: DepolarizingSite): Slices<Branch | undefined> {
    if (!branch.isNormExact) yield* readQubit(branch, site.qubits[0] ?? 0);
    const struck = takeStruck(branch, branch.calmRate * site.calmRate * branch.norm);
    const kindCount = 4 ** site.qubits.length - 1;
    const parts = partition(struck, kindCount, (shot) => Math.floor(draw(shot) * kindCount));
    return yield* strike(
      branch,
      parts.map((shots, k) => ({
        shots,
        change: (struckBranch) => {
          for (const [place, qubit] of site.qubits.entries()) {
            const pauli = pauliOf[((k + 1) >> (2 * place)) & 3];
            if (pauli !== undefined) gather(struckBranch, qubit, pauli, false);
          }
          restart(struckBranch, branch.norm);
        },
      })),
      () => {
        branch.calmRate *= site.calmRate;
      },
    );
  }

  /** After an event that left a norm of `norm`: as at the beginning. */
  function restart(branch: Branch, norm: number): void {
    branch.scale /= norm;
    branch.norm = 1;
    branch.isNormExact = true;
    branch.calmRate = 1;
    branch.shots = inOrder(branch.shots);
  }

  /** Parts branch off; who is left, if any, goes on after `calm`. */
  function* strike(branch: Branch, parts: readonly Part[], calm: () => void): Slices<Branch | undefined> {
    const left = branch.shots.length - branch.next;
    return yield* split(branch, left === 0 ? parts : [...parts, { shots: walking(branch), change: calm }]);
  }

  /** Every part but the last walks to its end on a copy of the state; the last goes on in place. */
  function* split(branch: Branch, parts: readonly Part[]): Slices<Branch | undefined> {
    const populated = parts.filter(({ shots }) => shots.length > 0);
    const last = populated.pop();
    for (const { shots, change } of populated) {
      for (const together of alone(shots, branch.slot + 1)) {
        const copy: Branch = {
          ...branch,
          shots: together,
          next: 0,
          slot: branch.slot + 1,
          pairs: [...branch.pairs],
          pending: [...branch.pending],
          isBent: branch.isBent.slice(),
        };
        wasm.copyState(addressOf(copy), addressOf(branch), qubitCount);
        work += 2 ** qubitCount;
        change(copy);
        yield* walk(copy);
      }
    }
    if (last === undefined) return undefined;
    branch.shots = last.shots;
    branch.next = 0;
    last.change(branch);
    return branch;
  }

  /** A measurement, whose bit is read with its errors, or a reset, which leaves |0>. */
  function* project(
    branch: Branch,
    to: { readonly qubit: number } & Partial<{
      readonly bit: number;
      readonly oneGivenZero: number;
      readonly oneGivenOne: number;
    }>,
  ): Slices<Branch | undefined> {
    const { qubit, bit, oneGivenZero = 0, oneGivenOne = 1 } = to;
    const { zero, one } = yield* readQubit(branch, qubit);
    const weights = [zero, one];
    const [zeros = [], ones = []] = partition(walking(branch), 2, (shot) => (draw(shot) * (zero + one) < one ? 1 : 0));
    if (bit !== undefined) {
      for (const [outcome, shots] of [zeros, ones].entries()) {
        const oneRate = outcome === 1 ? oneGivenOne : oneGivenZero;
        for (const shot of shots) bitsOf(shot)[bit] = readBit(shot, oneRate);
      }
    }
    // The chance of no event goes on as before: the projected state gets the norm of the whole one.
    const { norm } = branch;
    return yield* split(
      branch,
      [zeros, ones].map((shots, outcome) => ({
        shots,
        change: (projected) => {
          gather(projected, qubit, onto[bit === undefined ? 1 : 0][outcome] ?? paulis.x, true);
          projected.scale *= norm / (weights[outcome] ?? 1);
        },
      })),
    );
  }

  /** What is read; only a rate between 0 and 1 costs a draw. */
  function readBit(shot: number, oneRate: number): number {
    if (oneRate <= 0 || oneRate >= 1) return oneRate <= 0 ? 0 : 1;
    return draw(shot) < oneRate ? 1 : 0;
  }

  function gather(branch: Branch, qubit: number, matrix: FlatMatrix, bends: boolean): void {
    const before = branch.pending[qubit];
    branch.pending[qubit] = before === undefined ? matrix : multiply(2, matrix, before);
    if (bends) branch.isBent[qubit] = 1;
  }

  function flush(branch: Branch, qubit: number): void {
    flushPair(branch, qubit);
    const matrix = take(branch, qubit);
    if (matrix === undefined) return;
    engine.writeMatrix(matrix);
    wasm.applyDense1(addressOf(branch), qubitCount, qubit);
    work += 2 ** qubitCount;
  }

  function flushPair(branch: Branch, qubit: number): void {
    const pair = branch.pairs[qubit];
    if (pair === undefined) return;
    branch.pairs[pair.low] = undefined;
    branch.pairs[pair.high] = undefined;
    engine.writeMatrix(pair.matrix);
    wasm.applyDense2(addressOf(branch), qubitCount, pair.low, pair.high);
    work += 2 ** qubitCount;
  }

  /** A gate on two qubits, with what is pending on each, on top of what is pending on both. */
  function gatherPair(branch: Branch, { low, high, matrix }: Extract<Action, { kind: "two" }>): void {
    const isBent = branch.isBent[low] === 1 || branch.isBent[high] === 1;
    const [first, second] = [take(branch, low), take(branch, high)];
    const isPlain = first === undefined && second === undefined;
    const gathered = isPlain ? matrix : multiply(4, matrix, kronecker(second ?? identity, first ?? identity));
    const before = branch.pairs[low];
    let pair: Pair;
    if (before !== undefined && before === branch.pairs[high]) {
      const beneath = before.low === low ? before.matrix : withQubitsExchanged(before.matrix);
      pair = { low, high, matrix: multiply(4, gathered, beneath), isBent: isBent || before.isBent };
    } else {
      flushPair(branch, low);
      flushPair(branch, high);
      pair = { low, high, matrix: gathered, isBent };
    }
    branch.pairs[low] = pair;
    branch.pairs[high] = pair;
  }

  function take(branch: Branch, qubit: number): FlatMatrix | undefined {
    const matrix = branch.pending[qubit];
    branch.pending[qubit] = undefined;
    branch.isBent[qubit] = 0;
    return matrix;
  }

  function act(branch: Branch, action: Action): void {
    switch (action.kind) {
      case "one":
        gather(branch, action.qubit, action.matrix, false);
        return;
      case "two":
        gatherPair(branch, action);
        return;
      case "flip":
      case "controlled": {
        for (let qubit = 0; qubit < qubitCount; qubit++) {
          if (qubit === action.target || ((action.controls >> qubit) & 1) === 1) flush(branch, qubit);
        }
        if (action.kind === "controlled") {
          engine.writeMatrix(action.matrix);
          wasm.applyControlled1(addressOf(branch), qubitCount, action.target, action.controls);
        } else wasm.applyFlip(addressOf(branch), qubitCount, action.target, action.controls);
      }
    }
    work += 2 ** qubitCount;
  }

  /** Reads the state, and with it the norm since the last event. */
  function* readQubit(branch: Branch, qubit: number): Slices<QubitDensity> {
    flushPair(branch, qubit);
    for (let other = 0; other < qubitCount; other++) {
      if (branch.pairs[other]?.isBent === true) flushPair(branch, other);
      if (other !== qubit && branch.isBent[other] === 1) flush(branch, other);
      yield* breathe();
    }
    wasm.reduceToQubit(addressOf(branch), qubitCount, qubit);
    work += 2 ** qubitCount;
    const [zero, one, crossRe, crossIm] = engine.readResult().map((figure) => figure * branch.scale) as [
      number,
      number,
      number,
      number,
    ];
    const pending = branch.pending[qubit];
    const density = pending === undefined ? { zero, one, crossRe, crossIm } : transformed(pending, zero, one, crossRe, crossIm);
    branch.norm = density.zero + density.one;
    branch.isNormExact = true;
    return density;
  }

  function* finish(branch: Branch): Slices<void> {
    for (let qubit = 0; qubit < qubitCount; qubit++) {
      flush(branch, qubit);
      yield* breathe();
    }
    const state = addressOf(branch);
    const norm = wasm.norm(state, qubitCount);
    work += 2 ** qubitCount;
    yield* breathe();
    const shots = walking(branch);
    for (const [k, terms] of readPauli.entries()) {
      for (const { coefficient, flip, sign, yCount } of terms) {
        const value = wasm.pauliExpectation(state, qubitCount, flip, sign, yCount) / norm;
        expectationSums[k] = (expectationSums[k] ?? 0) + coefficient * value * shots.length;
        work += 2 ** qubitCount;
        yield* breathe();
      }
    }
    if (circuit.bitCount === 0) return;
    const wanted = shots.map((shot) => ({ shot, target: finals.length === 0 ? 0 : draw(shot) * norm }));
    wanted.sort((a, b) => a.target - b.target);
    const targets = new Float64Array(wasm.memory.buffer, targetsAt, wanted.length);
    for (const [k, { target }] of wanted.entries()) targets[k] = target;
    if (finals.length > 0) wasm.sampleAscending(state, qubitCount, targetsAt, outcomesAt, wanted.length);
    work += 2 ** qubitCount;
    const outcomes = new Uint32Array(wasm.memory.buffer, outcomesAt, wanted.length);
    for (const [k, { shot }] of wanted.entries()) {
      const bits = bitsOf(shot);
      const index = outcomes[k] ?? 0;
      for (const { qubit, bit, oneGivenZero, oneGivenOne } of finals) {
        bits[bit] = readBit(shot, ((index >>> qubit) & 1) === 1 ? oneGivenOne : oneGivenZero);
      }
      tally.add(writeOutcome(bits));
    }
  }

  return { batch, batchSize, tally, expectationSums };
}

const identity = identityMatrix(2);

// What a step costs that touches no amplitude, in amplitude updates: about 0.2 us.
const stepWork = 40;

function partition(shots: readonly number[], partCount: number, partOf: (shot: number) => number): number[][] {
  const parts: number[][] = Array.from({ length: partCount }, () => []);
  for (const shot of shots) parts[partOf(shot)]?.push(shot);
  return parts;
}

/** The first weight at which the sum passes `uniform` of the whole. */
function pick(weights: readonly number[], uniform: number): number {
  const target = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  let chosen = 0;
  for (const [k, weight] of weights.entries()) {
    if (weight <= 0) continue;
    chosen = k;
    sum += weight;
    if (target < sum) break;
  }
  return chosen;
}

/** The same matrix with its least significant qubit the other one. */
function withQubitsExchanged(matrix: FlatMatrix): FlatMatrix {
  const exchanged = new Float64Array(32);
  const places = [0, 2, 1, 3];
  for (const [row, fromRow] of places.entries()) {
    for (const [column, fromColumn] of places.entries()) {
      const from = 2 * (4 * fromRow + fromColumn);
      exchanged.set(matrix.subarray(from, from + 2), 2 * (4 * row + column));
    }
  }
  return exchanged;
}

/** tr(K rho K'). */
function weightOf(matrix: FlatMatrix, zero: number, one: number, crossRe: number, crossIm: number): number {
  const density = transformed(matrix, zero, one, crossRe, crossIm);
  return density.zero + density.one;
}

/** M rho M'. */
function transformed(matrix: FlatMatrix, zero: number, one: number, crossRe: number, crossIm: number): QubitDensity {
  const rho = new Float64Array([zero, 0, crossRe, -crossIm, crossRe, crossIm, one, 0]);
  const [a = 0, ai = 0, b = 0, bi = 0, c = 0, ci = 0, d = 0, di = 0] = matrix;
  const adjoint = new Float64Array([a, -ai, c, -ci, b, -bi, d, -di]);
  const [re0 = 0, , , , re10 = 0, im10 = 0, re1 = 0] = multiply(2, matrix, multiply(2, rho, adjoint));
  return { zero: Math.max(0, re0), one: Math.max(0, re1), crossRe: re10, crossIm: im10 };
}
