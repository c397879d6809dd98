// The slow twin of everything this room does with gates: dense matrices from the gate table, a state vector in plain objects.
// For tests only.

import { invariant } from "../base/invariant.ts";
import type { Angle, Circuit } from "../model/circuit.ts";
import { type Complex, type GateName, gates, type Matrix } from "../model/gates.ts";
import { parseQasm } from "./parse.ts";

export function parsed(text: string): Circuit {
  const result = parseQasm(text);
  invariant(result.ok, `the test's own text can be read: ${JSON.stringify(result.ok ? "" : result.error)}`);
  return result.value;
}

/** The unitary of a circuit of gates, its global phase included. */
export function unitaryOf(circuit: Circuit): Matrix {
  const size = 1 << circuit.qubitCount;
  const columns = Array.from({ length: size }, (_, column) => {
    const state = Array.from({ length: size }, (_, row): Complex => [row === column ? 1 : 0, 0]);
    return stateAfter(circuit, state);
  });
  return columns.map((_, row) => columns.map((column) => column[row] ?? [0, 0]));
}

export function stateAfter(circuit: Circuit, input: readonly Complex[]): readonly Complex[] {
  let state = input;
  for (const operation of circuit.operations) {
    if (operation.kind === "barrier" || operation.kind === "measure") continue;
    invariant(operation.kind === "gate", "the circuit has gates only");
    state = applyGate(state, operation.gate, operation.qubits, operation.angles.map(numberOf));
  }
  const phase = numberOf(circuit.globalPhase);
  return state.map((amplitude) => multiply([Math.cos(phase), Math.sin(phase)], amplitude));
}

function numberOf(angle: Angle): number {
  invariant(typeof angle === "number", "every parameter is bound");
  return angle;
}

function applyGate(
  state: readonly Complex[],
  gate: GateName,
  qubits: readonly number[],
  angles: readonly number[],
): readonly Complex[] {
  const matrix = gates[gate].matrix(angles);
  return state.map((_, index) => {
    const row = qubits.reduce((sum, qubit, position) => sum | (((index >> qubit) & 1) << position), 0);
    let sum: Complex = [0, 0];
    for (const [column, entry] of (matrix[row] ?? []).entries()) {
      const source = qubits.reduce(
        (from, qubit, position) => (from & ~(1 << qubit)) | (((column >> position) & 1) << qubit),
        index,
      );
      const term = multiply(entry, state[source] ?? [0, 0]);
      sum = [sum[0] + term[0], sum[1] + term[1]];
    }
    return sum;
  });
}

function multiply([a, b]: Complex, [c, d]: Complex): Complex {
  return [a * c - b * d, a * d + b * c];
}

export function product(left: Matrix, right: Matrix): Matrix {
  return left.map((row) =>
    left.map((_, column) =>
      row.reduce<Complex>(
        (sum, entry, index) => {
          const term = multiply(entry, right[index]?.[column] ?? [0, 0]);
          return [sum[0] + term[0], sum[1] + term[1]];
        },
        [0, 0],
      ),
    ),
  );
}

/** The greatest difference between two entries; with `upToPhase`, after the best global phase. */
export function distance(left: Matrix, right: Matrix, { upToPhase = false } = {}): number {
  let overlap: Complex = [0, 0];
  for (const [row, entries] of left.entries()) {
    for (const [column, [re, im]] of entries.entries()) {
      const term = multiply([re, -im], right[row]?.[column] ?? [0, 0]);
      overlap = [overlap[0] + term[0], overlap[1] + term[1]];
    }
  }
  const length = Math.hypot(...overlap) || 1;
  const turn: Complex = upToPhase ? [overlap[0] / length, overlap[1] / length] : [1, 0];
  let greatest = left.length === right.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [row, entries] of left.entries()) {
    for (const [column, entry] of entries.entries()) {
      const [re, im] = multiply(turn, entry);
      const [otherRe, otherIm] = right[row]?.[column] ?? [0, 0];
      greatest = Math.max(greatest, Math.abs(re - otherRe), Math.abs(im - otherIm));
    }
  }
  return greatest;
}

/** Seeded and the same everywhere (mulberry32): numbers in 0..1. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
