// Steps become passes. In a pass some positions of the state are local: all amplitudes that differ only there are in the cache together, and
// every step that changes only local positions, and that no earlier step holds back, is done at once.
//
// Within a pass steps are done in waves: all rotations that are ready, then pairs and controlled rotations, then permutations. Diagonals wait
// until a step must not pass them, also from one pass to the next: they may be done in any pass, since a block knows its outer positions.

import type { Step } from "./lower.ts";
import { isOne, type MutableComplex } from "./rotation.ts";

/**
 * What is done, without coefficients: those are the steps', which an operation names by their places, so that a schedule serves every binding of
 * a circuit. Bits are places in the block; `condition` is a mask of outer positions that must all be 1.
 */
export type Operation =
  | { readonly kind: "rotate"; readonly bits: readonly number[]; readonly steps: readonly number[] }
  | {
      readonly kind: "rotatePair";
      readonly bit0: number;
      readonly bit1: number;
      /** Whether bit 0 is the step's second qubit: seen from there the odd pair turns backwards. */
      readonly isTurned: boolean;
      readonly step: number;
    }
  | {
      readonly kind: "rotateControlled";
      readonly condition: number;
      readonly bit: number;
      readonly controls: number;
      readonly step: number;
    }
  | { readonly kind: "flip"; readonly condition: number; readonly bit: number; readonly controls: number }
  /** target[y] = source[M y ^ origin]; columns[j] = M e_j. */
  | { readonly kind: "permute"; readonly origin: number; readonly columns: readonly number[] }
  | { readonly kind: "diagonal"; readonly terms: DiagonalTerms }
  | { readonly kind: "phase"; readonly condition: number; readonly mask: number; readonly factor: Factor }
  | { readonly kind: "exchangeLane"; readonly bit: number };

/** Places of phase steps that are multiplied in this order; one beyond the last step is the scale. */
export type Factor = readonly number[];

export interface DiagonalTerms {
  readonly scalar: Factor;
  /** A factor for amplitudes with this bit, in blocks with all of these outer positions. */
  readonly linear: readonly { readonly bit: number; readonly outer: number; readonly factor: Factor }[];
  readonly quadratic: readonly { readonly bit0: number; readonly bit1: number; readonly factor: Factor }[];
  readonly outer: readonly { readonly mask: number; readonly factor: Factor }[];
}

export interface Pass {
  /** Positions of the state that are local; block bit i is the i-th of them. */
  readonly localMask: number;
  /** Positions that number the blocks; the others are 0 in every block that has anything in it. */
  readonly outerMask: number;
  /** Local positions that were 0 so far: what the memory holds there does not count. */
  readonly emptyMask: number;
  readonly operations: readonly Operation[];
}

export interface Schedule {
  readonly passes: readonly Pass[];
  /** positionOf[w]: where wire w ends. */
  readonly positionOf: readonly number[];
  /** Factors that came to exactly 1 and were dropped: the schedule serves those steps only of which that is true again, and of no other factor. */
  readonly dropped: readonly Factor[];
}

export interface ScheduleOptions {
  /** Wires; at least 3. */
  readonly qubitCount: number;
  readonly blockBitCountMax: number;
  /** Lowest positions that are local in every pass, so that blocks are gathered from runs. */
  readonly runBitCount: number;
  /** Whether the state is |0…0>, of which only the first run is in memory: blocks without anything in them are left out. */
  readonly isFresh: boolean;
  /** Two amplitudes share a vector: no step but a flip and a diagonal may touch position 0. */
  readonly hasLane: boolean;
  /** positionOf[w]: where wire w begins; by default at w. */
  readonly positionOf?: readonly number[];
}

export function schedule(steps: readonly Step[], scale: MutableComplex, options: ScheduleOptions): Schedule {
  const scheduler = new Scheduler(steps, scale, options);
  return scheduler.run();
}

/** Steps in program order, of which those leave that nothing before them holds back. */
class StepQueue {
  readonly #steps: readonly Step[];
  readonly #allWires: number;
  /** Refused before; then come those from #next on. */
  #refused: Step[] = [];
  #next = 0;

  constructor(steps: readonly Step[], qubitCount: number) {
    this.#steps = steps;
    this.#allWires = 2 ** qubitCount - 1;
  }

