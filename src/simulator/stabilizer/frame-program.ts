// The words that the frames' kernel runs: an opcode, then its operands. wasm/stabilizer/frames.ts is the reader, with the same numbers.
// Until something can tell the shots apart their frames are all empty, so gates before that are not written at all.

import type { Condition } from "../../model/circuit.ts";
import { OutOfMemoryError } from "../engine.ts";
import type { CliffordStep, PauliLetter } from "./clifford.ts";
import type { NoiseOperation } from "./program.ts";

const opcodes = {
  h: 1, // qubit
  s: 2, // qubit
  sx: 3, // qubit
  cx: 4, // control, target
  cz: 5, // first, second
  swap: 6, // first, second
  measure: 7, // qubit, bit, outcome of the reference run
  branch: 8, // qubit, outcome of the reference run, draw, count, then count triples: number of 32 qubits, x, z
  reset: 9, // qubit
  push_bit: 10, // bit
  push_constant: 11, // 0 or 1
  not: 12,
  and: 13,
  or: 14,
  pauli_where: 15, // truth in the reference run, count, then count pairs: qubit, Pauli
  pauli_noise: 16, // number of the instruction, rate as two words, Pauli, count, qubits
  bit_noise: 17, // number, rate as two words, 0, count, bits
  depolarize1: 18, // number, rate as two words, 0, count, qubits
  depolarize2: 19, // number, rate as two words, 0, count, two qubits each
  parity: 20, // bit, count, bits
} as const;

export interface FrameProgram {
  readonly words: Uint32Array;
  /** Columns that conditions need at once. */
  readonly stackDepth: number;
}

export interface FrameProgramWriter {
  step(step: CliffordStep): void;
  measure(qubit: number, bit: number, reference: number): void;
  /** `triples`: the stabilizer that leads from one outcome to the other. */
  branch(qubit: number, reference: number, draw: number, triples: Uint32Array): void;
  reset(qubit: number): void;
  pauliWhere(
    condition: Condition,
    reference: boolean,
    paulis: readonly { readonly qubit: number; readonly pauli: PauliLetter }[],
  ): void;
  noise(operation: NoiseOperation): void;
  parity(bit: number, bits: readonly number[]): void;
  finish(): FrameProgram;
}

export function createFrameProgramWriter(bytesMax: number): FrameProgramWriter {
  let words = new Uint32Array(1024);
  let length = 0;
  // False as long as every shot equals the reference run.
  let hasFrames = false;
  let noiseCount = 0;
  let depth = 0;
  let depthMax = 0;

  function push(values: ArrayLike<number>): void {
    if (length + values.length > words.length) grow(length + values.length);
    words.set(values, length);
    length += values.length;
  }

  function grow(wanted: number): void {
    if (4 * wanted > bytesMax) {
      throw new OutOfMemoryError(`the random outcomes of this run need ${4 * wanted} bytes, and it may have ${bytesMax}`);
    }
    const larger = new Uint32Array(Math.max(wanted, 2 * words.length));
    larger.set(words.subarray(0, length));
    words = larger;
  }

  function pushColumn(values: readonly number[]): void {
    push(values);
    depth++;
    depthMax = Math.max(depthMax, depth);
  }

  function combine(operation: "and" | "or"): void {
    push([opcodes[operation]]);
    depth--;
  }

  /** Leaves one column on the stack: in which shots it is true. */
  function pushCondition(condition: Condition): void {
    switch (condition.kind) {
      case "bit":
        pushColumn([opcodes.push_bit, condition.bit]);
        if (condition.value === 0) push([opcodes.not]);
        break;
      case "register":
        pushComparison(condition);
        break;
      case "not":
        pushCondition(condition.operand);
        push([opcodes.not]);
        break;
      case "and":
      case "or":
        pushCondition(condition.left);
        pushCondition(condition.right);
        combine(condition.kind);
    }
  }

  function pushComparison({ bits, comparison, value }: Extract<Condition, { kind: "register" }>): void {
    if (comparison === "==" || comparison === "!=") pushEqual(bits, value);
    else pushBelow(bits, comparison === "<" || comparison === ">=" ? value : value + 1n);
    if (comparison === "!=" || comparison === ">=" || comparison === ">") push([opcodes.not]);
  }

  function pushEqual(bits: readonly number[], value: bigint): void {
    const isPossible = value >= 0n && value < 1n << BigInt(bits.length);
    pushColumn([opcodes.push_constant, isPossible ? 1 : 0]);
    if (!isPossible) return;
    for (const [place, bit] of bits.entries()) {
      pushCondition({ kind: "bit", bit, value: ((value >> BigInt(place)) & 1n) === 1n ? 1 : 0 });
      combine("and");
    }
  }

  /** From the lowest bit up: below, if this bit decides it, otherwise as the bits under it say. */
  function pushBelow(bits: readonly number[], value: bigint): void {
    const isAlways = value >= 1n << BigInt(bits.length);
    pushColumn([opcodes.push_constant, isAlways ? 1 : 0]);
    if (isAlways || value <= 0n) return;
    for (const [place, bit] of bits.entries()) {
      pushCondition({ kind: "bit", bit, value: 0 });
      combine(((value >> BigInt(place)) & 1n) === 1n ? "or" : "and");
    }
  }

  return {
    step(step) {
      // Frames know no signs.
      if (!hasFrames || step.kind === "pauli") return;
      push("qubit" in step ? [opcodes[step.kind], step.qubit] : [opcodes[step.kind], step.first, step.second]);
    },
    measure: (qubit, bit, reference) => push([opcodes.measure, qubit, bit, reference]),
    branch(qubit, reference, draw, triples) {
      hasFrames = true;
      push([opcodes.branch, qubit, reference, draw, triples.length / 3]);
      push(triples);
    },
    reset(qubit) {
      if (hasFrames) push([opcodes.reset, qubit]);
    },
    pauliWhere(condition, reference, paulis) {
      if (!hasFrames || paulis.length === 0) return;
      pushCondition(condition);
      push([opcodes.pauli_where, reference ? 1 : 0, paulis.length]);
      for (const { qubit, pauli } of paulis) push([qubit, pauli]);
      depth--;
    },
    noise(operation) {
      if (operation.rate <= 0) return;
      const targets = targetsOf(operation);
      const width = operation.kind === "depolarize2" ? 2 : 1;
      const pauli = operation.kind === "pauli_noise" ? operation.pauli : 0;
      const [rateLow = 0, rateHigh = 0] = new Uint32Array(Float64Array.of(operation.rate).buffer);
      for (let first = 0; first < targets.length; first += width * noiseTargetCountMax) {
        const some = targets.slice(first, first + width * noiseTargetCountMax);
        hasFrames = true;
        push([opcodes[operation.kind], noiseCount++, rateLow, rateHigh, pauli, some.length / width]);
        push(some);
      }
    },
    parity(bit, bits) {
      push([opcodes.parity, bit, bits.length]);
      push(bits);
    },
    finish: () => ({ words: words.subarray(0, length), stackDepth: depthMax }),
  };
}

// An instruction is not cut into slices: at a rate of 1 these take 0.1 s for the largest block of shots.
const noiseTargetCountMax = 64;

function targetsOf(operation: NoiseOperation): readonly number[] {
  if (operation.kind === "depolarize2") return operation.pairs.flat();
  return operation.kind === "bit_noise" ? operation.bits : operation.qubits;
}
