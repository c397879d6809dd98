// The network of the simulated world: it loses, doubles, delays and reorders messages, and parts of it are cut off, in one
// direction or in both.

import type { Process, World } from "./world.ts";

export const storeAddress = 0;

/** What a request is told when it gets no answer. */
export const timeoutMs = 2_000;

export interface Network {
  cut(from: number, to: number): void;
  mend(from: number, to: number): void;
  mendAll(): void;
  isCut(from: number, to: number): boolean;
  /** Whether a message that arrives now has overtaken an earlier one on the same way. */
  hasOvertaken(from: number, to: number, arrivesAtMs: number): boolean;
}

export function createNetwork(): Network {
  // How many partitions cut a way now: they may overlap.
  const cuts = new Map<string, number>();
  const lastArrivals = new Map<string, number>();
  const way = (from: number, to: number): string => `${from}>${to}`;
  const add = (key: string, by: number): void => void cuts.set(key, Math.max(0, (cuts.get(key) ?? 0) + by));
  return {
    cut: (from, to) => add(way(from, to), 1),
    mend: (from, to) => add(way(from, to), -1),
    mendAll: () => cuts.clear(),
    isCut: (from, to) => (cuts.get(way(from, to)) ?? 0) > 0,
    hasOvertaken(from, to, arrivesAtMs) {
      const key = way(from, to);
      const lastMs = lastArrivals.get(key) ?? 0;
      lastArrivals.set(key, Math.max(lastMs, arrivesAtMs));
      return arrivesAtMs < lastMs;
    },
  };
}

interface Call<T> {
  readonly caller: Process;
  /** Address of the other side. */
  readonly to: number;
  /** What the other side does with the request: once for every copy of it that arrives. */
  readonly act: (isCopy: boolean) => Promise<T>;
  readonly lost: () => Error;
  /** timeoutMs when not said. */
  readonly patienceMs?: number;
}

/**
 * A call from one process to something outside it. The other side may act although the caller never learns of it or died meanwhile,
 * may act twice, and may act long after the caller gave up. The first answer counts, whichever copy of the request it answers.
 */
export function callOverNetwork<T>(world: World, { caller, to, act, lost, patienceMs = timeoutMs }: Call<T>): Promise<T> {
  const { random, totals, rates, network, time } = world;
  const from = caller.address;
  return new Promise<T>((resolve, reject) => {
    // Whether an answer came or not, it was over by then; settling twice does nothing.
    caller.deliver(patienceMs, () => reject(lost()));
    const copyCount = random.chance(rates.doubled) ? 2 : 1;
    totals.doubled += copyCount - 1;
    for (let copy = 0; copy < copyCount; copy++) send(copy > 0);

    function send(isCopy: boolean): void {
      if (random.chance(rates.requestLost)) return void totals.requestsLost++;
      const delayMs = drawDelayMs(world, from, to);
      time.at(delayMs, () => {
        if (network.isCut(from, to)) return void totals.cutOff++;
        if (!caller.isAlive) totals.requestsOfTheDead++;
        act(isCopy).then(
          (value) => reply(() => resolve(value)),
          (error: unknown) => reply(() => reject(error)),
        );
      });
    }

    function reply(settle: () => void): void {
      if (network.isCut(to, from)) return void totals.cutOff++;
      if (random.chance(rates.replyLost)) return void totals.repliesLost++;
      caller.deliver(drawDelayMs(world, to, from), settle);
    }
  });
}

function drawDelayMs({ random, rates, totals, network, time }: World, from: number, to: number): number {
  const isLate = random.chance(rates.late);
  if (isLate) totals.late++;
  // Late ones come just after the caller gave up, or long after its leases ran out.
  const delayMs = isLate ? random.between(timeoutMs / 2, random.chance(0.5) ? 2 * timeoutMs : 40_000) : random.between(0, 20);
  if (network.hasOvertaken(from, to, time.nowMs() + delayMs)) totals.reordered++;
  return delayMs;
}
