// The state-vector engine: complex f64 or f32 amplitudes in flat memory. Plans run as passes (program.ts); the functions here take gates one by
// one, in plain loops: for few qubits, where planning costs more than it saves, and as the slow twin of the passes.
//
// No imports, no garbage collector. Every reduction runs in index order, and sin and cos are compiled in, so that a seed gives the same bits
// on every engine. The caller guarantees qubits below `qubitCount`, distinct, and controls apart from targets.

import { addressOf, insertZeroBit } from "./bits";
import { AMPLITUDE, CONTROL, MATRIX, STATE } from "./layout";
import * as readout from "./readout";

export { runPass32, runPass64, scratchBytes } from "./program";

/** Makes room for a state of `stateBytes` and `extraBytes` behind it. Returns the address of the extra bytes, 0 when memory ran out. */
export function reserve(stateBytes: u32, extraBytes: u32): usize {
  const extra = STATE + <usize>stateBytes;
  const neededPages = <i32>((extra + extraBytes + 0xffff) >> 16);
  const missingPages = neededPages - memory.size();
  if (missingPages > 0 && memory.grow(missingPages) < 0) return 0;
  return extra;
}

export function matrixAddress(): usize {
  return MATRIX;
}

export function controlAddress(): usize {
  return CONTROL;
}

export function stateAddress(): usize {
  return STATE;
}

export function sin(angle: f64): f64 {
  return NativeMath.sin(angle);
}

export function cos(angle: f64): f64 {
  return NativeMath.cos(angle);
}

/** The first `bytes` of |0…0>: all of it, or as much as a plan reads that knows where it begins. */
export function initialise(bytes: u32): void {
  memory.fill(STATE, 0, bytes);
  store<f64>(STATE, 1.0);
}

/** The same in f32. */
export function initialise32(bytes: u32): void {
  memory.fill(STATE, 0, bytes);
  store<f32>(STATE, 1.0);
}

/** Copies amplitudes: a checkpoint, and back. */
export function copyBytes(target: usize, source: usize, bytes: u32): void {
  memory.copy(target, source, bytes);
}

/**
 * Dense 1-qubit gate under controls: all bits of `controls` must be 1. Matrix [[a, b], [c, d]].
 * Touches the controlled share of the state once: 4 complex products and 2 sums a pair.
 */
export function applyDense1(qubitCount: u32, target: u32, controls: u32): void {
  const aRe = load<f64>(MATRIX, 0);
  const aIm = load<f64>(MATRIX, 8);
  const bRe = load<f64>(MATRIX, 16);
  const bIm = load<f64>(MATRIX, 24);
  const cRe = load<f64>(MATRIX, 32);
  const cIm = load<f64>(MATRIX, 40);
  const dRe = load<f64>(MATRIX, 48);
  const dIm = load<f64>(MATRIX, 56);
  const targetBit: u32 = (<u32>1) << target;
  const pairCount: u32 = (<u32>1) << (qubitCount - 1);
  for (let pair: u32 = 0; pair < pairCount; pair++) {
    // The pair-th index whose target bit is 0, and its partner where that bit is 1.
    const index0 = insertZeroBit(pair, target);
    if ((index0 & controls) != controls) continue;
    const at0 = addressOf(STATE, index0);
    const at1 = addressOf(STATE, index0 | targetBit);
    const re0 = load<f64>(at0, 0);
    const im0 = load<f64>(at0, 8);
    const re1 = load<f64>(at1, 0);
    const im1 = load<f64>(at1, 8);
    store<f64>(at0, aRe * re0 - aIm * im0 + (bRe * re1 - bIm * im1), 0);
    store<f64>(at0, aRe * im0 + aIm * re0 + (bRe * im1 + bIm * re1), 8);
    store<f64>(at1, cRe * re0 - cIm * im0 + (dRe * re1 - dIm * im1), 0);
    store<f64>(at1, cRe * im0 + cIm * re0 + (dRe * im1 + dIm * re1), 8);
  }
}

