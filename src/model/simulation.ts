// How a simulator may compute a job.

export const simulationMethods = ["statevector", "stabilizer", "density_matrix", "trajectories"] as const;
export type SimulationMethod = (typeof simulationMethods)[number];

/** What a user asks for; automatic leaves it to the simulator, which says what it took and why. */
export type MethodChoice = "automatic" | SimulationMethod;

/** Of an amplitude's real and imaginary part: f64 or f32. */
export type Precision = "double" | "single";

/** What a simulator may use. */
export interface SimulationCapacity {
  /** Bytes of one state. */
  readonly stateBytesMax: number;
}
