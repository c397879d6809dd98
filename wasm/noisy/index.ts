// Kernels of noisy simulation: several states of complex f64 amplitudes in one flat memory, each kernel told where its state lies. A density
// matrix of n qubits is a state of 2n: ket bits below, bra bits above. One amplitude is one v128.
//
// No imports, no garbage collector. Every reduction runs in index order, and sin, cos and exp are compiled in, so that a seed gives the same
// bits on every engine. The caller guarantees qubits below `qubitCount`, distinct, and controls apart from targets.

import { addressOf, insertZeroBit } from "./bits";
import { exchangeParts, multiplyAdd } from "../statevector/vector";
import { AMPLITUDE, FREE, MATRIX, RESULT, SPLIT } from "./layout";

/** Makes room for `bytes`. Returns their address, 0 when memory ran out. */
export function reserve(bytes: u32): usize {
  const neededPages = <i32>((FREE + bytes + 0xffff) >> 16);
  const missingPages = neededPages - memory.size();
  if (missingPages > 0 && memory.grow(missingPages) < 0) return 0;
  return FREE;
}

export function matrixAddress(): usize {
  return MATRIX;
}

export function resultAddress(): usize {
  return RESULT;
}

export function sin(angle: f64): f64 {
  return NativeMath.sin(angle);
}

export function cos(angle: f64): f64 {
  return NativeMath.cos(angle);
}

export function exp(power: f64): f64 {
  return NativeMath.exp(power);
}

/** |0…0>. Writes 16 * 2^n bytes. */
export function initialise(state: usize, qubitCount: u32): void {
  memory.fill(state, 0, AMPLITUDE << qubitCount);
  store<f64>(state, 1.0);
}

export function copyState(target: usize, source: usize, qubitCount: u32): void {
  memory.copy(target, source, AMPLITUDE << qubitCount);
}

/** i times the amplitude of which `product` holds the imaginary factor's products: (re, im) becomes (-im, re). */
// @ts-expect-error: decorator
@inline
function timesI(product: v128): v128 {
  return v128.xor(v128.shuffle<f64>(product, product, 1, 0), i64x2(i64.MIN_VALUE, 0));
}

/** Dense 1-qubit matrix, unitary or not. Touches the state once: per pair 8 vector products, 6 sums and 2 swaps. */
export function applyDense1(state: usize, qubitCount: u32, target: u32): void {
  const aRe = v128.load64_splat(MATRIX, 0);
  const aIm = v128.load64_splat(MATRIX, 8);
  const bRe = v128.load64_splat(MATRIX, 16);
  const bIm = v128.load64_splat(MATRIX, 24);
  const cRe = v128.load64_splat(MATRIX, 32);
  const cIm = v128.load64_splat(MATRIX, 40);
  const dRe = v128.load64_splat(MATRIX, 48);
  const dIm = v128.load64_splat(MATRIX, 56);
  const distance: usize = AMPLITUDE << target;
  const pairCount: u32 = (<u32>1) << (qubitCount - 1);
  for (let pair: u32 = 0; pair < pairCount; pair++) {
    const at0 = addressOf(state, insertZeroBit(pair, target));
    const at1 = at0 + distance;
    const v0 = v128.load(at0);
    const v1 = v128.load(at1);
    const re0 = f64x2.add(f64x2.mul(aRe, v0), f64x2.mul(bRe, v1));
    const im0 = f64x2.add(f64x2.mul(aIm, v0), f64x2.mul(bIm, v1));
    v128.store(at0, f64x2.add(re0, timesI(im0)));
    const re1 = f64x2.add(f64x2.mul(cRe, v0), f64x2.mul(dRe, v1));
    const im1 = f64x2.add(f64x2.mul(cIm, v0), f64x2.mul(dIm, v1));
    v128.store(at1, f64x2.add(re1, timesI(im1)));
  }
}

/**
 * Dense 2-qubit matrix; `low` is the least significant qubit of its rows. Touches the state once: per group of four 32 vector products, 28 sums
 * and 4 exchanges of parts.
 */
