import { expect, test } from "vitest";
import { drawHistogram } from "./draw-histogram.ts";

const bell = new Map([
  ["11", 510],
  ["00", 514],
]);

test("outcomes are drawn in the order of their bit strings, with shots, share and a bar", () => {
  expect(drawHistogram(bell, { width: 50 })).toBe(
    [
      "outcome  shots    share",
      "00         514   50.2 %  █████████████████████████",
      "11         510   49.8 %  ████████████████████████▊",
      "",
    ].join("\n"),
  );
});

test("sorted by count, the most frequent outcome comes first and equal ones by bit string", () => {
  const counts = new Map([
    ["10", 5],
    ["01", 5],
    ["11", 90],
  ]);
  expect(outcomesOf(drawHistogram(counts, { sort: "count" }))).toEqual(["11", "01", "10"]);
});

test("rows beyond the bound are the rarest, and are summed up", () => {
  const counts = new Map([
    ["00", 1],
    ["01", 60],
    ["10", 36],
    ["11", 3],
  ]);
  const text = drawHistogram(counts, { rowCountMax: 2, ascii: true, width: 60 });
  expect(text).toBe(
    [
      "outcome  shots    share",
      "01          60   60.0 %  ###################################",
      "10          36   36.0 %  #####################",
      "... 2 more outcomes, 4 shots, 4.0 %",
      "",
    ].join("\n"),
  );
});

test("an outcome that was seen once in a million still has a bar", () => {
  const counts = new Map([
    ["0", 999_999],
    ["1", 1],
  ]);
  expect(drawHistogram(counts)).toContain("  0.0 %  ▏");
  expect(drawHistogram(counts, { ascii: true })).toContain("  0.0 %  #\n");
});

test("bit strings that do not fit keep both ends, and no line is wider than asked for", () => {
  const counts = new Map([
    [`0${"1".repeat(200)}0`, 3],
    [`1${"0".repeat(200)}1`, 1],
  ]);
  const text = drawHistogram(counts, { width: 60 });
  expect(text).toMatch(/^01+…1+0 /m);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
});

test("no outcomes and no shots are said in words, not divided by", () => {
  expect(drawHistogram(new Map())).toBe("No outcomes: the circuit measures nothing.\n");
  expect(drawHistogram(new Map([["0", 0]]))).toContain("  0.0 %");
});

function outcomesOf(text: string): string[] {
  const rows = text.trimEnd().split("\n").slice(1);
  return rows.map((row) => row.slice(0, row.indexOf(" ")));
}
