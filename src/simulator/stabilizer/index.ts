// Clifford circuits, up to thousands of qubits.

export { createStabilizerEngine } from "./engine.ts";
export { findNonCliffordGate, type StabilizerProgram } from "./program.ts";
export { runProgram, runStabilizer } from "./run.ts";
