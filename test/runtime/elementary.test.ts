import { expect, test } from "vitest";
import { printedBy, serverRuntimes } from "../support/fixture.ts";

// 3 000 values of each function: their hash, pinned.
const pinnedValues = "c12ec80ed968e3db551a55646977a75a634a5a1b2301ba37481cbfc2eff922c0";

test.for(serverRuntimes)("on %s elementary functions have the same values, bit for bit", (runtime, context) => {
  expect(printedBy(runtime, context, "print-elementary.ts")).toBe(pinnedValues);
});
