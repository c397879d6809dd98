// Any 2-qubit gate as local gates around one that rotates |00>, |11> and |01>, |10> among themselves (KAK decomposition).
//
//   U = (B1 x A1) N (B0 x A0),  N = M diag(d) M^dagger,  M the magic basis
//
// In the magic basis local gates are real: V = M^dagger U M = K1 D O^T with K1 and O in SO(4), so V^T V = O D^2 O^T. Its real and imaginary part
// are symmetric and commute; Jacobi rotations that serve both at once find O even where eigenvalues coincide.
// Sources: Kraus and Cirac 2001 (arXiv:quant-ph/0011050) for the decomposition, Cardoso and Souloumiac 1996 (doi:10.1137/S0895479893259546) for the angles.
// Only + - * / and sqrt, which every engine rounds alike.

import type { Flat } from "./matrix.ts";

export interface Decomposition {
  /** Local gates that come first and last, on bit 0 (a) and bit 1 (b): 2 x 2. */
  readonly a0: Flat;
  readonly b0: Flat;
  readonly a1: Flat;
  readonly b1: Flat;
  /** N on |00>, |11> and on |01>, |10>: [[p, q], [q, p]] each, as pRe, pIm, qRe, qIm. */
  readonly even: Flat;
  readonly odd: Flat;
}

export const createDecomposition = (): Decomposition => ({
  a0: new Float64Array(8),
  b0: new Float64Array(8),
  a1: new Float64Array(8),
  b1: new Float64Array(8),
  even: new Float64Array(4),
  odd: new Float64Array(4),
});

const v = new Float64Array(32);
const real = new Float64Array(16);
const imaginary = new Float64Array(16);
const o = new Float64Array(16);
const k1 = new Float64Array(16);
const d = new Float64Array(8);

/** Writes into `into`; `u` is unitary, row-major, bit 0 of an index belongs to a. */
export function decompose(into: Decomposition, u: Flat): void {
  toMagicBasis(u);
  gram();
  diagonalise();
  // D: a square root of each eigenvalue; its sign may be chosen.
  for (let j = 0; j < 4; j++) {
    const re = real[5 * j] as number;
    const im = imaginary[5 * j] as number;
    const length = Math.sqrt(re * re + im * im);
    squareRoot(j, re / length, im / length);
  }
  if (determinant(o) < 0) for (let row = 0; row < 4; row++) o[4 * row] = -(o[4 * row] as number);
  leftFactor();
  if (determinant(k1) < 0) {
    d[0] = -(d[0] as number);
    d[1] = -(d[1] as number);
    for (let row = 0; row < 4; row++) k1[4 * row] = -(k1[4 * row] as number);
  }
  toLocal(k1, false, into.a1, into.b1);
  toLocal(o, true, into.a0, into.b0);
  halfSums(into.even, 0);
  halfSums(into.odd, 4);
}

// Columns of M: |00> + |11>, i(|00> - |11>), i(|01> + |10>), |01> - |10>, each over sqrt 2.
const half = Math.SQRT1_2;

/** v = M^dagger u M. */
function toMagicBasis(u: Flat): void {
  // u M: columns of u combined.
  for (let row = 0; row < 4; row++) {
    const at = 8 * row;
    const x0Re = u[at] as number;
    const x0Im = u[at + 1] as number;
    const x1Re = u[at + 2] as number;
    const x1Im = u[at + 3] as number;
    const x2Re = u[at + 4] as number;
    const x2Im = u[at + 5] as number;
    const x3Re = u[at + 6] as number;
    const x3Im = u[at + 7] as number;
    v[at] = half * (x0Re + x3Re);
    v[at + 1] = half * (x0Im + x3Im);
    v[at + 2] = -half * (x0Im - x3Im);
    v[at + 3] = half * (x0Re - x3Re);
    v[at + 4] = -half * (x1Im + x2Im);
    v[at + 5] = half * (x1Re + x2Re);
    v[at + 6] = half * (x1Re - x2Re);
    v[at + 7] = half * (x1Im - x2Im);
  }
  for (let column = 0; column < 8; column += 2) {
    const x0Re = v[column] as number;
    const x0Im = v[column + 1] as number;
    const x1Re = v[column + 8] as number;
    const x1Im = v[column + 9] as number;
    const x2Re = v[column + 16] as number;
    const x2Im = v[column + 17] as number;
    const x3Re = v[column + 24] as number;
    const x3Im = v[column + 25] as number;
    v[column] = half * (x0Re + x3Re);
    v[column + 1] = half * (x0Im + x3Im);
    // Times -i.
    v[column + 8] = half * (x0Im - x3Im);
    v[column + 9] = -half * (x0Re - x3Re);
    v[column + 16] = half * (x1Im + x2Im);
    v[column + 17] = -half * (x1Re + x2Re);
    v[column + 24] = half * (x1Re - x2Re);
    v[column + 25] = half * (x1Im - x2Im);
  }
}

