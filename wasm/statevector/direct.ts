// Few qubits, gate by gate, without a plan: planning would cost more than it saves.
//
// Two things make gates free. An amplitude does not lie at the index of its basis state: at index y, qubit q has the value of the parity of
// y & readMask(q), and the index at which only that value differs is y ^ moveMask(q); so cx, x and swap change masks and touch no amplitude.
// And a phase that depends on a parity waits until a gate changes a qubit that it reads: equal parities become one phase (the phase
// polynomials of Amy, Maslov, Mosca, IEEE TCAD 33 (2014)).
//
// Masks are byte masks: an index times the bytes of an amplitude. T is f64 or f32; an f32 amplitude is the low half of a vector.

import { DIRECT, STATE } from "./layout";
import { amplitudeShift, splatIm, splatRe, times } from "./vector";

// Commands, as src/simulator/statevector/direct.ts writes them: a word of 8 bytes (code, target, other qubit, 0, then a mask of qubits), then f64s.
const CX: u8 = 1;
const X: u8 = 2;
const SWAP: u8 = 3;
/** re, im: where the parity of the masked qubits is 1. */
const PARITY_PHASE: u8 = 4;
/** sqrt(2) times the gate. */
const HADAMARD: u8 = 5;
/** 2 x 2, row-major, where every masked qubit is 1. */
const MATRIX: u8 = 6;
/** X where every masked qubit is 1. */
const FLIP: u8 = 7;
/** re, im: where every masked qubit is 1. */
const PHASE: u8 = 8;
/** A real factor. */
const SCALE: u8 = 9;

const READ_MASKS = DIRECT;
const MOVE_MASKS = DIRECT + 128;
/** Masks of the phases that wait, then their values. */
const WAITING_MASKS = DIRECT + 256;
const WAITING_VALUES = DIRECT + 512;
const WAITING_MAX: u32 = 64;

let stateBytes: u32 = 0;
/** Bit q: the qubit's value is the other one than the parity. */
let flipped: u32 = 0;
let waitingCount: u32 = 0;
/** What phases on flipped parities leave for all amplitudes. */
let commonRe: f64 = 1;
let commonIm: f64 = 0;
/** Of takeOwn(). */
let ownRe: f64 = 1;
let ownIm: f64 = 0;
/** Up to three conditions: the parity of y & mask is the bit of `wanted`. A pivot is in its own mask only. */
let mask0: u32 = 0;
let mask1: u32 = 0;
let mask2: u32 = 0;
let pivot0: u32 = 0;
let pivot1: u32 = 0;
let pivot2: u32 = 0;
let wanted: u32 = 0;
/** Bits of an index that no condition decides. */
let free: u32 = 0;

/** Amplitudes lie at the index of their basis state. */
export function begin<T>(qubitCount: u32): void {
  const shift = amplitudeShift<T>();
  stateBytes = (<u32>1) << (qubitCount + shift);
  flipped = 0;
  waitingCount = 0;
  commonRe = 1;
  commonIm = 0;
  for (let qubit: u32 = 0; qubit < qubitCount; qubit++) {
    setMask(READ_MASKS, qubit, (<u32>1) << (qubit + shift));
    setMask(MOVE_MASKS, qubit, (<u32>1) << (qubit + shift));
  }
}

