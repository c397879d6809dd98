// A device as schedulers and users see it.

import type { SimulationCapacity } from "./simulation.ts";

export type DeviceStatus = "online" | "offline" | "maintenance";

/** Two qubits that can interact, in either order. */
export type Coupling = readonly [number, number];

export interface Device {
  readonly name: string;
  readonly description: string;
  readonly kind: "simulator";
  readonly status: DeviceStatus;
  /** Most qubits that any circuit may use; a simulator takes Clifford circuits of more. */
  readonly qubitCount: number;
  /** Gates it runs without translation. */
  readonly basisGates: readonly string[];
  /** Pairs of qubits that can interact; undefined: every pair. */
  readonly couplingMap: readonly Coupling[] | undefined;
  /** What a simulator may use; undefined: it is none. */
  readonly simulation: SimulationCapacity | undefined;
  /** Success probability of a run; 1 for an ideal simulator. */
  readonly fidelity: number;
  readonly shotCountMax: number;
  /** Tasks it runs at once. */
  readonly slotCount: number;
}
