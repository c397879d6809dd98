import { expect, test } from "vitest";
import { formatDuration, formatSize, parseDuration, parseSize } from "./units.ts";

const durations: readonly (readonly [string, number])[] = [
  ["0ms", 0],
  ["10ms", 10],
  ["1500ms", 1500],
  ["30s", 30_000],
  ["5m", 300_000],
  ["2h", 7_200_000],
  ["7d", 604_800_000],
];

const sizes: readonly (readonly [string, number])[] = [
  ["0", 0],
  ["1023", 1023],
  ["1K", 1024],
  ["64M", 67_108_864],
  ["4G", 4_294_967_296],
  ["2T", 2_199_023_255_552],
];

test.each(durations)("the duration %s is %i ms, and is written so again", (text, durationMs) => {
  expect(parseDuration(text)).toBe(durationMs);
  expect(formatDuration(durationMs)).toBe(text);
});

test.each(sizes)("the size %s is %i bytes, and is written so again", (text, sizeBytes) => {
  expect(parseSize(text)).toBe(sizeBytes);
  expect(formatSize(sizeBytes)).toBe(text);
});

test.each(["", "10", "ms", "10 ms", "-1s", "1.5s", "1e3s", "10sec", "010ms", "1000000000ms", "٣s", "10ms\n"])(
  "%j is no duration",
  (text) => expect(parseDuration(text)).toBeUndefined(),
);

test.each(["", "G", "4 G", "4g", "4Gi", "4GB", "-1K", "0x10", "01K", "999999999T"])("%j is no size", (text) =>
  expect(parseSize(text)).toBeUndefined(),
);

test("every duration and size survives being written and read, for 1000 seeded values", () => {
  const seed = 20_261;
  let state = seed;
  for (let round = 0; round < 1000; round++) {
    state = (state * 48_271) % 2_147_483_647;
    const value = state % 900_000_000;
    expect(parseDuration(formatDuration(value)), `seed ${seed}, round ${round}, ${value}`).toBe(value);
    expect(parseSize(formatSize(value)), `seed ${seed}, round ${round}, ${value}`).toBe(value);
  }
});