export function applyDense2(state: usize, qubitCount: u32, low: u32, high: u32): void {
  split(16);
  const lowBytes: usize = AMPLITUDE << low;
  const highBytes: usize = AMPLITUDE << high;
  const firstPlace: u32 = min(low, high);
  const secondPlace: u32 = max(low, high);
  const groupCount: u32 = (<u32>1) << (qubitCount - 2);
  for (let group: u32 = 0; group < groupCount; group++) {
    const at0 = addressOf(state, insertZeroBit(insertZeroBit(group, firstPlace), secondPlace));
    const v0 = v128.load(at0);
    const v1 = v128.load(at0 + lowBytes);
    const v2 = v128.load(at0 + highBytes);
    const v3 = v128.load(at0 + lowBytes + highBytes);
    const w0 = exchangeParts<f64>(v0);
    const w1 = exchangeParts<f64>(v1);
    const w2 = exchangeParts<f64>(v2);
    const w3 = exchangeParts<f64>(v3);
    v128.store(at0, row(SPLIT, v0, w0, v1, w1, v2, w2, v3, w3));
    v128.store(at0 + lowBytes, row(SPLIT + 128, v0, w0, v1, w1, v2, w2, v3, w3));
    v128.store(at0 + highBytes, row(SPLIT + 256, v0, w0, v1, w1, v2, w2, v3, w3));
    v128.store(at0 + lowBytes + highBytes, row(SPLIT + 384, v0, w0, v1, w1, v2, w2, v3, w3));
  }
}

/** Writes each entry of the matrix as two vectors: (re, re), and (-im, im) for the amplitude with its parts exchanged. */
function split(entryCount: usize): void {
  for (let k: usize = 0; k < entryCount; k++) {
    const im = load<f64>(MATRIX + (k << 4), 8);
    v128.store(SPLIT + (k << 5), v128.load64_splat(MATRIX + (k << 4)));
    v128.store(SPLIT + (k << 5) + 16, f64x2(-im, im));
  }
}

/** One row of a 4 x 4 matrix times four amplitudes. */
// @ts-expect-error: decorator
@inline
function row(entries: usize, v0: v128, w0: v128, v1: v128, w1: v128, v2: v128, w2: v128, v3: v128, w3: v128): v128 {
  let sum = f64x2.mul(v128.load(entries, 0), v0);
  sum = multiplyAdd<f64>(v128.load(entries, 16), w0, sum);
  sum = multiplyAdd<f64>(v128.load(entries, 32), v1, sum);
  sum = multiplyAdd<f64>(v128.load(entries, 48), w1, sum);
  sum = multiplyAdd<f64>(v128.load(entries, 64), v2, sum);
  sum = multiplyAdd<f64>(v128.load(entries, 80), w2, sum);
  sum = multiplyAdd<f64>(v128.load(entries, 96), v3, sum);
  return multiplyAdd<f64>(v128.load(entries, 112), w3, sum);
}

/** Dense 1-qubit matrix under controls: all bits of `controls` must be 1. */
export function applyControlled1(state: usize, qubitCount: u32, target: u32, controls: u32): void {
  const targetBit: u32 = (<u32>1) << target;
  const pairCount: u32 = (<u32>1) << (qubitCount - 1);
  for (let pair: u32 = 0; pair < pairCount; pair++) {
    const index0 = insertZeroBit(pair, target);
    if ((index0 & controls) != controls) continue;
    const at0 = addressOf(state, index0);
    const at1 = addressOf(state, index0 | targetBit);
    const v0 = v128.load(at0);
    const v1 = v128.load(at1);
    v128.store(at0, entryPair(MATRIX, v0, v1));
    v128.store(at1, entryPair(MATRIX + 32, v0, v1));
  }
}

// @ts-expect-error: decorator
@inline
function entryPair(entries: usize, v0: v128, v1: v128): v128 {
  const re = f64x2.add(f64x2.mul(v128.load64_splat(entries, 0), v0), f64x2.mul(v128.load64_splat(entries, 16), v1));
  const im = f64x2.add(f64x2.mul(v128.load64_splat(entries, 8), v0), f64x2.mul(v128.load64_splat(entries, 24), v1));
  return f64x2.add(re, timesI(im));
}

