// The stabilizer module behind typed calls. Views of its memory are made anew after each reserve, because growing detaches them.

import { limits } from "../../base/limits.ts";
import { OutOfMemoryError } from "../engine.ts";

/** The functions that wasm/stabilizer exports; each is documented there. */
interface StabilizerExports {
  readonly memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  tableauBytes(qubitCount: number): number;
  useTableau(at: number, qubitCount: number): void;
  initialise(): void;
  copyTableau(target: number, source: number): void;
  applyH(qubit: number): void;
  applyS(qubit: number): void;
  applySx(qubit: number): void;
  applyCx(control: number, target: number): void;
  applyCz(first: number, second: number): void;
  applySwap(first: number, second: number): void;
  applyPauli(qubit: number, pauli: number): void;
  pivotOf(qubit: number): number;
  outcomeOf(qubit: number): number;
  writeStabilizer(pivot: number, at: number): number;
  collapse(qubit: number, pivot: number, outcome: number): void;
  pauliExpectation(letters: number): number;
  noiseBlockShots(): number;
  useFrames(
    program: number,
    frames: number,
    qubitCount: number,
    bitCount: number,
    stackDepth: number,
    columnBytes: number,
    firstShot: number,
    keyLow: number,
    keyHigh: number,
  ): void;
  runFrames(from: number, end: number, budget: number): number;
  outcomeBytes(characterCount: number): number;
  useOutcomes(at: number, characterCount: number, tableSize: number, shotList: number): number;
  countOutcomes(bits: number, columnBytes: number, from: number, end: number): void;
  distinctCount(): number;
  listEntries(list: number, count: number): void;
  mergeRuns(source: number, target: number, width: number, from: number, end: number): void;
  writeOutcomes(list: number, from: number, end: number, text: number): void;
}

export interface StabilizerEngine {
  readonly wasm: StabilizerExports;
  /** What the tables of one run may take. */
  readonly bytesMax: number;
  /** Room for that many bytes; what lay there before is kept. Returns where they begin. Throws OutOfMemoryError. */
  reserve(bytes: number): number;
  memoryBytes(): number;
}

export function createStabilizerEngine(
  module: WebAssembly.Module,
  bytesMax: number = limits.stabilizerBytesMax,
): StabilizerEngine {
  const wasm = new WebAssembly.Instance(module).exports as WebAssembly.Exports & StabilizerExports;
  return {
    wasm,
    bytesMax,
    reserve(bytes) {
      if (bytes > bytesMax) throw new OutOfMemoryError(`this stabilizer run needs ${bytes} bytes, and ${bytesMax} may be used`);
      const address = wasm.reserve(bytes);
      if (address === 0) throw new OutOfMemoryError(`this stabilizer run needs ${bytes} bytes, and the engine cannot get them`);
      return address;
    },
    memoryBytes: () => wasm.memory.buffer.byteLength,
  };
}

/** The next multiple of 16, where vectors lie. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
