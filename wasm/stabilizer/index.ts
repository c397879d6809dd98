// The stabilizer engine: Clifford circuits on bit-packed tables in flat memory.
//
// No imports, no garbage collector. The caller guarantees qubits in range and distinct, and tables that do not overlap.

import { DATA } from "./layout";

/** Makes room for `bytes` bytes of tables. Returns where they begin, 0 when memory ran out. */
export function reserve(bytes: u32): usize {
  const neededPages = <i32>((DATA + bytes + 0xffff) >> 16);
  const missingPages = neededPages - memory.size();
  if (missingPages > 0 && memory.grow(missingPages) < 0) return 0;
  return DATA;
}
