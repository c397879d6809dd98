// The inverse tableau of one run. Of the circuit U so far it holds U^-1 P U for P = X_q (row 2q) and P = Z_q (row 2q+1): a gate combines the rows of
// its own qubits, and a measurement of Z_q reads one row. Row-major: half a row of x bits, half a row of z bits, n bits each padded to vectors.
// A Pauli with x = z = 1 is Y; signs are kept apart, one byte a row.
//
//   rows 2n * rowBytes │ signs 2n │ MASK half a row │ PRODUCT one row

import { VECTOR } from "./layout";

let qubits: u32 = 0;
let rows: usize = 0;
let signs: usize = 0;
let mask: usize = 0;
let product: usize = 0;
let halfBytes: usize = 0;
let rowBytes: usize = 0;

/** Bytes of a tableau; a float, because the host asks before it knows that they fit. */
export function tableauBytes(qubitCount: u32): f64 {
  const half = Math.ceil(<f64>qubitCount / 128) * <f64>VECTOR;
  return <f64>qubitCount * 4 * half + Math.ceil(<f64>qubitCount / 8) * 16 + 3 * half;
}

/** All other functions work on the tableau that lies there. */
export function useTableau(at: usize, qubitCount: u32): void {
  qubits = qubitCount;
  halfBytes = (((<usize>qubitCount) + 127) >> 7) * VECTOR;
  rowBytes = 2 * halfBytes;
  rows = at;
  signs = at + 2 * (<usize>qubitCount) * rowBytes;
  mask = signs + ((2 * (<usize>qubitCount) + 15) & ~15);
  product = mask + halfBytes;
}

/** |0…0>: every row is its own Pauli. Writes the table once, n^2 / 2 bytes. */
export function initialise(): void {
  memory.fill(rows, 0, mask - rows);
  for (let qubit: u32 = 0; qubit < qubits; qubit++) {
    const bit = (<u8>1) << (<u8>(qubit & 7));
    store<u8>(xRow(qubit) + (qubit >> 3), bit);
    store<u8>(zRow(qubit) + halfBytes + (qubit >> 3), bit);
  }
}

/** Rows and signs of the tableau in use, to or from a checkpoint. */
export function copyTableau(target: usize, source: usize): void {
  memory.copy(target, source, mask - rows);
}

// @ts-expect-error: decorator
@inline
function xRow(qubit: u32): usize {
  return rows + 2 * (<usize>qubit) * rowBytes;
}

// @ts-expect-error: decorator
@inline
function zRow(qubit: u32): usize {
  return rows + (2 * (<usize>qubit) + 1) * rowBytes;
}

// @ts-expect-error: decorator
@inline
function xSign(qubit: u32): usize {
  return signs + 2 * (<usize>qubit);
}

// @ts-expect-error: decorator
@inline
function zSign(qubit: u32): usize {
  return signs + 2 * (<usize>qubit) + 1;
}

// @ts-expect-error: decorator
@inline
function bitAt(byte: usize, shift: u32): u32 {
  return ((<u32>load<u8>(byte)) >> shift) & 1;
}

// @ts-expect-error: decorator
@inline
function setBit(byte: usize, shift: u32, bit: u32): void {
  store<u8>(byte, <u8>(((<u32>load<u8>(byte)) & ~((<u32>1) << shift)) | (bit << shift)));
}

// @ts-expect-error: decorator
@inline
function popcount(bits: v128): u32 {
  return <u32>(popcnt<u64>(v128.extract_lane<u64>(bits, 0)) + popcnt<u64>(v128.extract_lane<u64>(bits, 1)));
}

/**
 * target := target * source, Pauli by Pauli. Returns the power of i that comes off: every place where the two anticommute gives i or -i, counted
 * modulo 4 for each of 128 lanes in two bits. Reads two rows, writes one: about 12 operations for 128 qubits.
 */
function multiply(target: usize, source: usize): u32 {
  let low = v128.splat<u64>(0);
  let high = v128.splat<u64>(0);
  for (let at: usize = 0; at < halfBytes; at += VECTOR) {
    const x1 = v128.load(target + at);
    const z1 = v128.load(target + halfBytes + at);
    const x2 = v128.load(source + at);
    const z2 = v128.load(source + halfBytes + at);
    const x = v128.xor(x1, x2);
    const z = v128.xor(z1, z2);
    v128.store(target + at, x);
    v128.store(target + halfBytes + at, z);
    const x1z2 = v128.and(x1, z2);
    const isAnti = v128.xor(v128.and(x2, z1), x1z2);
    high = v128.xor(high, v128.and(v128.xor(v128.xor(low, x), v128.xor(z, x1z2)), isAnti));
    low = v128.xor(low, isAnti);
  }
  return (popcount(low) + 2 * popcount(high)) & 3;
}

