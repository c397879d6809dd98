// Durations of one series: recent ones in logarithmic buckets, for percentiles over a window, and all of them under fixed edges,
// for Prometheus, which computes its own percentiles from those.

import { invariant } from "../base/invariant.ts";
import { addToBucket, type BucketCounts, bucketOf, clearBuckets, createBucketCounts, mergeBuckets } from "./buckets.ts";
import { createWindow } from "./window.ts";

/** Upper edges in milliseconds: from a read of the store to limits.jobRuntimeMsMax. */
export const edgesMs: readonly number[] = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 1_800_000,
];

/** Since the kernel started. */
export interface Cumulative {
  /** counts[k]: samples at most edgesMs[k]. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sumMs: number;
}

export interface Histogram {
  add(nowMs: number, durationMs: number): void;
  /** Adds the samples of a window to `into`. */
  collect(nowMs: number, windowMs: number, into: BucketCounts): void;
  cumulative(): Cumulative;
}

export function createHistogram(): Histogram {
  const recent = createWindow<BucketCounts, number>({ create: createBucketCounts, clear: clearBuckets, add: addToBucket });
  // byEdge[k]: samples above edgesMs[k-1] and at most edgesMs[k].
  const byEdge = edgesMs.map(() => 0);
  let count = 0;
  let sumMs = 0;
  return {
    add(nowMs, durationMs) {
      invariant(Number.isFinite(durationMs), "a duration is a number");
      // A wall clock that was set back may make one negative.
      const ms = Math.max(0, durationMs);
      recent.record(nowMs, bucketOf(ms));
      count++;
      sumMs += ms;
      const edge = edgesMs.findIndex((edgeMs) => ms <= edgeMs);
      if (edge !== -1) byEdge[edge] = (byEdge[edge] ?? 0) + 1;
    },
    collect(nowMs, windowMs, into) {
      for (const slot of recent.slots(nowMs, windowMs)) mergeBuckets(into, slot);
    },
    cumulative() {
      let below = 0;
      return {
        counts: byEdge.map((samples) => {
          below += samples;
          return below;
        }),
        count,
        sumMs,
      };
    },
  };
}
