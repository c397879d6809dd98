// One run through the tableau: the reference run that every shot's frame refers to, or a single shot of a circuit whose branches frames cannot follow.

import type { Condition } from "../../model/circuit.ts";
import { isTrue } from "../classical-bits.ts";
import type { Meter, Slices } from "../slices.ts";
import type { CliffordStep, PauliLetter } from "./clifford.ts";
import type { StabilizerEngine } from "./engine.ts";
import { createFrameProgramWriter, type FrameProgram } from "./frame-program.ts";
import type { StabilizerOperation } from "./program.ts";

export interface TableauCosts {
  readonly gate: number;
  readonly collapse: number;
}

/** In vectors of 128 bits; one counts as an amplitude update. */
export function tableauCosts(qubitCount: number): TableauCosts {
  const half = Math.ceil(qubitCount / 128);
  return { gate: 8 * half, collapse: 8 * qubitCount * half };
}

export function applyStep({ wasm }: StabilizerEngine, step: CliffordStep): void {
  switch (step.kind) {
    case "h":
      wasm.applyH(step.qubit);
      break;
    case "s":
      wasm.applyS(step.qubit);
      break;
    case "sx":
      wasm.applySx(step.qubit);
      break;
    case "cx":
      wasm.applyCx(step.first, step.second);
      break;
    case "cz":
      wasm.applyCz(step.first, step.second);
      break;
    case "swap":
      wasm.applySwap(step.first, step.second);
      break;
    case "pauli":
      wasm.applyPauli(step.qubit, step.pauli);
  }
}

export interface ReferenceRun {
  /** The tableau must be the one in use from the first call to the last. */
  apply(operations: readonly StabilizerOperation[]): Slices<void>;
  finish(): FrameProgram;
}

/**
 * Random outcomes of the reference run are 0. `scratch`: room for a Pauli of all qubits in triples. Draws are numbered as a state vector numbers them when it
 * runs shot by shot: one for each measurement and reset in program order, whether it is random or not.
 */
export function createReferenceRun(
  engine: StabilizerEngine,
  { bitCount, costs, scratch, meter }: { bitCount: number; costs: TableauCosts; scratch: number; meter: Meter },
): ReferenceRun {
  const { wasm } = engine;
  const writer = createFrameProgramWriter(engine.bytesMax);
  const bits = new Uint8Array(bitCount);
  let draw = 0;

  function measure(qubit: number): 0 | 1 {
    const pivot = wasm.pivotOf(qubit);
    if (pivot >= 0) {
      const count = wasm.writeStabilizer(pivot, scratch);
      writer.branch(qubit, 0, draw, new Uint32Array(wasm.memory.buffer, scratch, 3 * count));
      wasm.collapse(qubit, pivot, 0);
    }
    draw++;
    return wasm.outcomeOf(qubit) === 1 ? 1 : 0;
  }

  /** Branches of Paulis, the nested ones under the conditions of all around them. */
  function applyBranch(operation: Extract<StabilizerOperation, { kind: "if" }>, outer: Condition | undefined): void {
    const { condition, then, otherwise } = operation;
    const within = (inner: Condition): Condition => (outer === undefined ? inner : { kind: "and", left: outer, right: inner });
    applyPaulis(then, within(condition));
    applyPaulis(otherwise, within({ kind: "not", operand: condition }));
  }

  function applyPaulis(operations: readonly StabilizerOperation[], condition: Condition): void {
    const isTaken = isTrue(condition, bits);
    const paulis: { qubit: number; pauli: PauliLetter }[] = [];
    for (const operation of operations) {
      if (operation.kind === "if") applyBranch(operation, condition);
      if (operation.kind !== "pauli") continue;
      paulis.push(operation);
      if (isTaken) wasm.applyPauli(operation.qubit, operation.pauli);
    }
    writer.pauliWhere(condition, isTaken, paulis);
  }

  return {
    *apply(operations) {
      for (const operation of operations) {
        if (meter.take(operation.kind === "measure" || operation.kind === "reset" ? costs.collapse : costs.gate)) yield;
        switch (operation.kind) {
          case "measure": {
            const outcome = measure(operation.qubit);
            bits[operation.bit] = outcome;
            writer.measure(operation.qubit, operation.bit, outcome);
            break;
          }
          case "reset":
            if (measure(operation.qubit) === 1) wasm.applyPauli(operation.qubit, 1);
            writer.reset(operation.qubit);
            break;
          case "if":
            applyBranch(operation, undefined);
            break;
          case "parity":
            bits[operation.bit] = operation.bits.reduce((sum, bit) => sum ^ (bits[bit] ?? 0), 0);
            writer.parity(operation.bit, operation.bits);
            break;
          case "pauli_noise":
          case "bit_noise":
          case "depolarize1":
          case "depolarize2":
            writer.noise(operation);
            break;
          default:
            applyStep(engine, operation);
            writer.step(operation);
        }
      }
    },
    finish: () => writer.finish(),
  };
}
