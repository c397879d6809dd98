// A circuit's gates as a plan: a short list of passes over the state. The plan is a value: it can be drawn, kept and run many times.

import type { Operation } from "../../model/circuit.ts";
import type { Trigonometry } from "../../model/gates.ts";
import type { Precision } from "../../model/simulation.ts";
import { lower } from "./lower.ts";
import { type Program, writeProgram } from "./program.ts";
import { type Pass, schedule } from "./schedule.ts";

export type { Precision };

export interface Plan {
  /** Qubits of the state that the plan runs on: at least planQubitCountMin; those beyond the circuit stay |0>. */
  readonly qubitCount: number;
  readonly precision: Precision;
  /** Whether it runs on |0…0> only. */
  readonly isFresh: boolean;
  readonly passes: readonly Pass[];
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
/** Stored amplitudes grow to the inverse; their squares must stay finite. */
const lengthMin = { double: 2 ** -200, single: 2 ** -40 } as const;

/** Only gates count; the caller has cut the circuit at measurements. */
export function planGates(operations: readonly Operation[], circuitQubitCount: number, options: PlanOptions): Plan {
  const { precision, trigonometry, positionOf, isFresh = false } = options;
  const qubitCount = Math.max(circuitQubitCount, planQubitCountMin);
  const { steps, wireOf, scale } = lower(operations, qubitCount, trigonometry, lengthMin[precision]);
  const scheduled = schedule(steps, scale, {
    qubitCount,
    blockBitCountMax: options.block?.bitCountMax ?? blockBitCountMax[precision],
    runBitCount: options.block?.runBitCount ?? runBitCount[precision],
    isFresh,
    hasLane: precision === "single",
    ...(positionOf === undefined ? {} : { positionOf }),
  });
  return {
    qubitCount,
    precision,
    isFresh,
    passes: scheduled.passes,
    program: writeProgram(scheduled.passes),
    positionOf: wireOf.map((wire) => scheduled.positionOf[wire] as number),
  };
}
