// The noisy circuit of the bench, and its channels in a form that names no formula twice: both sides get the same numbers.
// Layers of a random 1-qubit gate on every qubit (rz sx rz sx rz, the device's own gates) and CX on a random matching of the couplers.

import { createSeededRandom, type SeededRandom } from "../../test/simulation/seeded-random.ts";

/** A part of a channel, applied in order; `qubits` are places among the operation's own. */
export type Stage =
  /** A Pauli string is drawn; its rightmost letter acts on the operation's first qubit. */
  | { readonly kind: "pauli"; readonly qubits: readonly number[]; readonly probabilities: Readonly<Record<string, number>> }
  /** Reset to |0>, or Z, or nothing: thermal relaxation with T2 <= T1. */
  | {
      readonly kind: "relaxation";
      readonly qubits: readonly number[];
      readonly resetRate: number;
      readonly phaseFlipRate: number;
    }
  /** operators[k][row][column] is [re, im]: thermal relaxation with T1 < T2 <= 2 T1. */
  | {
      readonly kind: "kraus";
      readonly qubits: readonly number[];
      readonly operators: readonly (readonly (readonly (readonly [number, number])[])[])[];
    };

export interface NoiseProgram {
  readonly qubitCount: number;
  /** The channel acts after the gate; an operation without a gate is an idle time. All qubits are measured at the end. */
  readonly operations: readonly {
    readonly gate?: "rz" | "sx" | "cx";
    readonly qubits: readonly number[];
    readonly angles: readonly number[];
    readonly channel?: string;
  }[];
  readonly channels: Readonly<Record<string, readonly Stage[]>>;
  /** readout[q]: [P(1 | prepared 0), P(0 | prepared 1)]. */
  readonly readout: readonly (readonly [number, number])[];
}

/** IBM's published pair of files, as far as they are read here. */
export interface RawDevice {
  readonly configuration: { readonly n_qubits: number; readonly coupling_map: readonly (readonly [number, number])[] };
  readonly properties: {
    readonly qubits: readonly (readonly { readonly name: string; readonly value: number }[])[];
    readonly gates: readonly {
      readonly gate: string;
      readonly qubits: readonly number[];
      readonly parameters: readonly { readonly name: string; readonly value: number }[];
    }[];
  };
}

export function createNoiseProgram({ configuration, properties }: RawDevice, layerCount: number, seed: number): NoiseProgram {
  const random = createSeededRandom(seed);
  const qubitCount = configuration.n_qubits;
  const operations: NoiseProgram["operations"][number][] = [];
  const channels: Record<string, readonly Stage[]> = {};
  const calibration = (gate: string, qubits: readonly number[]): { errorRate: number; lengthNs: number } => {
    const record = properties.gates.find((other) => other.gate === gate && other.qubits.join() === qubits.join());
    return {
      errorRate: calibratedValue(record?.parameters, "gate_error"),
      lengthNs: calibratedValue(record?.parameters, "gate_length"),
    };
  };
  const times = (qubit: number) => ({
    t1Ns: 1000 * calibratedValue(properties.qubits[qubit], "T1"),
    t2Ns: 1000 * calibratedValue(properties.qubits[qubit], "T2"),
  });
  const noisy = (gate: "sx" | "cx", qubits: readonly number[]): void => {
    const channel = `${gate}_${qubits.join("_")}`;
    const { errorRate, lengthNs } = calibration(gate, qubits);
    channels[channel] ??= gateChannel(errorRate, lengthNs, qubits.map(times));
    operations.push({ gate, qubits, angles: [], channel });
  };
  const idle = (qubit: number, lengthNs: number): void => {
    const channel = `idle_${qubit}_${Math.round(lengthNs)}`;
    channels[channel] ??= [relaxation(times(qubit), Math.round(lengthNs), 0)];
    operations.push({ qubits: [qubit], angles: [], channel });
  };
  for (let layer = 0; layer < layerCount; layer++) {
    for (let qubit = 0; qubit < qubitCount; qubit++) {
      for (let turn = 0; turn < 3; turn++) {
        if (turn > 0) noisy("sx", [qubit]);
        operations.push({ gate: "rz", qubits: [qubit], angles: [(2 * random.next() - 1) * Math.PI] });
      }
    }
    const pairs = matching(random, configuration.coupling_map);
    const busyNs = new Float64Array(qubitCount);
    for (const pair of pairs) {
      noisy("cx", pair);
      for (const qubit of pair) busyNs[qubit] = calibration("cx", pair).lengthNs;
    }
    const layerNs = Math.max(...busyNs);
    for (const [qubit, ns] of busyNs.entries()) if (layerNs - ns >= 1) idle(qubit, layerNs - ns);
  }
  const readout = properties.qubits.map(
    (qubit) => [calibratedValue(qubit, "prob_meas1_prep0"), calibratedValue(qubit, "prob_meas0_prep1")] as const,
  );
  return { qubitCount, operations, channels, readout };
}

