// One simulated world: a store that outlives every crash, clocks of which each goes its own way, and processes that die, pause and come back.

import type { Clock } from "../../src/ports/clock.ts";
import type { Totals } from "./coverage.ts";
import type { Network } from "./network.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface FaultRates {
  readonly requestLost: number;
  readonly replyLost: number;
  /** A request that arrives twice. */
  readonly doubled: number;
  /** A message that takes seconds or more, so that it outlives its sender's patience, or its sender. */
  readonly late: number;
  readonly workerTrap: number;
}

export interface World {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly totals: Totals;
  readonly violations: string[];
  readonly network: Network;
  /** Zero once the world has healed. */
  rates: FaultRates;
  /** How far the store's clock is from virtual time. */
  storeOffsetMs: number;
  /** Virtual time at which the store's clock jumped last. */
  storeJumpedAtMs: number;
  /** The furthest that any wall clock was ever ahead of virtual time. */
  offsetMsMax: number;
  /** By kernel id, dead ones too. */
  readonly kernels: Map<string, Process>;
  /** Runs of one claim, by job and attempt: who drives it. Kept for good, because no claim may ever be run by two. */
  readonly runs: Map<string, Process>;
  /** Those that go on now. */
  readonly openRuns: Set<string>;
  /** Jobs whose result was stored. */
  readonly completed: Set<string>;
  /** By job and fence: from when until when its newest lease was granted, in virtual time. */
  readonly grants: Map<string, { readonly grantedAtMs: number; readonly untilMs: number }>;
  processCount: number;
}

/** A wall clock that jumps beside a monotonic one that never does. */
export function createClock({ time }: World, offsetMs: () => number): Clock {
  return { nowMs: () => time.nowMs() + offsetMs(), monotonicMs: () => time.nowMs() };
}

/** A process: what is delivered to it waits while it is paused and vanishes when it is dead. */
export class Process {
  readonly #world: World;
  /** Its address on the network. */
  readonly address: number;
  readonly death: Promise<void>;
  #wallOffsetMs = 0;
  #isAlive = true;
  #pausedUntilMs = 0;
  #die: () => void = () => {};

  constructor(world: World) {
    this.#world = world;
    this.address = ++world.processCount;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isPaused(): boolean {
    return this.#pausedUntilMs > this.#world.time.nowMs();
  }

  get wallOffsetMs(): number {
    return this.#wallOffsetMs;
  }

  jumpClock(byMs: number): void {
    this.#wallOffsetMs += byMs;
    this.#world.offsetMsMax = Math.max(this.#world.offsetMsMax, this.#wallOffsetMs);
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
