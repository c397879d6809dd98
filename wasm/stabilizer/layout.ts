// The module's flat memory, in bytes. README.md draws it. One linear memory, no allocator: the host says where each table of a run lies.

/** Below it the compiler keeps its own data; from here on everything is the host's. */
export const DATA: usize = 65536;
