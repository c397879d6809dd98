// Small complex matrices as flat arrays [re, im, re, im, …], row-major: what the noisy methods multiply between two passes over a state.

import type { Matrix } from "../../model/gates.ts";

export type FlatMatrix = Float64Array<ArrayBuffer>;

export function identityMatrix(size: number): FlatMatrix {
  const matrix = new Float64Array(2 * size * size);
  for (let k = 0; k < size; k++) matrix[2 * k * (size + 1)] = 1;
  return matrix;
}

export function flatMatrix(matrix: Matrix): FlatMatrix {
  return new Float64Array(matrix.flat(2));
}

export function realMatrix(entries: readonly number[]): FlatMatrix {
  return new Float64Array(entries.flatMap((entry) => [entry, 0]));
}

/** left * right into a new matrix. */
export function multiply(size: number, left: FlatMatrix, right: FlatMatrix): FlatMatrix {
  const product = new Float64Array(2 * size * size);
  for (let row = 0; row < size; row++) {
    for (let inner = 0; inner < size; inner++) {
      const re = left[2 * (row * size + inner)] ?? 0;
      const im = left[2 * (row * size + inner) + 1] ?? 0;
      if (re === 0 && im === 0) continue;
      for (let column = 0; column < size; column++) {
        const at = 2 * (row * size + column);
        const from = 2 * (inner * size + column);
        const otherRe = right[from] ?? 0;
        const otherIm = right[from + 1] ?? 0;
        product[at] = (product[at] ?? 0) + re * otherRe - im * otherIm;
        product[at + 1] = (product[at + 1] ?? 0) + re * otherIm + im * otherRe;
      }
    }
  }
  return product;
}

/** high (x) low of two 2 x 2 matrices: `low` acts on the least significant bit. */
export function kronecker(high: FlatMatrix, low: FlatMatrix): FlatMatrix {
  const product = new Float64Array(32);
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++) {
      const a = 2 * ((row >> 1) * 2 + (column >> 1));
      const b = 2 * ((row & 1) * 2 + (column & 1));
      const [aRe = 0, aIm = 0, bRe = 0, bIm = 0] = [high[a], high[a + 1], low[b], low[b + 1]];
      product[2 * (4 * row + column)] = aRe * bRe - aIm * bIm;
      product[2 * (4 * row + column) + 1] = aRe * bIm + aIm * bRe;
    }
  }
  return product;
}

export function conjugated(matrix: FlatMatrix): FlatMatrix {
  return matrix.map((entry, k) => (k % 2 === 1 ? -entry : entry));
}