/** Couplers in a random order, each taken while both of its qubits are free. */
function matching(random: SeededRandom, couplers: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const order = [...couplers];
  for (let k = order.length - 1; k > 0; k--) {
    const other = random.between(0, k + 1);
    const [a, b] = [order[k], order[other]];
    if (a !== undefined && b !== undefined) [order[k], order[other]] = [b, a];
  }
  const taken = new Set<number>();
  return order.filter(([source, target]) => {
    if (taken.has(source) || taken.has(target)) return false;
    taken.add(source).add(target);
    return true;
  });
}

/**
 * Depolarizing, then relaxation of each qubit, so that the whole has the calibrated average gate error:
 * p = d (e - e_relax) / (d F_relax - 1) in E(rho) = (1 - p) rho + p I/d. Source: Qiskit Aer's noise.device.models, 0.18.
 */
function gateChannel(
  errorRate: number,
  lengthNs: number,
  qubits: readonly { readonly t1Ns: number; readonly t2Ns: number }[],
): readonly Stage[] {
  const stages = qubits.map((times, place) => relaxation(times, lengthNs, place));
  const dimension = 2 ** qubits.length;
  // Process fidelity of a product is the product; average fidelity F = (d F_process + 1) / (d + 1).
  const process = qubits.map((times) => relaxationProcessFidelity(times, lengthNs)).reduce((a, b) => a * b);
  const relaxFidelity = (dimension * process + 1) / (dimension + 1);
  const relaxError = 1 - relaxFidelity;
  if (errorRate <= relaxError) return stages;
  const pauliCount = dimension ** 2;
  const rate = Math.min((dimension * (errorRate - relaxError)) / (dimension * relaxFidelity - 1), pauliCount / (pauliCount - 1));
  const names = qubits.length === 1 ? [..."IXYZ"] : [..."IXYZ"].flatMap((a) => [..."IXYZ"].map((b) => a + b));
  const probabilities = Object.fromEntries(
    names.map((name, k) => [name, k === 0 ? 1 - rate * (1 - 1 / pauliCount) : rate / pauliCount]),
  );
  return [{ kind: "pauli", qubits: qubits.map((_, place) => place), probabilities }, ...stages];
}

interface Times {
  readonly t1Ns: number;
  readonly t2Ns: number;
}

/** (1 + 2 e^{-t/T2} + e^{-t/T1}) / 4: the mean of the diagonal of the channel's Pauli transfer matrix. */
function relaxationProcessFidelity({ t1Ns, t2Ns }: Times, ns: number): number {
  return (1 + 2 * Math.exp(-ns / Math.min(t2Ns, 2 * t1Ns)) + Math.exp(-ns / t1Ns)) / 4;
}

/** T2 is truncated to 2 T1; the excited population at equilibrium is 0. */
function relaxation({ t1Ns, t2Ns: measuredT2Ns }: Times, ns: number, place: number): Stage {
  const t2Ns = Math.min(measuredT2Ns, 2 * t1Ns);
  const resetRate = 1 - Math.exp(-ns / t1Ns);
  const qubits = [place];
  if (t2Ns <= t1Ns) {
    const phaseFlipRate = ((1 - resetRate) * (1 - Math.exp(-ns * (1 / t2Ns - 1 / t1Ns)))) / 2;
    return { kind: "relaxation", qubits, resetRate, phaseFlipRate };
  }
  // The Choi matrix is |0><1| with weight resetRate, and [[1, c], [c, 1 - resetRate]] over |00>, |11>: its eigenvectors are diagonal operators.
  const coherence = Math.exp(-ns / t2Ns);
  const mean = 1 - resetRate / 2;
  const radius = Math.hypot(resetRate / 2, coherence);
  const diagonals = [mean + radius, mean - radius].map((eigenvalue) => {
    const [a, b] = [coherence, eigenvalue - 1];
    const scale = Math.sqrt(Math.max(0, eigenvalue)) / Math.hypot(a, b);
    return real([
      [scale * a, 0],
      [0, scale * b],
    ]);
  });
  const decay = real([
    [0, Math.sqrt(resetRate)],
    [0, 0],
  ]);
  return { kind: "kraus", qubits, operators: [...diagonals, decay] };
}

const real = (matrix: readonly (readonly number[])[]) => matrix.map((row) => row.map((entry) => [entry, 0] as const));

function calibratedValue(
  parameters: readonly { readonly name: string; readonly value: number }[] | undefined,
  name: string,
): number {
  const value = parameters?.find((parameter) => parameter.name === name)?.value;
  if (value === undefined) throw new Error(`the snapshot has no ${name}`);
  return value;
}
