// What of a device's imperfections a run shall show. A plain value that travels to compute workers.

import type { Calibration } from "./calibration/calibration.ts";

export interface NoiseModel {
  readonly calibration: Calibration;
  /** T1 and T2 act during every gate and every idle time. */
  readonly hasRelaxation: boolean;
  /** Each gate depolarizes by what its calibrated error leaves beside relaxation. */
  readonly hasGateErrors: boolean;
  readonly hasReadoutErrors: boolean;
  /** Neighbours that are driven at the same time turn each other's phase by their calibrated ZZ coupling. */
  readonly hasCrosstalk: boolean;
  /** Probability of |1> in thermal equilibrium, 0 to 0.5; real devices show 0.01 or less. */
  readonly excitedPopulation: number;
}

/** Everything that the calibration knows but ZZ crosstalk, towards |0>; `changes` say otherwise. */
export function createNoiseModel(calibration: Calibration, changes: Partial<Omit<NoiseModel, "calibration">> = {}): NoiseModel {
  return {
    calibration,
    hasRelaxation: true,
    hasGateErrors: true,
    hasReadoutErrors: true,
    hasCrosstalk: false,
    excitedPopulation: 0,
    ...changes,
  };
}
