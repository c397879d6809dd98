// The module's flat memory, in bytes. README.md draws it. One linear memory, no allocator: the host reserves what a run needs, then
// writes and reads at these offsets.

/** A gate's matrix, row-major complex f64: up to 8 x 8. */
export const MATRIX: usize = 4096;
/** Amplitudes: complex f64, index k has qubit q in bit q. */
export const STATE: usize = 65536;
/** Bytes of one amplitude. */
export const AMPLITUDE: usize = 16;
/** Words that threads on one state share; src/simulator/statevector/crew.ts names them. */
export const CONTROL: usize = 8192;
