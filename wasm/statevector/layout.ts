// The module's flat memory, in bytes. README.md draws it. One linear memory, no allocator: the host reserves what a run needs, then
// writes and reads at these offsets.

/** Amplitudes: complex f64, index k has qubit q in bit q. */
export const STATE: usize = 65536;
/** Words that threads on one state share; src/simulator/statevector/crew.ts names them. */
export const CONTROL: usize = 8192;
/** What direct.ts keeps between two calls: where amplitudes lie, and phases that wait. */
export const DIRECT: usize = 4096;
