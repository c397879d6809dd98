// Runs a plan's program: a list of passes, each of which takes every block of the state through a list of operations while it lies in the cache.
//
// A program is a stream of 8-byte words: a u32 in the low half, or an f64. src/simulator/statevector/program.ts writes it and draws it.
// A block is what the local positions of a pass span: gathered from runs of the state, worked on, and put back. A state of one block is worked on in place.

import { linearAt, multiplyDiagonal, multiplyPart, quadraticAt, resetFactors, scaleComplex, workspaceBytes } from "./diagonals";
import { exchangeLane, flip, permute } from "./permutations";
import { rotate1, rotate2, rotate3, rotateControlled, rotatePair } from "./rotations";
import { amplitudeShift } from "./vector";

// Operation codes.
const ROTATE1: u32 = 1;
const ROTATE2: u32 = 2;
const ROTATE3: u32 = 3;
const ROTATE_PAIR: u32 = 4;
const ROTATE_CONTROLLED: u32 = 5;
const FLIP: u32 = 6;
const PERMUTE: u32 = 7;
const DIAGONAL: u32 = 8;
const PHASE: u32 = 9;
const EXCHANGE_LANE: u32 = 10;

/** Bytes that a pass needs beside the state: a workspace and two blocks. */
export function scratchBytes(blockBytes: u32): u32 {
  return <u32>workspaceBytes + 2 * blockBytes;
}

/** Blocks `first` .. `first + count - 1` of the pass at `pass`; f64 amplitudes. */
export function runPass64(state: usize, pass: usize, first: u32, count: u32, scratch: usize): void {
  runPass<f64>(state, pass, first, count, scratch);
}

/** The same for f32 amplitudes. */
export function runPass32(state: usize, pass: usize, first: u32, count: u32, scratch: usize): void {
  runPass<f32>(state, pass, first, count, scratch);
}

/**
 * Words of a pass: operations, local mask, bits of a run, outer mask, empty mask, then the operations. Blocks are numbered by the positions of the
 * outer mask; the other outer positions are 0 in every block that has anything in it. Local positions of the empty mask were 0 so far: amplitudes
 * with one of them set count as 0, whatever the memory holds.
 */
function runPass<T>(state: usize, pass: usize, first: u32, count: u32, scratch: usize): void {
  const operationCount = word(pass, 0);
  const localMask = word(pass, 1);
  const runBitCount = word(pass, 2);
  const outerMask = word(pass, 3);
  const emptyMask = word(pass, 4);
  const operations = pass + 40;
  const bitCount = popcnt(localMask);
  const shift = amplitudeShift<T>();
  const blockBytes: usize = (<usize>1) << (bitCount + shift);
  const home = scratch + workspaceBytes;
  const other = home + blockBytes;
  if ((localMask & (localMask + 1)) == 0) {
    // Consecutive amplitudes: worked on where they are.
    for (let block = first; block < first + count; block++) {
      const base = deposit(block, outerMask);
      const at = state + (<usize>base << shift);
      if (emptyMask != 0) clearEmpty(at, localMask, emptyMask, shift);
      const end = runOperations<T>(at, home, bitCount, base, operations, operationCount, scratch);
      if (end != at) memory.copy(at, end, blockBytes);
    }
    return;
  }
  const runMask: u32 = ((<u32>1) << runBitCount) - 1;
  const highMask = localMask & ~runMask;
  const runBytes: usize = (<usize>1) << (runBitCount + shift);
  for (let block = first; block < first + count; block++) {
    const base = deposit(block, outerMask);
    let at = home;
    for (let high: u32 = 0; ; ) {
      if ((high & emptyMask) == 0) memory.copy(at, state + (<usize>(base | high) << shift), runBytes);
      else memory.fill(at, 0, runBytes);
      at += runBytes;
      high = (high - highMask) & highMask;
      if (high == 0) break;
    }
    at = runOperations<T>(home, other, bitCount, base, operations, operationCount, scratch);
    for (let high: u32 = 0; ; ) {
      memory.copy(state + (<usize>(base | high) << shift), at, runBytes);
      at += runBytes;
      high = (high - highMask) & highMask;
      if (high == 0) break;
    }
  }
}

/** A block in place: runs in which a position of the empty mask is 1. The mask's lowest position is above those of a run. */
function clearEmpty(block: usize, localMask: u32, emptyMask: u32, shift: u32): void {
  const runBits: u32 = ctz(emptyMask);
  const runBytes: usize = (<usize>1) << (runBits + shift);
  const runCount: u32 = (localMask >> runBits) + 1;
  const empty = emptyMask >> runBits;
  for (let run: u32 = 0; run < runCount; run++) {
    if ((run & empty) != 0) memory.fill(block + <usize>run * runBytes, 0, runBytes);
  }
}

// @ts-expect-error: decorator
@inline
function word(at: usize, index: usize): u32 {
  return load<u32>(at + (index << 3));
}

