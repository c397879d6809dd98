// Diagonals of a block: exp(i f(x)) for f quadratic in the bits of x. Every rz, t, cz, cp and rzz since the last flush is in one of them.
//
//   factor(x) = s * prod_j a_j^(x_j) * prod_{j<k} b_jk^(x_j x_k),  a_j and b_jk on the unit circle
//
// The bits split into u (low, at most lowBitCountMax) and v (high). For each v the factors of all u are a table; that of v follows from the table
// of v without its lowest bit k by one product with G_k(u) = prod_j b_jk^(u_j). Tables of all levels lie on a stack, so that no factor is the
// product of more than a few roundings. Cost an amplitude: one complex product, another for the scalar of v, a third where there are b_jk between
// u and v. Reads and writes each amplitude once; tables stay in the first-level cache.
//
// Workspace (see layout): LINEAR a_j; QUADRATIC b_jk as a 16 x 16 matrix of complex f64, both orders filled; then split tables, 32 bytes a vector.

import { amplitudeShift, splatIm, splatRe, splitIm, splitRe, times } from "./vector";

export const blockBitCountMax: u32 = 16;
const lowBitCountMax: u32 = 7;

// Byte offsets in a workspace.
const LINEAR: usize = 0;
const QUADRATIC: usize = 256;
const ROW: usize = 256 + 4096; // 2^7 complex f64: a table before it is split
const LOW: usize = ROW + 2048;
const HIGH: usize = LOW + 4096; // G_k for up to 9 high bits
const STACK: usize = HIGH + 9 * 4096; // tables of v by their lowest bit
const SCALARS: usize = STACK + 9 * 4096; // and their scalars, complex f64
export const workspaceBytes: usize = SCALARS + 512;

export function linearAt(workspace: usize, bit: u32): usize {
  return workspace + LINEAR + ((<usize>bit) << 4);
}

export function quadraticAt(workspace: usize, bit0: u32, bit1: u32): usize {
  return workspace + QUADRATIC + ((<usize>((bit0 << 4) | bit1)) << 4);
}

/** All factors 1. */
export function resetFactors(workspace: usize, bitCount: u32): void {
  for (let j: u32 = 0; j < bitCount; j++) {
    setComplex(linearAt(workspace, j), 1, 0);
    for (let k: u32 = 0; k < bitCount; k++) setComplex(quadraticAt(workspace, j, k), 1, 0);
  }
}

// @ts-expect-error: decorator
@inline
function setComplex(at: usize, re: f64, im: f64): void {
  store<f64>(at, re);
  store<f64>(at, im, 8);
}

/** The complex number at `at` times re + i im. */
export function scaleComplex(at: usize, re: f64, im: f64): void {
  const oldRe = load<f64>(at);
  const oldIm = load<f64>(at, 8);
  setComplex(at, oldRe * re - oldIm * im, oldRe * im + oldIm * re);
}

// @ts-expect-error: decorator
@inline
function isOne(at: usize): bool {
  return load<f64>(at) == 1.0 && load<f64>(at, 8) == 0.0;
}

/** The factors in the workspace, and s = sRe + i sIm, onto the block. */
export function multiplyDiagonal<T>(block: usize, bitCount: u32, workspace: usize, sRe: f64, sIm: f64): void {
  const isScaled = sRe != 1.0 || sIm != 0.0;
  let linear: u32 = 0;
  let pairCount: u32 = 0;
  let common: u32 = 0xffffffff; // bits that every pair has
  let pair: u32 = 0;
  for (let j: u32 = 0; j < bitCount; j++) {
    if (!isOne(linearAt(workspace, j))) linear |= 1 << j;
    for (let k: u32 = 0; k < j; k++) {
      if (isOne(quadraticAt(workspace, j, k))) continue;
      pair = (1 << j) | (1 << k);
      common &= pair;
      pairCount++;
    }
  }
  const bytes: usize = (<usize>1) << (bitCount + amplitudeShift<T>());
  // Lanes hold qubit 0 of an f32 block: shapes that act on a part of the block leave it to the general one.
  const lane: u32 = sizeof<T>() == 4 ? 1 : 0;
  if (pairCount == 0 && linear == 0) {
    if (isScaled) multiplyPart<T>(block, bytes, 0, sRe, sIm);
    return;
  }
  if (!isScaled) {
    if (pairCount == 0 && popcnt(linear) == 1 && (linear & lane) == 0) {
      const at = linearAt(workspace, ctz(linear));
      multiplyPart<T>(block, bytes, <usize>linear << amplitudeShift<T>(), load<f64>(at), load<f64>(at, 8));
      return;
    }
    if (pairCount == 1 && linear == 0 && (pair & lane) == 0) {
      const at = quadraticAt(workspace, ctz(pair), 31 - clz(pair));
      multiplyPart<T>(block, bytes, <usize>pair << amplitudeShift<T>(), load<f64>(at), load<f64>(at, 8));
      return;
    }
    if (pairCount == 1 && (linear & ~pair) == 0 && (pair & lane) == 0) {
      multiplyFour<T>(block, bytes, ctz(pair), 31 - clz(pair), workspace);
      return;
    }
    if (pairCount > 1 && common != 0 && (linear & ~common) == 0 && (common & lane) == 0) {
      multiplyHalf<T>(block, bitCount, ctz(common), workspace);
      return;
    }
  }
  multiplyAll<T>(block, bitCount, workspace, sRe, sIm, pairCount != 0);
}

