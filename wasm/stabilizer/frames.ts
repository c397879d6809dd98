// Pauli frames: what each shot differs by from the reference run, one bit a shot, one column of bits for the x and one for the z of every qubit.
// A gate is a few XORs of columns. Beside them lie the classical bits, a column each, with their true values.
//
//   FRAMES x0 z0 x1 z1 … │ BITS b0 b1 … │ STACK │ COINS         every column `columnBytes` long, shot k of the block in bit k
//
// The program is a stream of u32 words, an opcode and its operands; src/simulator/stabilizer/frame-program.ts writes it and says what each means.

import { NOISE_BLOCK_SHOTS, VECTOR } from "./layout";
import { fillCoins, philox, useSeed, word0, word1, word2 } from "./philox";

const H: u32 = 1;
const S: u32 = 2;
const SX: u32 = 3;
const CX: u32 = 4;
const CZ: u32 = 5;
const SWAP: u32 = 6;
const MEASURE: u32 = 7;
const BRANCH: u32 = 8;
const RESET: u32 = 9;
const PUSH_BIT: u32 = 10;
const PUSH_CONSTANT: u32 = 11;
const NOT: u32 = 12;
const AND: u32 = 13;
const OR: u32 = 14;
const PAULI_WHERE: u32 = 15;
const NOISE_PAULI: u32 = 16;
const NOISE_BIT: u32 = 17;
const NOISE_DEPOLARIZE1: u32 = 18;
const NOISE_DEPOLARIZE2: u32 = 19;
const PARITY: u32 = 20;

let program: usize = 0;
let frames: usize = 0;
let bits: usize = 0;
let stack: usize = 0;
let coins: usize = 0;
let columnBytes: usize = 0;
let firstShot: u32 = 0;
let depth: u32 = 0;

export function noiseBlockShots(): u32 {
  return NOISE_BLOCK_SHOTS;
}

/** Begins a block: its frames are those of the reference run, its bits 0. Column bytes and first shot: whole noise blocks. */
export function useFrames(
  programAt: usize,
  framesAt: usize,
  qubitCount: u32,
  bitCount: u32,
  stackDepth: u32,
  bytes: u32,
  shot: u32,
  keyLow: u32,
  keyHigh: u32,
): void {
  program = programAt;
  frames = framesAt;
  columnBytes = bytes;
  bits = frames + 2 * (<usize>qubitCount) * columnBytes;
  stack = bits + (<usize>bitCount) * columnBytes;
  coins = stack + (<usize>stackDepth) * columnBytes;
  firstShot = shot;
  depth = 0;
  useSeed(keyLow, keyHigh);
  memory.fill(frames, 0, stack - frames);
}

// @ts-expect-error: decorator
@inline
function xOf(qubit: u32): usize {
  return frames + 2 * (<usize>qubit) * columnBytes;
}

// @ts-expect-error: decorator
@inline
function zOf(qubit: u32): usize {
  return frames + (2 * (<usize>qubit) + 1) * columnBytes;
}

// @ts-expect-error: decorator
@inline
function bitOf(bit: u32): usize {
  return bits + (<usize>bit) * columnBytes;
}

// @ts-expect-error: decorator
@inline
function stackTop(below: u32): usize {
  return stack + (<usize>(depth - 1 - below)) * columnBytes;
}

/** target ^= source. */
function xorColumn(target: usize, source: usize): void {
  for (let at: usize = 0; at < columnBytes; at += VECTOR) {
    v128.store(target + at, v128.xor(v128.load(target + at), v128.load(source + at)));
  }
}

function exchangeColumns(column: usize, other: usize): void {
  for (let at: usize = 0; at < columnBytes; at += VECTOR) {
    const vector = v128.load(column + at);
    v128.store(column + at, v128.load(other + at));
    v128.store(other + at, vector);
  }
}

/** target := source, inverted where `inverted` is 1. */
function copyColumn(target: usize, source: usize, inverted: u32): void {
  const flip = i32x4.splat(-(<i32>inverted));
  for (let at: usize = 0; at < columnBytes; at += VECTOR) v128.store(target + at, v128.xor(v128.load(source + at), flip));
}

/**
 * Runs the words `from` .. `end`-1 on the block and returns where it stopped: at `end`, or earlier when about `budget` vectors were handled.
 * Touches one or two columns an instruction.
 */
