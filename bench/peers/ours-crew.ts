// The threads of our simulator in the bench. The kernel's compute workers give way to other programs; these have the priority that the peers'
// threads have.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createEngine, createSharedMemory, type Engine } from "../../src/simulator/engine.ts";
import type { SimulatorModules } from "../../src/simulator/index.ts";
import { createLeader, type Leader } from "../../src/simulator/statevector/crew.ts";

export interface Crew {
  /** Its memory is shared with the helpers. */
  readonly engine: Engine;
  /** Calls the helpers, runs, and sends them home: what each run of the kernel does. */
  lead<T>(run: (leader: Leader) => T): T;
}

/** Settles when every helper can be called; they end with the process. A helper that fails ends the process. */
export async function startCrew(
  modules: SimulatorModules & { readonly statevectorShared: WebAssembly.Module },
  helperCount: number,
): Promise<Crew> {
  const memory = createSharedMemory();
  const engine = createEngine(modules.statevectorShared, memory);
  const helpers = await Promise.all(Array.from({ length: helperCount }, () => startHelper(modules)));
  return {
    engine,
    lead(run) {
      const leader = createLeader(engine.wasm, helpers.length);
      for (const helper of helpers) helper.postMessage({ memory, crew: leader.crew });
      try {
        return run(leader);
      } finally {
        leader.disband();
      }
    },
  };
}

async function startHelper(modules: SimulatorModules): Promise<Worker> {
  const helper = new Worker(new URL("./ours-helper.ts", import.meta.url), { workerData: modules });
  await once(helper, "message");
  return helper;
}