// @ts-expect-error: decorator
@inline
function real(at: usize, index: usize): f64 {
  return load<f64>(at + (index << 3));
}

/** The bits of `value` at the set places of `mask`, lowest first. */
function deposit(value: u32, mask: u32): u32 {
  let result: u32 = 0;
  for (let rest = mask; rest != 0 && value != 0; rest &= rest - 1) {
    if ((value & 1) != 0) result |= rest & (0 - rest);
    value >>= 1;
  }
  return result;
}

/**
 * Words of an operation: code, word count, condition, arguments. The condition is a mask of outer positions: the operation is done in blocks that
 * have them all set. Returns where the amplitudes lie at the end: `block` or `spare`.
 */
function runOperations<T>(
  block: usize,
  spare: usize,
  bitCount: u32,
  base: u32,
  operations: usize,
  operationCount: u32,
  workspace: usize,
): usize {
  const shift = amplitudeShift<T>();
  const bytes: usize = (<usize>1) << (bitCount + shift);
  let at = operations;
  for (let k: u32 = 0; k < operationCount; k++) {
    const code = word(at, 0);
    const condition = word(at, 2);
    const args = at + 24;
    at += <usize>word(at, 1) << 3;
    if ((base & condition) != condition) continue;
    switch (code) {
      case ROTATE1:
        rotate1<T>(block, bytes, step<T>(args, 0), word(args, 1), real(args, 2));
        break;
      case ROTATE2:
        rotate2<T>(block, bytes, step<T>(args, 0), step<T>(args, 1), word(args, 2), real(args, 3), real(args, 4));
        break;
      case ROTATE3: {
        const exchange = word(args, 3);
        const step0 = step<T>(args, 0);
        const step1 = step<T>(args, 1);
        rotate3<T>(block, bytes, step0, step1, step<T>(args, 2), exchange, real(args, 4), real(args, 5), real(args, 6));
        break;
      }
      case ROTATE_PAIR: {
        const exchange = word(args, 2);
        rotatePair<T>(block, bytes, step<T>(args, 0), step<T>(args, 1), exchange, real(args, 3), real(args, 4), real(args, 5));
        break;
      }
      case ROTATE_CONTROLLED:
        rotateControlled<T>(block, bytes, step<T>(args, 0), <usize>word(args, 1) << shift, real(args, 2), real(args, 3));
        break;
      case FLIP:
        flip<T>(block, bytes, step<T>(args, 0), <usize>word(args, 1) << shift);
        break;
      case PERMUTE: {
        permute<T>(spare, block, bitCount, word(args, 0), args + 8);
        const target = spare;
        spare = block;
        block = target;
        break;
      }
      case DIAGONAL:
        runDiagonal<T>(block, bitCount, base, args, workspace);
        break;
      case PHASE:
        multiplyPart<T>(block, bytes, <usize>word(args, 0) << shift, real(args, 1), real(args, 2));
        break;
      case EXCHANGE_LANE:
        exchangeLane(block, bytes, step<T>(args, 0));
        break;
      default:
        unreachable();
    }
  }
  return block;
}

// @ts-expect-error: decorator
@inline
function step<T>(args: usize, index: usize): usize {
  return (<usize>1) << (word(args, index) + amplitudeShift<T>());
}

/**
 * Words: scalar (2), then three counts and their terms: linear (bit, outer mask, re, im), quadratic (bit, bit, re, im), outer (mask, 0, re, im).
 * A linear term counts in blocks that have its outer mask set.
 */
function runDiagonal<T>(block: usize, bitCount: u32, base: u32, args: usize, workspace: usize): void {
  resetFactors(workspace, bitCount);
  const scalar = workspace + workspaceBytes - 16;
  store<f64>(scalar, real(args, 0));
  store<f64>(scalar, real(args, 1), 8);
  const linearCount = word(args, 2);
  const quadraticCount = word(args, 3);
  const outerCount = word(args, 4);
  let term = args + 40;
  for (let k: u32 = 0; k < linearCount; k++, term += 32) {
    const mask = word(term, 1);
    if ((base & mask) == mask) scaleComplex(linearAt(workspace, word(term, 0)), real(term, 2), real(term, 3));
  }
  for (let k: u32 = 0; k < quadraticCount; k++, term += 32) {
    const bit0 = word(term, 0);
    const bit1 = word(term, 1);
    scaleComplex(quadraticAt(workspace, bit0, bit1), real(term, 2), real(term, 3));
    scaleComplex(quadraticAt(workspace, bit1, bit0), real(term, 2), real(term, 3));
  }
  for (let k: u32 = 0; k < outerCount; k++, term += 32) {
    const mask = word(term, 0);
    if ((base & mask) == mask) scaleComplex(scalar, real(term, 2), real(term, 3));
  }
  multiplyDiagonal<T>(block, bitCount, workspace, load<f64>(scalar), load<f64>(scalar, 8));
}
