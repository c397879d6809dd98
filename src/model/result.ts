// What a job leaves behind.

import type { Precision, SimulationMethod } from "./simulation.ts";

/** Outcomes by bit string: classical registers from last declared to first, separated by a space, bit 0 rightmost (as Qiskit writes them). */
export type Counts = ReadonlyMap<string, number>;

/** One Pauli sum: sum over terms of coefficient * pauli. */
export interface Observable {
  readonly name: string;
  readonly terms: readonly PauliTerm[];
}

export interface PauliTerm {
  readonly coefficient: number;
  /** Letters of I, X, Y, Z; the rightmost acts on qubit 0; as long as the circuit is wide. */
  readonly pauli: string;
}

/** What a driver returns for one task. */
export interface RunOutcome {
  readonly counts: Counts;
  /** expectationValues[i]: exact expectation of observable i in the final state. */
  readonly expectationValues: readonly number[];
  /** How it was computed, and for people why so. */
  readonly method: SimulationMethod;
  readonly methodReason: string;
  readonly precision: Precision;
  /** The engine and its build, such as "statevector/plain". */
  readonly engine: string;
  readonly simulatedMs: number;
}
