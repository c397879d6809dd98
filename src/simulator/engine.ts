// The WASM module behind typed calls. Views of its memory are made anew after each growth, because growing detaches them.

import type { Trigonometry } from "../model/gates.ts";
import { blockBitCountMax, type Precision } from "./statevector/plan.ts";

/** The functions that wasm/statevector exports; each is documented there. Names that end in 32 are for f32 amplitudes. */
export interface StatevectorExports extends Readout, Direct {
  readonly memory: WebAssembly.Memory;
  reserve(stateBytes: number, extraBytes: number): number;
  scratchBytes(blockBytes: number): number;
  controlAddress(): number;
  stateAddress(): number;
  sin(angle: number): number;
  cos(angle: number): number;
  initialise(bytes: number): void;
  initialise32(bytes: number): void;
  copyBytes(target: number, source: number, bytes: number): void;
  runPass64: RunPass;
  runPass32: RunPass;
  directBegin32: Direct["directBegin"];
  directRun32: Direct["directRun"];
  directFinish32: Direct["directFinish"];
  fillUniforms(uniforms: number, count: number, keyLow: number, keyHigh: number): void;
  probabilityOfOne32: Readout["probabilityOfOne"];
  norm32: Readout["norm"];
  collapse32: Readout["collapse"];
  sampleAscending32: Readout["sampleAscending"];
  sampleByTable32: Readout["sampleByTable"];
  pauliExpectation32: Readout["pauliExpectation"];
}

type RunPass = (state: number, pass: number, first: number, count: number, scratch: number) => void;

/** Gates one by one: from begin to finish amplitudes lie where only these know. */
export interface Direct {
  directBegin(qubitCount: number): void;
  directRun(at: number, end: number, commandCountMax: number): number;
  directFinish(qubitCount: number, re: number, im: number, scratch: number): void;
}

/** What reads a state. */
export interface Readout {
  probabilityOfOne(qubitCount: number, qubit: number): number;
  norm(qubitCount: number): number;
  collapse(qubitCount: number, qubit: number, outcome: number, scale: number): void;
  sampleAscending(qubitCount: number, uniforms: number, outcomes: number, count: number): void;
  sampleByTable(qubitCount: number, uniforms: number, outcomes: number, count: number, table: number): void;
  pauliExpectation(qubitCount: number, flip: number, sign: number, yCount: number): number;
}

/** Bytes of a complex amplitude. */
export const amplitudeBytes = { double: 16, single: 8 } as const;

export interface PassCall {
  readonly precision: Precision;
  /** Address of its words. */
  readonly pass: number;
  readonly first: number;
  readonly count: number;
  readonly scratch: number;
}

/** The engine cannot get the memory a run needs. */
export class OutOfMemoryError extends Error {
  override readonly name = "OutOfMemoryError";
}

export interface Engine {
  readonly wasm: StatevectorExports;
  readonly trigonometry: Trigonometry;
  /** Room for the state and bytes behind it; the address of those bytes. Throws OutOfMemoryError. */
  reserve(qubitCount: number, extraBytes: number, precision?: Precision): number;
  /** What passes over a state need behind it. */
  scratchBytes(qubitCount: number, precision: Precision): number;
  /** The first amplitudes of |0…0>. */
  initialise(amplitudeCount: number, precision: Precision): void;
  /** Blocks `first` .. `first + count - 1` of the pass whose words are at `pass`. */
  runPass(call: PassCall): void;
  direct(precision: Precision): Direct;
  readout(precision: Precision): Readout;
  memoryBytes(): number;
}

export function instantiate(module: WebAssembly.Module, memory?: WebAssembly.Memory): StatevectorExports {
  const imports = memory === undefined ? {} : { env: { memory } };
  return new WebAssembly.Instance(module, imports).exports as WebAssembly.Exports & StatevectorExports;
}

/** As the shared modules declare it: all that 32-bit addresses reach, taken page by page. */
export function createSharedMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 2, maximum: 65536, shared: true });
}

// 32-bit addresses, less the last page.
const addressableBytes = 2 ** 32 - 65536;

/** `memory`: shared with other threads; for a module that was built for it. */
export function createEngine(module: WebAssembly.Module, memory?: WebAssembly.Memory): Engine {
  const wasm = instantiate(module, memory);
  const singleReadout: Readout = {
    probabilityOfOne: wasm.probabilityOfOne32,
    norm: wasm.norm32,
    collapse: wasm.collapse32,
    sampleAscending: wasm.sampleAscending32,
    sampleByTable: wasm.sampleByTable32,
    pauliExpectation: wasm.pauliExpectation32,
  };
  const singleDirect: Direct = {
    directBegin: wasm.directBegin32,
    directRun: wasm.directRun32,
    directFinish: wasm.directFinish32,
  };
  return {
    wasm,
    trigonometry: { sin: wasm.sin, cos: wasm.cos },
    reserve(qubitCount, extraBytes, precision = "double") {
      const stateBytes = amplitudeBytes[precision] * 2 ** qubitCount;
      const wantedBytes = stateBytes + extraBytes;
      const isAddressable = wasm.stateAddress() + wantedBytes < addressableBytes;
      const address = isAddressable ? wasm.reserve(stateBytes, extraBytes) >>> 0 : 0;
      if (address === 0) {
        throw new OutOfMemoryError(`${qubitCount} qubits need ${wantedBytes} bytes, and the engine cannot get them`);
      }
      return address;
    },
    scratchBytes: (qubitCount, precision) =>
      wasm.scratchBytes(amplitudeBytes[precision] * 2 ** Math.min(qubitCount, blockBitCountMax[precision])),
    initialise(amplitudeCount, precision) {
      const bytes = amplitudeBytes[precision] * amplitudeCount;
      if (precision === "double") wasm.initialise(bytes);
      else wasm.initialise32(bytes);
    },
    runPass({ precision, pass, first, count, scratch }) {
      const run = precision === "double" ? wasm.runPass64 : wasm.runPass32;
      run(wasm.stateAddress(), pass, first, count, scratch);
    },
    direct: (precision) => (precision === "double" ? wasm : singleDirect),
    readout: (precision) => (precision === "double" ? wasm : singleReadout),
    memoryBytes: () => wasm.memory.buffer.byteLength,
  };
}
