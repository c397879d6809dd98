// What was last measured of a device: how long its qubits live, how often its gates and readouts fail, how long they take.
// A plain value that survives JSON and structured cloning; schema.ts says what a file of it may hold, parse.ts reads one.
// What is absent was not measured, which is not the same as perfect.

import type { Coupling } from "../device.ts";

export interface Calibration {
  readonly device: string;
  /** ISO 8601 with zone: decides how far a reader trusts these figures. */
  readonly measuredAt: string;
  /** The device's clock step. */
  readonly dtNs?: number;
  /** qubits[q]: physical qubit q. */
  readonly qubits: readonly QubitCalibration[];
  /** Pairs that can interact, each once, smaller qubit first. */
  readonly couplings: readonly Coupling[];
  /** One entry per gate and qubits; the order of a 2-qubit gate's qubits is as the device calibrates it. */
  readonly gates: readonly GateCalibration[];
  /** Always-on interaction of neighbours. */
  readonly zzCouplings: readonly ZzCoupling[];
}

export interface QubitCalibration {
  /** Relaxation time: |1> decays as e^(-t/T1). */
  readonly t1Us?: number;
  /** Coherence time: superpositions decay as e^(-t/T2); at most 2 * T1. */
  readonly t2Us?: number;
  readonly readout?: ReadoutCalibration;
}

export interface ReadoutCalibration {
  /** Probability that a qubit in |0> is read as 1, and the other way round. */
  readonly oneGivenZeroRate?: number;
  readonly zeroGivenOneRate?: number;
  readonly durationNs?: number;
}

export interface GateCalibration {
  /** As the device names it: a gate of our table, or one of the device's own such as `u3`, `reset`, `measure`. */
  readonly gate: string;
  readonly qubits: readonly number[];
  /** 1 - average gate fidelity, as randomized benchmarking measures it; 1: the gate is dead. */
  readonly errorRate?: number;
  readonly durationNs?: number;
}

export interface ZzCoupling {
  readonly qubits: Coupling;
  /** Shift of one qubit's frequency by the other's excitation; may be negative. */
  readonly frequencyKhz: number;
}

/** A gate that a device publishes with an error of 1 cannot be used. */
export function isDead({ errorRate }: GateCalibration): boolean {
  return errorRate === 1;
}
