import { expect, test } from "vitest";
import { limits } from "../base/limits.ts";
import { createSeriesSet } from "./series.ts";

const createTally = (countMax: number) => createSeriesSet(countMax, () => ({ count: 0 }));

test("label sets beyond the bound share one series whose labels say other, and none is lost", () => {
  const set = createTally(3);
  for (let caller = 0; caller < 1000; caller++) set.at({ method: `m${caller}`, code: "ok" }).count++;
  set.at({ method: "m1", code: "ok" }).count++;
  expect(set.matching({}).map(({ labels, value }) => [labels.method, labels.code, value.count])).toEqual([
    ["m0", "ok", 1],
    ["m1", "ok", 2],
    ["m2", "ok", 1],
    ["other", "other", 997],
  ]);
});

test("the order in which labels are written makes no difference", () => {
  const set = createTally(10);
  set.at({ a: "1", b: "2" }).count++;
  set.at({ b: "2", a: "1" }).count++;
  expect(set.matching({}).map(({ value }) => value.count)).toEqual([2]);
});

test("labels that look alike when glued together are different series", () => {
  const set = createTally(10);
  set.at({ a: "1b2" }).count++;
  set.at({ a: "1", b: "2" }).count++;
  set.at({ a: "" }).count++;
  set.at({}).count++;
  expect(set.matching({})).toHaveLength(4);
});

test("a filter finds the series that carry every label of it", () => {
  const set = createTally(10);
  set.at({ method: "A", code: "ok" });
  set.at({ method: "A", code: "bad" });
  set.at({ method: "B", code: "ok" });
  expect(set.matching({ method: "A" })).toHaveLength(2);
  expect(set.matching({ method: "A", code: "ok" })).toHaveLength(1);
  expect(set.matching({ method: "A", door: "rest" })).toHaveLength(0);
});

test("a label longer than it may be is cut, and stays the same series", () => {
  const set = createTally(10);
  const long = "x".repeat(limits.metricLabelLengthMax + 5);
  set.at({ tag: long }).count++;
  set.at({ tag: `${long}yz` }).count++;
  expect(set.matching({}).map(({ labels, value }) => [labels.tag?.length, value.count])).toEqual([
    [limits.metricLabelLengthMax, 2],
  ]);
});
