// Whether the simulator can compute a job: by the same rules as the worker that will.

import { type Binding, bindAngles } from "../model/bind-angles.ts";
import type { Circuit } from "../model/circuit.ts";
import type { Fault } from "../model/errors.ts";
import type { MethodChoice, Precision, RunOutputs, SimulationCapacity } from "../model/simulation.ts";
import { chooseMethod } from "../simulator/index.ts";

export interface SimulationNeed {
  readonly circuit: Circuit;
  /** Of the circuit's parameters; those without a value may become anything. */
  readonly parameters: Binding;
  /** Values of each run of a sweep, over those; empty: no sweep. */
  readonly sweep: readonly Binding[];
  readonly shots: number;
  readonly method: MethodChoice;
  readonly precision: Precision;
  readonly outputs: RunOutputs;
}

/** Why no method can carry the job, or not the one that was asked for; empty when one can. */
export function simulationFaults(need: SimulationNeed, { stateBytesMax }: SimulationCapacity): readonly Fault[] {
  const { circuit, parameters, sweep, ...rest } = need;
  const judge = (judged: Circuit) => chooseMethod({ ...rest, circuit: judged, noise: undefined, stateBytesMax });
  const unbound = judge(circuit);
  if (unbound.ok) return [];
  // With their values, angles may turn out to be those of Clifford gates.
  if (circuit.parameters.length === 0) return unbound.error;
  for (const values of sweep.length === 0 ? [{}] : sweep) {
    const bound = judge(bindAngles(circuit, { ...parameters, ...values }));
    if (!bound.ok) return bound.error;
  }
  return [];
}
