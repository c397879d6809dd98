// The whole kernel in one deterministic run: real rooms over virtual time, several kernels on a store that outlives them, and a nemesis
// that loses, doubles, delays and cuts messages, kills, pauses and jumps clocks. One seed is one history, the same on every engine.

import { createMemoryStore } from "../../src/adapters/memory/index.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { KernelStore } from "../../src/ports/store.ts";
import { checkHistory } from "./checker.ts";
import { type Acknowledged, runClient } from "./clients.ts";
import { createTotals, type Totals } from "./coverage.ts";
import type { PlantedBug } from "./faulty-store.ts";
import { createFleet } from "./fleet.ts";
import { scheduleNemesis } from "./nemesis.ts";
import { createNetwork } from "./network.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { createVirtualTime } from "./virtual-time.ts";
import { watchForQuiet, watchWorld } from "./watch.ts";
import { createClock, Process, type World } from "./world.ts";

export interface SimulationReport {
  readonly seed: number;
  readonly totals: Totals;
  readonly violations: readonly string[];
}

export interface SimulationOptions {
  readonly bug?: PlantedBug;
  /** The store under the kernels; the memory store when not said. */
  readonly openStore?: (clock: Clock) => Promise<KernelStore>;
}

const clientCount = 3;
const jobsPerClient = 6;
const faultPhaseMs = 60_000;
/** Without faults, a lease that a clock gone back has lengthened and the longest job fit several times; 20 000 seeds took half of it. */
const restMsMax = 2 * 60_000;
const faulty = { requestLost: 0.03, replyLost: 0.03, doubled: 0.03, late: 0.01, workerTrap: 0.03 };
const healthy = { requestLost: 0, replyLost: 0, doubled: 0, late: 0, workerTrap: 0 };

export async function simulate(seed: number, { bug = "none", openStore }: SimulationOptions = {}): Promise<SimulationReport> {
  const random = createSeededRandom(seed);
  const world = createWorld(random);
  const { time, totals, violations } = world;
  const startMs = time.nowMs();
  const storeClock = createClock(world, () => world.storeOffsetMs);
  const store = time.holdFor(openStore === undefined ? createMemoryStore({ clock: storeClock }) : await openStore(storeClock));
  const fleet = createFleet(world, store, bug, random.chance(0.2) ? 3 : 2);
  const selves = Array.from({ length: clientCount }, () => new Process(world));
  scheduleNemesis(world, fleet, selves, faultPhaseMs);

  const acknowledged: Acknowledged[] = [];
  const followers: Promise<void>[] = [];
  let clientsLeft = clientCount;
  for (const self of selves) {
    void runClient({ world, fleet, self }, jobsPerClient, acknowledged, followers).then(() => {
      clientsLeft--;
    });
  }
  watchWorld(world, fleet, store);
  await time.run(() => false, faultPhaseMs);
  world.rates = healthy;
  world.network.mendAll();
  fleet.startMissing();
  const healedMs = time.nowMs();
  const isQuiet = watchForQuiet(world, store, () => clientsLeft === 0);
  const isDone = await time.run(isQuiet, restMsMax);
  if (!isDone) violations.push("the kernels did not come to rest after the faults had stopped");
  totals.restMs = time.nowMs() - healedMs;
  await settleFollowers(world, followers);
  fleet.killAll();
  totals.virtualMs = time.nowMs() - startMs;
  await checkHistory(store, world, acknowledged);
  await store.close();
  return { seed, totals, violations };
}

function createWorld(random: World["random"]): World {
  return {
    time: createVirtualTime(1_700_000_000_000),
    random,
    totals: createTotals(),
    violations: [],
    network: createNetwork(),
    rates: faulty,
    storeOffsetMs: 0,
    storeJumpedAtMs: 0,
    offsetMsMax: 0,
    kernels: new Map(),
    runs: new Map(),
    openRuns: new Set(),
    completed: new Set(),
    grants: new Map(),
    processCount: 0,
  };
}

/** Streams, cancels and repeats that are still under way end soon after the last job did. */
async function settleFollowers(world: World, followers: readonly Promise<void>[]): Promise<void> {
  let left = followers.length;
  for (const follower of followers) {
    void follower.then(() => {
      left--;
    });
  }
  const isDone = await world.time.run(() => left === 0, restMsMax);
  if (!isDone) world.violations.push(`${left} streams, cancels or repeats never ended`);
}