/** X under controls: exchanges amplitudes, no arithmetic. */
export function applyFlip(state: usize, qubitCount: u32, target: u32, controls: u32): void {
  const targetBit: u32 = (<u32>1) << target;
  const pairCount: u32 = (<u32>1) << (qubitCount - 1);
  for (let pair: u32 = 0; pair < pairCount; pair++) {
    const index0 = insertZeroBit(pair, target);
    if ((index0 & controls) != controls) continue;
    const at0 = addressOf(state, index0);
    const at1 = addressOf(state, index0 | targetBit);
    const amplitude = v128.load(at0);
    v128.store(at0, v128.load(at1));
    v128.store(at1, amplitude);
  }
}

/**
 * Two-qubit depolarizing channel on a density matrix of `qubitCount` qubits: rho becomes (1 - rate) rho + rate I/4 (x) tr_ab(rho). Touches the state
 * once: per block of sixteen 16 products, and a sum and a product for the four diagonal entries.
 */
export function depolarize2(state: usize, qubitCount: u32, a: u32, b: u32, rate: f64): void {
  const keep = f64x2.splat(1 - rate);
  const share = f64x2.splat(rate / 4);
  const low: u32 = min(a, b);
  const high: u32 = max(a, b);
  const lowKet: u32 = (<u32>1) << low;
  const highKet: u32 = (<u32>1) << high;
  const lowBra: u32 = lowKet << qubitCount;
  const highBra: u32 = highKet << qubitCount;
  const blockCount: u32 = (<u32>1) << (2 * qubitCount - 4);
  for (let block: u32 = 0; block < blockCount; block++) {
    let index = insertZeroBit(insertZeroBit(block, low), high);
    index = insertZeroBit(insertZeroBit(index, low + qubitCount), high + qubitCount);
    let sum = f64x2.splat(0);
    for (let k: u32 = 0; k < 4; k++) sum = f64x2.add(sum, v128.load(addressOf(state, index | spread(k, lowKet | lowBra, highKet | highBra))));
    const mixed = f64x2.mul(sum, share);
    for (let k: u32 = 0; k < 16; k++) {
      const at = addressOf(state, index | spread(k, lowKet, highKet) | spread(k >> 2, lowBra, highBra));
      const kept = f64x2.mul(v128.load(at), keep);
      v128.store(at, (k & 3) == k >> 2 ? f64x2.add(kept, mixed) : kept);
    }
  }
}

/** Bit 0 of `value` chooses `low`, bit 1 chooses `high`. */
// @ts-expect-error: decorator
@inline
function spread(value: u32, low: u32, high: u32): u32 {
  return ((value & 1) != 0 ? low : 0) | ((value & 2) != 0 ? high : 0);
}

/**
 * Density matrix of one qubit, not normalised: writes rho00, rho11, Re rho10 and Im rho10 to RESULT. Reads the state once.
 */
export function reduceToQubit(state: usize, qubitCount: u32, qubit: u32): void {
  const distance: usize = AMPLITUDE << qubit;
  const pairCount: u32 = (<u32>1) << (qubitCount - 1);
  let zero = f64x2.splat(0);
  let one = f64x2.splat(0);
  let same = f64x2.splat(0);
  let cross = f64x2.splat(0);
  for (let pair: u32 = 0; pair < pairCount; pair++) {
    const at0 = addressOf(state, insertZeroBit(pair, qubit));
    const v0 = v128.load(at0);
    const v1 = v128.load(at0 + distance);
    zero = f64x2.add(zero, f64x2.mul(v0, v0));
    one = f64x2.add(one, f64x2.mul(v1, v1));
    same = f64x2.add(same, f64x2.mul(v1, v0));
    cross = f64x2.add(cross, f64x2.mul(v1, v128.shuffle<f64>(v0, v0, 1, 0)));
  }
  store<f64>(RESULT, f64x2.extract_lane(zero, 0) + f64x2.extract_lane(zero, 1), 0);
  store<f64>(RESULT, f64x2.extract_lane(one, 0) + f64x2.extract_lane(one, 1), 8);
  store<f64>(RESULT, f64x2.extract_lane(same, 0) + f64x2.extract_lane(same, 1), 16);
  store<f64>(RESULT, f64x2.extract_lane(cross, 1) - f64x2.extract_lane(cross, 0), 24);
}