/** Runs the commands from `at` on, `commandCountMax` at most. Returns where it stopped. */
export function run<T>(at: usize, end: usize, commandCountMax: u32): usize {
  for (let count: u32 = 0; at < end && count < commandCountMax; count++) {
    const code = load<u8>(at, 0);
    const target: u32 = load<u8>(at, 1);
    const other: u32 = load<u8>(at, 2);
    const mask = load<u32>(at, 4);
    if (code == CX) {
      controlledX(other, target);
      at += 8;
    } else if (code == X) {
      flipped ^= (<u32>1) << target;
      at += 8;
    } else if (code == HADAMARD) {
      hadamard<T>(target);
      at += 8;
    } else if (code == PARITY_PHASE) {
      wait<T>(mask, load<f64>(at, 8), load<f64>(at, 16));
      at += 24;
    } else if (code == SWAP) {
      exchangeQubits(target, other);
      at += 8;
    } else if (code == MATRIX) {
      applyMatrix<T>(target, mask, at + 8);
      at += 72;
    } else if (code == FLIP) {
      flip<T>(target, mask);
      at += 8;
    } else if (code == PHASE) {
      phase<T>(mask, load<f64>(at, 8), load<f64>(at, 16));
      at += 24;
    } else if (code == SCALE) {
      const factor = v128.splat<T>(<T>load<f64>(at, 8));
      for (let y: u32 = 0; y < stateBytes; y += 16) v128.store(STATE + y, v128.mul<T>(v128.load(STATE + y), factor));
      at += 16;
    } else {
      unreachable();
    }
  }
  return at;
}

/** Brings every amplitude, times the factor, to the index of its basis state. `scratch`: room for the state. */
export function finish<T>(qubitCount: u32, re: f64, im: f64, scratch: usize): void {
  for (let k: u32 = 0; k < waitingCount; k++) applyParityPhase<T>(getMask(WAITING_MASKS, k), waitingRe(k), waitingIm(k));
  const factorRe = splatRe<T>(re * commonRe - im * commonIm);
  const factorIm = splatIm<T>(re * commonIm + im * commonRe);
  let first: u32 = 0;
  for (let qubit: u32 = 0; qubit < qubitCount; qubit++) if ((flipped >> qubit) & 1) first ^= getMask(MOVE_MASKS, qubit);
  const move0 = qubitCount > 0 ? getMask(MOVE_MASKS, 0) : 0;
  const move1 = qubitCount > 1 ? getMask(MOVE_MASKS, 1) : 0;
  const groupBits = min<u32>(qubitCount, 2);
  const groupCount: u32 = (<u32>1) << (qubitCount - groupBits);
  const shift = amplitudeShift<T>();
  for (let group: u32 = 0; group < groupCount; group++) {
    // Gray code: one more qubit differs from one group to the next.
    const gray = group ^ (group >> 1);
    const target = scratch + ((<usize>gray) << (groupBits + shift));
    copyTimes<T>(target, first, factorRe, factorIm);
    if (qubitCount > 0) copyTimes<T>(target + ((<usize>1) << shift), first ^ move0, factorRe, factorIm);
    if (qubitCount > 1) {
      copyTimes<T>(target + ((<usize>2) << shift), first ^ move1, factorRe, factorIm);
      copyTimes<T>(target + ((<usize>3) << shift), first ^ move0 ^ move1, factorRe, factorIm);
    }
    if (group + 1 < groupCount) first ^= getMask(MOVE_MASKS, groupBits + ctz(group + 1));
  }
  memory.copy(STATE, scratch, stateBytes);
}

// @ts-expect-error: decorator
@inline
function copyTimes<T>(target: usize, y: u32, re: v128, im: v128): void {
  store1<T>(target, times<T>(load1<T>(STATE + y), re, im));
}

// @ts-expect-error: decorator
@inline
function getMask(list: usize, place: u32): u32 {
  return load<u32>(list + ((<usize>place) << 2));
}

// @ts-expect-error: decorator
@inline
function setMask(list: usize, place: u32, mask: u32): void {
  store<u32>(list + ((<usize>place) << 2), mask);
}

// @ts-expect-error: decorator
@inline
function waitingRe(place: u32): f64 {
  return load<f64>(WAITING_VALUES + ((<usize>place) << 4), 0);
}

// @ts-expect-error: decorator
@inline
function waitingIm(place: u32): f64 {
  return load<f64>(WAITING_VALUES + ((<usize>place) << 4), 8);
}

