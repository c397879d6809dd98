// All shots as Pauli frames over the reference run, block after block, and their outcomes counted.
// What a shot draws depends on the seed, the shot and the draw, what noise draws on the seed, the instruction and the noise block of shots: blocks
// may be as large as the cache likes.

import { limits } from "../../base/limits.ts";
import { OutOfMemoryError } from "../engine.ts";
import type { Slices } from "../slices.ts";
import type { Tallied } from "../tally.ts";
import { aligned, type StabilizerEngine } from "./engine.ts";
import type { FrameProgram } from "./frame-program.ts";

export interface FrameRun {
  readonly program: FrameProgram;
  readonly qubitCount: number;
  readonly bitCount: number;
  readonly shots: number;
  readonly seed: bigint;
  /** characters[i]: the classical bit that character i of an outcome shows. */
  readonly characters: readonly number[];
  /** Before which characters a space is written, ascending. */
  readonly breaks: readonly number[];
  /** Whether the outcome of each shot is kept, too. */
  readonly keepsShots: boolean;
  /** A multiple of the engine's noise block; as the cache likes when absent. */
  readonly blockShots?: number;
}

export function* countFrames(engine: StabilizerEngine, run: FrameRun): Slices<Tallied> {
  const { wasm } = engine;
  const { program, qubitCount, bitCount, shots, characters } = run;
  const columnCount = 2 * qubitCount + bitCount + program.stackDepth + 1;
  const blockShots = run.blockShots ?? blockShotsFor(columnCount, shots, wasm.noiseBlockShots());
  const columnBytes = blockShots / 8;
  const tableSize = 2 ** Math.ceil(Math.log2(2 * shots));
  const outcomeBytes = wasm.outcomeBytes(characters.length);

  const programBytes = aligned(4 * program.words.length);
  const framesBytes = columnCount * columnBytes;
  const textBytes = Math.max(textBytesAtOnce, 8 * outcomeBytes);
  // The order, the table, a square of bits and the rows of 64 shots.
  const countingBytes = aligned(4 * characters.length) + 4 * tableSize + 512 + 64 * outcomeBytes;
  const shotListBytes = run.keepsShots ? aligned(4 * shots) : 0;
  const fixedBytes = programBytes + framesBytes + textBytes + shotListBytes + countingBytes;
  const base = engine.reserve(fixedBytes + blockShots * outcomeBytes);
  const framesAt = base + programBytes;
  const bitsAt = framesAt + 2 * qubitCount * columnBytes;
  const textAt = framesAt + framesBytes;
  const shotListAt = textAt + textBytes;
  const countingAt = shotListAt + shotListBytes;
  new Uint32Array(wasm.memory.buffer, base, program.words.length).set(program.words);
  new Uint32Array(wasm.memory.buffer, countingAt, characters.length).set(characters);
  const entriesAt = wasm.useOutcomes(countingAt, characters.length, tableSize, run.keepsShots ? shotListAt : 0);

  const seed = [Number(run.seed & 0xffffffffn), Number((run.seed >> 32n) & 0xffffffffn)] as const;
  for (let firstShot = 0; firstShot < shots; firstShot += blockShots) {
    const count = Math.min(blockShots, shots - firstShot);
    engine.reserve(fixedBytes + (wasm.distinctCount() + count) * outcomeBytes);
    wasm.useFrames(base, framesAt, qubitCount, bitCount, program.stackDepth, columnBytes, firstShot, ...seed);
    let place = 0;
    while (place < program.words.length) {
      place = wasm.runFrames(place, program.words.length, limits.sliceWorkMax);
      yield;
    }
    // Few shots at a time, so that a slice of wide outcomes is short too.
    const step = Math.max(64, 64 * Math.floor(limits.sliceWorkMax / (64 * 4 * outcomeBytes)));
    for (let shot = 0; shot < count; shot += step) {
      wasm.countOutcomes(bitsAt, columnBytes, shot, Math.min(count, shot + step));
      yield;
    }
    refuseTooMuchText(wasm.distinctCount(), characters.length, limits.stabilizerTextShare * engine.bytesMax);
  }
  const entriesBytes = wasm.distinctCount() * outcomeBytes;
  engine.reserve(fixedBytes + entriesBytes + 8 * wasm.distinctCount());
  const sortedAt = yield* sortEntries(engine, entriesAt + entriesBytes);
  const counts = yield* readCounts(engine, { sortedAt, entriesAt, textAt, textBytes, outcomeBytes }, run);
  if (!run.keepsShots) return { counts };
  const placeOf = new Uint32Array(counts.size);
  for (const [place, entry] of new Uint32Array(wasm.memory.buffer, sortedAt, counts.size).entries()) placeOf[entry] = place;
  const entryOf = new Uint32Array(wasm.memory.buffer, shotListAt, shots);
  return { counts, shotOutcomes: entryOf.map((entry) => placeOf[entry] as number) };
}