/** target := i^power * target * source, which is Hermitian again. */
function combine(target: usize, targetSign: usize, source: usize, sourceSign: usize, power: u32): void {
  const before: u32 = 2 * ((<u32>load<u8>(targetSign)) + (<u32>load<u8>(sourceSign)));
  store<u8>(targetSign, <u8>(((before + multiply(target, source) + power) >> 1) & 1));
}

function exchange(row: usize, rowSign: usize, other: usize, otherSign: usize): void {
  for (let at: usize = 0; at < rowBytes; at += VECTOR) {
    const vector = v128.load(row + at);
    v128.store(row + at, v128.load(other + at));
    v128.store(other + at, vector);
  }
  const sign = load<u8>(rowSign);
  store<u8>(rowSign, load<u8>(otherSign));
  store<u8>(otherSign, sign);
}

/** H X H = Z. */
export function applyH(qubit: u32): void {
  exchange(xRow(qubit), xSign(qubit), zRow(qubit), zSign(qubit));
}

/** S^-1 X S = -Y = -i X Z. */
export function applyS(qubit: u32): void {
  combine(xRow(qubit), xSign(qubit), zRow(qubit), zSign(qubit), 3);
}

/** SX^-1 Z SX = Y = -i Z X. */
export function applySx(qubit: u32): void {
  combine(zRow(qubit), zSign(qubit), xRow(qubit), xSign(qubit), 3);
}

/** X of the control becomes X X, Z of the target Z Z. */
export function applyCx(control: u32, target: u32): void {
  combine(xRow(control), xSign(control), xRow(target), xSign(target), 0);
  combine(zRow(target), zSign(target), zRow(control), zSign(control), 0);
}

/** X of either becomes X Z. */
export function applyCz(first: u32, second: u32): void {
  combine(xRow(first), xSign(first), zRow(second), zSign(second), 0);
  combine(xRow(second), xSign(second), zRow(first), zSign(first), 0);
}

export function applySwap(first: u32, second: u32): void {
  exchange(xRow(first), xSign(first), xRow(second), xSign(second));
  exchange(zRow(first), zSign(first), zRow(second), zSign(second));
}

/** X, Y or Z: bit 0 of `pauli` is x, bit 1 is z. Only signs change. */
export function applyPauli(qubit: u32, pauli: u32): void {
  if ((pauli & 2) != 0) store<u8>(xSign(qubit), load<u8>(xSign(qubit)) ^ 1);
  if ((pauli & 1) != 0) store<u8>(zSign(qubit), load<u8>(zSign(qubit)) ^ 1);
}

/** The first input qubit on which U^-1 Z U is X or Y, which makes the outcome of `qubit` random; -1 when it is certain. Reads half a row. */
export function pivotOf(qubit: u32): i32 {
  const row = zRow(qubit);
  for (let at: usize = 0; at < halfBytes; at += 8) {
    const bits = load<u64>(row + at);
    if (bits != 0) return <i32>((at << 3) + <usize>ctz<u64>(bits));
  }
  return -1;
}

/** Of a qubit whose outcome is certain. */
export function outcomeOf(qubit: u32): u32 {
  return load<u8>(zSign(qubit));
}

/**
 * The stabilizer U Z_pivot U^-1 of the state, without its sign, as triples of u32 at `at`: number k of 32 qubits, their x bits, their z bits, for
 * every k with any. Returns how many triples. Measured where its pivot is from, it leads from one outcome's state to the other's.
 */
export function writeStabilizer(pivot: u32, at: usize): u32 {
  const byte: usize = pivot >> 3;
  const shift: u32 = pivot & 7;
  let count: u32 = 0;
  for (let first: u32 = 0; first < qubits; first += 32) {
    const end = min(first + 32, qubits);
    let x: u32 = 0;
    let z: u32 = 0;
    // It anticommutes with Z_q, so has an x there, when U^-1 Z_q U anticommutes with Z_pivot.
    for (let qubit = first; qubit < end; qubit++) {
      x |= bitAt(zRow(qubit) + byte, shift) << (qubit - first);
      z |= bitAt(xRow(qubit) + byte, shift) << (qubit - first);
    }
    if ((x | z) == 0) continue;
    const triple = at + 12 * (<usize>count);
    store<u32>(triple, first >> 5, 0);
    store<u32>(triple, x, 4);
    store<u32>(triple, z, 8);
    count++;
  }
  return count;
}

