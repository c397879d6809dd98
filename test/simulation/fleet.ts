// The kernels of the simulated world: two or three places that each keep a kernel alive on the one store, and now and then a forgotten
// one that was taken for dead.

import { createNoTelemetry } from "../../src/adapters/otel/none.ts";
import { createKernel, type Kernel } from "../../src/entry/kernel.ts";
import type { KernelStore } from "../../src/ports/store.ts";
import type { Telemetry } from "../../src/ports/telemetry.ts";
import { createFaultyStore, type PlantedBug } from "./faulty-store.ts";
import { createSimulatedCompute } from "./simulated-compute.ts";
import { createClock, Process, type World } from "./world.ts";

export interface ServingKernel {
  readonly process: Process;
  readonly kernel: Kernel;
}

export interface Fleet {
  readonly placeCount: number;
  /** The kernels that clients reach now. */
  serving(): readonly ServingKernel[];
  /** The newest process of a place, dead or alive. */
  processAt(place: number): Process;
  /** Every process that lives, forgotten ones too. */
  alive(): readonly Process[];
  /** A fresh process in that place; the one that was there goes on unless it is dead. */
  start(place: number): void;
  /** A fresh process wherever there is a dead one. */
  startMissing(): void;
  killAll(): void;
}

const kernelOptions = { circuitCacheSize: 10, concurrentTaskCountMax: 4, queuedJobCountMax: 1000, simulatorQubitCountMax: 20 };

export function createFleet(world: World, store: KernelStore, bug: PlantedBug, placeCount: number): Fleet {
  const places: Process[] = [];
  const booted = new Map<Process, Kernel>();

  async function boot(process: Process): Promise<void> {
    const env = {
      clock: createClock(world, () => process.wallOffsetMs),
      entropy: { bytes: (count: number) => world.random.bytes(count) },
      store: createFaultyStore(world, process, store, bug),
      compute: createSimulatedCompute(world, process),
      telemetry: createRunLog(world, process),
    };
    const kernel = await createKernel(env, kernelOptions).catch(() => undefined);
    if (kernel === undefined) return process.deliver(500, () => void boot(process));
    world.kernels.set(kernel.id, process);
    booted.set(process, kernel);
    for (;;) await process.sleep(await kernel.qrtx.tick());
  }

  const fleet: Fleet = {
    placeCount,
    serving: () =>
      places.flatMap((process) => {
        const kernel = booted.get(process);
        return kernel !== undefined && process.isAlive ? [{ process, kernel }] : [];
      }),
    processAt: (place) => places[place] as Process,
    alive: () => [...booted.keys()].filter((process) => process.isAlive),
    start(place) {
      const process = new Process(world);
      places[place] = process;
      void boot(process);
    },
    startMissing() {
      for (const [place, process] of places.entries()) if (!process.isAlive) fleet.start(place);
    },
    killAll() {
      for (const process of [...places, ...booted.keys()]) process.kill();
    },
  };
  for (let place = 0; place < placeCount; place++) fleet.start(place);
  return fleet;
}

/** Writes down which process drives which claim, from the span that surrounds every run. One claim is one kernel's, for ever. */
function createRunLog(world: World, process: Process): Telemetry {
  return {
    ...createNoTelemetry(),
    async span(name, options, body) {
      const { "eigen.job_id": jobId, "eigen.attempt": attempt } = options.attributes ?? {};
      if (name !== "job.run") return createNoTelemetry().span(name, options, body);
      const run = runKey(String(jobId), Number(attempt));
      const other = world.runs.get(run);
      if (other !== undefined) world.violations.push(`${jobId}: attempt ${attempt} was run twice`);
      world.runs.set(run, process);
      world.openRuns.add(run);
      try {
        return await createNoTelemetry().span(name, options, body);
      } finally {
        world.openRuns.delete(run);
      }
    },
  };
}

export function runKey(jobId: string, attempt: number): string {
  return `${jobId} ${attempt}`;
}
