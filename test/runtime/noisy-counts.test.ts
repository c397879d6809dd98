import { expect, test } from "vitest";
import { printedBy, serverRuntimes } from "../support/fixture.ts";

// 5 qubits, 8 layers, strong noise of every kind, a measurement in the middle, 4096 shots by both methods: the hash of all counts, pinned.
const pinnedCounts = "a4bf80cca57da926";

test.for(serverRuntimes)("on %s a seed gives the same noisy counts by both methods, bit for bit", (runtime, context) => {
  expect(printedBy(runtime, context, "print-noisy-counts.ts")).toBe(pinnedCounts);
});
