// The steps of a noisy program as trajectories walk them: matrices built, channels unravelled into what is calm and what is an event.

import type { Condition } from "../../model/circuit.ts";
import { type Action, actionsOf } from "../noise/actions.ts";
import { pauliRate, type Relaxation, unravel } from "../noise/channels.ts";
import type { FlatMatrix } from "../noise/complex-matrix.ts";
import { realMatrix } from "../noise/complex-matrix.ts";
import type { NoisyExports } from "../noise/engine.ts";
import type { Measurement, NoisyProgram, Step } from "../noise/program.ts";

export type WalkStep =
  | { readonly kind: "gate"; readonly actions: readonly Action[] }
  | RelaxationSite
  | DepolarizingSite
  | { readonly kind: "measure"; readonly measurement: Measurement }
  | { readonly kind: "reset"; readonly qubit: number }
  | { readonly kind: "branch"; readonly condition: Condition; readonly skip: number }
  | { readonly kind: "jump"; readonly skip: number };

/** A place in the circuit where relaxation may strike. */
export interface RelaxationSite {
  readonly kind: "relax";
  readonly qubit: number;
  /** Diagonal of the operator of "no event"; its squares bound the chance of that from both sides. */
  readonly calm: readonly [number, number];
  readonly calmRateMin: number;
  readonly isStateIndependent: boolean;
  /** Diagonal as a matrix, for sites that are not independent of the state. */
  readonly calmMatrix: FlatMatrix;
  readonly events: readonly FlatMatrix[];
}

/** A place where one of the Paulis but the identity may strike, each with the same chance. */
export interface DepolarizingSite {
  readonly kind: "depolarize";
  readonly qubits: readonly number[];
  readonly calmRate: number;
}

export function prepareSteps(program: NoisyProgram, wasm: NoisyExports): readonly WalkStep[] {
  const sites = new Map<Relaxation, Map<number, RelaxationSite>>();
  return program.steps.map((step) => prepare(step, wasm, sites));
}

function prepare(step: Step, wasm: NoisyExports, sites: Map<Relaxation, Map<number, RelaxationSite>>): WalkStep {
  switch (step.kind) {
    case "gate":
      return { kind: "gate", actions: actionsOf(step.gate, step.qubits, step.angles, wasm, false) };
    case "relax": {
      const ofQubit = sites.get(step.relaxation) ?? new Map<number, RelaxationSite>();
      sites.set(step.relaxation, ofQubit);
      const site = ofQubit.get(step.qubit) ?? relaxationSite(step.qubit, step.relaxation);
      ofQubit.set(step.qubit, site);
      return site;
    }
    case "depolarize": {
      // The identity is one of the 4^n Paulis that a depolarizing channel spreads its rate over.
      const paulis = 4 ** step.qubits.length;
      return { kind: "depolarize", qubits: step.qubits, calmRate: 1 - (paulis - 1) * pauliRate(step.rate, step.qubits.length) };
    }
    default:
      return step;
  }
}

function relaxationSite(qubit: number, relaxation: Relaxation): RelaxationSite {
  const { calm, isStateIndependent, events } = unravel(relaxation);
  const [zero, one] = calm;
  return {
    kind: "relax",
    qubit,
    calm,
    calmRateMin: Math.min(zero * zero, one * one),
    isStateIndependent,
    calmMatrix: realMatrix([zero, 0, 0, one]),
    events: events.map(realMatrix),
  };
}