// @ts-expect-error: decorator
@inline
function setWaiting(place: u32, re: f64, im: f64): void {
  store<f64>(WAITING_VALUES + ((<usize>place) << 4), re, 0);
  store<f64>(WAITING_VALUES + ((<usize>place) << 4), im, 8);
}

// @ts-expect-error: decorator
@inline
function parity(y: u32, mask: u32): u32 {
  return popcnt(y & mask) & 1;
}

/** One amplitude. */
// @ts-expect-error: decorator
@inline
function load1<T>(at: usize): v128 {
  return sizeof<T>() == 8 ? v128.load(at) : v128.load64_zero(at);
}

// @ts-expect-error: decorator
@inline
function store1<T>(at: usize, amplitude: v128): void {
  if (sizeof<T>() == 8) v128.store(at, amplitude);
  else v128.store64_lane(at, amplitude, 0);
}

/** The highest bit of a mask. */
// @ts-expect-error: decorator
@inline
function pivotOf(mask: u32): u32 {
  return (<u32>0x80000000) >> clz(mask);
}

/** `y` with a zero inserted where the pivot is. */
// @ts-expect-error: decorator
@inline
function without(y: u32, belowPivot: u32): u32 {
  return ((y & ~belowPivot) << 1) | (y & belowPivot);
}

function controlledX(control: u32, target: u32): void {
  setMask(READ_MASKS, target, getMask(READ_MASKS, target) ^ getMask(READ_MASKS, control));
  setMask(MOVE_MASKS, control, getMask(MOVE_MASKS, control) ^ getMask(MOVE_MASKS, target));
  flipped ^= ((flipped >> control) & 1) << target;
}

function exchangeQubits(a: u32, b: u32): void {
  const read = getMask(READ_MASKS, a);
  setMask(READ_MASKS, a, getMask(READ_MASKS, b));
  setMask(READ_MASKS, b, read);
  const move = getMask(MOVE_MASKS, a);
  setMask(MOVE_MASKS, a, getMask(MOVE_MASKS, b));
  setMask(MOVE_MASKS, b, move);
  const differ = ((flipped >> a) ^ (flipped >> b)) & 1;
  flipped ^= (differ << a) | (differ << b);
}

/** A phase on the parity of qubits joins those that wait. */
function wait<T>(qubits: u32, re: f64, im: f64): void {
  let mask: u32 = 0;
  let isFlipped: u32 = 0;
  for (let rest = qubits; rest != 0; rest &= rest - 1) {
    const qubit = ctz(rest);
    mask ^= getMask(READ_MASKS, qubit);
    isFlipped ^= (flipped >> qubit) & 1;
  }
  if (isFlipped != 0) {
    multiplyCommon(re, im);
    im = -im;
  }
  for (let k: u32 = 0; k < waitingCount; k++) {
    if (getMask(WAITING_MASKS, k) != mask) continue;
    const oldRe = waitingRe(k);
    const oldIm = waitingIm(k);
    setWaiting(k, oldRe * re - oldIm * im, oldRe * im + oldIm * re);
    return;
  }
  if (waitingCount == WAITING_MAX) {
    waitingCount--;
    applyParityPhase<T>(getMask(WAITING_MASKS, waitingCount), waitingRe(waitingCount), waitingIm(waitingCount));
  }
  setMask(WAITING_MASKS, waitingCount, mask);
  setWaiting(waitingCount, re, im);
  waitingCount++;
}

function takeNone(): void {
  ownRe = 1;
  ownIm = 0;
}

/** Takes the phase on a qubit alone from those that wait: where the qubit is 1 then. */
function takeOwn(read: u32, isFlipped: u32): void {
  takeNone();
  for (let k: u32 = 0; k < waitingCount; k++) {
    if (getMask(WAITING_MASKS, k) != read) continue;
    ownRe = waitingRe(k);
    ownIm = waitingIm(k);
    if (isFlipped != 0) {
      multiplyCommon(ownRe, ownIm);
      ownIm = -ownIm;
    }
    removeWaiting(k);
    return;
  }
}