  isEmpty(): boolean {
    return this.#refused.length === 0 && this.#next === this.#steps.length;
  }

  /** Offers each step that no refused one before it holds back, and removes those that are accepted. */
  pick(accept: (step: Step) => boolean): void {
    const refused: Step[] = [];
    const seen = this.#offerAll(accept, (step) => refused.push(step));
    for (let k = seen; k < this.#refused.length; k++) refused.push(this.#refused[k] as Step);
    this.#next += Math.max(0, seen - this.#refused.length);
    this.#refused = refused;
  }

  /** The same without removing any. */
  look(accept: (step: Step) => boolean): void {
    this.#offerAll(accept, () => {});
  }

  /** Until every wire is held, or the window ends; how many were offered. */
  #offerAll(accept: (step: Step) => boolean, refuse: (step: Step) => void): number {
    const refusedCount = this.#refused.length;
    const end = Math.min(refusedCount + this.#steps.length - this.#next, windowMax);
    let heldX = 0;
    let heldZ = 0;
    let k = 0;
    for (; k < end && heldX !== this.#allWires; k++) {
      const step = (k < refusedCount ? this.#refused[k] : this.#steps[this.#next + k - refusedCount]) as Step;
      const conflict = (step.x & (heldX | heldZ)) | (step.z & heldX);
      if (conflict === 0 && accept(step)) continue;
      heldX |= step.x;
      heldZ |= step.z;
      refuse(step);
    }
    return k;
  }
}

/** Steps looked at before a choice is made: keeps planning linear in the length of a circuit. */
const windowMax = 16_384;

class Scheduler {
  readonly #options: ScheduleOptions;
  #scale: Readonly<MutableComplex>;
  readonly #stepCount: number;
  readonly #left: StepQueue;
  /** positionOf[wire]. */
  readonly #positionOf: number[];
  readonly #pending: PendingDiagonal;
  /** Positions that may be 1 somewhere. */
  #reached: number;

  constructor(steps: readonly Step[], scale: MutableComplex, options: ScheduleOptions) {
    this.#options = options;
    this.#scale = scale;
    this.#stepCount = steps.length;
    this.#left = new StepQueue(steps, options.qubitCount);
    this.#positionOf = Array.from({ length: options.qubitCount }, (_, wire) => options.positionOf?.[wire] ?? wire);
    this.#pending = new PendingDiagonal(options.qubitCount);
    this.#reached = options.isFresh ? 2 ** Math.min(options.runBitCount, options.qubitCount) - 1 : this.#allPositions();
  }

  #allPositions(): number {
    return 2 ** this.#options.qubitCount - 1;
  }

  #passOf(localMask: number, operations: readonly Operation[]): Pass {
    const outerMask = this.#reached & ~localMask;
    const emptyMask = localMask & ~this.#reached;
    this.#reached |= localMask;
    return { localMask, outerMask, emptyMask, operations };
  }

