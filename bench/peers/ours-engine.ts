// What the bench drives of our simulator, behind one small table: the only file of the bench that knows the engine's inside.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Circuit } from "../../src/model/circuit.ts";
import { type CompactCircuit, compact } from "../../src/simulator/compact.ts";
import { createEngine } from "../../src/simulator/engine.ts";
import { createSimulator } from "../../src/simulator/index.ts";
import { createMeter, drive } from "../../src/simulator/slices.ts";
import { type DirectProgram, writeDirect } from "../../src/simulator/statevector/direct.ts";
import { planGates, type Plan as StatevectorPlan } from "../../src/simulator/statevector/plan.ts";
import { directQubitCountMax, StateVector } from "../../src/simulator/statevector/state.ts";
import { root } from "../../tools/runtime.mjs";
import { createNoisyCounter, type NoisyCounter } from "./ours-noise.ts";

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
  /** Counts of a noisy program by trajectories; absent where this build has none. */
  readonly noisyCountsOf?: NoisyCounter;
}

export interface Plan {
  readonly small: CompactCircuit;
  readonly program: StatevectorPlan | DirectProgram;
}

/** Drawn at most at once from one state. */
const sampleCountMax = 10_000;

/** Undefined when the engine has no such build. */
export async function openEngine({ kernels, precision: bits, threads }: Build): Promise<OurEngine | undefined> {
  if (threads !== "one") return undefined;
  const precision = bits === "f64" ? "double" : "single";
  const load = (name: string) => WebAssembly.compile(readFileSync(join(root, `build/${name}.wasm`)));
  const statevector = await load(kernels === "fast" ? "statevector-fast" : "statevector");
  const engine = createEngine(statevector);
  const simulator = createSimulator({
    statevector,
    stabilizer: await load("stabilizer"),
    noisy: await load("noisy"),
    isFast: kernels === "fast",
  });
  const { trigonometry, wasm } = engine;
  let state: StateVector | undefined;
  return {
    plan(circuit) {
      const small = compact(circuit);
      const { operations, qubitCount } = small;
      const isDirect = qubitCount <= directQubitCountMax;
      const program = isDirect
        ? writeDirect(operations, trigonometry)
        : planGates(operations, qubitCount, { precision, trigonometry, isFresh: true });
      return { small, program };
    },
    run({ small, program }) {
      state = new StateVector(engine, small.qubitCount, 12 * sampleCountMax, { precision, meter: createMeter() });
      drive(state.run(program));
    },
    probability(index) {
      return state?.probability(index) ?? Number.NaN;
    },
    sample(shots, seed) {
      if (state === undefined) return 0;
      const outcomesAt = state.extra + 8 * shots;
      wasm.fillUniforms(state.extra, shots, Number(seed & 0xffffffffn), Number(seed >> 32n));
      new Float64Array(wasm.memory.buffer, state.extra, shots).sort();
      engine.readout(precision).sampleAscending(state.qubitCount, state.extra, outcomesAt, shots);
      return new Set(new Uint32Array(wasm.memory.buffer, outcomesAt, shots)).size;
    },
    countsOf: (circuit, shots, seed) =>
      simulator.run({ id: "bench", circuit, shots, seed, observables: [] }, () => performance.now()).counts,
    // Noise has plain kernels in double precision only.
    ...(kernels === "plain" && precision === "double" ? { noisyCountsOf: createNoisyCounter(await load("noisy")) } : {}),
  };
}
