// Tells those who find no place how long to wait, so that a retry after that time normally succeeds.
//
// Places free at a rate that is measured over the last seconds, or over the last few places when they free more slowly. Whoever is turned away
// gets the next place in a line that exists only as a time (virtual scheduling, as in the generic cell rate algorithm of ITU-T I.371): two who
// are turned away together are not told the same moment. Those who do not come back leave their place to the others; those who come
// early lengthen the line, up to its bound.

import { limits } from "./limits.ts";

export interface WaitEstimateOptions {
  /** Shortest answer: below it a retry costs more than it gains. */
  readonly waitMsMin: number;
  /** Longest answer, and so the length of the line. */
  readonly waitMsMax: number;
  /** How far back the rate looks. */
  readonly windowMs: number;
}

/** Places that became free within foldMs from atMs on. */
interface Mark {
  readonly atMs: number;
  count: number;
}

export class WaitEstimate {
  readonly #options: WaitEstimateOptions;
  // Oldest first; the first one only says since when the others count. At most windowMs / foldMs, and a few.
  readonly #marks: Mark[];
  #freedAtMs: number;
  #refusingSinceMs = Number.POSITIVE_INFINITY;
  #refusedAtMs = Number.NEGATIVE_INFINITY;
  #lineEndMs = Number.NEGATIVE_INFINITY; // the last one in line was told this moment

  constructor(options: WaitEstimateOptions, nowMs: number) {
    this.#options = options;
    this.#marks = [{ atMs: nowMs, count: 0 }];
    this.#freedAtMs = nowMs;
  }

  /** Places became free. */
  free(count: number, nowMs: number): void {
    this.#freedAtMs = nowMs;
    const last = this.#marks.at(-1);
    if (last !== undefined && nowMs - last.atMs < foldMs) last.count += count;
    else this.#marks.push({ atMs: nowMs, count });
    while (this.#marks.length > markCountMin && (this.#marks[1]?.atMs ?? nowMs) < nowMs - this.#options.windowMs) {
      this.#marks.shift();
    }
  }

  /** For one who is turned away now. */
  next(nowMs: number): number {
    const { waitMsMin, waitMsMax, windowMs } = this.#options;
    if (nowMs - this.#refusedAtMs > windowMs) this.#refusingSinceMs = nowMs;
    this.#refusedAtMs = nowMs;
    const intervalMs = this.#intervalMs(nowMs);
    this.#lineEndMs = Math.min(Math.max(nowMs, this.#lineEndMs) + spacing * intervalMs, nowMs + waitMsMax);
    // One interval more: places free at random moments, and half of them late.
    return Math.ceil(Math.min(Math.max(this.#lineEndMs - nowMs + intervalMs, waitMsMin), waitMsMax));
  }

  /** From one free place to the next. */
  #intervalMs(nowMs: number): number {
    // Nothing frees while nothing waits: only a silence while others are turned away says that the rate has fallen.
    const silenceMs = nowMs - Math.max(this.#freedAtMs, this.#refusingSinceMs);
    const [first, ...counted] = this.#marks;
    const count = counted.reduce((sum, mark) => sum + mark.count, 0);
    const measuredMs = count === 0 ? 0 : (this.#freedAtMs - (first?.atMs ?? nowMs)) / count;
    return Math.max(measuredMs, silenceMs);
  }
}

export function createWaitEstimate(nowMs: number): WaitEstimate {
  const { retryWaitMsMin, retryWaitMsMax, retryRateWindowMs } = limits;
  return new WaitEstimate({ waitMsMin: retryWaitMsMin, waitMsMax: retryWaitMsMax, windowMs: retryRateWindowMs }, nowMs);
}

/** Of the interval: whoever comes for the first time does not know the line and may take what it left free. */
const spacing = 1.25;
/** Shorter looks would see single events. */
const foldMs = 100;
/** Kept however old they are: three intervals between places say something, one does not. */
const markCountMin = 4;
