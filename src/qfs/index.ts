// The door of the quantum data fabric.
export { type CircuitFsOptions, createCircuitFs } from "./circuit-fs.ts";
export type { CircuitFs, ReadCircuit } from "./door.ts";