  run(): Schedule {
    const passes: Pass[] = [];
    while (!this.#left.isEmpty()) {
      const localMask = this.#chooseLocal();
      const taken = this.#take(localMask);
      const pass = new PassBuilder(localMask, this.#positionOf, this.#pending, this.#options.hasLane);
      pass.addAll(taken);
      if (this.#left.isEmpty()) this.#finish(pass);
      if (pass.operations.length > 0) passes.push(this.#passOf(localMask, pass.operations));
    }
    if (!this.#isFinished()) {
      const localMask = 2 ** Math.min(this.#options.qubitCount, this.#options.blockBitCountMax) - 1;
      const pass = new PassBuilder(localMask, this.#positionOf, this.#pending, this.#options.hasLane);
      this.#finish(pass);
      passes.push(this.#passOf(localMask, pass.operations));
    }
    // Whoever reads the state reads all of it.
    while (this.#reached !== this.#allPositions()) passes.push(this.#passOf(this.#withUnreached(), []));
    return { passes, positionOf: this.#positionOf, dropped: this.#pending.dropped };
  }

  /** The run and as many positions that were never local as fit. */
  #withUnreached(): number {
    const { qubitCount, blockBitCountMax, runBitCount } = this.#options;
    let local = 2 ** Math.min(runBitCount, qubitCount) - 1;
    let room = blockBitCountMax - runBitCount;
    for (let position = runBitCount; position < qubitCount && room > 0; position++) {
      if ((this.#reached >> position) & 1) continue;
      local |= 1 << position;
      room--;
    }
    return local;
  }

  #isFinished(): boolean {
    return this.#pending.isEmpty() && isOne(this.#scale);
  }

  #finish(pass: PassBuilder): void {
    if (this.#isFinished()) return;
    const { re, im } = this.#scale;
    if (!isOne(this.#scale)) this.#pending.multiply(0, re, im, this.#stepCount);
    this.#scale = { re: 1, im: 0 };
    pass.flushAll();
  }

  /** The first positions that steps ask for, in program order, until the block is full. */
  #chooseLocal(): number {
    const { qubitCount, blockBitCountMax, runBitCount } = this.#options;
    if (qubitCount <= blockBitCountMax) return 2 ** qubitCount - 1;
    let local = 2 ** runBitCount - 1;
    let count = runBitCount;
    this.#left.look(({ x }) => {
      const wanted = this.#positions(x) & ~local;
      const more = bitCount(wanted);
      if (count + more > blockBitCountMax) return false;
      local |= wanted;
      count += more;
      return true;
    });
    // What is left of the block costs nothing: the next positions save later passes.
    for (let position = runBitCount; count < blockBitCountMax; position++) {
      if ((local >> position) & 1) continue;
      local |= 1 << position;
      count++;
    }
    return local;
  }

  /** Removes the steps that the pass can do from those that are left. */
  #take(localMask: number): Step[] {
    const taken: Step[] = [];
    this.#left.pick((step) => {
      if ((this.#positions(step.x) & ~localMask) !== 0) return false;
      taken.push(step);
      return true;
    });
    return taken;
  }

  #positions(wires: number): number {
    let mask = 0;
    for (let rest = wires; rest !== 0; rest &= rest - 1) mask |= 1 << (this.#positionOf[lowestBit(rest)] as number);
    return mask;
  }
}

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

/** A product of phases, and of which. */
interface PendingFactor extends MutableComplex {
  steps: number[];
}

const nothing = (): PendingFactor => ({ re: 1, im: 0, steps: [] });

/** Phases that were met and not yet applied: factors of one wire, of two, and one of none. */
class PendingDiagonal {
  readonly #wireCount: number;
  /** [wire]. */
  readonly #linear: PendingFactor[];
  /** [wire * count + wire], the larger first. */
  readonly #quadratic: PendingFactor[];
  #scalar = nothing();
  readonly dropped: Factor[] = [];
  /** Wires with a linear factor. */
  linearMask = 0;
  /** partners[w]: wires that share a factor with w. */
  readonly partners: Int32Array;
  /** Wires that appear in any factor. */
  touched = 0;

  constructor(wireCount: number) {
    this.#wireCount = wireCount;
    this.#linear = Array.from({ length: wireCount }, nothing);
    this.#quadratic = new Array(wireCount * wireCount);
    this.partners = new Int32Array(wireCount);
  }

  isEmpty(): boolean {
    return this.touched === 0 && !this.hasScalar();
  }

  hasScalar(): boolean {
    return !isOne(this.#scalar);
  }

  /** At most two wires; `place` is the step's. */
  multiply(wires: number, re: number, im: number, place: number): void {
    if (wires === 0) {
      this.#multiply(this.#scalar, true, re, im, place);
      return;
    }
    const first = lowestBit(wires);
    const rest = wires & (wires - 1);
    if (rest === 0) {
      const isThere = ((this.linearMask >> first) & 1) === 1;
      this.linearMask = this.#multiply(this.#linear[first] as PendingFactor, isThere, re, im, place)
        ? this.linearMask | wires
        : this.linearMask & ~wires;
    } else {
      const second = lowestBit(rest);
      const at = second * this.#wireCount + first;
      const isThere = (((this.partners[first] as number) >> second) & 1) === 1;
      this.#quadratic[at] ??= nothing();
      if (this.#multiply(this.#quadratic[at], isThere, re, im, place)) {
        this.partners[first] = (this.partners[first] as number) | (1 << second);
        this.partners[second] = (this.partners[second] as number) | (1 << first);
      } else this.#unlink(first, second);
    }
    this.#touch(wires);
  }

  /** False when the factor has become 1. */
  #multiply(factor: PendingFactor, isThere: boolean, re: number, im: number, place: number): boolean {
    if (!isThere || factor.steps.length === 0) {
      factor.re = re;
      factor.im = im;
      factor.steps = [place];
      return true;
    }
    const { re: oldRe, im: oldIm } = factor;
    factor.re = oldRe * re - oldIm * im;
    factor.im = oldRe * im + oldIm * re;
    factor.steps.push(place);
    if (!isOne(factor)) return true;
    this.dropped.push(factor.steps);
    factor.steps = [];
    return false;
  }

  #unlink(first: number, second: number): void {
    this.partners[first] = (this.partners[first] as number) & ~(1 << second);
    this.partners[second] = (this.partners[second] as number) & ~(1 << first);
  }

  #touch(wires: number): void {
    for (let rest = wires; rest !== 0; rest &= rest - 1) {
      const wire = lowestBit(rest);
      if (this.partners[wire] !== 0 || (this.linearMask >> wire) & 1) this.touched |= 1 << wire;
      else this.touched &= ~(1 << wire);
    }
  }

  /** Takes out the factor of a wire; call only where linearMask has it. */
  takeLinear(wire: number): Factor {
    this.linearMask &= ~(1 << wire);
    this.#touch(1 << wire);
    return (this.#linear[wire] as PendingFactor).steps;
  }

  /** Takes out the factor of two wires; call only where they are partners. */
  takeQuadratic(wire0: number, wire1: number): Factor {
    const first = Math.min(wire0, wire1);
    const second = Math.max(wire0, wire1);
    this.#unlink(first, second);
    this.#touch((1 << first) | (1 << second));
    return (this.#quadratic[second * this.#wireCount + first] as PendingFactor).steps;
  }

  takeScalar(): Factor {
    const { steps } = this.#scalar;
    this.#scalar = nothing();
    return steps;
  }
}

// Costs an amplitude in units of one rotation, measured with bench/simulator.
const costOfOne = 2; // one wire: half of the amplitudes
const costOfPair = 3;
const costOfStar = 4; // several factors with one wire in common: half of the amplitudes by a table
const costOfLinear = 7;
const costOfQuadratic = 10;
/** From this many flips on one permutation is cheaper. */
const flipCountMin = 4;

class PassBuilder {
  readonly operations: Operation[] = [];
  readonly #positionOf: number[];
  readonly #pending: PendingDiagonal;
  readonly #hasLane: boolean;
  readonly #localMask: number;
  /** bitAt[position]: place in the block, -1 outside. */
  readonly #bitAt: number[] = [];

  constructor(localMask: number, positionOf: number[], pending: PendingDiagonal, hasLane: boolean) {
    this.#localMask = localMask;
    this.#positionOf = positionOf;
    this.#pending = pending;
    this.#hasLane = hasLane;
    let bit = 0;
    for (let position = 0; position < positionOf.length; position++) this.#bitAt.push((localMask >> position) & 1 ? bit++ : -1);
  }

  addAll(steps: readonly Step[]): void {
    const queue = new StepQueue(steps, this.#positionOf.length);
    while (!queue.isEmpty()) {
      const rotations: Extract<Step, { kind: "rotate" }>[] = [];
      let turned = 0;
      queue.pick((step) => {
        // A rotation of this wave is done after the diagonals that were met before it, so that none behind it may be taken.
        if (((step.x | step.z) & turned) !== 0) return false;
        if (step.kind === "phase" && bitCount(step.z) <= 2) {
          this.#pending.multiply(step.z, step.re, step.im, step.place);
          return true;
        }
        if (step.kind !== "rotate") return false;
        turned |= step.x;
        rotations.push(step);
        return true;
      });
      this.#rotate(rotations, turned);
      const pairs: Extract<Step, { kind: "rotatePair" }>[] = [];
      queue.pick((step) => {
        if (step.kind !== "rotatePair") return false;
        pairs.push(step);
        return true;
      });
      this.#rotatePairs(pairs);
      queue.pick((step) => this.#doSingly(step));
      const flips: Extract<Step, { kind: "flip" }>[] = [];
      queue.pick((step) => {
        if (step.kind !== "flip" || bitCount(step.z) > 1) return false;
        flips.push(step);
        return true;
      });
      this.#flip(flips);
    }
  }

  #rotate(rotations: readonly Extract<Step, { kind: "rotate" }>[], wires: number): void {
    if (rotations.length === 0) return;
    this.#flushBefore(wires);
    const laneWire = this.#positionOf.indexOf(0);
    if (!this.#hasLane || ((wires >> laneWire) & 1) === 0) {
      this.#rotateGroups(rotations);
      return;
    }
    if (rotations.length < bitCount(this.#localMask)) {
      this.#clearLane(wires);
      this.#rotateGroups(rotations);
      return;
    }
    // Every local wire turns: all but three, then those three with the lane among them.
    const last = rotations.filter(({ qubit }) => qubit !== laneWire).slice(0, 2);
    const first = rotations.filter((step) => step.qubit !== laneWire && !last.includes(step));
    this.#rotateGroups(first);
    last.push(...rotations.filter(({ qubit }) => qubit === laneWire));
    this.#clearLane(maskOf(last));
    this.#rotateGroups(last);
  }

  #rotateGroups(rotations: readonly Extract<Step, { kind: "rotate" }>[]): void {
    const sorted = rotations.map(({ qubit, place }) => ({ bit: this.#bit(qubit), place })).sort((a, b) => a.bit - b.bit);
    for (let k = 0; k < sorted.length; ) {
      // Four are two and two, not three and one.
      const size = sorted.length - k === 4 ? 2 : Math.min(3, sorted.length - k);
      const group = sorted.slice(k, k + size);
      k += size;
      this.operations.push({ kind: "rotate", bits: group.map(({ bit }) => bit), steps: group.map(({ place }) => place) });
    }
  }

  #rotatePairs(pairs: readonly Extract<Step, { kind: "rotatePair" }>[]): void {
    this.#flushBefore(maskOf(pairs));
    for (const { x, first, second, place } of pairs) {
      this.#clearLane(x);
      const [bit0, bit1] = [this.#bit(first), this.#bit(second)];
      const isTurned = bit0 > bit1;
      this.operations.push({
        kind: "rotatePair",
        bit0: Math.min(bit0, bit1),
        bit1: Math.max(bit0, bit1),
        isTurned,
        step: place,
      });
    }
  }

  /** Steps that are done one by one. */
  #doSingly(step: Step): boolean {
    switch (step.kind) {
      case "rotateControlled": {
        this.#flushBefore(step.x);
        this.#clearLane(step.x | step.z);
        const { local, outer } = this.#split(step.z);
        const bit = this.#bit(step.target);
        this.operations.push({ kind: "rotateControlled", condition: outer, bit, controls: local, step: step.place });
        return true;
      }
      case "flip": {
        if (bitCount(step.z) < 2) return false;
        this.#flushBefore(step.x);
        const { local, outer } = this.#split(step.z);
        this.operations.push({ kind: "flip", condition: outer, bit: this.#bit(step.target), controls: local });
        return true;
      }
      case "phase": {
        if (bitCount(step.z) <= 2) return false;
        this.#clearLane(step.z & this.#localWires());
        const { local, outer } = this.#split(step.z);
        this.operations.push({ kind: "phase", condition: outer, mask: local, factor: [step.place] });
        return true;
      }
      default:
        return false;
    }
  }

  #flip(flips: readonly Extract<Step, { kind: "flip" }>[]): void {
    if (flips.length === 0) return;
    this.#flushBefore(maskOf(flips));
    let run: Extract<Step, { kind: "flip" }>[] = [];
    // Flips under outer controls stand between runs of local ones.
    for (const step of flips) {
      const { local, outer } = this.#split(step.z);
      if (outer === 0) {
        run.push(step);
        continue;
      }
      this.#flipRun(run);
      run = [];
      this.operations.push({ kind: "flip", condition: outer, bit: this.#bit(step.target), controls: local });
    }
    this.#flipRun(run);
  }

  #flipRun(flips: readonly Extract<Step, { kind: "flip" }>[]): void {
    if (flips.length < flipCountMin) {
      for (const { target, z } of flips) {
        this.operations.push({ kind: "flip", condition: 0, bit: this.#bit(target), controls: this.#split(z).local });
      }
      return;
    }
    const bits = flips.map(({ target, z }) => ({ target: 1 << this.#bit(target), control: this.#split(z).local }));
    // source index of y: the flips undone, last first.
    const sourceOf = (y: number): number => {
      let index = y;
      for (let k = bits.length - 1; k >= 0; k--) {
        const { target, control } = bits[k] as (typeof bits)[number];
        if ((index & control) === control) index ^= target;
      }
      return index;
    };
    const origin = sourceOf(0);
    const columns: number[] = [];
    for (let bit = 0; bit < bitCount(this.#localMask); bit++) columns.push(sourceOf(1 << bit) ^ origin);
    this.operations.push({ kind: "permute", origin, columns });
  }

  /** Applies what is pending on these wires, together with the rest where that costs no more. */
  #flushBefore(wires: number): void {
    const pending = this.#pending;
    const hot = pending.touched & wires;
    if (hot === 0) return;
    if (pending.hasScalar()) {
      this.flushAll();
      return;
    }
    const groups = this.#groups(hot);
    let hasQuadratic = false;
    for (let rest = pending.touched; rest !== 0 && !hasQuadratic; rest &= rest - 1) {
      hasQuadratic = pending.partners[lowestBit(rest)] !== 0;
    }
    const costOfAll = hasQuadratic ? costOfQuadratic : costOfLinear;
    if (groups === undefined || groups.reduce((sum, { cost }) => sum + cost, 0) >= costOfAll) {
      this.flushAll();
      return;
    }
    for (const { wires: group } of groups) this.#flushGroup(group, hot);
  }

  /** Connected factors of hot wires, and what each set costs by itself; undefined when one has no cheap shape. */
  #groups(hot: number): { wires: number; cost: number }[] | undefined {
    const { partners, linearMask } = this.#pending;
    const groups: { wires: number; cost: number }[] = [];
    let left = hot;
    while (left !== 0) {
      const first = lowestBit(left);
      let group = 1 << first;
      for (;;) {
        let grown = group;
        for (let rest = group; rest !== 0; rest &= rest - 1) {
          const wire = lowestBit(rest);
          // Only factors with a hot wire.
          const mates = partners[wire] as number;
          grown |= (hot >> wire) & 1 ? mates : mates & hot;
        }
        if (grown === group) break;
        group = grown;
      }
      left &= ~group;
      const size = bitCount(group);
      const hasLinear = (group & hot & linearMask) !== 0;
      if (size === 1) groups.push({ wires: group, cost: costOfOne });
      else if (size === 2) groups.push({ wires: group, cost: hasLinear ? costOfPair : costOfOne / 2 });
      else if (bitCount(group & hot) === 1) groups.push({ wires: group, cost: costOfStar });
      else return undefined;
    }
    return groups;
  }

  #flushGroup(group: number, hot: number): void {
    const pending = this.#pending;
    const terms = new TermCollector(this.#bitAt, this.#positionOf);
    for (let rest = group & hot; rest !== 0; rest &= rest - 1) {
      const wire = lowestBit(rest);
      if ((pending.linearMask >> wire) & 1) terms.add(1 << wire, pending.takeLinear(wire));
      for (let mates = pending.partners[wire] as number; mates !== 0; mates &= mates - 1) {
        const mate = lowestBit(mates);
        terms.add((1 << wire) | (1 << mate), pending.takeQuadratic(wire, mate));
      }
    }
    this.#pushTerms(terms.collect([]));
  }

  /** Everything that is pending, in one operation. */
  flushAll(): void {
    const pending = this.#pending;
    const terms = new TermCollector(this.#bitAt, this.#positionOf);
    for (let rest = pending.touched; rest !== 0; rest &= rest - 1) {
      const wire = lowestBit(rest);
      if ((pending.linearMask >> wire) & 1) terms.add(1 << wire, pending.takeLinear(wire));
      for (let mates = pending.partners[wire] as number; mates !== 0; mates &= mates - 1) {
        const mate = lowestBit(mates);
        terms.add((1 << wire) | (1 << mate), pending.takeQuadratic(wire, mate));
      }
    }
    this.#pushTerms(terms.collect(pending.takeScalar()));
  }

  /** One term is a phase on a part of the block; more need tables. */
  #pushTerms(terms: DiagonalTerms): void {
    const { linear, quadratic, outer, scalar } = terms;
    const count = linear.length + quadratic.length + outer.length;
    if (count === 0 && scalar.length === 0) return;
    if (count === 1 && scalar.length === 0) {
      const [line] = linear;
      const [quad] = quadratic;
      const [out] = outer;
      const mask = line !== undefined ? 1 << line.bit : quad !== undefined ? (1 << quad.bit0) | (1 << quad.bit1) : 0;
      const term = line ?? quad ?? out;
      if (term !== undefined && !(this.#hasLane && mask & 1)) {
        const condition = line?.outer ?? out?.mask ?? 0;
        this.operations.push({ kind: "phase", condition, mask, factor: term.factor });
        return;
      }
    }
    this.operations.push({ kind: "diagonal", terms });
  }

  /** Moves whatever lies at position 0 to a place that these wires do not use. */
  #clearLane(wires: number): void {
    if (!this.#hasLane) return;
    const laneWire = this.#positionOf.indexOf(0);
    if (((wires >> laneWire) & 1) === 0) return;
    // The highest local position that is free.
    for (let position = this.#positionOf.length - 1; position > 0; position--) {
      const wire = this.#positionOf.indexOf(position);
      if (this.#bitAt[position] === -1 || (wires >> wire) & 1) continue;
      this.operations.push({ kind: "exchangeLane", bit: this.#bitAt[position] as number });
      this.#positionOf[laneWire] = position;
      this.#positionOf[wire] = 0;
      return;
    }
    throw new Error("a block must have a position that a step does not use");
  }

  #bit(wire: number): number {
    return this.#bitAt[this.#positionOf[wire] as number] as number;
  }

  #localWires(): number {
    let mask = 0;
    for (const [wire, position] of this.#positionOf.entries()) if ((this.#localMask >> position) & 1) mask |= 1 << wire;
    return mask;
  }

  /** Wires as block bits and as outer positions. */
  #split(wires: number): { local: number; outer: number } {
    let local = 0;
    let outer = 0;
    for (let rest = wires; rest !== 0; rest &= rest - 1) {
      const position = this.#positionOf[lowestBit(rest)] as number;
      const bit = this.#bitAt[position] as number;
      if (bit >= 0) local |= 1 << bit;
      else outer |= 1 << position;
    }
    return { local, outer };
  }
}

function maskOf(steps: readonly { readonly x: number }[]): number {
  let mask = 0;
  for (const { x } of steps) mask |= x;
  return mask;
}

/** Sorts factors by what they need of a block. */
class TermCollector {
  readonly #bitAt: readonly number[];
  readonly #positionOf: readonly number[];
  readonly #linear: { bit: number; outer: number; factor: Factor }[] = [];
  readonly #quadratic: { bit0: number; bit1: number; factor: Factor }[] = [];
  readonly #outer: { mask: number; factor: Factor }[] = [];

  constructor(bitAt: readonly number[], positionOf: readonly number[]) {
    this.#bitAt = bitAt;
    this.#positionOf = positionOf;
  }

  add(wires: number, factor: Factor): void {
    const bits: number[] = [];
    let outer = 0;
    for (let rest = wires; rest !== 0; rest &= rest - 1) {
      const position = this.#positionOf[lowestBit(rest)] as number;
      const bit = this.#bitAt[position] as number;
      if (bit >= 0) bits.push(bit);
      else outer |= 1 << position;
    }
    const [bit0, bit1] = bits;
    if (bit0 === undefined) this.#outer.push({ mask: outer, factor });
    else if (bit1 === undefined) this.#linear.push({ bit: bit0, outer, factor });
    else this.#quadratic.push({ bit0, bit1, factor });
  }

  collect(scalar: Factor): DiagonalTerms {
    return { scalar, linear: this.#linear, quadratic: this.#quadratic, outer: this.#outer };
  }
}