/** Applies the waiting phases that a move changes. */
function settle<T>(move: u32): void {
  let k: u32 = 0;
  while (k < waitingCount) {
    const mask = getMask(WAITING_MASKS, k);
    if (parity(mask, move) == 0) {
      k++;
      continue;
    }
    applyParityPhase<T>(mask, waitingRe(k), waitingIm(k));
    removeWaiting(k);
  }
}

/** The last one takes its place. */
function removeWaiting(place: u32): void {
  waitingCount--;
  setMask(WAITING_MASKS, place, getMask(WAITING_MASKS, waitingCount));
  setWaiting(place, waitingRe(waitingCount), waitingIm(waitingCount));
}

function multiplyCommon(re: f64, im: f64): void {
  const oldRe = commonRe;
  commonRe = oldRe * re - commonIm * im;
  commonIm = oldRe * im + commonIm * re;
}

/** How far apart an index and that with the other parity are, for the k-th of four neighbours. */
// @ts-expect-error: decorator
@inline
function neighbour<T>(k: u32, mask: u32, move: u32): u32 {
  const y = k << amplitudeShift<T>();
  return y ^ (move & -parity(y, mask));
}

/** One multiplication for each second amplitude. */
function applyParityPhase<T>(mask: u32, re: f64, im: f64): void {
  if (re == 1 && im == 0) return;
  const factorRe = splatRe<T>(re);
  const factorIm = splatIm<T>(im);
  const unit: u32 = 1 << amplitudeShift<T>();
  const pivot = pivotOf(mask);
  const below = pivot - 1;
  const half = stateBytes >> 1;
  if (pivot < 4 * unit) {
    for (let k: u32 = 0; k < half; k += unit) {
      const y = without(k, below);
      multiplyAt<T>(y | (pivot & (parity(y, mask) - 1)), factorRe, factorIm);
    }
    return;
  }
  const n1 = neighbour<T>(1, mask, pivot);
  const n2 = neighbour<T>(2, mask, pivot);
  const n3 = neighbour<T>(3, mask, pivot);
  for (let k: u32 = 0; k < half; k += 4 * unit) {
    const rest = without(k, below);
    const y = rest | (pivot & (parity(rest, mask) - 1));
    multiplyAt<T>(y, factorRe, factorIm);
    multiplyAt<T>(y ^ n1, factorRe, factorIm);
    multiplyAt<T>(y ^ n2, factorRe, factorIm);
    multiplyAt<T>(y ^ n3, factorRe, factorIm);
  }
}

// @ts-expect-error: decorator
@inline
function multiplyAt<T>(y: u32, re: v128, im: v128): void {
  store1<T>(STATE + y, times<T>(load1<T>(STATE + y), re, im));
}

/** sqrt(2) H: a + b and a - b, two additions a pair; a phase on the qubit alone is one product more. */
function hadamard<T>(qubit: u32): void {
  const read = getMask(READ_MASKS, qubit);
  const move = getMask(MOVE_MASKS, qubit);
  const isFlipped = (flipped >> qubit) & 1;
  const unit: u32 = 1 << amplitudeShift<T>();
  const pivot = pivotOf(move);
  const below = pivot - 1;
  const half = stateBytes >> 1;
  takeOwn(read, isFlipped);
  settle<T>(move);
  const re = splatRe<T>(ownRe);
  const im = splatIm<T>(ownIm);
  if (pivot < 4 * unit) {
    for (let k: u32 = 0; k < half; k += unit) {
      const y = without(k, below);
      mixPhased<T>(y ^ (move & -(parity(y, read) ^ isFlipped)), move, re, im);
    }
    return;
  }
  const n1 = neighbour<T>(1, read, move);
  const n2 = neighbour<T>(2, read, move);
  const n3 = neighbour<T>(3, read, move);
  if (ownRe == 1 && ownIm == 0) {
    for (let k: u32 = 0; k < half; k += 4 * unit) {
      const rest = without(k, below);
      const y = rest ^ (move & -(parity(rest, read) ^ isFlipped));
      mix<T>(y, move);
      mix<T>(y ^ n1, move);
      mix<T>(y ^ n2, move);
      mix<T>(y ^ n3, move);
    }
    return;
  }
  for (let k: u32 = 0; k < half; k += 4 * unit) {
    const rest = without(k, below);
    const y = rest ^ (move & -(parity(rest, read) ^ isFlipped));
    mixPhased<T>(y, move, re, im);
    mixPhased<T>(y ^ n1, move, re, im);
    mixPhased<T>(y ^ n2, move, re, im);
    mixPhased<T>(y ^ n3, move, re, im);
  }
}

