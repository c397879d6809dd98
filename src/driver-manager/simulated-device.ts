// Devices that the simulator can be: one that every circuit fits, and shapes of hardware.

import type { Coupling } from "../model/device.ts";

export interface SimulatedDevice {
  readonly name: string;
  readonly description: string;
  readonly qubitCount: number;
  /** Pairs of qubits that can interact; undefined: every pair. */
  readonly couplingMap: readonly Coupling[] | undefined;
  /** Tasks it runs at once; undefined: as many as the compute pool. */
  readonly slotCount: number | undefined;
}

/** Every gate, every pair of qubits. A machine may allow fewer qubits than limits.simulatorQubitCountMax. */
export function idealSimulator(qubitCount: number): SimulatedDevice {
  const description = "Ideal state-vector simulator: all gates, all pairs of qubits, no noise.";
  return { name: "simulator", description, qubitCount, couplingMap: undefined, slotCount: undefined };
}

/**
 * Devices of several sizes and shapes, the smallest first, so that a job goes to the smallest one that it fits. Those with couplings run one
 * task at a time, as hardware does.
 */
export function simulatedFleet(qubitCountMax: number): readonly SimulatedDevice[] {
  const coupled = [
    { name: "line-5", shape: "a line of 5 qubits", qubitCount: 5, couplingMap: lineCouplings(5) },
    { name: "ring-12", shape: "a ring of 12 qubits", qubitCount: 12, couplingMap: [...lineCouplings(12), [11, 0] as const] },
    { name: "grid-16", shape: "a grid of 4 by 4 qubits", qubitCount: 16, couplingMap: gridCouplings(4, 4) },
  ];
  return [
    ...coupled.map(({ name, shape, qubitCount, couplingMap }) => {
      const description = `Ideal simulator of ${shape}: no noise, no routing; gates on two qubits only between neighbours.`;
      return { name, description, qubitCount, couplingMap, slotCount: 1 };
    }),
    idealSimulator(qubitCountMax),
  ];
}

function lineCouplings(qubitCount: number): readonly Coupling[] {
  return Array.from({ length: qubitCount - 1 }, (_, qubit) => [qubit, qubit + 1] as const);
}

/** Row by row: qubit row * columns + column. */
function gridCouplings(rows: number, columns: number): readonly Coupling[] {
  return Array.from({ length: rows * columns }, (_, qubit) => qubit).flatMap((qubit): Coupling[] => [
    ...(qubit % columns < columns - 1 ? [[qubit, qubit + 1] as const] : []),
    ...(qubit + columns < rows * columns ? [[qubit, qubit + columns] as const] : []),
  ]);
}
