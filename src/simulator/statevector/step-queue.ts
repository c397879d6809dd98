// What is still to be done of a circuit, and what of it may be done now.

import type { Step } from "./lower.ts";

/** Steps looked at before a choice is made: keeps planning linear in the length of a circuit. */
const windowMax = 16_384;

/** Steps in program order, of which those leave that nothing before them holds back. */
export class StepQueue {
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
