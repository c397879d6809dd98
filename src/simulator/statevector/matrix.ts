// Complex 2 x 2 and 4 x 4 matrices in flat arrays, [re, im, …] row-major, changed in place: the planner's arithmetic.

import type { Matrix } from "../../model/gates.ts";

export type Flat = Float64Array;

export function setIdentity(matrix: Flat, size: 2 | 4): void {
  matrix.fill(0);
  for (let k = 0; k < size; k++) matrix[2 * k * (size + 1)] = 1;
}

export function flatten(matrix: Matrix): Flat {
  const flat = new Float64Array(2 * matrix.length * matrix.length);
  let place = 0;
  for (const row of matrix) {
    for (const [re, im] of row) {
      flat[place++] = re;
      flat[place++] = im;
    }
  }
  return flat;
}

/** matrix = gate * matrix, both 2 x 2; `at` is where the gate starts. */
export function multiply2(matrix: Flat, gate: Flat): void {
  rowPair(matrix, 0, 4, 2, gate, 0);
}

/** matrix (4 x 4) = gate (2 x 2) on bit 0 or 1 * matrix. */
export function multiplyOnBit(matrix: Flat, gate: Flat, bit: 0 | 1): void {
  if (bit === 0) {
    rowPair(matrix, 0, 8, 4, gate, 0);
    rowPair(matrix, 16, 24, 4, gate, 0);
  } else {
    rowPair(matrix, 0, 16, 4, gate, 0);
    rowPair(matrix, 8, 24, 4, gate, 0);
  }
}

/** Rows at row0 and row1 of `matrix`, `columnCount` long, become gate (2 x 2) times them. */
function rowPair(matrix: Flat, row0: number, row1: number, columnCount: number, gate: Flat, at: number): void {
  const aRe = gate[at] as number;
  const aIm = gate[at + 1] as number;
  const bRe = gate[at + 2] as number;
  const bIm = gate[at + 3] as number;
  const cRe = gate[at + 4] as number;
  const cIm = gate[at + 5] as number;
  const dRe = gate[at + 6] as number;
  const dIm = gate[at + 7] as number;
  for (let k = 0; k < 2 * columnCount; k += 2) {
    const xRe = matrix[row0 + k] as number;
    const xIm = matrix[row0 + k + 1] as number;
    const yRe = matrix[row1 + k] as number;
    const yIm = matrix[row1 + k + 1] as number;
    matrix[row0 + k] = aRe * xRe - aIm * xIm + (bRe * yRe - bIm * yIm);
    matrix[row0 + k + 1] = aRe * xIm + aIm * xRe + (bRe * yIm + bIm * yRe);
    matrix[row1 + k] = cRe * xRe - cIm * xIm + (dRe * yRe - dIm * yIm);
    matrix[row1 + k + 1] = cRe * xIm + cIm * xRe + (dRe * yIm + dIm * yRe);
  }
}

const scratch4 = new Float64Array(32);

/** matrix = gate * matrix, both 4 x 4. */
export function multiply4(matrix: Flat, gate: Flat): void {
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++) {
      let re = 0;
      let im = 0;
      for (let k = 0; k < 4; k++) {
        const gRe = gate[8 * row + 2 * k] as number;
        const gIm = gate[8 * row + 2 * k + 1] as number;
        const mRe = matrix[8 * k + 2 * column] as number;
        const mIm = matrix[8 * k + 2 * column + 1] as number;
        re += gRe * mRe - gIm * mIm;
        im += gRe * mIm + gIm * mRe;
      }
      scratch4[8 * row + 2 * column] = re;
      scratch4[8 * row + 2 * column + 1] = im;
    }
  }
  matrix.set(scratch4);
}

/** Exchanges the two bits of a 4 x 4 matrix: the same gate with its qubits named the other way round. */
export function reverseBits(gate: Flat): Flat {
  const reversed = new Float64Array(32);
  const swapped = [0, 2, 1, 3];
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++) {
      const from = 8 * (swapped[row] as number) + 2 * (swapped[column] as number);
      reversed[8 * row + 2 * column] = gate[from] as number;
      reversed[8 * row + 2 * column + 1] = gate[from + 1] as number;
    }
  }
  return reversed;
}
