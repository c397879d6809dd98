// Looks at the world while it runs: RUNNING means that a driver holds the job now, and in the end everything comes to rest.

import { limits } from "../../src/base/limits.ts";
import type { Job } from "../../src/model/job.ts";
import type { KernelStore } from "../../src/ports/store.ts";
import { owner } from "./clients.ts";
import { type Fleet, runKey } from "./fleet.ts";
import { storeAddress } from "./network.ts";
import type { World } from "./world.ts";

const lookEveryMs = 1_000;

/**
 * How long a RUNNING job may go unheld although its holder lives: a claim that arrived after its kernel gave it up ends with its lease,
 * which a clock that went back may have lengthened by another one, and the reaper's own calls may be lost a few times.
 */
const unheldMsMax = 2 * limits.leaseMs + 15_000;

/** Every job that a kernel holds, as a filter. */
export const heldJobs = {
  ...owner,
  states: ["RUNNING"],
  tags: {},
  namePrefix: "",
  submittedAfterMs: undefined,
  submittedBeforeMs: undefined,
  before: undefined,
  limit: 1000,
} as const;

/** From now on until the world ends. */
export function watchWorld(world: World, fleet: Fleet, store: KernelStore): void {
  // By job and fence: since when it has been unheld.
  const unheldSinceMs = new Map<string, number>();
  const look = async (): Promise<void> => {
    const aliveCount = fleet.alive().length;
    if (aliveCount >= 2) world.totals.twoKernelsAlive++;
    if (aliveCount >= 3) world.totals.threeKernelsAlive++;
    for (const job of await store.listJobs(heldJobs)) lookAtJob(world, job, unheldSinceMs);
    world.time.at(lookEveryMs, () => void look());
  };
  world.time.at(lookEveryMs, () => void look());
}

function lookAtJob(world: World, job: Job, unheldSinceMs: Map<string, number>): void {
  const holder = world.kernels.get(job.holder);
  const isHeld = world.openRuns.has(runKey(job.id, job.attempts));
  const claim = `${job.id} ${job.fence}`;
  const nowMs = world.time.nowMs();
  if (isHeld) world.totals.heldForSure++;
  if (isHeld || holder === undefined || !canReachStore(world, holder)) {
    unheldSinceMs.delete(claim);
    return;
  }
  world.totals.unheld++;
  const sinceMs = Math.max(unheldSinceMs.get(claim) ?? nowMs, world.storeJumpedAtMs);
  unheldSinceMs.set(claim, sinceMs);
  if (nowMs - sinceMs < unheldMsMax) return;
  world.violations.push(`${job.id} has been RUNNING for ${nowMs - sinceMs} ms without being held`);
  unheldSinceMs.set(claim, Number.POSITIVE_INFINITY);
}

function canReachStore({ network }: World, process: { isAlive: boolean; isPaused: boolean; address: number }): boolean {
  if (!process.isAlive || process.isPaused) return false;
  return !network.isCut(process.address, storeAddress) && !network.isCut(storeAddress, process.address);
}

/** Asks the store now and then whether every job has ended. */
export function watchForQuiet(world: World, store: KernelStore, areClientsDone: () => boolean): () => boolean {
  let isQuiet = false;
  const look = async (): Promise<void> => {
    const counts = await store.countJobs();
    isQuiet = areClientsDone() && counts.QUEUED + counts.SCHEDULED + counts.RUNNING === 0;
    if (!isQuiet) world.time.at(500, () => void look());
  };
  world.time.at(0, () => void look());
  return () => isQuiet;
}