export function runFrames(from: u32, end: u32, budget: u32): u32 {
  let place = from;
  let spent: u32 = 0;
  const vectors: u32 = <u32>(columnBytes / VECTOR);
  while (place < end && spent < budget) {
    const at = program + 4 * (<usize>place);
    const first = load<u32>(at, 4);
    const second = load<u32>(at, 8);
    spent += 2 * vectors;
    switch (load<u32>(at)) {
      case H:
        exchangeColumns(xOf(first), zOf(first));
        place += 2;
        break;
      case S:
        xorColumn(zOf(first), xOf(first));
        place += 2;
        break;
      case SX:
        xorColumn(xOf(first), zOf(first));
        place += 2;
        break;
      case CX:
        xorColumn(xOf(second), xOf(first));
        xorColumn(zOf(first), zOf(second));
        place += 3;
        break;
      case CZ:
        xorColumn(zOf(first), xOf(second));
        xorColumn(zOf(second), xOf(first));
        place += 3;
        break;
      case SWAP:
        exchangeColumns(xOf(first), xOf(second));
        exchangeColumns(zOf(first), zOf(second));
        place += 3;
        break;
      case MEASURE:
        copyColumn(bitOf(second), xOf(first), load<u32>(at, 12));
        place += 4;
        break;
      case BRANCH: {
        const count = load<u32>(at, 16);
        fillCoins(coins, columnBytes, firstShot, load<u32>(at, 12));
        takeBranch(first, second, at + 20, count);
        // A coin costs about 35 operations a shot.
        spent += 2000 * vectors + 64 * count * vectors;
        place += 5 + 3 * count;
        break;
      }
      case RESET:
        memory.fill(xOf(first), 0, 2 * columnBytes);
        place += 2;
        break;
      case PUSH_BIT:
        depth++;
        copyColumn(stackTop(0), bitOf(first), 0);
        place += 2;
        break;
      case PUSH_CONSTANT:
        depth++;
        memory.fill(stackTop(0), first != 0 ? 255 : 0, columnBytes);
        place += 2;
        break;
      case NOT:
        copyColumn(stackTop(0), stackTop(0), 1);
        place += 1;
        break;
      case AND:
        andColumn(stackTop(1), stackTop(0));
        depth--;
        place += 1;
        break;
      case OR:
        orColumn(stackTop(1), stackTop(0));
        depth--;
        place += 1;
        break;
      case PAULI_WHERE:
        copyColumn(stackTop(0), stackTop(0), first);
        for (let k: u32 = 0; k < second; k++) {
          const entry = at + 12 + 8 * (<usize>k);
          const pauli = load<u32>(entry, 4);
          if ((pauli & 1) != 0) xorColumn(xOf(load<u32>(entry)), stackTop(0));
          if ((pauli & 2) != 0) xorColumn(zOf(load<u32>(entry)), stackTop(0));
        }
        depth--;
        spent += 2 * second * vectors;
        place += 3 + 2 * second;
        break;
      case NOISE_PAULI:
      case NOISE_BIT:
      case NOISE_DEPOLARIZE1:
      case NOISE_DEPOLARIZE2: {
        const count = load<u32>(at, 20);
        const operandCount = load<u32>(at) == NOISE_DEPOLARIZE2 ? 2 * count : count;
        spent += applyNoise(load<u32>(at), first, load<f64>(at, 8), load<u32>(at, 16), count, at + 24);
        place += 6 + operandCount;
        break;
      }
      case PARITY:
        memory.fill(bitOf(first), 0, columnBytes);
        for (let k: u32 = 0; k < second; k++) xorColumn(bitOf(first), bitOf(load<u32>(at + 12 + 4 * (<usize>k))));
        spent += 2 * second * vectors;
        place += 3 + second;
        break;
      default:
        unreachable();
    }
  }
  return place;
}

function andColumn(target: usize, source: usize): void {
  for (let at: usize = 0; at < columnBytes; at += VECTOR) {
    v128.store(target + at, v128.and(v128.load(target + at), v128.load(source + at)));
  }
}

function orColumn(target: usize, source: usize): void {
  for (let at: usize = 0; at < columnBytes; at += VECTOR) {
    v128.store(target + at, v128.or(v128.load(target + at), v128.load(source + at)));
  }
}

