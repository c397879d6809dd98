// Outcomes of shots, counted.

import type { RunOutcome } from "../model/result.ts";

export type Tallied = Pick<RunOutcome, "counts" | "shotOutcomes">;

/** `outcomes`: each shot's in order, where they are kept. */
export function tallied(counts: ReadonlyMap<string, number>, outcomes: readonly string[] | undefined): Tallied {
  const sorted = new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  if (outcomes === undefined) return { counts: sorted };
  const places = new Map([...sorted.keys()].map((outcome, place) => [outcome, place]));
  return { counts: sorted, shotOutcomes: Uint32Array.from(outcomes, (outcome) => places.get(outcome) ?? 0) };
}
