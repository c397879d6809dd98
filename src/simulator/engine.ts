// The WASM module behind typed calls. Views of its memory are made anew after each growth, because growing detaches them.

import type { Matrix, Trigonometry } from "../model/gates.ts";

/** The functions that wasm/statevector exports; each is documented there. */
export interface StatevectorExports {
  readonly memory: WebAssembly.Memory;
  reserve(qubitCount: number, extraBytes: number): number;
  matrixAddress(): number;
  stateAddress(): number;
  sin(angle: number): number;
  cos(angle: number): number;
  initialise(qubitCount: number): void;
  copyState(target: number, source: number, qubitCount: number): void;
  applyDense1(qubitCount: number, target: number, controls: number): void;
  applyDense2(qubitCount: number, low: number, high: number, controls: number): void;
  applyFlip(qubitCount: number, target: number, controls: number): void;
  applySwap(qubitCount: number, first: number, second: number, controls: number): void;
  applyPhase(qubitCount: number, mask: number, clear: number, re: number, im: number): void;
  probabilityOfOne(qubitCount: number, qubit: number): number;
  norm(qubitCount: number): number;
  collapse(qubitCount: number, qubit: number, outcome: number, scale: number): void;
  sampleAscending(qubitCount: number, uniforms: number, outcomes: number, count: number): void;
  fillUniforms(uniforms: number, count: number, keyLow: number, keyHigh: number): void;
  sampleByTable(qubitCount: number, uniforms: number, outcomes: number, count: number, table: number): void;
  pauliExpectation(qubitCount: number, flip: number, sign: number, yCount: number): number;
}

/** The engine cannot get the memory a run needs. */
export class OutOfMemoryError extends Error {
  override readonly name = "OutOfMemoryError";
}

export interface Engine {
  readonly wasm: StatevectorExports;
  readonly trigonometry: Trigonometry;
  /** Room for the state and bytes behind it; the address of those bytes. Throws OutOfMemoryError. */
  reserve(qubitCount: number, extraBytes: number): number;
  writeMatrix(matrix: Matrix): void;
  memoryBytes(): number;
}

// 32-bit addresses, less the last page.
const addressableBytes = 2 ** 32 - 65536;

export function createEngine(module: WebAssembly.Module): Engine {
  const wasm = new WebAssembly.Instance(module).exports as WebAssembly.Exports & StatevectorExports;
  const matrixAddress = wasm.matrixAddress();
  let matrixView = new Float64Array(wasm.memory.buffer, matrixAddress, 2 * 64);
  return {
    wasm,
    trigonometry: { sin: wasm.sin, cos: wasm.cos },
    reserve(qubitCount, extraBytes) {
      const wantedBytes = 16 * 2 ** qubitCount + extraBytes;
      const isAddressable = wasm.stateAddress() + wantedBytes < addressableBytes;
      const address = isAddressable ? wasm.reserve(qubitCount, extraBytes) >>> 0 : 0;
      if (address === 0) {
        throw new OutOfMemoryError(`${qubitCount} qubits need ${wantedBytes} bytes, and the engine cannot get them`);
      }
      return address;
    },
    writeMatrix(matrix) {
      if (matrixView.buffer !== wasm.memory.buffer) matrixView = new Float64Array(wasm.memory.buffer, matrixAddress, 2 * 64);
      let place = 0;
      for (const row of matrix) {
        for (const [re, im] of row) {
          matrixView[place++] = re;
          matrixView[place++] = im;
        }
      }
    },
    memoryBytes: () => wasm.memory.buffer.byteLength,
  };
}
