import { expect, test } from "vitest";
import { createSeededRandom } from "../../test/simulation/seeded-random.ts";
import { createWindow, reachMs } from "./window.ts";

const createSum = () =>
  createWindow<{ sum: number }, number>({
    create: () => ({ sum: 0 }),
    clear: (slot) => {
      slot.sum = 0;
    },
    add: (slot, value) => {
      slot.sum += value;
    },
  });

const sumOf = (slots: readonly { readonly sum: number }[]): number => slots.reduce((sum, slot) => sum + slot.sum, 0);

test("a window holds exactly what was recorded within its reach, in 60 seeded histories of up to three hours", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = createSeededRandom(seed);
    const stepMsMax = 10 ** (1 + random.next() * 4);
    const window = createSum();
    // The slow twin: everything that ever happened.
    const history: { readonly atMs: number; readonly value: number }[] = [];
    let nowMs = random.next() * 1e6;
    for (let step = 0; step < 400 && nowMs < 1e6 + 3 * 3600 * 1000; step++) {
      nowMs += random.next() * stepMsMax;
      const value = random.between(1, 100);
      history.push({ atMs: nowMs, value });
      window.record(nowMs, value);
      const windowMs = 1000 * 3600 ** random.next();
      const sinceMs = nowMs - reachMs(nowMs, windowMs);
      const wanted = history.filter(({ atMs }) => atMs >= sinceMs).reduce((sum, one) => sum + one.value, 0);
      expect(sumOf(window.slots(nowMs, windowMs)), `seed ${seed}, step ${step}, window ${windowMs} ms`).toBe(wanted);
    }
  }
});

test.each([
  [1000, 1000],
  [30_000, 1000],
  [30_001, 10_000],
  [300_000, 10_000],
  [300_001, 120_000],
  [3_600_000, 120_000],
])("a window of %i ms reaches at most %i ms further back than asked, and never less far", (windowMs, slotMs) => {
  for (let nowMs = 4e6; nowMs < 4e6 + 2 * slotMs; nowMs += slotMs / 7) {
    expect(reachMs(nowMs, windowMs)).toBeGreaterThanOrEqual(windowMs);
    expect(reachMs(nowMs, windowMs)).toBeLessThanOrEqual(windowMs + slotMs);
  }
});

test("a slot that comes round again has forgotten its first life", () => {
  const window = createSum();
  window.record(0, 7);
  window.record(31_000, 1);
  expect(sumOf(window.slots(31_000, 30_000))).toBe(1);
  expect(sumOf(window.slots(31_000, 60_000))).toBe(8);
});
