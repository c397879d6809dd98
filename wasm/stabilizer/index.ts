// The stabilizer engine: Clifford circuits on bit-packed tables in flat memory.
// One reference run goes through the tableau (tableau.ts); every shot is then a Pauli frame over it (frames.ts), 128 shots a vector.
//
// No imports, no garbage collector; log1p is compiled in, so that a seed gives the same bits on every engine. The caller guarantees qubits in
// range and distinct, and tables that do not overlap.
// Sources: Aaronson and Gottesman 2004, arXiv:quant-ph/0406196; Gidney 2021, "Stim", arXiv:2103.02202.

import { DATA } from "./layout";

export { noiseBlockShots, runFrames, useFrames } from "./frames";
export { countOutcomes, distinctCount, listEntries, mergeRuns, outcomeBytes, useOutcomes, writeOutcomes } from "./outcomes";
export {
  applyCx,
  applyCz,
  applyH,
  applyPauli,
  applyS,
  applySwap,
  applySx,
  collapse,
  copyTableau,
  initialise,
  outcomeOf,
  pauliExpectation,
  pivotOf,
  tableauBytes,
  useTableau,
  writeStabilizer,
} from "./tableau";

/** Makes room for `bytes` bytes of tables. Returns where they begin, 0 when memory ran out. */
export function reserve(bytes: u32): usize {
  const neededPages = <i32>((DATA + bytes + 0xffff) >> 16);
  const missingPages = neededPages - memory.size();
  if (missingPages > 0 && memory.grow(missingPages) < 0) return 0;
  return DATA;
}
