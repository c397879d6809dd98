// The module's flat memory, in bytes. README.md draws it. One linear memory, no allocator: the host says where each table of a run lies.

/** Below it the compiler keeps its own data; from here on everything is the host's. */
export const DATA: usize = 65536;
/** Bytes of one vector: 128 bits, of qubits in a tableau, of shots in a frame. */
export const VECTOR: usize = 16;
/** Shots are handled in blocks of a multiple of this, and noise draws its numbers for as many at a time. A power of 2. */
export const NOISE_BLOCK_SHOTS: u32 = 1024;
