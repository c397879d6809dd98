import { expect, test } from "vitest";
import { printedBy, serverRuntimes } from "../support/fixture.ts";

// 150 qubits, 400 operations without branches, with Paulis in them and with anything in them, and 20 noisy qubits: the hash of all counts, pinned.
const pinnedCounts = "3eaf183679a72501";

test.for(serverRuntimes)("on %s a seed gives the same counts of stabilizer circuits, bit for bit", (runtime, context) => {
  expect(printedBy(runtime, context, "print-stabilizer-counts.ts")).toBe(pinnedCounts);
});
