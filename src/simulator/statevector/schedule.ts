// Steps become passes. In a pass some positions of the state are local: all amplitudes that differ only there are in the cache together, and
// every step that changes only local positions, and that no earlier step holds back, is done at once.
// Which operations a pass is made of: pass-builder.ts.

import { bitCount, lowestBit } from "./bits.ts";
import type { Step } from "./lower.ts";
import { PassBuilder } from "./pass-builder.ts";
import { PendingDiagonal } from "./pending-diagonal.ts";
import { isOne, type MutableComplex } from "./rotation.ts";
import { StepQueue } from "./step-queue.ts";

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
