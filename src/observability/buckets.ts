// Latencies as counts in logarithmic buckets, so that a percentile costs a bounded sum instead of a sorted pile of samples.
//
// Bucket i holds the values in (g^(i-1), g^i] microseconds, g = (1+a)/(1-a). Its representative 2g^i/(g+1) is within the
// share a of every value in it, so a percentile is within 1 % of the sample of that rank, from 1 us to 11 days; beyond these
// ends the value is the end. (Masson, Rim, Lee 2019, "DDSketch", arXiv:1908.10693.) The slow twin sorts all samples: buckets.test.ts.

import { InvariantError, invariant } from "../base/invariant.ts";

export const relativeErrorMax = 0.01;

const growth = (1 + relativeErrorMax) / (1 - relativeErrorMax);
const logGrowth = Math.log(growth);
const microsMax = 1e12;
const bucketCount = Math.ceil(Math.log(microsMax) / logGrowth) + 1;

/** Which bucket a duration falls into. */
export function bucketOf(milliseconds: number): number {
  const micros = milliseconds * 1000;
  if (!(micros > 1)) return 0;
  return Math.min(bucketCount - 1, Math.ceil(Math.log(micros) / logGrowth));
}

/** The duration, in milliseconds, that stands for a bucket. */
export function bucketMs(bucket: number): number {
  return (2 * growth ** bucket) / (growth + 1) / 1000;
}

// Durations of one kind lie close together: counts are allocated in runs of 32 neighbouring buckets (a factor of 1.9 in time).
const runLength = 32;
const runCount = Math.ceil(bucketCount / runLength);

/** Counts by bucket; a set of runs that nobody hit costs nothing. */
export interface BucketCounts {
  total: number;
  /** runs[r][k]: samples in bucket 32 r + k. */
  runs: (Uint32Array | undefined)[];
}

export function createBucketCounts(): BucketCounts {
  return { total: 0, runs: [] };
}

export function clearBuckets(counts: BucketCounts): void {
  counts.total = 0;
  counts.runs = [];
}

export function addToBucket(counts: BucketCounts, bucket: number): void {
  const index = Math.floor(bucket / runLength);
  const run = counts.runs[index] ?? allocateRun(counts, index);
  const place = bucket - index * runLength;
  run[place] = (run[place] ?? 0) + 1;
  counts.total++;
}

export function mergeBuckets(into: BucketCounts, from: BucketCounts): void {
  from.runs.forEach((run, index) => {
    if (run === undefined) return;
    const target = into.runs[index] ?? allocateRun(into, index);
    for (let place = 0; place < runLength; place++) target[place] = (target[place] ?? 0) + (run[place] ?? 0);
  });
  into.total += from.total;
}

/**
 * The smallest duration (ms) that at least the share `rank` of the samples does not exceed; undefined without samples.
 * Cost: O(buckets), about 1400.
 */
export function quantileMs(counts: BucketCounts, rank: number): number | undefined {
  invariant(rank > 0 && rank <= 1, "a quantile's rank lies in (0, 1]");
  if (counts.total === 0) return undefined;
  const wanted = Math.ceil(rank * counts.total);
  let seen = 0;
  for (let index = 0; index < runCount; index++) {
    const run = counts.runs[index];
    if (run === undefined) continue;
    for (let place = 0; place < runLength; place++) {
      seen += run[place] ?? 0;
      if (seen >= wanted) return bucketMs(index * runLength + place);
    }
  }
  throw new InvariantError("the buckets hold fewer samples than their total says");
}

function allocateRun(counts: BucketCounts, index: number): Uint32Array {
  // Dense up to the run, so that the array stays fast; 44 empty places at most.
  while (counts.runs.length <= index) counts.runs.push(undefined);
  const run = new Uint32Array(runLength);
  counts.runs[index] = run;
  return run;
}