// Blocks whose columns stay in a second-level cache; smaller ones would spend their time on instructions.
const cacheBytes = 512 * 1024;
// So that an instruction is short; columns of 2 KiB hide what decoding it costs.
const blockShotsMax = 16_384;
const textBytesAtOnce = 1024 * 1024;

function blockShotsFor(columnCount: number, shots: number, noiseBlockShots: number): number {
  const fitting = Math.floor(Math.min(blockShotsMax, (8 * cacheBytes) / columnCount) / noiseBlockShots);
  const needed = Math.ceil(shots / noiseBlockShots);
  // Blocks of equal size, so that the last is not nearly empty.
  const blockCount = Math.ceil(needed / Math.max(1, fitting));
  return noiseBlockShots * Math.ceil(needed / blockCount);
}

function refuseTooMuchText(distinctCount: number, length: number, textBytesMax: number): void {
  const wantedBytes = distinctCount * length;
  if (wantedBytes <= textBytesMax) return;
  throw new OutOfMemoryError(
    `${distinctCount} different outcomes of ${length} bits need more than ${wantedBytes} bytes, and a run may have ${textBytesMax}`,
  );
}

/** By text; `at` has room for two lists of all entries' numbers. Returns where the sorted one is. */
function* sortEntries({ wasm }: StabilizerEngine, at: number): Slices<number> {
  const count = wasm.distinctCount();
  let source = at;
  let target = at + 4 * count;
  wasm.listEntries(source, count);
  for (let width = 1; width < count; width *= 2) {
    const step = Math.max(2 * width, mergedAtOnce);
    for (let from = 0; from < count; from += step) {
      wasm.mergeRuns(source, target, width, from, Math.min(count, from + step));
      yield;
    }
    [source, target] = [target, source];
  }
  return source;
}

// A power of 2; some milliseconds.
const mergedAtOnce = 2 ** 17;

interface Entries {
  readonly sortedAt: number;
  readonly entriesAt: number;
  readonly textAt: number;
  readonly textBytes: number;
  readonly outcomeBytes: number;
}

function* readCounts(
  { wasm }: StabilizerEngine,
  entries: Entries,
  { characters, breaks }: FrameRun,
): Slices<Map<string, number>> {
  const { sortedAt, entriesAt, textAt, textBytes, outcomeBytes } = entries;
  const decoder = new TextDecoder();
  const ends = [...breaks, characters.length];
  // The engine writes whole words of 64 characters.
  const rowCharacters = 8 * (outcomeBytes - 8);
  const step = Math.floor(textBytes / rowCharacters);
  const distinctCount = wasm.distinctCount();
  const counts = new Map<string, number>();
  for (let first = 0; first < distinctCount; first += step) {
    const end = Math.min(distinctCount, first + step);
    wasm.writeOutcomes(sortedAt, first, end, textAt);
    const text = decoder.decode(new Uint8Array(wasm.memory.buffer, textAt, (end - first) * rowCharacters));
    const memory = new DataView(wasm.memory.buffer);
    for (let place = first; place < end; place++) {
      const from = (place - first) * rowCharacters;
      const outcome = ends.map((last, k) => text.slice(from + (ends[k - 1] ?? 0), from + last)).join(" ");
      const entry = memory.getUint32(sortedAt + 4 * place, true);
      counts.set(outcome, memory.getUint32(entriesAt + entry * outcomeBytes, true));
    }
    yield;
  }
  return counts;
}
