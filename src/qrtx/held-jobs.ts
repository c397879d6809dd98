// The jobs this kernel holds: claimed, running, or waiting for the store to take how they ended.

import type { Job } from "../model/job.ts";
import type { Step } from "../ports/store.ts";

/** Why a run was stopped from outside. */
export type StopReason = "deadline" | "runtime" | "cancelled" | "given_back" | "lost";

export interface HeldJob {
  /** As claimed: its fence is ours. */
  readonly job: Job;
  readonly claimedAtMs: number; // monotonic
  readonly controller: AbortController;
  stopReason: StopReason | undefined;
  /** How it ended, while the store has not confirmed it; retried by every tick. */
  ending: Step | undefined;
  endingAttempts: number;
  /** The store is being asked right now. */
  isSettling: boolean;
}

export class HeldJobs {
  readonly #jobs = new Map<string, HeldJob>();
  readonly #claims = new Set<string>();
  #stopReasonOfAll: StopReason | undefined;
  #whenEmpty: (() => void)[] = [];

  get count(): number {
    return this.#jobs.size;
  }

  /** Held, or on their way to it. */
  get takenCount(): number {
    return this.#jobs.size + this.#claims.size;
  }

  /** A claim goes to the store: it ends with add() or forgo(). */
  expect(jobId: string): void {
    this.#claims.add(jobId);
  }

  isExpected(jobId: string): boolean {
    return this.#claims.has(jobId);
  }

  forgo(jobId: string): void {
    this.#claims.delete(jobId);
    this.#tellIfEmpty();
  }

  /** An expected claim that the store granted. */
  add(job: Job, claimedAtMs: number): HeldJob {
    const held: HeldJob = {
      job,
      claimedAtMs,
      controller: new AbortController(),
      stopReason: undefined,
      ending: undefined,
      endingAttempts: 0,
      isSettling: false,
    };
    this.#claims.delete(job.id);
    // Claimed before, lost unnoticed, and claimed again: the earlier run is nobody's any more.
    const earlier = this.#jobs.get(job.id);
    if (earlier !== undefined) this.stop(earlier, "lost");
    this.#jobs.set(job.id, held);
    if (this.#stopReasonOfAll !== undefined) this.stop(held, this.#stopReasonOfAll);
    return held;
  }

  get(jobId: string): HeldJob | undefined {
    return this.#jobs.get(jobId);
  }

  values(): readonly HeldJob[] {
    return [...this.#jobs.values()];
  }

  /** Only this very claim: a later claim of the same job stays. */
  remove(held: HeldJob): void {
    if (this.#jobs.get(held.job.id) !== held) return;
    this.#jobs.delete(held.job.id);
    this.#tellIfEmpty();
  }

  /** Stops a run; the first reason stands. */
  stop(held: HeldJob, reason: StopReason): void {
    if (held.stopReason !== undefined) return;
    held.stopReason = reason;
    held.controller.abort();
  }

  /** Those that are held, and those that still come. */
  stopAll(reason: StopReason): void {
    this.#stopReasonOfAll = reason;
    for (const held of this.values()) this.stop(held, reason);
  }

  /** Resolves when nothing is held nor about to be. */
  async empty(): Promise<void> {
    if (this.takenCount === 0) return;
    await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  #tellIfEmpty(): void {
    if (this.takenCount > 0) return;
    for (const resolve of this.#whenEmpty) resolve();
    this.#whenEmpty = [];
  }
}