/** Amplitudes with every bit of `mask` (byte offsets) set, times re + i im. */
export function multiplyPart<T>(block: usize, bytes: usize, mask: usize, re: f64, im: f64): void {
  const factorRe = splatRe<T>(re);
  const factorIm = splatIm<T>(im);
  if (mask == 0) {
    for (let at = block; at < block + bytes; at += 16) v128.store(at, times<T>(v128.load(at), factorRe, factorIm));
    return;
  }
  // Runs of the lowest bit of the mask; the other bits are looked at once a run.
  const run: usize = mask & (0 - mask);
  const rest = mask ^ run;
  for (let offset = run; offset < bytes; offset += run << 1) {
    if ((offset & rest) != rest) continue;
    for (let at = block + offset; at < block + offset + run; at += 16) {
      v128.store(at, times<T>(v128.load(at), factorRe, factorIm));
    }
  }
}

/** Two bits alone: |01>, |10> and |11> get a factor each. */
function multiplyFour<T>(block: usize, bytes: usize, bit0: u32, bit1: u32, workspace: usize): void {
  const step0: usize = (<usize>1) << (bit0 + amplitudeShift<T>());
  const step1: usize = (<usize>1) << (bit1 + amplitudeShift<T>());
  const at0 = linearAt(workspace, bit0);
  const at1 = linearAt(workspace, bit1);
  const row = workspace + ROW;
  memory.copy(row, at0, 16);
  scaleComplex(row, load<f64>(at1), load<f64>(at1, 8));
  const cross = quadraticAt(workspace, bit0, bit1);
  scaleComplex(row, load<f64>(cross), load<f64>(cross, 8));
  const re1 = splatRe<T>(load<f64>(at0));
  const im1 = splatIm<T>(load<f64>(at0, 8));
  const re2 = splatRe<T>(load<f64>(at1));
  const im2 = splatIm<T>(load<f64>(at1, 8));
  const re3 = splatRe<T>(load<f64>(row));
  const im3 = splatIm<T>(load<f64>(row, 8));
  const both = step0 + step1;
  for (let outer: usize = 0; outer < bytes; outer += step1 << 1) {
    for (let middle = outer; middle < outer + step1; middle += step0 << 1) {
      const end = block + middle + step0;
      for (let at = block + middle; at < end; at += 16) {
        v128.store(at + step0, times<T>(v128.load(at + step0), re1, im1));
        v128.store(at + step1, times<T>(v128.load(at + step1), re2, im2));
        v128.store(at + both, times<T>(v128.load(at + both), re3, im3));
      }
    }
  }
}