/** real + i imaginary = v^T v. */
function gram(): void {
  for (let j = 0; j < 4; j++) {
    for (let k = 0; k <= j; k++) {
      let re = 0;
      let im = 0;
      for (let row = 0; row < 32; row += 8) {
        const aRe = v[row + 2 * j] as number;
        const aIm = v[row + 2 * j + 1] as number;
        const bRe = v[row + 2 * k] as number;
        const bIm = v[row + 2 * k + 1] as number;
        re += aRe * bRe - aIm * bIm;
        im += aRe * bIm + aIm * bRe;
      }
      real[4 * j + k] = real[4 * k + j] = re;
      imaginary[4 * j + k] = imaginary[4 * k + j] = im;
    }
  }
}

const sweepCountMax = 20; // Convergence is quadratic: five or six are normal.
const offDiagonalMax = 1e-30; // Squared.

function diagonalise(): void {
  o.fill(0);
  for (let j = 0; j < 4; j++) o[5 * j] = 1;
  for (let sweep = 0; sweep < sweepCountMax; sweep++) {
    let largest = 0;
    for (let j = 0; j < 3; j++) {
      for (let k = j + 1; k < 4; k++) {
        const a = (real[5 * j] as number) - (real[5 * k] as number);
        const b = (imaginary[5 * j] as number) - (imaginary[5 * k] as number);
        const x = 2 * (real[4 * j + k] as number);
        const y = 2 * (imaginary[4 * j + k] as number);
        const off = x * x + y * y;
        if (off < offDiagonalMax) continue;
        if (off > largest) largest = off;
        const on = a * a + b * b - off;
        const cross = 2 * (a * x + b * y);
        const radius = Math.sqrt(on * on + cross * cross);
        // The angle is half of that of (on + radius, cross); without loss of digits where on is negative.
        const adjacent = on > 0 ? on + radius : (cross * cross) / (radius - on);
        const hypotenuse = Math.sqrt(adjacent * adjacent + cross * cross);
        let cosine = half;
        let sine = half;
        if (hypotenuse > 0) {
          cosine = Math.sqrt((1 + adjacent / hypotenuse) / 2);
          sine = cross / hypotenuse / (2 * cosine);
        }
        turn(real, j, k, cosine, sine);
        turn(imaginary, j, k, cosine, sine);
        turnColumns(o, j, k, cosine, sine);
      }
    }
    if (largest < 1e-26) return;
  }
}

/** G^T matrix G for the rotation G of columns j and k. */
function turn(matrix: Flat, j: number, k: number, cosine: number, sine: number): void {
  turnColumns(matrix, j, k, cosine, sine);
  for (let column = 0; column < 4; column++) {
    const x = matrix[4 * j + column] as number;
    const y = matrix[4 * k + column] as number;
    matrix[4 * j + column] = cosine * x + sine * y;
    matrix[4 * k + column] = cosine * y - sine * x;
  }
}

function turnColumns(matrix: Flat, j: number, k: number, cosine: number, sine: number): void {
  for (let row = 0; row < 16; row += 4) {
    const x = matrix[row + j] as number;
    const y = matrix[row + k] as number;
    matrix[row + j] = cosine * x + sine * y;
    matrix[row + k] = cosine * y - sine * x;
  }
}

function squareRoot(j: number, re: number, im: number): void {
  if (re > 0) {
    const root = Math.sqrt((1 + re) / 2);
    d[2 * j] = root;
    d[2 * j + 1] = im / (2 * root);
  } else {
    const root = Math.sqrt((1 - re) / 2);
    d[2 * j] = im / (2 * root);
    d[2 * j + 1] = root;
  }
}

/** k1 = v o D^-1, which is real. */
function leftFactor(): void {
  for (let row = 0; row < 4; row++) {
    for (let j = 0; j < 4; j++) {
      let re = 0;
      let im = 0;
      for (let k = 0; k < 4; k++) {
        const factor = o[4 * k + j] as number;
        re += (v[8 * row + 2 * k] as number) * factor;
        im += (v[8 * row + 2 * k + 1] as number) * factor;
      }
      k1[4 * row + j] = re * (d[2 * j] as number) + im * (d[2 * j + 1] as number);
    }
  }
}

