// Whether those who are turned away and come back when they were told find a place, on virtual time.

import { describe, expect, test } from "vitest";
import { createSeededRandom } from "../../test/simulation/seeded-random.ts";
import { WaitEstimate } from "./wait-estimate.ts";

const options = { waitMsMin: 100, waitMsMax: 60_000, windowMs: 10_000 };
const seed = 20_261_123;
/** Of the retries; the others were overtaken by somebody who came for the first time, which nothing but a reservation could prevent. */
const normally = 2 / 3;

interface Server {
  /** Mean time from one free place to the next, at a time. */
  readonly intervalMs: (nowMs: number) => number;
  readonly placeCount: number;
  readonly clientCount: number;
  readonly runMs: number;
}

/** A full house: each client takes a place when there is one, and otherwise comes back when it was told. What came of the second tries. */
function simulate({ intervalMs, placeCount, clientCount, runMs }: Server): {
  readonly retries: number;
  readonly found: number;
  readonly waits: number[];
} {
  const random = createSeededRandom(seed);
  const estimate = new WaitEstimate(options, 0);
  let taken = 0;
  let freeAtMs = 0;
  const waits: number[] = [];
  const clients = Array.from({ length: clientCount }, (_, index) => ({ atMs: index, isRetry: false }));
  let retries = 0;
  let found = 0;
  for (let nowMs = 0; nowMs < runMs; nowMs++) {
    while (taken > 0 && freeAtMs <= nowMs) {
      taken--;
      estimate.free(1, nowMs);
      freeAtMs += -Math.log(1 - random.next()) * intervalMs(nowMs);
    }
    for (const client of clients) {
      if (client.atMs > nowMs) continue;
      const isFree = taken < placeCount;
      // What is told while the rate is still unknown is a guess.
      if (client.isRetry && nowMs > runMs / 4) {
        retries++;
        if (isFree) found++;
      }
      if (isFree) {
        if (taken++ === 0) freeAtMs = nowMs - Math.log(1 - random.next()) * intervalMs(nowMs);
        client.isRetry = false;
        // The next job of the same user: together they offer twice what is served.
        client.atMs = nowMs + 1 + random.next() * intervalMs(nowMs) * clientCount;
      } else {
        const waitMs = estimate.next(nowMs);
        waits.push(waitMs);
        client.isRetry = true;
        client.atMs = nowMs + waitMs;
      }
    }
  }
  return { retries, found, waits };
}

describe(`with seed ${seed}`, () => {
  test.each([
    ["1000 places a second, 40 clients", 1, 40],
    ["20 places a second, 40 clients", 50, 40],
    ["one place in two seconds, 5 clients", 2000, 5],
    ["one place in two seconds, one client", 2000, 1],
  ] as const)("a retry after the told time normally succeeds: %s", (_title, meanMs, clientCount) => {
    const { retries, found, waits } = simulate({
      intervalMs: () => meanMs,
      placeCount: 100,
      clientCount,
      runMs: Math.max(60_000, 400 * meanMs),
    });
    expect(retries).toBeGreaterThan(30);
    expect(found / retries).toBeGreaterThan(normally);
    // Not by waiting for ever: the line is about as long as its clients and their rate explain.
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    expect(mean).toBeLessThan(Math.max(2 * options.waitMsMin, 3 * meanMs * (clientCount + 1)));
  });

  test("a service that falls to a fiftieth tells longer waits as soon as its silence shows", () => {
    const { retries, found } = simulate({
      intervalMs: (nowMs) => (nowMs < 20_000 ? 10 : 500),
      placeCount: 100,
      clientCount: 10,
      runMs: 200_000,
    });
    expect(found / retries).toBeGreaterThan(normally);
  });
});

test("the answers of one moment are one place apart, and never longer than the bound", () => {
  const estimate = new WaitEstimate(options, 0);
  for (let atMs = 1000; atMs <= 9000; atMs += 1000) estimate.free(1, atMs);
  expect([estimate.next(9000), estimate.next(9000), estimate.next(9000)]).toEqual([2250, 3500, 4750]);
  for (let k = 0; k < 1000; k++) expect(estimate.next(9000)).toBeLessThanOrEqual(options.waitMsMax);
});

test("a time without load is not taken for a slow service", () => {
  const estimate = new WaitEstimate(options, 0);
  for (let atMs = 0; atMs < 2000; atMs += 10) estimate.free(1, atMs);
  expect(estimate.next(600_000)).toBe(options.waitMsMin);
});

test("before anything was measured the answer grows with the time that was waited in vain", () => {
  const estimate = new WaitEstimate(options, 0);
  expect(estimate.next(0)).toBe(options.waitMsMin);
  expect(estimate.next(5000)).toBeGreaterThanOrEqual(5000);
});