/** Every term has bit k: only the half where it is 1 changes, and there the factor is a product over the other bits. */
function multiplyHalf<T>(block: usize, bitCount: u32, k: u32, workspace: usize): void {
  const lowBitCount = min(bitCount, lowBitCountMax);
  const vectors = vectorCount<T>(lowBitCount);
  // The table over u of prod_j b_jk^(u_j), then times the scalar of v.
  const row = workspace + ROW;
  setComplex(row, 1, 0);
  doubleRow(row, lowBitCount, quadraticAt(workspace, k, 0), 16);
  const low = workspace + LOW;
  splitTable<T>(low, row, lowBitCount);
  const own = linearAt(workspace, k);
  const tableBytes = vectors << 4;
  const step: usize = k < lowBitCount ? (<usize>1) << (k + amplitudeShift<T>()) : tableBytes;
  const highCount: u32 = (<u32>1) << (bitCount - lowBitCount);
  const scalars = workspace + SCALARS;
  for (let v: u32 = 0; v < highCount; v++) {
    if (k >= lowBitCount && ((v >> (k - lowBitCount)) & 1) == 0) continue;
    memory.copy(scalars, own, 16);
    for (let bit: u32 = 0; bit < bitCount - lowBitCount; bit++) {
      if (((v >> bit) & 1) == 0) continue;
      const at = quadraticAt(workspace, k, lowBitCount + bit);
      scaleComplex(scalars, load<f64>(at), load<f64>(at, 8));
    }
    const vRe = splatRe<T>(load<f64>(scalars));
    const vIm = splatIm<T>(load<f64>(scalars, 8));
    const start = block + <usize>v * tableBytes;
    for (let group: usize = k < lowBitCount ? step : 0; group < tableBytes; group += step << 1) {
      for (let offset = group; offset < group + step; offset += 16) {
        const entry = low + (offset << 1);
        const re = v128.load(entry);
        const im = v128.load(entry, 16);
        const at = start + offset;
        v128.store(at, times<T>(v128.load(at), splitRe<T>(re, im, vRe, vIm), splitIm<T>(re, im, vRe, vIm)));
      }
    }
  }
}

/** Any factors. */
function multiplyAll<T>(block: usize, bitCount: u32, workspace: usize, sRe: f64, sIm: f64, hasPairs: bool): void {
  const lowBitCount = min(bitCount, lowBitCountMax);
  const highBitCount = bitCount - lowBitCount;
  const row = workspace + ROW;
  // The table of v = 0: its linear and quadratic terms, bit by bit.
  setComplex(row, sRe, sIm);
  for (let j: u32 = 0; j < lowBitCount; j++) {
    const size: u32 = (<u32>1) << j;
    for (let u: u32 = 0; u < size; u++) {
      const entry = row + ((<usize>(size | u)) << 4);
      memory.copy(entry, row + ((<usize>u) << 4), 16);
      const own = linearAt(workspace, j);
      scaleComplex(entry, load<f64>(own), load<f64>(own, 8));
      if (!hasPairs) continue;
      for (let bits = u; bits != 0; bits &= bits - 1) {
        const cross = quadraticAt(workspace, j, ctz(bits));
        scaleComplex(entry, load<f64>(cross), load<f64>(cross, 8));
      }
    }
  }
  const low = workspace + LOW;
  splitTable<T>(low, row, lowBitCount);
  let crossed: u32 = 0; // high bits with a term to a low bit
  if (hasPairs) {
    for (let k: u32 = 0; k < highBitCount; k++) {
      let isCrossed = false;
      for (let j: u32 = 0; j < lowBitCount; j++) isCrossed = isCrossed || !isOne(quadraticAt(workspace, lowBitCount + k, j));
      if (!isCrossed) continue;
      crossed |= 1 << k;
      setComplex(row, 1, 0);
      doubleRow(row, lowBitCount, quadraticAt(workspace, lowBitCount + k, 0), 16);
      splitTable<T>(workspace + HIGH + <usize>k * 4096, row, lowBitCount);
    }
  }
  const tableBytes = vectorCount<T>(lowBitCount) << 4;
  const highCount: u32 = (<u32>1) << highBitCount;
  // Where the table of the last v with lowest bit k lies: its own place on the stack, or that of its parent when k adds no table.
  const places = workspace + SCALARS;
  const scalars = workspace + SCALARS + 64;
  multiplyTable<T>(block, low, tableBytes);
  for (let v: u32 = 1; v < highCount; v++) {
    const k: u32 = ctz(v);
    const parent = v & (v - 1);
    const table = parent == 0 ? low : <usize>load<u32>(places + ((<usize>ctz(parent)) << 2));
    const scalar = scalars + ((<usize>k) << 4);
    if (parent == 0) setComplex(scalar, 1, 0);
    else memory.copy(scalar, scalars + ((<usize>ctz(parent)) << 4), 16);
    const own = linearAt(workspace, lowBitCount + k);
    scaleComplex(scalar, load<f64>(own), load<f64>(own, 8));
    if (hasPairs) {
      for (let bits = parent; bits != 0; bits &= bits - 1) {
        const cross = quadraticAt(workspace, lowBitCount + k, lowBitCount + ctz(bits));
        scaleComplex(scalar, load<f64>(cross), load<f64>(cross, 8));
      }
    }
    const start = block + <usize>v * tableBytes;
    const re = load<f64>(scalar);
    const im = load<f64>(scalar, 8);
    if (((crossed >> k) & 1) != 0) {
      const own = workspace + STACK + <usize>k * 4096;
      store<u32>(places + ((<usize>k) << 2), <u32>own);
      multiplyAndKeep<T>(start, table, workspace + HIGH + <usize>k * 4096, own, tableBytes, re, im);
    } else {
      store<u32>(places + ((<usize>k) << 2), <u32>table);
      multiplyScaled<T>(start, table, tableBytes, re, im);
    }
  }
}

