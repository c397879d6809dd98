// The state-vector engine: complex f64 or f32 amplitudes in flat memory. Plans run as passes (program.ts); few qubits take gates one by one
// (direct.ts).
//
// No imports, no garbage collector. Every reduction runs in index order, and sin and cos are compiled in, so that a seed gives the same bits
// on every engine. The caller guarantees qubits below `qubitCount`, distinct, and controls apart from targets.

import * as direct from "./direct";
import { CONTROL, STATE } from "./layout";
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

export function directBegin(qubitCount: u32): void {
  direct.begin<f64>(qubitCount);
}

export function directBegin32(qubitCount: u32): void {
  direct.begin<f32>(qubitCount);
}

export function directRun(at: usize, end: usize, commandCountMax: u32): usize {
  return direct.run<f64>(at, end, commandCountMax);
}

export function directRun32(at: usize, end: usize, commandCountMax: u32): usize {
  return direct.run<f32>(at, end, commandCountMax);
}

export function directFinish(qubitCount: u32, re: f64, im: f64, scratch: usize): void {
  direct.finish<f64>(qubitCount, re, im, scratch);
}

export function directFinish32(qubitCount: u32, re: f64, im: f64, scratch: usize): void {
  direct.finish<f32>(qubitCount, re, im, scratch);
}
