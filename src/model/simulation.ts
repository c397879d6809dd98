// How a simulator may compute a job.

export const simulationMethods = ["statevector", "stabilizer", "density_matrix", "trajectories"] as const;
export type SimulationMethod = (typeof simulationMethods)[number];

/** What a user asks for; automatic leaves it to the simulator, which says what it took and why. */
export type MethodChoice = "automatic" | SimulationMethod;

/** Of an amplitude's real and imaginary part: f64 or f32. */
export type Precision = "double" | "single";

/** What a run leaves beside counts and expectation values. */
export interface RunOutputs {
  /** The outcome of each shot, in order. */
  readonly memory: boolean;
  /** For each list of qubits, the probabilities of their values before the measurements: bit k of a value is the list's qubit k. */
  readonly probabilities: readonly (readonly number[])[];
  /** Every amplitude before the measurements. */
  readonly finalState: boolean;
}

export const noOutputs: RunOutputs = { memory: false, probabilities: [], finalState: false };

/** Their names in the contract, as far as they are asked for. */
export function namesOfOutputs({ memory, probabilities, finalState }: RunOutputs): readonly string[] {
  return [
    ...(memory ? ["memory"] : []),
    ...(probabilities.length > 0 ? ["probabilities"] : []),
    ...(finalState ? ["final_state"] : []),
  ];
}

/** What a simulator may use. */
export interface SimulationCapacity {
  /** Bytes of one state. */
  readonly stateBytesMax: number;
}
