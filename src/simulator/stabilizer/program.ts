// A circuit as the stabilizer engine runs it: Clifford steps, measurements, resets, branches, and Pauli noise where somebody adds it.

import { type Circuit, type Condition, type Operation, walkOperations } from "../../model/circuit.ts";
import type { NoiseModel } from "../../model/noise-model.ts";
import { type CliffordStep, cliffordSteps } from "./clifford.ts";

export type StabilizerOperation =
  | CliffordStep
  | { readonly kind: "measure"; readonly qubit: number; readonly bit: number }
  | { readonly kind: "reset"; readonly qubit: number }
  | {
      readonly kind: "if";
      readonly condition: Condition;
      readonly then: readonly StabilizerOperation[];
      readonly otherwise: readonly StabilizerOperation[];
    }
  /** bit := the sum of the others modulo 2. */
  | { readonly kind: "parity"; readonly bit: number; readonly bits: readonly number[] }
  | NoiseOperation;

/** Each target is hit by itself, with probability `rate`. */
export type NoiseOperation =
  /** The Pauli happens to each qubit. */
  | { readonly kind: "pauli_noise"; readonly pauli: 1 | 2 | 3; readonly rate: number; readonly qubits: readonly number[] }
  /** One of X, Y and Z happens to each qubit, all alike. */
  | { readonly kind: "depolarize1"; readonly rate: number; readonly qubits: readonly number[] }
  /** One of the 15 Paulis but II happens to each pair, all alike. */
  | { readonly kind: "depolarize2"; readonly rate: number; readonly pairs: readonly (readonly [number, number])[] }
  /** Each classical bit is read wrongly. */
  | { readonly kind: "bit_noise"; readonly rate: number; readonly bits: readonly number[] };

export interface StabilizerProgram {
  readonly qubitCount: number;
  readonly bitCount: number;
  readonly operations: readonly StabilizerOperation[];
}

type GateOperation = Extract<Operation, { kind: "gate" }>;

/** Why this method cannot carry a circuit, by the first gate in program order that is not Clifford; undefined when it can. */
export function whyNotStabilizer(circuit: Circuit, noise: NoiseModel | undefined): string | undefined {
  const gate = findNonCliffordGate(circuit);
  if (gate !== undefined) return `${describeGate(gate)} is not a Clifford gate`;
  if (noise !== undefined) return "relaxation is not made of Paulis, and a device's noise has it";
  return undefined;
}

/** The first gate in program order, branches included, for which the circuit is not Clifford; undefined when it is. */
function findNonCliffordGate(circuit: Circuit): GateOperation | undefined {
  for (const operation of walkOperations(circuit.operations)) {
    if (operation.kind === "gate" && cliffordSteps(operation.gate, operation.angles) === undefined) return operation;
  }
  return undefined;
}

function describeGate({ gate, qubits, angles }: GateOperation): string {
  const values = angles.map((angle) => (typeof angle === "number" ? Number(angle.toPrecision(6)) : "an unbound angle"));
  const places = `qubit${qubits.length > 1 ? "s" : ""} ${qubits.join(", ")}`;
  return `${gate}${values.length === 0 ? "" : `(${values.join(", ")})`} on ${places}`;
}

/** Of a circuit that whyNotStabilizer() has nothing against; another gate is a bug. */
export function toStabilizerOperations(operations: readonly Operation[]): StabilizerOperation[] {
  return operations.flatMap(translate);
}

function translate(operation: Operation): readonly StabilizerOperation[] {
  switch (operation.kind) {
    case "gate":
      return placedSteps(operation);
    case "measure":
    case "reset":
      return [operation];
    case "if": {
      const { condition, then, otherwise } = operation;
      return [{ kind: "if", condition, then: toStabilizerOperations(then), otherwise: toStabilizerOperations(otherwise) }];
    }
    case "barrier":
    case "delay":
      return [];
  }
}

function placedSteps({ gate, qubits, angles }: GateOperation): readonly CliffordStep[] {
  const steps = cliffordSteps(gate, angles);
  if (steps === undefined) throw new Error(`${gate} is not a Clifford gate`);
  const place = (qubit: number): number => qubits[qubit] ?? 0;
  return steps.map((step) =>
    "qubit" in step ? { ...step, qubit: place(step.qubit) } : { ...step, first: place(step.first), second: place(step.second) },
  );
}

/** Whether every shot can be a Pauli frame over one reference run: its branches apply Paulis and nothing else. */
export function hasOnlyPauliBranches(operations: readonly StabilizerOperation[]): boolean {
  return operations.every(
    (operation) => operation.kind !== "if" || (isPauliOnly(operation.then) && isPauliOnly(operation.otherwise)),
  );
}

function isPauliOnly(operations: readonly StabilizerOperation[]): boolean {
  return operations.every(
    (operation) =>
      operation.kind === "pauli" || (operation.kind === "if" && isPauliOnly(operation.then) && isPauliOnly(operation.otherwise)),
  );
}
