// Plans every blow of the fault phase at its start, so that the plan does not depend on what the kernels do.

import type { Fleet } from "./fleet.ts";
import { storeAddress } from "./network.ts";
import type { Process, World } from "./world.ts";

const hourMs = 3_600_000;

export function scheduleNemesis(world: World, fleet: Fleet, clients: readonly Process[], phaseMs: number): void {
  const { random } = world;
  const blows = [
    { share: 0.2, plan: planKill },
    { share: 0.25, plan: planPause },
    { share: 0.2, plan: planStorePartition },
    { share: 0.1, plan: planClientPartition },
    { share: 0.15, plan: planKernelClockJump },
    { share: 0.1, plan: planStoreClockJump },
  ];
  let atMs = 0;
  for (;;) {
    atMs += random.between(500, 6000);
    if (atMs >= phaseMs) return;
    let kind = random.next();
    const blow = blows.find(({ share }) => {
      kind -= share;
      return kind < 0;
    });
    (blow ?? { plan: planKill }).plan({ world, fleet, clients, atMs, place: random.between(0, fleet.placeCount) });
  }
}

interface Occasion {
  readonly world: World;
  readonly fleet: Fleet;
  readonly clients: readonly Process[];
  readonly atMs: number;
  readonly place: number;
}

function planKill({ world: { time, random, totals }, fleet, atMs, place }: Occasion): void {
  time.at(atMs, () => {
    totals.kills++;
    fleet.processAt(place).kill();
  });
  time.at(atMs + random.between(0, 3000), () => {
    if (!fleet.processAt(place).isAlive) fleet.start(place);
  });
}

function planPause({ world: { time, random, totals }, fleet, atMs, place }: Occasion): void {
  const lengthMs = random.between(500, 30_000);
  time.at(atMs, () => {
    totals.pauses++;
    fleet.processAt(place).pause(lengthMs);
  });
  // Somebody takes the paused kernel for dead and starts another: when it wakes, there is one more.
  if (lengthMs < 5_000 || random.chance(0.5)) return;
  time.at(atMs + random.between(0, 3000), () => {
    totals.takeovers++;
    fleet.start(place);
  });
}

/** Clients still reach a kernel that does not reach its store, or that the store's answers do not reach. */
function planStorePartition({ world, fleet, atMs, place }: Occasion): void {
  const direction = world.random.next();
  const lengthMs = world.random.between(500, 30_000);
  world.time.at(atMs, () => {
    const { address } = fleet.processAt(place);
    if (direction > 0.3) cutFor(world, address, storeAddress, lengthMs);
    if (direction < 0.7) cutFor(world, storeAddress, address, lengthMs);
    if (direction >= 0.3 && direction <= 0.7) world.totals.partitions++;
    else world.totals.halfPartitions++;
  });
}

function planClientPartition({ world, fleet, clients, atMs, place }: Occasion): void {
  const client = clients[world.random.between(0, clients.length)] as Process;
  const direction = world.random.next();
  const lengthMs = world.random.between(500, 30_000);
  world.time.at(atMs, () => {
    const { address } = fleet.processAt(place);
    world.totals.clientPartitions++;
    if (direction > 0.3) cutFor(world, client.address, address, lengthMs);
    if (direction < 0.7) cutFor(world, address, client.address, lengthMs);
  });
}

function cutFor({ network, time }: World, from: number, to: number, lengthMs: number): void {
  network.cut(from, to);
  time.at(lengthMs, () => network.mend(from, to));
}

function planKernelClockJump({ world, fleet, atMs, place }: Occasion): void {
  const jumpMs = drawJumpMs(world);
  world.time.at(atMs, () => {
    countJump(world, jumpMs);
    fleet.processAt(place).jumpClock(jumpMs);
  });
}

function planStoreClockJump({ world, atMs }: Occasion): void {
  const jumpMs = drawJumpMs(world);
  world.time.at(atMs, () => {
    countJump(world, jumpMs);
    world.totals.storeClockJumps++;
    world.storeOffsetMs += jumpMs;
    world.storeJumpedAtMs = world.time.nowMs();
    world.offsetMsMax = Math.max(world.offsetMsMax, world.storeOffsetMs);
  });
}

function drawJumpMs({ random }: World): number {
  const isHour = random.chance(0.5);
  return isHour ? (random.chance(0.5) ? hourMs : -hourMs) : random.between(-60_000, 60_000);
}

function countJump({ totals }: World, jumpMs: number): void {
  totals.clockJumps++;
  if (Math.abs(jumpMs) === hourMs) totals.hourJumps++;
}
