import { expect, test } from "vitest";
import { limits } from "../base/limits.ts";
import { widestState } from "./host.ts";

test("the widest state takes at most half of the memory, and never more than one worker may hold", () => {
  expect(widestState(2 ** 31)).toBe(26);
  expect(widestState(2 ** 31 - 1)).toBe(25);
  expect(widestState(512 * 2 ** 20)).toBe(24);
  expect(widestState(2 ** 50)).toBe(limits.simulatorQubitCountMax);
});