/** The qubit is 0 at y. */
// @ts-expect-error: decorator
@inline
function mix<T>(y: u32, move: u32): void {
  const at0 = STATE + y;
  const at1 = STATE + (y ^ move);
  const x0 = load1<T>(at0);
  const x1 = load1<T>(at1);
  store1<T>(at0, v128.add<T>(x0, x1));
  store1<T>(at1, v128.sub<T>(x0, x1));
}

/** The same after a phase where the qubit is 1. */
// @ts-expect-error: decorator
@inline
function mixPhased<T>(y: u32, move: u32, re: v128, im: v128): void {
  const at0 = STATE + y;
  const at1 = STATE + (y ^ move);
  const x0 = load1<T>(at0);
  const x1 = times<T>(load1<T>(at1), re, im);
  store1<T>(at0, v128.add<T>(x0, x1));
  store1<T>(at1, v128.sub<T>(x0, x1));
}

/** Conditions on an index, solved: y with zeros at all pivots becomes the index that meets them by `solve`. */
function setControls(qubits: u32, move: u32): void {
  mask0 = 0;
  mask1 = 0;
  mask2 = 0;
  pivot0 = 0;
  pivot1 = 0;
  pivot2 = 0;
  wanted = 0;
  // The move's pivot stays zero: what a mask says of it is the same for both amplitudes of a pair.
  const outside = move == 0 ? 0 : pivotOf(move);
  for (let rest = qubits; rest != 0; rest &= rest - 1) {
    const qubit = ctz(rest);
    let mask = getMask(READ_MASKS, qubit) & ~outside;
    let value = ((flipped >> qubit) & 1) ^ 1;
    if ((mask & pivot0) != 0) {
      mask ^= mask0;
      value ^= wanted & 1;
    }
    if ((mask & pivot1) != 0) {
      mask ^= mask1;
      value ^= (wanted >> 1) & 1;
    }
    const pivot = pivotOf(mask);
    if ((mask0 & pivot) != 0) {
      mask0 ^= mask;
      wanted ^= value;
    }
    if ((mask1 & pivot) != 0) {
      mask1 ^= mask;
      wanted ^= value << 1;
    }
    if (mask0 == 0) {
      mask0 = mask;
      pivot0 = pivot;
      wanted |= value;
    } else if (mask1 == 0) {
      mask1 = mask;
      pivot1 = pivot;
      wanted |= value << 1;
    } else {
      mask2 = mask;
      pivot2 = pivot;
      wanted |= value << 2;
    }
  }
  free = (stateBytes - 1) & ~(outside | pivot0 | pivot1 | pivot2);
}

// @ts-expect-error: decorator
@inline
function solve(y: u32): u32 {
  return (
    y |
    (pivot0 & -(parity(y, mask0) ^ (wanted & 1))) |
    (pivot1 & -(parity(y, mask1) ^ ((wanted >> 1) & 1))) |
    (pivot2 & -(parity(y, mask2) ^ ((wanted >> 2) & 1)))
  );
}

