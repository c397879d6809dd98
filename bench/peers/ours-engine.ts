// What the bench drives of our simulator, behind one small table. Of the bench, only this file, ours-crew.ts and ours-noise.ts know the
// engine's inside.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import type { Circuit } from "../../src/model/circuit.ts";
import { type CompactCircuit, compact } from "../../src/simulator/compact.ts";
import { createEngine, type Engine } from "../../src/simulator/engine.ts";
import { createSimulator } from "../../src/simulator/index.ts";
import { drive, unlimitedMeter } from "../../src/simulator/slices.ts";
import type { Leader } from "../../src/simulator/statevector/crew.ts";
import { type DirectProgram, writeDirect } from "../../src/simulator/statevector/direct.ts";
import { planGates, type Plan as StatevectorPlan } from "../../src/simulator/statevector/plan.ts";
import { directQubitCountMax, StateVector } from "../../src/simulator/statevector/state.ts";
import { root } from "../../tools/runtime.mjs";
import { allThreads, type Precision, type Threads } from "./contestants.ts";
import { type Crew, startCrew } from "./ours-crew.ts";
import { createNoisyCounter, type NoisyCounter } from "./ours-noise.ts";

export interface Build {
  readonly kernels: "plain" | "fast";
  readonly precision: Precision;
  /** All help with wide states only, as in the kernel. */
  readonly threads: Threads;
}

export interface OurEngine {
  plan(circuit: Circuit): Plan;
  /** From |0..0> to the final state, which stays in the engine. */
  run(plan: Plan): void;
  /** |amplitude|^2 in the state that the last run left. */
  probability(index: number): number;
  /** Draws from the state that the last run left; how many different outcomes there were. */
  sample(shots: number, seed: bigint): number;
  /** A circuit with measurements, from plan to counts, as a job runs it that has no helpers. */
  countsOf(circuit: Circuit, shots: number, seed: bigint): ReadonlyMap<string, number>;
  /** Counts of a noisy program by trajectories; absent where this build has none. */
  readonly noisyCountsOf?: NoisyCounter;
}

export interface Plan {
  readonly small: CompactCircuit;
  readonly program: StatevectorPlan | DirectProgram;
}

/** By kernels, for both precisions: with a memory for each of eight builds Bun took half as long again, even on one thread. */
const enginesAlone = new Map<string, Engine>();
const crews = new Map<string, Crew>();

/** Drawn at most at once from one state. */
const sampleCountMax = 10_000;

export async function openEngine({ kernels, precision: bits, threads }: Build): Promise<OurEngine> {
  const precision = bits === "f64" ? "double" : "single";
  const load = (name: string) => WebAssembly.compile(readFileSync(join(root, `build/${name}.wasm`)));
  const isFast = kernels === "fast";
  const modules = {
    statevector: await load(isFast ? "statevector-fast" : "statevector"),
    statevectorShared: await load(isFast ? "statevector-shared-fast" : "statevector-shared"),
    stabilizer: await load("stabilizer"),
    noisy: await load("noisy"),
    isFast,
  };
  const alone = enginesAlone.get(kernels) ?? createEngine(modules.statevector);
  enginesAlone.set(kernels, alone);
  const crew = threads === "all" ? (crews.get(kernels) ?? (await startCrew(modules, allThreads - 1))) : undefined;
  if (crew !== undefined) crews.set(kernels, crew);
  const simulator = createSimulator(modules);
  const { trigonometry } = alone;
  let last: { readonly engine: Engine; readonly state: StateVector } | undefined;

  function runOn(engine: Engine, { small, program }: Plan, leader?: Leader) {
    const state = new StateVector(engine, small.qubitCount, 12 * sampleCountMax, { precision, meter: unlimitedMeter, leader });
    drive(state.run(program));
    return { engine, state };
  }

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
    run(plan) {
      const isWide = plan.small.qubitCount >= limits.threadQubitCountMin;
      last = crew !== undefined && isWide ? crew.lead((leader) => runOn(crew.engine, plan, leader)) : runOn(alone, plan);
    },
    probability: (index) => last?.state.probability(index) ?? Number.NaN,
    sample(shots, seed) {
      if (last === undefined) return 0;
      const { engine, state } = last;
      const { wasm } = engine;
      const outcomesAt = state.extra + 8 * shots;
      wasm.fillUniforms(state.extra, shots, Number(seed & 0xffffffffn), Number(seed >> 32n));
      new Float64Array(wasm.memory.buffer, state.extra, shots).sort();
      engine.readout(precision).sampleAscending(state.qubitCount, state.extra, outcomesAt, shots);
      return new Set(new Uint32Array(wasm.memory.buffer, outcomesAt, shots)).size;
    },
    countsOf: (circuit, shots, seed) =>
      simulator.run({ id: "bench", circuit, shots, seed, observables: [] }, () => performance.now()).counts,
    // Noise has plain kernels in double precision only.
    ...(kernels === "plain" && precision === "double" ? { noisyCountsOf: createNoisyCounter(modules.noisy) } : {}),
  };
}
