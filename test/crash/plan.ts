// What happens to the kernels of one store, drawn from a seed before anything starts.

import { createSeededRandom } from "../simulation/seeded-random.ts";

export const stopPoints = ["before_commit", "within_commit", "after_commit", "result_stored"] as const;
export type StopPoint = (typeof stopPoints)[number];
export type PlantedBug = "none" | "skip_commit" | "forget_key";

/** Read by stop-points.preload.ts. */
export interface StopPlan {
  readonly point?: StopPoint;
  /** At its so many-th time. */
  readonly count?: number;
  readonly signal: "SIGKILL" | "SIGSTOP";
  readonly bug?: PlantedBug;
}

export function parsePlan(text: string): StopPlan {
  return { signal: "SIGKILL", ...JSON.parse(text) };
}

/** How one kernel ends. */
export type Ending =
  /** At a random moment. */
  | { readonly kind: "kill"; readonly afterMs: number }
  /** At a named point, by its own hand. */
  | { readonly kind: "point"; readonly point: StopPoint; readonly count: number }
  /** It stands still, at a random moment or at a named point, goes on, and is killed. */
  | { readonly kind: "pause"; readonly point: StopPoint | undefined; readonly afterMs: number; readonly pauseMs: number }
  /** It stands still for longer than its leases; another one takes over; then it wakes and both go on for a while. */
  | { readonly kind: "takeover"; readonly afterMs: number; readonly pauseMs: number };

/** Beyond limits.leaseMs, so that what the silent kernel holds is taken from it. */
const takeoverPauseMs = 11_500;
const takeoverRunsMin = 20;

export function drawEndings(seed: number, count: number): readonly Ending[] {
  const random = createSeededRandom(seed);
  const pick = (): StopPoint => stopPoints[random.between(0, stopPoints.length)] ?? "before_commit";
  return Array.from({ length: count }, (_, place): Ending => {
    const afterMs = random.between(20, 250);
    // Each costs twelve seconds: one in a hundred.
    if (count >= takeoverRunsMin && place % 100 === 50 % count) return { kind: "takeover", afterMs, pauseMs: takeoverPauseMs };
    const kind = random.next();
    if (kind < 0.45) return { kind: "kill", afterMs };
    if (kind < 0.85) return { kind: "point", point: pick(), count: random.between(1, 40) };
    return { kind: "pause", point: random.chance(0.5) ? pick() : undefined, afterMs, pauseMs: random.between(50, 600) };
  });
}
