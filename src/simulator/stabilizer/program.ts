// A circuit as the stabilizer engine runs it: Clifford steps, measurements, resets, branches, and Pauli noise where somebody adds it.

import type { Circuit, Condition, Operation } from "../../model/circuit.ts";
import type { NoiseModel } from "../../model/noise-model.ts";
import type { Meter, Slices } from "../slices.ts";
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

/** What a tableau takes, nearly: two bits an entry of 2n rows and 2n columns, rounded up to whole vectors. */
export function tableauBytes(qubitCount: number): number {
  return 64 * qubitCount * Math.ceil(qubitCount / 128);
}

/** Why this method cannot carry a circuit, by the first gate in program order that is not Clifford; undefined when it can. */
export function whyNotStabilizer(circuit: Circuit, noise: NoiseModel | undefined): string | undefined {
  const gate = findNonCliffordGate(circuit.operations);
  if (gate !== undefined) return `${describeGate(gate)} is not a Clifford gate`;
  if (noise !== undefined) return "relaxation is not made of Paulis, and a device's noise has it";
  return undefined;
}

/** The first in program order, branches included. */
function findNonCliffordGate(operations: readonly Operation[]): GateOperation | undefined {
  for (const operation of operations) {
    if (operation.kind === "gate") {
      if (cliffordSteps(operation.gate, operation.angles) === undefined) return operation;
    } else if (operation.kind === "if") {
      const found = findNonCliffordGate(operation.then) ?? findNonCliffordGate(operation.otherwise);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function describeGate({ gate, qubits, angles }: GateOperation): string {
  const values = angles.map((angle) => (typeof angle === "number" ? Number(angle.toPrecision(6)) : "an unbound angle"));
  const places = `qubit${qubits.length > 1 ? "s" : ""} ${qubits.join(", ")}`;
  return `${gate}${values.length === 0 ? "" : `(${values.join(", ")})`} on ${places}`;
}

/** A circuit's program. Idle qubits are left out. */
export interface TranslatedCircuit extends StabilizerProgram {
  /** placeOf[q]: the program's number of qubit q of the circuit; undefined for an idle qubit, which stays |0>. */
  readonly placeOf: ReadonlyMap<number, number>;
}

/** Of a circuit that whyNotStabilizer() has nothing against; another gate is a bug. */
export function* translate(circuit: Circuit, meter: Meter): Slices<TranslatedCircuit> {
  // In the order of first use.
  const placeOf = new Map<number, number>();
  const place = (qubit: number): number => {
    const known = placeOf.get(qubit);
    if (known !== undefined) return known;
    placeOf.set(qubit, placeOf.size);
    return placeOf.size - 1;
  };
  const operations: StabilizerOperation[] = [];
  for (const operation of circuit.operations) {
    translateInto(operations, operation, place);
    if (meter.take(translationWork)) yield;
  }
  return { qubitCount: Math.max(1, placeOf.size), bitCount: circuit.bitCount, operations, placeOf };
}

// Of one operation, in amplitude updates: about half a microsecond.
const translationWork = 100;

function translateInto(target: StabilizerOperation[], operation: Operation, place: (qubit: number) => number): void {
  switch (operation.kind) {
    case "gate":
      for (const step of stepsOfGate(operation)) {
        target.push(placed(step, (qubit) => place(operation.qubits[qubit] ?? 0)));
      }
      break;
    case "measure":
      target.push({ kind: "measure", qubit: place(operation.qubit), bit: operation.bit });
      break;
    case "reset":
      target.push({ kind: "reset", qubit: place(operation.qubit) });
      break;
    case "if": {
      const then: StabilizerOperation[] = [];
      const otherwise: StabilizerOperation[] = [];
      for (const inner of operation.then) translateInto(then, inner, place);
      for (const inner of operation.otherwise) translateInto(otherwise, inner, place);
      target.push({ kind: "if", condition: operation.condition, then, otherwise });
      break;
    }
    case "barrier":
    case "delay":
      // Without noise, time does nothing.
      break;
  }
}

function stepsOfGate({ gate, angles }: GateOperation): readonly CliffordStep[] {
  const steps = cliffordSteps(gate, angles);
  if (steps === undefined) throw new Error(`${gate} is not a Clifford gate`);
  return steps;
}

function placed(step: CliffordStep, place: (qubit: number) => number): CliffordStep {
  switch (step.kind) {
    case "h":
    case "s":
    case "sx":
      return { kind: step.kind, qubit: place(step.qubit) };
    case "cx":
    case "cz":
    case "swap":
      return { kind: step.kind, first: place(step.first), second: place(step.second) };
    case "pauli":
      return { kind: "pauli", qubit: place(step.qubit), pauli: step.pauli };
  }
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
