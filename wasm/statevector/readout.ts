// Reads a state: probabilities, projections, samples and expectation values. T is f64 or f32; sums are f64 and run in index order.

import { STATE } from "./layout";
import { amplitudeShift } from "./vector";

/** Byte address of an amplitude. */
// @ts-expect-error: decorator
@inline
function addressOf<T>(index: u32): usize {
  return STATE + ((<usize>index) << amplitudeShift<T>());
}

/** The real (0) or imaginary (1) part of the amplitude at `at`. */
// @ts-expect-error: decorator
@inline
function part<T>(at: usize, which: usize): f64 {
  return <f64>load<T>(at + which * sizeof<T>());
}

/** Probability that the qubit is 1 (not normalised). */
export function probabilityOfOne<T>(qubitCount: u32, qubit: u32): f64 {
  const bit: u32 = (<u32>1) << qubit;
  const count: u32 = (<u32>1) << qubitCount;
  let sum: f64 = 0;
  for (let index: u32 = 0; index < count; index++) if ((index & bit) != 0) sum += weight<T>(index);
  return sum;
}

/** Sum of all probabilities: 1 up to rounding. */
export function norm<T>(qubitCount: u32): f64 {
  const count: u32 = (<u32>1) << qubitCount;
  let sum: f64 = 0;
  for (let index: u32 = 0; index < count; index++) sum += weight<T>(index);
  return sum;
}

// @ts-expect-error: decorator
@inline
function weight<T>(index: u32): f64 {
  const at = addressOf<T>(index);
  const re = part<T>(at, 0);
  const im = part<T>(at, 1);
  return re * re + im * im;
}

/** Projects the qubit onto `outcome` and scales what is left by `scale`. */
export function collapse<T>(qubitCount: u32, qubit: u32, outcome: u32, scale: f64): void {
  const count: u32 = (<u32>1) << qubitCount;
  for (let index: u32 = 0; index < count; index++) {
    const factor: f64 = ((index >> qubit) & 1) == outcome ? scale : 0;
    const at = addressOf<T>(index);
    store<T>(at + 0 * sizeof<T>(), <T>(part<T>(at, 0) * factor));
    store<T>(at + 1 * sizeof<T>(), <T>(part<T>(at, 1) * factor));
  }
}

/**
 * Inverse transform sampling in one walk over the state. `uniforms`: `count` f64 in [0, 1), ascending; `outcomes`: room for `count` u32, gets
 * the basis state of each. The walk adds probabilities in index order; what rounding leaves goes to the last state with any weight.
 */
export function sampleAscending<T>(qubitCount: u32, uniforms: usize, outcomes: usize, count: u32): void {
  const stateCount: u32 = (<u32>1) << qubitCount;
  let drawn: u32 = 0;
  let cumulative: f64 = 0;
  let lastLikely: u32 = 0;
  for (let index: u32 = 0; index < stateCount && drawn < count; index++) {
    const probability = weight<T>(index);
    if (probability == 0) continue;
    lastLikely = index;
    cumulative += probability;
    while (drawn < count && load<f64>(uniforms + ((<usize>drawn) << 3)) < cumulative) {
      store<u32>(outcomes + ((<usize>drawn) << 2), index);
      drawn++;
    }
  }
  for (; drawn < count; drawn++) store<u32>(outcomes + ((<usize>drawn) << 2), lastLikely);
}

/**
 * Inverse transform sampling for small states: cumulative probabilities once (2^n f64 at `table`), then a binary search per uniform. Writes the
 * basis state of uniform k at outcomes[k]: the same state as sampleAscending finds for that number.
 */
export function sampleByTable<T>(qubitCount: u32, uniforms: usize, outcomes: usize, count: u32, table: usize): void {
  const stateCount: u32 = (<u32>1) << qubitCount;
  let cumulative: f64 = 0;
  let lastLikely: u32 = 0;
  for (let index: u32 = 0; index < stateCount; index++) {
    const probability = weight<T>(index);
    if (probability != 0) lastLikely = index;
    cumulative += probability;
    store<f64>(table + ((<usize>index) << 3), cumulative);
  }
  for (let drawn: u32 = 0; drawn < count; drawn++) {
    const uniform = load<f64>(uniforms + ((<usize>drawn) << 3));
    // The first state whose cumulative probability exceeds the uniform number.
    let low: u32 = 0;
    let high: u32 = lastLikely;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (uniform < load<f64>(table + ((<usize>middle) << 3))) high = middle;
      else low = middle + 1;
    }
    store<u32>(outcomes + ((<usize>drawn) << 2), low);
  }
}

/**
 * Real part of <psi| P |psi> for the Pauli string P = i^yCount X^flip Z^sign, where Y = i X Z. Reads the state twice.
 */
export function pauliExpectation<T>(qubitCount: u32, flip: u32, sign: u32, yCount: u32): f64 {
  const count: u32 = (<u32>1) << qubitCount;
  let re: f64 = 0;
  let im: f64 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const at = addressOf<T>(index);
    const partner = addressOf<T>(index ^ flip);
    const factor: f64 = (popcnt(index & sign) & 1) == 0 ? 1 : -1;
    const bRe = part<T>(at, 0) * factor;
    const bIm = part<T>(at, 1) * factor;
    const aRe = part<T>(partner, 0);
    const aIm = part<T>(partner, 1);
    re += aRe * bRe + aIm * bIm;
    im += aRe * bIm - aIm * bRe;
  }
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
