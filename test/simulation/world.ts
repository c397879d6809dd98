// One simulated world: a store that outlives every crash, a wall clock that jumps, and processes that die, pause and come back.

import type { Clock } from "../../src/ports/clock.ts";
import type { Totals } from "./coverage.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface FaultRates {
  readonly requestLost: number;
  readonly replyLost: number;
  readonly workerTrap: number;
}

export interface World {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly totals: Totals;
  readonly violations: string[];
  /** Zero once the world has healed. */
  rates: FaultRates;
  /** Added to virtual time by every wall clock. */
  wallOffsetMs: number;
}

export function wallClock(world: World): Clock {
  return { nowMs: () => world.time.nowMs() + world.wallOffsetMs, monotonicMs: () => world.time.nowMs() };
}

/** A process: what is delivered to it waits while it is paused and vanishes when it is dead. */
export class Process {
  readonly #world: World;
  readonly death: Promise<void>;
  #isAlive = true;
  #pausedUntilMs = 0;
  #die: () => void = () => {};

  constructor(world: World) {
    this.#world = world;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  kill(): void {
    this.#isAlive = false;
    this.#die();
  }

  pause(forMs: number): void {
    this.#pausedUntilMs = this.#world.time.nowMs() + forMs;
  }

  /** Runs the action inside this process after the delay. */
  deliver(delayMs: number, action: () => void): void {
    this.#world.time.at(delayMs, () => this.#arrive(action));
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.deliver(delayMs, resolve));
  }

  #arrive(action: () => void): void {
    if (!this.#isAlive) return;
    const waitMs = this.#pausedUntilMs - this.#world.time.nowMs();
    if (waitMs > 0) this.#world.time.at(waitMs, () => this.#arrive(action));
    else action();
  }
}

/** What a request is told when it gets no answer. */
export const timeoutMs = 2_000;

/**
 * A call from one process to something outside it, over a line that loses requests and replies. The other side may act although
 * the caller never learns of it, or died meanwhile.
 */
export function callOverNetwork<T>(world: World, caller: Process, act: () => Promise<T>, lost: () => Error): Promise<T> {
  const { random, totals, rates } = world;
  return new Promise<T>((resolve, reject) => {
    if (random.chance(rates.requestLost)) {
      totals.requestsLost++;
      caller.deliver(timeoutMs, () => reject(lost()));
      return;
    }
    world.time.at(random.between(0, 20), () => {
      act().then(
        (value) => {
          if (random.chance(rates.replyLost)) {
            totals.repliesLost++;
            caller.deliver(timeoutMs, () => reject(lost()));
          } else {
            caller.deliver(random.between(0, 20), () => resolve(value));
          }
        },
        (error: unknown) => caller.deliver(random.between(0, 20), () => reject(error)),
      );
    });
  });
}