function multiplyTable<T>(start: usize, table: usize, bytes: usize): void {
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    const entry = table + (offset << 1);
    const at = start + offset;
    v128.store(at, times<T>(v128.load(at), v128.load(entry), v128.load(entry, 16)));
  }
}

/** The table times a scalar. */
function multiplyScaled<T>(start: usize, table: usize, bytes: usize, re: f64, im: f64): void {
  const vRe = splatRe<T>(re);
  const vIm = splatIm<T>(im);
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    const entry = table + (offset << 1);
    const tRe = v128.load(entry);
    const tIm = v128.load(entry, 16);
    const at = start + offset;
    v128.store(at, times<T>(v128.load(at), splitRe<T>(tRe, tIm, vRe, vIm), splitIm<T>(tRe, tIm, vRe, vIm)));
  }
}

/** The product of two tables, kept as a third, times a scalar. */
function multiplyAndKeep<T>(start: usize, parent: usize, cross: usize, own: usize, bytes: usize, re: f64, im: f64): void {
  const vRe = splatRe<T>(re);
  const vIm = splatIm<T>(im);
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    const entry = offset << 1;
    const pRe = v128.load(parent + entry);
    const pIm = v128.load(parent + entry, 16);
    const cRe = v128.load(cross + entry);
    const cIm = v128.load(cross + entry, 16);
    const tRe = splitRe<T>(pRe, pIm, cRe, cIm);
    const tIm = splitIm<T>(pRe, pIm, cRe, cIm);
    v128.store(own + entry, tRe);
    v128.store(own + entry, tIm, 16);
    const at = start + offset;
    v128.store(at, times<T>(v128.load(at), splitRe<T>(tRe, tIm, vRe, vIm), splitIm<T>(tRe, tIm, vRe, vIm)));
  }
}

/** row[u] = row[0] * prod_j factor_j^(u_j); factors lie `distance` bytes apart. */
function doubleRow(row: usize, bitCount: u32, factors: usize, distance: usize): void {
  for (let j: u32 = 0; j < bitCount; j++) {
    const size: u32 = (<u32>1) << j;
    const factor = factors + <usize>j * distance;
    for (let u: u32 = 0; u < size; u++) {
      const entry = row + ((<usize>(size | u)) << 4);
      memory.copy(entry, row + ((<usize>u) << 4), 16);
      scaleComplex(entry, load<f64>(factor), load<f64>(factor, 8));
    }
  }
}

// @ts-expect-error: decorator
@inline
function vectorCount<T>(bitCount: u32): usize {
  const amplitudes: usize = (<usize>1) << bitCount;
  return sizeof<T>() == 8 ? amplitudes : max<usize>(amplitudes >> 1, 1);
}

/** Complex f64 of a row into split vectors. An f32 block has at least two amplitudes. */
function splitTable<T>(table: usize, row: usize, bitCount: u32): void {
  const count = vectorCount<T>(bitCount);
  for (let k: usize = 0; k < count; k++) {
    const entry = table + (k << 5);
    if (sizeof<T>() == 8) {
      v128.store(entry, splatRe<T>(load<f64>(row + (k << 4))));
      v128.store(entry, splatIm<T>(load<f64>(row + (k << 4), 8)), 16);
    } else {
      const at = row + (k << 5);
      const re0 = <f32>load<f64>(at);
      const im0 = <f32>load<f64>(at, 8);
      const re1 = <f32>load<f64>(at, 16);
      const im1 = <f32>load<f64>(at, 24);
      v128.store(entry, f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(re0), 2, re1), 3, re1));
      const im = f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(im0), 2, -im1), 3, im1);
      v128.store(entry, f32x4.replace_lane(im, 0, -im0), 16);
    }
  }
}
