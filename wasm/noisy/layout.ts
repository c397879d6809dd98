// The module's flat memory, in bytes. wasm/README.md draws it. The host reserves what a run needs and says where each state lies.

/** A matrix, row-major complex f64: up to 4 x 4. */
export const MATRIX: usize = 4096;
/** The same, each entry as two vectors: what applyDense2 multiplies by. */
export const SPLIT: usize = 4608;
/** What a kernel answers: up to four f64. */
export const RESULT: usize = 8192;
/** First byte of what the host may use. */
export const FREE: usize = 65536;
/** Bytes of one amplitude. */
export const AMPLITUDE: usize = 16;
