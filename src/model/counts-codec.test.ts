import { expect, test } from "vitest";
import { decodeCounts, encodeCounts } from "./counts-codec.ts";

test("counts come back from their chunks, each within the bound, in order", () => {
  const counts = new Map(Array.from({ length: 1000 }, (_, k) => [k.toString(2).padStart(10, "0"), k + 1]));
  const chunks = encodeCounts(counts, 500);
  expect(chunks.length).toBeGreaterThan(10);
  for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(500);
  const joined = new Map(chunks.flatMap((chunk) => [...decodeCounts(chunk)]));
  expect(joined).toEqual(counts);
  expect([...joined.keys()]).toEqual([...counts.keys()]);
});

test("no outcomes are one empty chunk", () => {
  const chunks = encodeCounts(new Map(), 500);
  expect(chunks).toHaveLength(1);
  expect(decodeCounts(chunks[0] ?? new Uint8Array())).toEqual(new Map());
});

test("an outcome longer than the bound still gets a chunk of its own", () => {
  const long = "0".repeat(100);
  expect(
    encodeCounts(
      new Map([
        [long, 1],
        ["1", 2],
      ]),
      50,
    ),
  ).toHaveLength(2);
});
