// The operations of one pass. Steps that are ready are done in waves: all rotations, then pairs and controlled rotations, then permutations.
// Diagonals wait until a step must not pass them, also from one pass to the next: they may be done in any pass, since a block knows its outer
// positions.

import { bitCount, lowestBit } from "./bits.ts";
import type { Step } from "./lower.ts";
import type { PendingDiagonal } from "./pending-diagonal.ts";
import type { DiagonalTerms, Factor, Operation } from "./schedule.ts";
import { StepQueue } from "./step-queue.ts";

// Costs an amplitude in units of one rotation, measured with bench/simulator.
const costOfOne = 2; // one wire: half of the amplitudes
const costOfPair = 3;
const costOfStar = 4; // several factors with one wire in common: half of the amplitudes by a table
const costOfLinear = 7;
const costOfQuadratic = 10;
/** From this many flips on one permutation is cheaper. */
const flipCountMin = 4;

export class PassBuilder {
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
