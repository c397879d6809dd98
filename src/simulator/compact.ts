// Leaves idle qubits out: a circuit of 16 qubits in a register of 127 costs 2^16 amplitudes.

import { type Circuit, type Operation, usedQubits } from "../model/circuit.ts";

export interface CompactCircuit {
  /** Places in the state; at least 1, so that there is always a state. */
  readonly qubitCount: number;
  /** placeOf[q]: place of qubit q of the circuit in the state; undefined for an idle qubit, which stays |0>. */
  readonly placeOf: ReadonlyMap<number, number>;
  readonly operations: readonly Operation[];
}

export function compact(circuit: Circuit): CompactCircuit {
  return placed(circuit, [...usedQubits(circuit)]);
}

/** Every qubit at its own place. */
export function uncompacted(circuit: Circuit): CompactCircuit {
  return placed(
    circuit,
    Array.from({ length: circuit.qubitCount }, (_, qubit) => qubit),
  );
}

/** `kept`: qubits that get a place, ascending. */
function placed(circuit: Circuit, kept: readonly number[]): CompactCircuit {
  const placeOf = new Map(kept.map((qubit, place) => [qubit, place]));
  const qubitCount = Math.max(1, placeOf.size);
  if (placeOf.size === circuit.qubitCount && circuit.operations.every(({ kind }) => kind === "gate" || kind === "measure")) {
    return { qubitCount, placeOf, operations: circuit.operations };
  }
  const place = (qubit: number): number => placeOf.get(qubit) ?? 0;
  const move = (operation: Operation): Operation[] => {
    switch (operation.kind) {
      case "gate":
        return [{ ...operation, qubits: operation.qubits.map(place) }];
      case "measure":
      case "reset":
        return [{ ...operation, qubit: place(operation.qubit) }];
      case "if":
        return [{ ...operation, then: operation.then.flatMap(move), otherwise: operation.otherwise.flatMap(move) }];
      case "barrier":
      case "delay":
        // Without noise, time does nothing.
        return [];
    }
  };
  return { qubitCount, placeOf, operations: circuit.operations.flatMap(move) };
}
