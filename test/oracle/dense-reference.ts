// The slow, obvious twin of the simulator: a state as an array of complex numbers, a gate as its matrix from the table, applied by
// summing over every pair of basis states. Nothing here is shared with the engine but the table.

import type { Operation } from "../../src/model/circuit.ts";
import { type Complex, gates } from "../../src/model/gates.ts";

type GateOperation = Extract<Operation, { kind: "gate" }>;

export function zeroState(qubitCount: number): Complex[] {
  return Array.from({ length: 2 ** qubitCount }, (_, k): Complex => (k === 0 ? [1, 0] : [0, 0]));
}

/** out[row] = sum over columns of matrix[bits of row][bits of column] * state[column], where other qubits agree. */
export function applyDense(state: readonly Complex[], { gate, qubits, angles }: GateOperation): Complex[] {
  const matrix = gates[gate].matrix(angles.map(Number));
  const mask = qubits.reduce((bits, qubit) => bits | (1 << qubit), 0);
  const localIndex = (index: number): number =>
    qubits.reduce((value, qubit, place) => value | (((index >> qubit) & 1) << place), 0);
  return state.map((_, row) => {
    let re = 0;
    let im = 0;
    for (const [column, [sourceRe, sourceIm]] of state.entries()) {
      if ((row & ~mask) !== (column & ~mask)) continue;
      const [entryRe, entryIm] = matrix[localIndex(row)]?.[localIndex(column)] ?? [0, 0];
      re += entryRe * sourceRe - entryIm * sourceIm;
      im += entryRe * sourceIm + entryIm * sourceRe;
    }
    return [re, im];
  });
}

export function denseState(qubitCount: number, operations: readonly Operation[]): Complex[] {
  let state = zeroState(qubitCount);
  for (const operation of operations) if (operation.kind === "gate") state = applyDense(state, operation);
  return state;
}

/** Probability of each basis state. */
export function probabilities(state: readonly Complex[]): number[] {
  return state.map(([re, im]) => re * re + im * im);
}
