// A circuit as the kernel sees it: flat, validated, with every register, loop over constants and gate definition resolved.
// The language front end (qasm) builds it, the compiler rewrites it, the simulator runs it, drawings show it.
// Qubit 0 is the top wire and the rightmost bit, as in Qiskit.

import type { GateName } from "./gates.ts";

/** A named run of qubits or classical bits: element i of the register is `offset + i` of the circuit. */
export interface Register {
  readonly name: string;
  readonly size: number;
  readonly offset: number;
}

/**
 * An angle in radians: a number, or an expression over the circuit's parameters.
 * Expressions are kept so that a circuit is parsed once and bound many times.
 */
export type Angle = number | AngleExpression;

export type AngleExpression =
  | { readonly kind: "parameter"; readonly name: string }
  | { readonly kind: "unary"; readonly operator: UnaryFunction; readonly operand: Angle }
  | { readonly kind: "binary"; readonly operator: "+" | "-" | "*" | "/" | "**"; readonly left: Angle; readonly right: Angle };

export type UnaryFunction = "-" | "sin" | "cos" | "tan" | "exp" | "ln" | "sqrt" | "arcsin" | "arccos" | "arctan";

/** A condition over classical bits, decided per shot. */
export type Condition =
  | { readonly kind: "bit"; readonly bit: number; readonly value: 0 | 1 }
  /** The bits read as an unsigned integer, bits[0] least significant, equal `value` (a decimal string fits any width). */
  | {
      readonly kind: "register";
      readonly bits: readonly number[];
      readonly comparison: "==" | "!=" | "<" | "<=" | ">" | ">=";
      readonly value: bigint;
    }
  | { readonly kind: "not"; readonly operand: Condition }
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition };

export type Operation =
  | { readonly kind: "gate"; readonly gate: GateName; readonly qubits: readonly number[]; readonly angles: readonly Angle[] }
  | { readonly kind: "measure"; readonly qubit: number; readonly bit: number }
  | { readonly kind: "reset"; readonly qubit: number }
  | { readonly kind: "barrier"; readonly qubits: readonly number[] }
  /** Idle time in nanoseconds; a simulator without noise does nothing. */
  | { readonly kind: "delay"; readonly qubits: readonly number[]; readonly durationNs: number }
  | {
      readonly kind: "if";
      readonly condition: Condition;
      readonly then: readonly Operation[];
      readonly otherwise: readonly Operation[];
    };

export interface Circuit {
  readonly name?: string;
  readonly qubitCount: number;
  readonly bitCount: number;
  readonly qubitRegisters: readonly Register[];
  readonly bitRegisters: readonly Register[];
  /** Names of the input parameters that a run must bind, in order of declaration. */
  readonly parameters: readonly string[];
  /** In radians. */
  readonly globalPhase: Angle;
  readonly operations: readonly Operation[];
}

/** Every operation, those inside of branches included, in program order. */
export function* walkOperations(operations: readonly Operation[]): Generator<Operation> {
  for (const operation of operations) {
    yield operation;
    if (operation.kind === "if") {
      yield* walkOperations(operation.then);
      yield* walkOperations(operation.otherwise);
    }
  }
}

/** Those inside of branches included. */
export function countOperations({ operations }: Circuit): number {
  let count = 0;
  for (const _operation of walkOperations(operations)) count++;
  return count;
}

/** Qubits that something happens to but waiting: idle ones cost nothing. */
export function usedQubits(circuit: Circuit): ReadonlySet<number> {
  const isUsed = new Uint8Array(circuit.qubitCount);
  markUsed(circuit.operations, isUsed);
  const used = new Set<number>();
  for (let qubit = 0; qubit < isUsed.length; qubit++) if (isUsed[qubit] === 1) used.add(qubit);
  return used;
}

function markUsed(operations: readonly Operation[], isUsed: Uint8Array): void {
  for (const operation of operations) {
    if (operation.kind === "gate") for (const qubit of operation.qubits) isUsed[qubit] = 1;
    else if (operation.kind === "measure" || operation.kind === "reset") isUsed[operation.qubit] = 1;
    else if (operation.kind === "if") {
      markUsed(operation.then, isUsed);
      markUsed(operation.otherwise, isUsed);
    }
  }
}

/** Whether outcomes can be drawn from one final state: no reset, no branch, nothing after a qubit's measurement. */
export function hasOnlyFinalMeasurements(circuit: Circuit): boolean {
  const measured = new Set<number>();
  for (const operation of circuit.operations) {
    switch (operation.kind) {
      case "if":
      case "reset":
        return false;
      case "measure":
        if (measured.has(operation.qubit)) return false;
        measured.add(operation.qubit);
        break;
      case "gate":
        if (operation.qubits.some((qubit) => measured.has(qubit))) return false;
        break;
      default:
    }
  }
  return true;
}