/** The next index with bits of `free` alone; 0 after the last. */
// @ts-expect-error: decorator
@inline
function next(y: u32, unit: u32): u32 {
  return ((y | ~free) + unit) & free;
}

/** Four complex products a pair. */
function applyMatrix<T>(qubit: u32, controls: u32, matrix: usize): void {
  const read = getMask(READ_MASKS, qubit);
  const move = getMask(MOVE_MASKS, qubit);
  const isFlipped = (flipped >> qubit) & 1;
  if (controls == 0) takeOwn(read, isFlipped);
  else takeNone();
  settle<T>(move);
  const b01Re = load<f64>(matrix, 16);
  const b01Im = load<f64>(matrix, 24);
  const b11Re = load<f64>(matrix, 48);
  const b11Im = load<f64>(matrix, 56);
  const re00 = splatRe<T>(load<f64>(matrix, 0));
  const im00 = splatIm<T>(load<f64>(matrix, 8));
  const re01 = splatRe<T>(b01Re * ownRe - b01Im * ownIm);
  const im01 = splatIm<T>(b01Re * ownIm + b01Im * ownRe);
  const re10 = splatRe<T>(load<f64>(matrix, 32));
  const im10 = splatIm<T>(load<f64>(matrix, 40));
  const re11 = splatRe<T>(b11Re * ownRe - b11Im * ownIm);
  const im11 = splatIm<T>(b11Re * ownIm + b11Im * ownRe);
  const unit: u32 = 1 << amplitudeShift<T>();
  if (controls == 0) {
    const below = pivotOf(move) - 1;
    const half = stateBytes >> 1;
    for (let k: u32 = 0; k < half; k += unit) {
      const y = without(k, below);
      multiplyPair<T>(y ^ (move & -(parity(y, read) ^ isFlipped)), move, re00, im00, re01, im01, re10, im10, re11, im11);
    }
    return;
  }
  setControls(controls, move);
  let y: u32 = 0;
  do {
    const at = solve(y);
    multiplyPair<T>(at ^ (move & -(parity(at, read) ^ isFlipped)), move, re00, im00, re01, im01, re10, im10, re11, im11);
    y = next(y, unit);
  } while (y != 0);
}

/** The qubit is 0 at y. */
// @ts-expect-error: decorator
@inline
function multiplyPair<T>(
  y: u32,
  move: u32,
  re00: v128,
  im00: v128,
  re01: v128,
  im01: v128,
  re10: v128,
  im10: v128,
  re11: v128,
  im11: v128,
): void {
  const x0 = load1<T>(STATE + y);
  const x1 = load1<T>(STATE + (y ^ move));
  store1<T>(STATE + y, v128.add<T>(times<T>(x0, re00, im00), times<T>(x1, re01, im01)));
  store1<T>(STATE + (y ^ move), v128.add<T>(times<T>(x0, re10, im10), times<T>(x1, re11, im11)));
}

/** Exchanges amplitudes, no arithmetic. */
function flip<T>(qubit: u32, controls: u32): void {
  const move = getMask(MOVE_MASKS, qubit);
  settle<T>(move);
  setControls(controls, move);
  const unit: u32 = 1 << amplitudeShift<T>();
  let y: u32 = 0;
  do {
    const at = solve(y);
    const x = load1<T>(STATE + at);
    store1<T>(STATE + at, load1<T>(STATE + (at ^ move)));
    store1<T>(STATE + (at ^ move), x);
    y = next(y, unit);
  } while (y != 0);
}

/** Phases change places with those that wait. */
function phase<T>(controls: u32, re: f64, im: f64): void {
  setControls(controls, 0);
  const factorRe = splatRe<T>(re);
  const factorIm = splatIm<T>(im);
  const unit: u32 = 1 << amplitudeShift<T>();
  let y: u32 = 0;
  do {
    const at = STATE + solve(y);
    store1<T>(at, times<T>(load1<T>(at), factorRe, factorIm));
    y = next(y, unit);
  } while (y != 0);
}