function determinant(m: Flat): number {
  const s0 = minor(m, 0, 4, 0, 1);
  const s1 = minor(m, 0, 4, 0, 2);
  const s2 = minor(m, 0, 4, 0, 3);
  const s3 = minor(m, 0, 4, 1, 2);
  const s4 = minor(m, 0, 4, 1, 3);
  const s5 = minor(m, 0, 4, 2, 3);
  const c5 = minor(m, 8, 12, 2, 3);
  const c4 = minor(m, 8, 12, 1, 3);
  const c3 = minor(m, 8, 12, 1, 2);
  const c2 = minor(m, 8, 12, 0, 3);
  const c1 = minor(m, 8, 12, 0, 2);
  const c0 = minor(m, 8, 12, 0, 1);
  return s0 * c5 - s1 * c4 + s2 * c3 + s3 * c2 - s4 * c1 + s5 * c0;
}

function minor(m: Flat, row0: number, row1: number, j: number, k: number): number {
  return (m[row0 + j] as number) * (m[row1 + k] as number) - (m[row0 + k] as number) * (m[row1 + j] as number);
}

const local = new Float64Array(32);

/** M k M^dagger = B x A for k (or its transpose) in SO(4). */
function toLocal(k: Flat, isTransposed: boolean, a: Flat, b: Flat): void {
  const entry = (row: number, column: number): number => k[isTransposed ? 4 * column + row : 4 * row + column] as number;
  // M k: rows of M combined; then times M^dagger: columns.
  for (let column = 0; column < 4; column++) {
    const x0 = entry(0, column);
    const x1 = entry(1, column);
    const x2 = entry(2, column);
    const x3 = entry(3, column);
    v[2 * column] = half * x0;
    v[2 * column + 1] = half * x1;
    v[8 + 2 * column] = half * x3;
    v[9 + 2 * column] = half * x2;
    v[16 + 2 * column] = -half * x3;
    v[17 + 2 * column] = half * x2;
    v[24 + 2 * column] = half * x0;
    v[25 + 2 * column] = -half * x1;
  }
  for (let row = 0; row < 32; row += 8) {
    const y0Re = v[row] as number;
    const y0Im = v[row + 1] as number;
    const y1Re = v[row + 2] as number;
    const y1Im = v[row + 3] as number;
    const y2Re = v[row + 4] as number;
    const y2Im = v[row + 5] as number;
    const y3Re = v[row + 6] as number;
    const y3Im = v[row + 7] as number;
    // Columns of M^dagger: conjugated rows of M.
    local[row] = half * (y0Re + y1Im);
    local[row + 1] = half * (y0Im - y1Re);
    local[row + 2] = half * (y3Re + y2Im);
    local[row + 3] = half * (y3Im - y2Re);
    local[row + 4] = half * (y2Im - y3Re);
    local[row + 5] = half * (-y2Re - y3Im);
    local[row + 6] = half * (y0Re - y1Im);
    local[row + 7] = half * (y0Im + y1Re);
  }
  splitProduct(a, b);
}

/** local = b x a: a from the largest block, b from each block's share of a. */
function splitProduct(a: Flat, b: Flat): void {
  let best = 0;
  let bestNorm = -1;
  for (let block = 0; block < 4; block++) {
    const at = blockAt(block);
    let norm = 0;
    for (let row = 0; row < 16; row += 8) for (let k = 0; k < 4; k++) norm += square(local[at + row + k] as number);
    if (norm > bestNorm) {
      bestNorm = norm;
      best = at;
    }
  }
  const scale = 1 / Math.sqrt(bestNorm / 2);
  for (let k = 0; k < 4; k++) {
    a[k] = scale * (local[best + k] as number);
    a[4 + k] = scale * (local[best + 8 + k] as number);
  }
  for (let block = 0; block < 4; block++) {
    const at = blockAt(block);
    let re = 0;
    let im = 0;
    for (let row = 0; row < 2; row++) {
      for (let k = 0; k < 4; k += 2) {
        const aRe = a[4 * row + k] as number;
        const aIm = a[4 * row + k + 1] as number;
        const xRe = local[at + 8 * row + k] as number;
        const xIm = local[at + 8 * row + k + 1] as number;
        re += aRe * xRe + aIm * xIm;
        im += aRe * xIm - aIm * xRe;
      }
    }
    b[2 * block] = re / 2;
    b[2 * block + 1] = im / 2;
  }
}

/** Where block (row, column) of 2 x 2 blocks starts; blocks in row-major order. */
function blockAt(block: number): number {
  return (block >> 1) * 16 + (block & 1) * 4;
}

/** p = (d_j + d_j+1) / 2, q = (d_j - d_j+1) / 2. */
function halfSums(into: Flat, at: number): void {
  into[0] = ((d[at] as number) + (d[at + 2] as number)) / 2;
  into[1] = ((d[at + 1] as number) + (d[at + 3] as number)) / 2;
  into[2] = ((d[at] as number) - (d[at + 2] as number)) / 2;
  into[3] = ((d[at + 1] as number) - (d[at + 3] as number)) / 2;
}

function square(x: number): number {
  return x * x;
}
