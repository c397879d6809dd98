// What the bench drives of our simulator, behind one small table: the only file of the bench that knows the engine's inside.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Circuit } from "../../src/model/circuit.ts";
import { applyGate } from "../../src/simulator/apply-gate.ts";
import { type CompactCircuit, compact } from "../../src/simulator/compact.ts";
import { createEngine } from "../../src/simulator/engine.ts";
import { createSimulator } from "../../src/simulator/index.ts";
import { root } from "../../tools/runtime.mjs";
import type { NoiseProgram } from "./noise-program.ts";

export interface Build {
  readonly kernels: "plain" | "fast";
  readonly precision: "f64" | "f32";
  readonly threads: "one" | "all";
}

export interface OurEngine {
  plan(circuit: Circuit): Plan;
  /** From |0..0> to the final state, which stays in the engine. */
  run(plan: Plan): void | Promise<void>;
  /** |amplitude|^2 in the state that the last run left. */
  probability(index: number): number;
  /** Draws from the state that the last run left; how many different outcomes there were. */
  sample(shots: number, seed: bigint): number;
  /** A circuit with measurements, from plan to counts, as a job runs it. */
  countsOf(circuit: Circuit, shots: number, seed: bigint): ReadonlyMap<string, number>;
  /** Counts of a noisy program by trajectories; absent until they are built. */
  readonly noisyCountsOf?: (program: NoiseProgram, shots: number, seed: bigint) => Promise<ReadonlyMap<string, number>>;
}

export type Plan = CompactCircuit;

/** Drawn at most at once from one state. */
const sampleCountMax = 10_000;

/** Undefined when the engine has no such build. */
export async function openEngine({ kernels, precision, threads }: Build): Promise<OurEngine | undefined> {
  if (kernels !== "plain" || precision !== "f64" || threads !== "one") return undefined;
  const module = await WebAssembly.compile(readFileSync(join(root, "build/statevector.wasm")));
  const engine = createEngine(module);
  const simulator = createSimulator(module);
  let qubitCount = 1;
  let extra = 0;
  return {
    plan: compact,
    run(plan) {
      qubitCount = plan.qubitCount;
      extra = engine.reserve(qubitCount, 12 * sampleCountMax);
      engine.wasm.initialise(qubitCount);
      for (const operation of plan.operations) {
        if (operation.kind === "gate") applyGate(engine, qubitCount, operation.gate, operation.qubits, operation.angles);
      }
    },
    probability(index) {
      const [re = 0, im = 0] = new Float64Array(engine.wasm.memory.buffer, engine.wasm.stateAddress() + 16 * index, 2);
      return re * re + im * im;
    },
    sample(shots, seed) {
      const outcomesAt = extra + 8 * shots;
      engine.wasm.fillUniforms(extra, shots, Number(seed & 0xffffffffn), Number(seed >> 32n));
      new Float64Array(engine.wasm.memory.buffer, extra, shots).sort();
      engine.wasm.sampleAscending(qubitCount, extra, outcomesAt, shots);
      return new Set(new Uint32Array(engine.wasm.memory.buffer, outcomesAt, shots)).size;
    },
    countsOf: (circuit, shots, seed) =>
      simulator.run({ id: "bench", circuit, shots, seed, observables: [] }, () => performance.now()).counts,
  };
}
