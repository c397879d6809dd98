// A run is cut into slices, so that whoever drives it can do something else, or stop, in between.

import { limits } from "../base/limits.ts";

/** Yields after each slice: by default about limits.sliceWorkMax amplitude updates. */
export type Slices<T> = Generator<void, T>;

export interface Meter {
  /** Counts amplitude updates; true when the slice is full, which begins the next one. */
  take(work: number): boolean;
  /** How many pieces of this much work fit into a slice; at least one. */
  roomFor(work: number): number;
}

export function createMeter(workMax: number = limits.sliceWorkMax): Meter {
  let done = 0;
  return {
    take(work) {
      done += work;
      if (done < workMax) return false;
      done = 0;
      return true;
    },
    roomFor: (work) => Math.max(1, Math.floor(workMax / Math.max(1, work))),
  };
}

/** One slice, however long: for a thread that has nothing else to do. */
export const unlimitedMeter: Meter = { take: () => false, roomFor: () => Number.POSITIVE_INFINITY };

/** Runs all slices at once. */
export function drive<T>(slices: Slices<T>): T {
  let step = slices.next();
  while (step.done !== true) step = slices.next();
  return step.value;
}
