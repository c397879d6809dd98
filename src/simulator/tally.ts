// Outcomes of shots, counted.

import { limits } from "../base/limits.ts";
import type { RunOutcome } from "../model/result.ts";
import type { ComputeTask } from "../ports/compute.ts";
import { OutOfMemoryError } from "./engine.ts";

export type Tallied = Pick<RunOutcome, "counts" | "shotOutcomes">;

export interface Tally {
  /** Of so many shots, one when left out. Throws OutOfMemoryError when the outcomes are more text than a run may hold. */
  add(outcome: string, shots?: number): void;
  /** Sorted by outcome; with the outcome of each shot, in the order of add(), when the task asks for memory. */
  finish(): Tallied;
}

export function createTally({
  circuit,
  outputs,
  stateBytesMax,
}: Pick<ComputeTask, "circuit" | "outputs" | "stateBytesMax">): Tally {
  const { bitCount } = circuit;
  const textBytesMax = outcomeTextBytesMax(stateBytesMax);
  const counts = new Map<string, number>();
  const outcomes: string[] | undefined = outputs?.memory === true ? [] : undefined;
  return {
    add(outcome, shots = 1) {
      const known = counts.get(outcome);
      if (known === undefined && (counts.size + 1) * bitCount > textBytesMax) {
        throw new OutOfMemoryError(
          `more than ${counts.size} different outcomes of ${bitCount} bits came, and a run may have ${textBytesMax} bytes of them`,
        );
      }
      counts.set(outcome, (known ?? 0) + shots);
      outcomes?.push(outcome);
    },
    finish() {
      if (bitCount === 0) return { counts: new Map() };
      const sorted = new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
      if (outcomes === undefined) return { counts: sorted };
      const places = new Map([...sorted.keys()].map((outcome, place) => [outcome, place]));
      return { counts: sorted, shotOutcomes: Uint32Array.from(outcomes, (outcome) => places.get(outcome) ?? 0) };
    },
  };
}

/** Where there is little room for states there is little for text. */
function outcomeTextBytesMax(stateBytesMax = Number.POSITIVE_INFINITY): number {
  return Math.min(limits.outcomeTextBytesMax, Math.max(limits.outcomeTextBytesMin, stateBytesMax / 4));
}
