// Clifford circuits, up to thousands of qubits.

export { createStabilizerEngine, type StabilizerEngine } from "./engine.ts";
export { type StabilizerOperation, type StabilizerProgram, tableauBytes, whyNotStabilizer } from "./program.ts";
export { runProgram, runStabilizer } from "./run.ts";
