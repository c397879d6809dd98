// What a job leaves behind.

import type { Precision, SimulationMethod } from "./simulation.ts";

/** Outcomes by bit string: classical registers from last declared to first, separated by a space, bit 0 rightmost (as Qiskit writes them). */
export type Counts = ReadonlyMap<string, number>;

/** One Pauli sum: sum over terms of coefficient * pauli. */
export interface Observable {
  readonly name: string;
  readonly terms: readonly PauliTerm[];
  /** Estimate it from the job's shots as a device would, instead of computing it exactly; absent: exactly. */
  readonly sampled?: boolean;
}

export interface PauliTerm {
  readonly coefficient: number;
  /** Letters of I, X, Y, Z; the rightmost acts on qubit 0; as long as the circuit is wide. */
  readonly pauli: string;
}

/** How far an estimated expectation value can be trusted. */
export interface Estimate {
  /** Place of its observable in the job. */
  readonly observable: number;
  /** One standard deviation of the value, estimated from the same shots. */
  readonly standardError: number;
  /** Groups of terms that were measured together. */
  readonly groupCount: number;
  /** Over all groups; each has at least two, however few the job asked for. */
  readonly shots: number;
}

/** What a driver returns for one task. */
export interface RunOutcome {
  readonly counts: Counts;
  /** expectationValues[i]: expectation of observable i in the final state, exact unless it was to be sampled. */
  readonly expectationValues: readonly number[];
  /** Of the observables that were sampled, in their order. */
  readonly estimates: readonly Estimate[];
  /** shotOutcomes[k]: place in counts of what shot k gave; absent: not asked for. */
  readonly shotOutcomes?: Uint32Array;
  /** probabilities[i][v]: probability that the qubits of list i have the value v. */
  readonly probabilities?: readonly Float64Array[];
  /** [re, im, re, im, …]: bit q of an amplitude's index is qubit q of the circuit. */
  readonly finalState?: Float64Array;
  /** How it was computed, and for people why so. */
  readonly method: SimulationMethod;
  readonly methodReason: string;
  readonly precision: Precision;
  /** The engine and its build, such as "statevector/plain". */
  readonly engine: string;
  readonly simulatedMs: number;
  /** Run by run, of a task with a sweep: nothing but the method and the time is told of them all then. */
  readonly sweep?: readonly RunOutcome[];
}

/** What one run of a sweep leaves beside its counts. */
export type SweepValues = Pick<RunOutcome, "method" | "expectationValues" | "estimates">;