/**
 * A random measurement: each shot takes the outcome that its coin says. Where that is not what its frame would give over the reference outcome, the
 * frame is multiplied by the stabilizer (`count` triples) that leads to the other outcome.
 */
function takeBranch(qubit: u32, reference: u32, triples: usize, count: u32): void {
  const flip = i32x4.splat(-(<i32>reference));
  const x = xOf(qubit);
  for (let at: usize = 0; at < columnBytes; at += VECTOR) {
    v128.store(coins + at, v128.xor(v128.xor(v128.load(coins + at), flip), v128.load(x + at)));
  }
  for (let k: u32 = 0; k < count; k++) {
    const triple = triples + 12 * (<usize>k);
    const base = load<u32>(triple) << 5;
    for (let x = load<u32>(triple, 4); x != 0; x &= x - 1) xorColumn(xOf(base + ctz<u32>(x)), coins);
    for (let z = load<u32>(triple, 8); z != 0; z &= z - 1) xorColumn(zOf(base + ctz<u32>(z)), coins);
  }
}

/**
 * Rare errors. Target and shot together are one long row of chances, NOISE_BLOCK_SHOTS a target, and the way from one hit to the next is drawn from the
 * geometric distribution: a cost for each hit, none for each chance. The numbers belong to the instruction and the block of shots, not to a shot:
 * counter (block, 2^31, step, instruction). Shots use (shot, 0, draw, 0) with fewer than 2^31 * 2^32 shots, so no number serves twice.
 * Returns an estimate of its work in vectors.
 */
function applyNoise(kind: u32, instruction: u32, rate: f64, pauli: u32, count: u32, targets: usize): u32 {
  const scale = 1.0 / NativeMath.log1p(-rate);
  const chanceCount = <f64>count * <f64>NOISE_BLOCK_SHOTS;
  let spent: u32 = 8;
  for (let offset: u32 = 0; offset < (<u32>columnBytes) * 8; offset += NOISE_BLOCK_SHOTS) {
    const block = (firstShot + offset) / NOISE_BLOCK_SHOTS;
    let chance: f64 = -1.0;
    for (let step: u32 = 0; ; step++) {
      philox(block, 0x80000000, step, instruction);
      const uniform = <f64>(((<u64>(word0 >> 5)) << 26) + <u64>(word1 >> 6)) / 9007199254740992.0;
      // At least 1; more than chanceCount when nothing more is hit.
      chance += 1.0 + NativeMath.floor(NativeMath.log1p(-uniform) * scale);
      spent += 40;
      if (!(chance < chanceCount)) break;
      const hit = <u32>chance;
      disturb(kind, pauli, targets, hit / NOISE_BLOCK_SHOTS, offset + hit % NOISE_BLOCK_SHOTS, word2);
    }
  }
  return spent;
}

/** One hit of one shot. `choice` is uniform over 32 bits: which of the 3 or 15 Paulis, too even to tell by 2^-32. */
function disturb(kind: u32, pauli: u32, targets: usize, target: u32, shot: u32, choice: u32): void {
  if (kind == NOISE_PAULI) {
    flipShot(load<u32>(targets + 4 * (<usize>target)), pauli, shot);
  } else if (kind == NOISE_BIT) {
    flipBit(bitOf(load<u32>(targets + 4 * (<usize>target))), shot);
  } else if (kind == NOISE_DEPOLARIZE1) {
    flipShot(load<u32>(targets + 4 * (<usize>target)), 1 + <u32>(((<u64>choice) * 3) >> 32), shot);
  } else {
    const pair = 1 + <u32>(((<u64>choice) * 15) >> 32);
    flipShot(load<u32>(targets + 8 * (<usize>target)), pair & 3, shot);
    flipShot(load<u32>(targets + 8 * (<usize>target), 4), pair >> 2, shot);
  }
}

function flipShot(qubit: u32, pauli: u32, shot: u32): void {
  if ((pauli & 1) != 0) flipBit(xOf(qubit), shot);
  if ((pauli & 2) != 0) flipBit(zOf(qubit), shot);
}

// @ts-expect-error: decorator
@inline
function flipBit(column: usize, shot: u32): void {
  const at = column + (shot >> 3);
  store<u8>(at, <u8>((<u32>load<u8>(at)) ^ ((<u32>1) << (shot & 7))));
}
