// The slow, obvious twin of noisy simulation: a density matrix as rows of complex numbers, channels as sums over Kraus operators written down
// from the textbook, every step by multiplying full 2^n x 2^n matrices. Nothing here is shared with the engine but the gate table and the steps
// of the noisy program.

import { type Complex, gates, type Matrix } from "../../src/model/gates.ts";
import type { NoisyProgram, Step } from "../../src/simulator/noise/program.ts";

export function multiplyMatrices(left: Matrix, right: Matrix): Matrix {
  return left.map((row) =>
    (right[0] ?? []).map((_, column) =>
      row.reduce<Complex>(
        ([re, im], [a, b], k) => {
          const [c, d] = right[k]?.[column] ?? [0, 0];
          return [re + a * c - b * d, im + a * d + b * c];
        },
        [0, 0],
      ),
    ),
  );
}

export function adjoint(matrix: Matrix): Matrix {
  return matrix.map((_, row) =>
    matrix.map((_, column): Complex => {
      const [re, im] = matrix[column]?.[row] ?? [0, 0];
      return [re, -im];
    }),
  );
}

export function sumOf(matrices: readonly Matrix[]): Matrix {
  return matrices.reduce((sum, matrix) =>
    sum.map((row, r) =>
      row.map(([re, im], c): Complex => {
        const [a, b] = matrix[r]?.[c] ?? [0, 0];
        return [re + a, im + b];
      }),
    ),
  );
}

export function scaled(matrix: Matrix, factor: number): Matrix {
  return matrix.map((row) => row.map(([re, im]): Complex => [re * factor, im * factor]));
}

export const realRows = (...rows: readonly (readonly number[])[]): Matrix =>
  rows.map((row) => row.map((entry): Complex => [entry, 0]));

export const pauliMatrices: readonly Matrix[] = [gates.id.matrix([]), gates.x.matrix([]), gates.y.matrix([]), gates.z.matrix([])];

/** Generalized amplitude damping, then phase flips: Nielsen and Chuang 2010, equations 8.117 and following. */
export function relaxationKraus(decay: number, coherence: number, excited: number): readonly Matrix[] {
  const left = Math.sqrt(1 - decay);
  const gone = Math.sqrt(decay);
  const [p, q] = [Math.sqrt(1 - excited), Math.sqrt(excited)];
  const damping = [
    realRows([p, 0], [0, p * left]),
    realRows([0, p * gone], [0, 0]),
    realRows([q * left, 0], [0, q]),
    realRows([0, 0], [q * gone, 0]),
  ];
  const flip = left === 0 ? 0 : (1 - coherence / left) / 2;
  const dephasing = [
    scaled(pauliMatrices[0] ?? [], Math.sqrt(1 - flip)),
    scaled(pauliMatrices[3] ?? [], Math.sqrt(Math.max(0, flip))),
  ];
  return dephasing.flatMap((after) => damping.map((before) => multiplyMatrices(after, before)));
}

export function depolarizingKraus(rate: number, qubitCount: number): readonly Matrix[] {
  let words: readonly Matrix[] = [[[[1, 0]]]];
  for (let k = 0; k < qubitCount; k++) words = words.flatMap((word) => pauliMatrices.map((pauli) => tensor(pauli, word)));
  const share = rate / words.length;
  return words.map((word, k) => scaled(word, Math.sqrt(k === 0 ? 1 - rate + share : share)));
}

/** `low` acts on the least significant bits. */
export function tensor(high: Matrix, low: Matrix): Matrix {
  return high.flatMap((highRow) =>
    low.map((lowRow) => highRow.flatMap(([a, b]) => lowRow.map(([c, d]): Complex => [a * c - b * d, a * d + b * c]))),
  );
}

/** Sum over K of vec(K) vec(K)': row and column indices are input + d output. */
export function choiOf(kraus: readonly Matrix[]): Matrix {
  const dimension = kraus[0]?.length ?? 1;
  const entry = (matrix: Matrix, k: number): Complex => matrix[Math.floor(k / dimension)]?.[k % dimension] ?? [0, 0];
  const size = dimension * dimension;
  return sumOf(
    kraus.map((matrix) =>
      Array.from({ length: size }, (_, row) =>
        Array.from({ length: size }, (_, column): Complex => {
          const [a, b] = entry(matrix, row);
          const [c, d] = entry(matrix, column);
          return [a * c + b * d, b * c - a * d];
        }),
      ),
    ),
  );
}

/** A matrix on some qubits as one on all of them. */
export function embedded(matrix: Matrix, qubits: readonly number[], qubitCount: number): Matrix {
  const mask = qubits.reduce((bits, qubit) => bits | (1 << qubit), 0);
  const local = (index: number): number => qubits.reduce((value, qubit, place) => value | (((index >> qubit) & 1) << place), 0);
  return Array.from({ length: 2 ** qubitCount }, (_, row) =>
    Array.from({ length: 2 ** qubitCount }, (_, column): Complex => {
      if ((row & ~mask) !== (column & ~mask)) return [0, 0];
      return matrix[local(row)]?.[local(column)] ?? [0, 0];
    }),
  );
}

export function through(rho: Matrix, kraus: readonly Matrix[], qubits: readonly number[]): Matrix {
  const qubitCount = Math.log2(rho.length);
  const wide = kraus.map((matrix) => embedded(matrix, qubits, qubitCount));
  return sumOf(wide.map((matrix) => multiplyMatrices(multiplyMatrices(matrix, rho), adjoint(matrix))));
}

/** The density matrix after the steps of a program without measurements in the middle or branches. */
export function denseDensity({ qubitCount, steps }: NoisyProgram): Matrix {
  const size = 2 ** qubitCount;
  const ground = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column): Complex => [row + column === 0 ? 1 : 0, 0]),
  );
  return steps.reduce<Matrix>((rho, step) => through(rho, ...krausOf(step)), ground);
}

function krausOf(step: Step): [readonly Matrix[], readonly number[]] {
  switch (step.kind) {
    case "gate":
      return [[gates[step.gate].matrix(step.angles)], step.qubits];
    case "relax":
      return [relaxationKraus(step.relaxation.decay, step.relaxation.coherence, step.relaxation.excited), [step.qubit]];
    case "depolarize":
      return [depolarizingKraus(step.rate, step.qubits.length), step.qubits];
    case "reset":
      return [[realRows([1, 0], [0, 0]), realRows([0, 1], [0, 0])], [step.qubit]];
    default:
      throw new Error(`the dense twin has no ${step.kind}`);
  }
}

/** Probability of each outcome of the final measurements, by the bits they write: bit b of the index is classical bit b. */
export function readProbabilities(rho: Matrix, { finals }: NoisyProgram): ReadonlyMap<number, number> {
  const outcomes = new Map<number, number>();
  for (const [state, row] of rho.entries()) {
    let words = new Map<number, number>([[0, row[state]?.[0] ?? 0]]);
    for (const { qubit, bit, oneGivenZero, oneGivenOne } of finals) {
      const one = ((state >> qubit) & 1) === 1 ? oneGivenOne : oneGivenZero;
      words = new Map(
        [...words].flatMap(
          ([word, weight]) =>
            [
              [word, weight * (1 - one)],
              [word | (1 << bit), weight * one],
            ] as const,
        ),
      );
    }
    for (const [word, weight] of words) outcomes.set(word, (outcomes.get(word) ?? 0) + weight);
  }
  return outcomes;
}
