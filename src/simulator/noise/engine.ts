// The WASM module of noisy simulation behind typed calls. Views of its memory are made anew after each growth, because growing detaches them.

import { OutOfMemoryError } from "../engine.ts";
import type { FlatMatrix } from "./complex-matrix.ts";

/** The functions that wasm/noisy exports; each is documented there. */
export interface NoisyExports {
  readonly memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  matrixAddress(): number;
  resultAddress(): number;
  sin(angle: number): number;
  cos(angle: number): number;
  exp(power: number): number;
  initialise(state: number, qubitCount: number): void;
  copyState(target: number, source: number, qubitCount: number): void;
  applyDense1(state: number, qubitCount: number, target: number): void;
  applyDense2(state: number, qubitCount: number, low: number, high: number): void;
  applyControlled1(state: number, qubitCount: number, target: number, controls: number): void;
  applyFlip(state: number, qubitCount: number, target: number, controls: number): void;
  depolarize2(state: number, qubitCount: number, a: number, b: number, rate: number): void;
  reduceToQubit(state: number, qubitCount: number, qubit: number): void;
  norm(state: number, qubitCount: number): number;
  sampleAscending(state: number, qubitCount: number, targets: number, outcomes: number, count: number): void;
  pauliExpectation(state: number, qubitCount: number, flip: number, sign: number, yCount: number): number;
  pauliTrace(state: number, qubitCount: number, flip: number, sign: number, yCount: number): number;
}

export interface NoisyEngine {
  readonly wasm: NoisyExports;
  /** Room for that many bytes; their address. Throws OutOfMemoryError. */
  reserve(bytes: number): number;
  writeMatrix(matrix: FlatMatrix): void;
  /** The figures that reduceToQubit left. */
  readResult(): readonly [number, number, number, number];
  memoryBytes(): number;
}

// 32-bit addresses, less the pages in front of the states and the last one.
const addressableBytes = 2 ** 32 - 2 * 65536;

export function createNoisyEngine(module: WebAssembly.Module): NoisyEngine {
  const wasm = new WebAssembly.Instance(module).exports as WebAssembly.Exports & NoisyExports;
  let view = new Float64Array(wasm.memory.buffer);
  const floats = (): Float64Array => {
    if (view.buffer !== wasm.memory.buffer) view = new Float64Array(wasm.memory.buffer);
    return view;
  };
  const matrixAt = wasm.matrixAddress() / 8;
  const resultAt = wasm.resultAddress() / 8;
  return {
    wasm,
    reserve(bytes) {
      const address = bytes < addressableBytes ? wasm.reserve(bytes) >>> 0 : 0;
      if (address === 0) throw new OutOfMemoryError(`a noisy run needs ${bytes} bytes, and the engine cannot get them`);
      return address;
    },
    writeMatrix: (matrix) => floats().set(matrix, matrixAt),
    readResult() {
      const [a = 0, b = 0, c = 0, d = 0] = floats().subarray(resultAt, resultAt + 4);
      return [a, b, c, d];
    },
    memoryBytes: () => wasm.memory.buffer.byteLength,
  };
}
