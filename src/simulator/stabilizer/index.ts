// Clifford circuits, up to thousands of qubits.

export { createStabilizerEngine } from "./engine.ts";
export { findNonCliffordGate, type StabilizerOperation, type StabilizerProgram } from "./program.ts";
export { runProgram, runStabilizer } from "./run.ts";
