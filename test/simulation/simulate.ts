// The whole kernel in one deterministic run: real rooms over virtual time, a store that outlives crashes, and a nemesis that loses
// messages, kills, pauses and jumps clocks. One seed is one history, the same on every engine.

import { createMemoryStore } from "../../src/adapters/memory/index.ts";
import { createNoTelemetry } from "../../src/adapters/otel/none.ts";
import { createKernel } from "../../src/entry/kernel.ts";
import type { KernelStore } from "../../src/ports/store.ts";
import { checkHistory } from "./checker.ts";
import { type Acknowledged, runClient, type ServingKernel } from "./clients.ts";
import { createTotals, type Totals } from "./coverage.ts";
import { createFaultyStore, type PlantedBug } from "./faulty-store.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { createSimulatedCompute } from "./simulated-compute.ts";
import { createVirtualTime } from "./virtual-time.ts";
import { Process, type World, wallClock } from "./world.ts";

export interface SimulationReport {
  readonly seed: number;
  readonly totals: Totals;
  readonly violations: readonly string[];
}

const clientCount = 3;
const jobsPerClient = 6;
const faultPhaseMs = 60_000;
const healPhaseMs = 30 * 60_000;
const healthy = { requestLost: 0, replyLost: 0, workerTrap: 0 };

export async function simulate(seed: number, bug: PlantedBug = "none"): Promise<SimulationReport> {
  const random = createSeededRandom(seed);
  const world: World = {
    time: createVirtualTime(1_700_000_000_000),
    random,
    totals: createTotals(),
    violations: [],
    rates: { requestLost: 0.03, replyLost: 0.03, workerTrap: 0.03 },
    wallOffsetMs: 0,
  };
  const startMs = world.time.nowMs();
  const store = createMemoryStore({ clock: wallClock(world) });
  const fleet = createFleet(world, store, bug);
  fleet.start();
  scheduleNemesis(world, fleet);

  const acknowledged: Acknowledged[] = [];
  const followers: Promise<void>[] = [];
  let clientsLeft = clientCount;
  for (let client = 0; client < clientCount; client++) {
    void runClient(world, fleet.serving, client, jobsPerClient, acknowledged, followers).then(() => {
      clientsLeft--;
    });
  }
  await world.time.run(() => false, faultPhaseMs);
  world.rates = healthy;
  fleet.heal();
  const isQuiet = watchForQuiet(world, store, () => clientsLeft === 0);
  const isDone = await world.time.run(isQuiet, healPhaseMs);
  if (!isDone) world.violations.push("the kernel did not come to rest after the faults had stopped");
  await settleFollowers(world, followers);
  fleet.killAll();
  world.totals.virtualMs = world.time.nowMs() - startMs;
  await checkHistory(store, acknowledged, world.totals, world.violations);
  return { seed, totals: world.totals, violations: world.violations };
}

interface Fleet {
  /** The kernel that clients reach now. */
  serving(): ServingKernel | undefined;
  start(): void;
  killServing(): void;
  pauseServing(forMs: number): void;
  /** Ends every kernel and starts a fresh one. */
  heal(): void;
  killAll(): void;
}

function createFleet(world: World, store: KernelStore, bug: PlantedBug): Fleet {
  let processes: Process[] = [];
  let current: ServingKernel | undefined;

  async function boot(process: Process): Promise<void> {
    const env = {
      clock: wallClock(world),
      entropy: { bytes: (count: number) => world.random.bytes(count) },
      store: createFaultyStore(world, process, store, bug),
      compute: createSimulatedCompute(world, process),
      telemetry: createNoTelemetry(),
    };
    const options = { circuitCacheSize: 10, concurrentTaskCountMax: 4, queuedJobCountMax: 1000, simulatorQubitCountMax: 20 };
    const kernel = await createKernel(env, options).catch(() => undefined);
    if (kernel === undefined) return process.deliver(500, () => void boot(process));
    current = { process, kernel };
    for (;;) await process.sleep(await kernel.qrtx.tick());
  }

  const fleet: Fleet = {
    serving: () => (current?.process.isAlive === true ? current : undefined),
    start() {
      const process = new Process(world);
      processes.push(process);
      void boot(process);
    },
    killServing() {
      current?.process.kill();
      processes = processes.filter((process) => process.isAlive);
    },
    pauseServing: (forMs) => current?.process.pause(forMs),
    heal() {
      fleet.killAll();
      fleet.start();
    },
    killAll() {
      for (const process of processes) process.kill();
      processes = [];
    },
  };
  return fleet;
}

/** Plans every blow of the fault phase at its start, so that the plan does not depend on what the kernel does. */
function scheduleNemesis(world: World, fleet: Fleet): void {
  const { time, random, totals } = world;
  let atMs = 0;
  for (;;) {
    atMs += random.between(500, 8000);
    if (atMs >= faultPhaseMs) return;
    const kind = random.next();
    const lengthMs = random.between(500, 30_000);
    const delayMs = random.between(0, 3000);
    if (kind < 0.35) {
      time.at(atMs, () => {
        totals.kills++;
        fleet.killServing();
      });
      time.at(atMs + delayMs, () => fleet.start());
    } else if (kind < 0.75) {
      time.at(atMs, () => {
        totals.pauses++;
        fleet.pauseServing(lengthMs);
      });
      // Somebody takes the paused kernel for dead and starts another: when it wakes, there are two.
      if (lengthMs > 5_000) {
        time.at(atMs + delayMs, () => {
          totals.takeovers++;
          fleet.start();
        });
      }
    } else {
      const jumpMs = random.between(-60_000, 60_000);
      time.at(atMs, () => {
        totals.clockJumps++;
        world.wallOffsetMs += jumpMs;
      });
    }
  }
}

/** Asks the store now and then whether every job has ended. */
function watchForQuiet(world: World, store: KernelStore, areClientsDone: () => boolean): () => boolean {
  let isQuiet = false;
  const look = async (): Promise<void> => {
    const counts = await store.countJobs();
    isQuiet = areClientsDone() && counts.QUEUED + counts.SCHEDULED + counts.RUNNING === 0;
    if (!isQuiet) world.time.at(500, () => void look());
  };
  world.time.at(0, () => void look());
  return () => isQuiet;
}

/** Streams and cancels that are still under way end soon after the last job did. */
async function settleFollowers(world: World, followers: readonly Promise<void>[]): Promise<void> {
  let left = followers.length;
  for (const follower of followers) {
    void follower.then(() => {
      left--;
    });
  }
  const isDone = await world.time.run(() => left === 0, healPhaseMs);
  if (!isDone) world.violations.push(`${left} streams or cancels never ended`);
}
