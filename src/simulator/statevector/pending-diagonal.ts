// Diagonals commute: those that were met wait together until a step must not pass them.

import { lowestBit } from "./bits.ts";
import { isOne, type MutableComplex } from "./rotation.ts";
import type { Factor } from "./schedule.ts";

/** A product of phases, and of which. */
interface PendingFactor extends MutableComplex {
  steps: number[];
}

const nothing = (): PendingFactor => ({ re: 1, im: 0, steps: [] });

/** Phases that were met and not yet applied: factors of one wire, of two, and one of none. */
export class PendingDiagonal {
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