/**
 * Projects `qubit`, whose outcome is random, onto `outcome`. `pivot` is pivotOf(qubit). In front of U come gates that leave |0…0> as it is (controlled
 * X from the pivot onto every other input on which Z's row has an x), then the one that makes this row's pivot a Z: 2n rows, each read
 * and written once.
 */
export function collapse(qubit: u32, pivot: u32, outcome: u32): void {
  const byte: usize = pivot >> 3;
  const shift: u32 = pivot & 7;
  memory.copy(mask, zRow(qubit), halfBytes);
  setBit(mask + byte, shift, 0);
  const isY = (bitAt(zRow(qubit) + halfBytes + byte, shift) ^ maskedCount(zRow(qubit) + halfBytes)) & 1;
  for (let row: u32 = 0; row < 2 * qubits; row++) {
    const at = rows + (<usize>row) * rowBytes;
    let x = bitAt(at + byte, shift);
    let z = bitAt(at + halfBytes + byte, shift);
    let sign: u32 = load<u8>(signs + row);
    const targetCount = maskedCount(at + halfBytes);
    if (x != 0) {
      // Controlled X, one target after the other: the sign turns where the target has a z and its x equals the control's z of that moment.
      const pairCount = (targetCount * (targetCount - 1)) >> 1;
      sign ^= flipMasked(at) ^ (targetCount & (z ^ 1)) ^ pairCount;
    }
    z ^= targetCount & 1;
    if (isY != 0) {
      // Exchanges Y and Z; X becomes -X.
      sign ^= x & (z ^ 1);
      x ^= z;
    } else {
      // Exchanges X and Z; Y becomes -Y.
      sign ^= x & z;
      const oldX = x;
      x = z;
      z = oldX;
    }
    setBit(at + byte, shift, x);
    setBit(at + halfBytes + byte, shift, z);
    store<u8>(signs + row, <u8>(sign & 1));
  }
  if (outcomeOf(qubit) == outcome) return;
  // X on the pivot, in front.
  for (let row: u32 = 0; row < 2 * qubits; row++) {
    const z = bitAt(rows + (<usize>row) * rowBytes + halfBytes + byte, shift);
    store<u8>(signs + row, <u8>(<u32>load<u8>(signs + row) ^ z));
  }
}

/** How many bits of a half row lie in MASK. */
function maskedCount(half: usize): u32 {
  let count: u32 = 0;
  for (let at: usize = 0; at < halfBytes; at += VECTOR) count += popcount(v128.and(v128.load(half + at), v128.load(mask + at)));
  return count;
}

/** Inverts the x bits in MASK; the number of them that have both x and z before. */
function flipMasked(row: usize): u32 {
  let count: u32 = 0;
  for (let at: usize = 0; at < halfBytes; at += VECTOR) {
    const x = v128.load(row + at);
    const targets = v128.load(mask + at);
    count += popcount(v128.and(v128.and(x, targets), v128.load(row + halfBytes + at)));
    v128.store(row + at, v128.xor(x, targets));
  }
  return count;
}

/**
 * Of a Pauli string, one byte a qubit at `letters` (bit 0: x, bit 1: z): -1, 0 or 1. The product of its rows is a Z string, which is certain on
 * |0…0>, or it is not.
 */
export function pauliExpectation(letters: usize): i32 {
  memory.fill(product, 0, rowBytes);
  let power: u32 = 0;
  for (let qubit: u32 = 0; qubit < qubits; qubit++) {
    const letter = load<u8>(letters + qubit);
    // Y = i X Z.
    if (letter == 3) power++;
    if ((letter & 1) != 0) power += multiply(product, xRow(qubit)) + 2 * (<u32>load<u8>(xSign(qubit)));
    if ((letter & 2) != 0) power += multiply(product, zRow(qubit)) + 2 * (<u32>load<u8>(zSign(qubit)));
  }
  for (let at: usize = 0; at < halfBytes; at += 8) if (load<u64>(product + at) != 0) return 0;
  return (power & 2) != 0 ? -1 : 1;
}