/** Dense 2-qubit gate under controls; `low` is the least significant qubit of the 4 x 4 matrix. 16 complex products a group of 4. */
export function applyDense2(qubitCount: u32, low: u32, high: u32, controls: u32): void {
  const lowBit: u32 = (<u32>1) << low;
  const highBit: u32 = (<u32>1) << high;
  const firstPlace: u32 = min(low, high);
  const secondPlace: u32 = max(low, high);
  const groupCount: u32 = (<u32>1) << (qubitCount - 2);
  for (let group: u32 = 0; group < groupCount; group++) {
    const index0 = insertZeroBit(insertZeroBit(group, firstPlace), secondPlace);
    if ((index0 & controls) != controls) continue;
    const at0 = addressOf(STATE, index0);
    const at1 = addressOf(STATE, index0 | lowBit);
    const at2 = addressOf(STATE, index0 | highBit);
    const at3 = addressOf(STATE, index0 | lowBit | highBit);
    const re0 = load<f64>(at0, 0);
    const im0 = load<f64>(at0, 8);
    const re1 = load<f64>(at1, 0);
    const im1 = load<f64>(at1, 8);
    const re2 = load<f64>(at2, 0);
    const im2 = load<f64>(at2, 8);
    const re3 = load<f64>(at3, 0);
    const im3 = load<f64>(at3, 8);
    storeRow(at0, 0, re0, im0, re1, im1, re2, im2, re3, im3);
    storeRow(at1, 64, re0, im0, re1, im1, re2, im2, re3, im3);
    storeRow(at2, 128, re0, im0, re1, im1, re2, im2, re3, im3);
    storeRow(at3, 192, re0, im0, re1, im1, re2, im2, re3, im3);
  }
}

/** One row of the 4 x 4 matrix, `row` bytes into it, times four amplitudes. */
function storeRow(at: usize, row: usize, re0: f64, im0: f64, re1: f64, im1: f64, re2: f64, im2: f64, re3: f64, im3: f64): void {
  const entry = MATRIX + row;
  let re = load<f64>(entry, 0) * re0 - load<f64>(entry, 8) * im0;
  let im = load<f64>(entry, 0) * im0 + load<f64>(entry, 8) * re0;
  re += load<f64>(entry, 16) * re1 - load<f64>(entry, 24) * im1;
  im += load<f64>(entry, 16) * im1 + load<f64>(entry, 24) * re1;
  re += load<f64>(entry, 32) * re2 - load<f64>(entry, 40) * im2;
  im += load<f64>(entry, 32) * im2 + load<f64>(entry, 40) * re2;
  re += load<f64>(entry, 48) * re3 - load<f64>(entry, 56) * im3;
  im += load<f64>(entry, 48) * im3 + load<f64>(entry, 56) * re3;
  store<f64>(at, re, 0);
  store<f64>(at, im, 8);
}

/** X under controls: exchanges amplitudes, no arithmetic. */
export function applyFlip(qubitCount: u32, target: u32, controls: u32): void {
  const targetBit: u32 = (<u32>1) << target;
  const pairCount: u32 = (<u32>1) << (qubitCount - 1);
  for (let pair: u32 = 0; pair < pairCount; pair++) {
    const index0 = insertZeroBit(pair, target);
    if ((index0 & controls) == controls) exchange(addressOf(STATE, index0), addressOf(STATE, index0 | targetBit));
  }
}

/** SWAP under controls: exchanges amplitudes, no arithmetic. */
export function applySwap(qubitCount: u32, first: u32, second: u32, controls: u32): void {
  const firstBit: u32 = (<u32>1) << first;
  const secondBit: u32 = (<u32>1) << second;
  const groupCount: u32 = (<u32>1) << (qubitCount - 2);
  for (let group: u32 = 0; group < groupCount; group++) {
    const index0 = insertZeroBit(insertZeroBit(group, min(first, second)), max(first, second));
    if ((index0 & controls) == controls) exchange(addressOf(STATE, index0 | firstBit), addressOf(STATE, index0 | secondBit));
  }
}

// @ts-expect-error: decorator
@inline
function exchange(at0: usize, at1: usize): void {
  const amplitude = v128.load(at0);
  v128.store(at0, v128.load(at1));
  v128.store(at1, amplitude);
}

