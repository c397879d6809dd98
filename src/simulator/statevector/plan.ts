// A circuit's gates as a plan: a short list of passes over the state. The plan is a value: it can be drawn, kept and run many times, and bound
// again to other angles.

import { invariant } from "../../base/invariant.ts";
import type { Operation } from "../../model/circuit.ts";
import type { Trigonometry } from "../../model/gates.ts";
import type { Precision } from "../../model/simulation.ts";
import { type Lowered, lower, type Step } from "./lower.ts";
import { type Program, writeProgram } from "./program.ts";
import { isOne } from "./rotation.ts";
import { type Schedule, schedule } from "./schedule.ts";

export type { Precision };

export interface Plan {
  /** Qubits of the state that the plan runs on: at least planQubitCountMin; those beyond the circuit stay |0>. */
  readonly qubitCount: number;
  readonly precision: Precision;
  /** Whether it runs on |0…0> only. */
  readonly isFresh: boolean;
  readonly lowered: Lowered;
  readonly schedule: Schedule;
  readonly program: Program;
  /** positionOf[q]: bit of an amplitude's index that belongs to qubit q in the end. */
  readonly positionOf: readonly number[];
}

export interface PlanOptions {
  readonly precision: Precision;
  readonly trigonometry: Trigonometry;
  /** Whether the plan begins with |0…0>, of which only the first freshAmplitudeCount amplitudes are in memory. */
  readonly isFresh?: boolean;
  /** positionOf[q]: where qubit q lies in the beginning; by default at bit q. */
  readonly positionOf?: readonly number[];
  /**
   * A plan with the same options, likely of the same gates with other angles: its schedule is taken over where a new one would be the same. The
   * plan is the same, too, with and without it.
   */
  readonly like?: Plan | undefined;
  /** For tests: blocks small enough that a small state has many. */
  readonly block?: { readonly bitCountMax: number; readonly runBitCount: number };
}

/** Kernels take up to three qubits and one more to step aside to. */
export const planQubitCountMin = 4;

// Half a megabyte a block: with a second one for permutations it fits into the second-level cache of today's cores.
export const blockBitCountMax = { double: 15, single: 16 } as const;
/** Runs of 1 KiB. */
const runBitCount = { double: 6, single: 7 } as const;
/** What a fresh state must hold. */
export const freshAmplitudeCount = { double: 2 ** runBitCount.double, single: 2 ** runBitCount.single } as const;
/** Stored amplitudes grow by half a bit each; their squares must stay finite. */
const lengthCountMax = { double: 1000, single: 120 } as const;

/** Only gates count; the caller has cut the circuit at measurements. */
export function planGates(operations: readonly Operation[], circuitQubitCount: number, options: PlanOptions): Plan {
  const { precision, trigonometry, positionOf, isFresh = false, like } = options;
  const qubitCount = Math.max(circuitQubitCount, planQubitCountMin);
  const lowered = lower(operations, qubitCount, trigonometry, lengthCountMax[precision]);
  const bound = like !== undefined && hasShapeOf(like.lowered, lowered) ? writeProgram(like.schedule, lowered) : undefined;
  if (bound !== undefined && like !== undefined) return planOf(like.schedule, lowered, bound);
  const scheduled = schedule(lowered.steps, lowered.scale, {
    qubitCount,
    blockBitCountMax: options.block?.bitCountMax ?? blockBitCountMax[precision],
    runBitCount: options.block?.runBitCount ?? runBitCount[precision],
    isFresh,
    hasLane: precision === "single",
    ...(positionOf === undefined ? {} : { positionOf }),
  });
  const program = writeProgram(scheduled, lowered);
  invariant(program !== undefined, "a schedule serves the steps that it was made for");
  return planOf(scheduled, lowered, program);

  function planOf(taken: Schedule, { wireOf }: Lowered, written: Program): Plan {
    const ends = wireOf.map((wire) => taken.positionOf[wire] as number);
    return { qubitCount, precision, isFresh, lowered, schedule: taken, program: written, positionOf: ends };
  }
}

/** Whether the steps are the same but for their coefficients. */
function hasShapeOf(a: Lowered, b: Lowered): boolean {
  return (
    a.steps.length === b.steps.length &&
    isOne(a.scale) === isOne(b.scale) &&
    a.steps.every((step, place) => isLike(step, b.steps[place] as Step))
  );
}

function isLike(a: Step, b: Step): boolean {
  if (a.kind !== b.kind || a.x !== b.x || a.z !== b.z) return false;
  return a.kind !== "rotatePair" || b.kind !== "rotatePair" || a.first === b.first;
}
