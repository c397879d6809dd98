// The bench's noisy program as our trajectories run it: the very same channels, by our figures.

import type { Circuit } from "../../src/model/circuit.ts";
import { createNoisyEngine, type NoisyEngine } from "../../src/simulator/noise/engine.ts";
import type { NoisyProgram, Step } from "../../src/simulator/noise/program.ts";
import { drive } from "../../src/simulator/slices.ts";
import { runTrajectories } from "../../src/simulator/trajectories/run.ts";
import type { NoiseProgram, Stage } from "./noise-program.ts";

/** Counts of a noisy program, on one thread. */
export type NoisyCounter = (program: NoiseProgram, shots: number, seed: bigint) => Promise<ReadonlyMap<string, number>>;

export function createNoisyCounter(module: WebAssembly.Module): NoisyCounter {
  let engine: NoisyEngine | undefined;
  return async (written, shots, seed) => {
    engine ??= createNoisyEngine(module);
    const task = { id: "bench", circuit: measuredRegister(written.qubitCount), shots, seed, observables: [] };
    return drive(runTrajectories(engine, task, { program: toProgram(written) })).counts;
  };
}

function measuredRegister(qubitCount: number): Circuit {
  return {
    qubitCount,
    bitCount: qubitCount,
    qubitRegisters: [{ name: "q", size: qubitCount, offset: 0 }],
    bitRegisters: [{ name: "c", size: qubitCount, offset: 0 }],
    parameters: [],
    globalPhase: 0,
    operations: [],
  };
}

function toProgram({ qubitCount, operations, channels, readout }: NoiseProgram): NoisyProgram {
  const all = Array.from({ length: qubitCount }, (_, qubit) => qubit);
  return {
    qubitCount,
    placeOf: new Map(all.map((qubit) => [qubit, qubit])),
    steps: operations.flatMap(({ gate, qubits, angles, channel = "" }): Step[] => [
      ...(gate === undefined ? [] : [{ kind: "gate" as const, gate, qubits, angles }]),
      ...(channels[channel] ?? []).map((stage) => toStep(stage, qubits)),
    ]),
    finals: all.map((qubit) => {
      const [oneGivenZero = 0, zeroGivenOne = 0] = readout[qubit] ?? [];
      return { qubit, bit: qubit, oneGivenZero, oneGivenOne: 1 - zeroGivenOne };
    }),
  };
}

function toStep(stage: Stage, operands: readonly number[]): Step {
  const qubits = stage.qubits.map((place) => operands[place] ?? 0);
  const [qubit = 0] = qubits;
  const relax = (decay: number, coherence: number): Step => ({
    kind: "relax",
    qubit,
    relaxation: { decay, coherence, excited: 0 },
  });
  switch (stage.kind) {
    case "pauli":
      // All letters but the identity share alike.
      return { kind: "depolarize", qubits, rate: 4 ** qubits.length * (stage.probabilities["Z".repeat(qubits.length)] ?? 0) };
    case "relaxation":
      return relax(stage.resetRate, 1 - stage.resetRate - 2 * stage.phaseFlipRate);
    case "kraus": {
      const sumOver = (term: (entry: (row: number, column: number) => number) => number): number =>
        stage.operators.reduce((sum, operator) => sum + term((row, column) => operator[row]?.[column]?.[0] ?? 0), 0);
      return relax(
        sumOver((entry) => entry(0, 1) ** 2),
        sumOver((entry) => entry(0, 0) * entry(1, 1)),
      );
    }
  }
}
