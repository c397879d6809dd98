import { expect, test } from "vitest";
import { createSeededRandom } from "../../test/simulation/seeded-random.ts";
import {
  addToBucket,
  bucketMs,
  bucketOf,
  clearBuckets,
  createBucketCounts,
  mergeBuckets,
  quantileMs,
  relativeErrorMax,
} from "./buckets.ts";

const ranks = [0.001, 0.5, 0.9, 0.95, 0.99, 1];

/** The slow twin: keeps and sorts every sample. */
function sortedQuantile(samples: readonly number[], rank: number): number {
  return [...samples].sort((a, b) => a - b)[Math.ceil(rank * samples.length) - 1] ?? Number.NaN;
}

/** Log-normal-like, over nine decades of milliseconds. */
function drawSamples(seed: number): number[] {
  const random = createSeededRandom(seed);
  const centre = 10 ** (random.next() * 8 - 2);
  const spread = random.next() * 3;
  return Array.from({ length: random.between(1, 3000) }, () => Math.max(0.001, centre * 10 ** (spread * (random.next() - 0.5))));
}

test("a percentile is within 1 % of the sample that sorting finds, in 200 seeded distributions", () => {
  let compared = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const samples = drawSamples(seed);
    const counts = createBucketCounts();
    for (const sample of samples) addToBucket(counts, bucketOf(sample));
    for (const rank of ranks) {
      const wanted = sortedQuantile(samples, rank);
      const error = Math.abs((quantileMs(counts, rank) ?? Number.NaN) - wanted) / wanted;
      expect(error, `seed ${seed}, rank ${rank}, ${samples.length} samples`).toBeLessThanOrEqual(relativeErrorMax * (1 + 1e-9));
      compared++;
    }
  }
  expect(compared).toBe(1200);
});

test("merged buckets answer as if every sample had been counted in one place", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const [left, right, whole] = [createBucketCounts(), createBucketCounts(), createBucketCounts()];
    for (const [index, sample] of [...drawSamples(seed), ...drawSamples(seed + 1000)].entries()) {
      addToBucket(index % 3 === 0 ? left : right, bucketOf(sample));
      addToBucket(whole, bucketOf(sample));
    }
    mergeBuckets(left, right);
    expect(left.total, `seed ${seed}`).toBe(whole.total);
    for (const rank of ranks) expect(quantileMs(left, rank), `seed ${seed}, rank ${rank}`).toBe(quantileMs(whole, rank));
  }
});

test("without samples there is no percentile, not a 0", () => {
  const counts = createBucketCounts();
  expect(quantileMs(counts, 0.95)).toBeUndefined();
  addToBucket(counts, bucketOf(5));
  clearBuckets(counts);
  expect(quantileMs(counts, 0.95)).toBeUndefined();
});

test("what lies beyond the range counts at its end", () => {
  expect(bucketOf(0)).toBe(0);
  expect(bucketOf(1e-9)).toBe(0);
  expect(bucketMs(bucketOf(0))).toBeLessThan(0.0011);
  expect(bucketOf(1e300)).toBe(bucketOf(Number.POSITIVE_INFINITY));
  expect(bucketMs(bucketOf(1e300))).toBeGreaterThan(0.99e9);
});