/** Sum of |amplitude|^2. Reads the state once. */
export function norm(state: usize, qubitCount: u32): f64 {
  const end = state + (AMPLITUDE << qubitCount);
  let sum = f64x2.splat(0);
  for (let at = state; at < end; at += AMPLITUDE) {
    const amplitude = v128.load(at);
    sum = f64x2.add(sum, f64x2.mul(amplitude, amplitude));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * Inverse transform sampling in one walk over the state. `targets`: `count` f64 in [0, norm), ascending; each gets its basis state, u32 at
 * `outcomes`. What rounding leaves goes to the last state with any weight.
 */
export function sampleAscending(state: usize, qubitCount: u32, targets: usize, outcomes: usize, count: u32): void {
  const stateCount: u32 = (<u32>1) << qubitCount;
  let drawn: u32 = 0;
  let cumulative: f64 = 0;
  let lastLikely: u32 = 0;
  for (let index: u32 = 0; index < stateCount && drawn < count; index++) {
    const at = addressOf(state, index);
    const re = load<f64>(at, 0);
    const im = load<f64>(at, 8);
    const probability = re * re + im * im;
    if (probability == 0) continue;
    lastLikely = index;
    cumulative += probability;
    while (drawn < count && load<f64>(targets + ((<usize>drawn) << 3)) < cumulative) {
      store<u32>(outcomes + ((<usize>drawn) << 2), index);
      drawn++;
    }
  }
  for (; drawn < count; drawn++) store<u32>(outcomes + ((<usize>drawn) << 2), lastLikely);
}

/** Real part of <psi| P |psi> for the Pauli string P = i^yCount X^flip Z^sign, where Y = i X Z. Reads the state twice. */
export function pauliExpectation(state: usize, qubitCount: u32, flip: u32, sign: u32, yCount: u32): f64 {
  const count: u32 = (<u32>1) << qubitCount;
  let re: f64 = 0;
  let im: f64 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const at = addressOf(state, index);
    const partner = addressOf(state, index ^ flip);
    const factor: f64 = (popcnt(index & sign) & 1) == 0 ? 1 : -1;
    const bRe = load<f64>(at, 0) * factor;
    const bIm = load<f64>(at, 8) * factor;
    const aRe = load<f64>(partner, 0);
    const aIm = load<f64>(partner, 8);
    re += aRe * bRe + aIm * bIm;
    im += aRe * bIm - aIm * bRe;
  }
  return turned(re, im, yCount);
}

/** The same of a density matrix: Re tr(rho P). Reads 2^n of its 4^n entries. */
export function pauliTrace(state: usize, qubitCount: u32, flip: u32, sign: u32, yCount: u32): f64 {
  const count: u32 = (<u32>1) << qubitCount;
  let re: f64 = 0;
  let im: f64 = 0;
  for (let index: u32 = 0; index < count; index++) {
    // <k| rho P |k> = sign * <k| rho |k ^ flip>: the entry with ket bits k and bra bits k ^ flip.
    const at = addressOf(state, index | ((index ^ flip) << qubitCount));
    const factor: f64 = (popcnt(index & sign) & 1) == 0 ? 1 : -1;
    re += load<f64>(at, 0) * factor;
    im += load<f64>(at, 8) * factor;
  }
  return turned(re, im, yCount);
}

/** Real part of i^yCount (re + i im). */
// @ts-expect-error: decorator
@inline
function turned(re: f64, im: f64, yCount: u32): f64 {
  switch (yCount & 3) {
    case 0:
      return re;
    case 1:
      return -im;
    case 2:
      return -re;
    default:
      return im;
  }
}