/** Multiplies every amplitude whose index has all bits of `mask` set and all of `clear` unset by re + i im. */
export function applyPhase(qubitCount: u32, mask: u32, clear: u32, re: f64, im: f64): void {
  const count: u32 = (<u32>1) << qubitCount;
  for (let index: u32 = 0; index < count; index++) {
    if ((index & mask) != mask || (index & clear) != 0) continue;
    const at = addressOf(STATE, index);
    const oldRe = load<f64>(at, 0);
    const oldIm = load<f64>(at, 8);
    store<f64>(at, oldRe * re - oldIm * im, 0);
    store<f64>(at, oldRe * im + oldIm * re, 8);
  }
}

/**
 * Uniform numbers of shots 0 .. count-1, draw 0: `count` f64 at `uniforms`, each in [0, 1) with 53 bits. The twin is src/base/philox.ts, number
 * for number. Key = seed, counter = (shot, draw).
 */
export function fillUniforms(uniforms: usize, count: u32, keyLow: u32, keyHigh: u32): void {
  for (let shot: u32 = 0; shot < count; shot++) {
    let word0: u32 = shot;
    let word1: u32 = 0;
    let word2: u32 = 0;
    let word3: u32 = 0;
    let key0 = keyLow;
    let key1 = keyHigh;
    for (let round = 0; round < 10; round++) {
      const product0: u64 = (<u64>0xd2511f53) * (<u64>word0);
      const product1: u64 = (<u64>0xcd9e8d57) * (<u64>word2);
      const next0: u32 = (<u32>(product1 >> 32)) ^ word1 ^ key0;
      const next2: u32 = (<u32>(product0 >> 32)) ^ word3 ^ key1;
      word1 = <u32>product1;
      word3 = <u32>product0;
      word0 = next0;
      word2 = next2;
      key0 += 0x9e3779b9;
      key1 += 0xbb67ae85;
    }
    const high: u64 = (<u64>(word0 >> 5)) << 26;
    store<f64>(uniforms + ((<usize>shot) << 3), <f64>(high + <u64>(word1 >> 6)) / 9007199254740992.0);
  }
}

// Functions for f64 amplitudes, and their namesakes for f32.

export function norm(qubitCount: u32): f64 {
  return readout.norm<f64>(qubitCount);
}

export function norm32(qubitCount: u32): f64 {
  return readout.norm<f32>(qubitCount);
}

export function probabilityOfOne(qubitCount: u32, qubit: u32): f64 {
  return readout.probabilityOfOne<f64>(qubitCount, qubit);
}

export function probabilityOfOne32(qubitCount: u32, qubit: u32): f64 {
  return readout.probabilityOfOne<f32>(qubitCount, qubit);
}

export function collapse(qubitCount: u32, qubit: u32, outcome: u32, scale: f64): void {
  readout.collapse<f64>(qubitCount, qubit, outcome, scale);
}

export function collapse32(qubitCount: u32, qubit: u32, outcome: u32, scale: f64): void {
  readout.collapse<f32>(qubitCount, qubit, outcome, scale);
}

export function sampleAscending(qubitCount: u32, uniforms: usize, outcomes: usize, count: u32): void {
  readout.sampleAscending<f64>(qubitCount, uniforms, outcomes, count);
}

export function sampleAscending32(qubitCount: u32, uniforms: usize, outcomes: usize, count: u32): void {
  readout.sampleAscending<f32>(qubitCount, uniforms, outcomes, count);
}

export function sampleByTable(qubitCount: u32, uniforms: usize, outcomes: usize, count: u32, table: usize): void {
  readout.sampleByTable<f64>(qubitCount, uniforms, outcomes, count, table);
}

export function sampleByTable32(qubitCount: u32, uniforms: usize, outcomes: usize, count: u32, table: usize): void {
  readout.sampleByTable<f32>(qubitCount, uniforms, outcomes, count, table);
}

export function pauliExpectation(qubitCount: u32, flip: u32, sign: u32, yCount: u32): f64 {
  return readout.pauliExpectation<f64>(qubitCount, flip, sign, yCount);
}

export function pauliExpectation32(qubitCount: u32, flip: u32, sign: u32, yCount: u32): f64 {
  return readout.pauliExpectation<f32>(qubitCount, flip, sign, yCount);
}
