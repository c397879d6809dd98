// How long a gate takes on given qubits and how often it fails, from the calibration: its own entry, or that of the gates it is made of.

import type { GateCalibration } from "../../model/calibration/calibration.ts";
import { type GateName, gates } from "../../model/gates.ts";
import type { NoiseModel } from "../../model/noise-model.ts";

export interface GateNoise {
  readonly durationNs: number;
  /** 1 - average fidelity; undefined when not measured. */
  readonly errorRate: number | undefined;
}

export type GateNoiseLookup =
  | { readonly kind: "noise"; readonly noise: GateNoise }
  | { readonly kind: "dead" }
  | { readonly kind: "not_calibrated" };

/** Changes of frame: no pulse, no time, no error. (McKay et al. 2017, "Efficient Z gates for quantum computing", arXiv:1612.00858.) */
export const virtualGates: ReadonlySet<GateName> = new Set(["rz", "p", "z", "s", "sdg", "t", "tdg"]);

// Pulses that a 1-qubit gate needs when virtual Z rotations are free: one sx for those, two for any other (McKay et al., equation 3).
const onePulseGates: ReadonlySet<GateName> = new Set(["h", "sx", "sxdg", "x", "y"]);
const pulses = ["sx", "x", "u2", "rx", "u3", "u"];

// Entangling gates that a 2-qubit gate needs: 1 for those that differ from cx by 1-qubit gates, 3 for swap, 2 for the other ones of the table
// (Vatan and Williams 2004, arXiv:quant-ph/0308006). The 1-qubit gates around them are not counted.
const entanglerCounts: Partial<Record<GateName, number>> = { cx: 1, cy: 1, cz: 1, ch: 1, ecr: 1, swap: 3 };
const entanglers = ["cx", "ecr", "cz", "iswap"];
const symmetricGates: ReadonlySet<GateName> = new Set(["cz", "cp", "swap", "iswap", "iswapdg", "rxx", "ryy", "rzz"]);
// Old devices name their pulses by how many they are; `id` waits for one.
const otherNames: Partial<Record<GateName, string>> = { u: "u3" };

/** Looks gates up on physical qubits. */
export function createGateNoiseLookup({
  calibration,
}: NoiseModel): (gate: GateName, qubits: readonly number[]) => GateNoiseLookup {
  const entries = new Map(calibration.gates.map((entry) => [`${entry.gate} ${entry.qubits}`, entry]));
  const find = (names: readonly (string | undefined)[], orders: readonly (readonly number[])[]): GateCalibration | undefined => {
    const found = names.flatMap((name) => orders.flatMap((order) => entries.get(`${name} ${order}`) ?? []));
    // Of two directions that were measured one may be dead.
    return found.find(({ errorRate }) => errorRate !== 1) ?? found[0];
  };
  const known = new Map<string, GateNoiseLookup>();
  return (gate, qubits) => {
    const key = `${gate} ${qubits}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = look(gate, qubits);
    known.set(key, found);
    return found;
  };

  function look(gate: GateName, qubits: readonly number[]): GateNoiseLookup {
    if (virtualGates.has(gate)) return { kind: "noise", noise: { durationNs: 0, errorRate: 0 } };
    const reversed = [...qubits].reverse();
    const own = find([gate, otherNames[gate]], symmetricGates.has(gate) ? [qubits, reversed] : [qubits]);
    if (own !== undefined) return repeated(own, 1);
    if (gate === "id") return { kind: "noise", noise: { durationNs: 0, errorRate: 0 } };
    const { qubitCount } = gates[gate];
    if (qubitCount === 1) {
      const pulse = find(pulses, [qubits]);
      const isWhole = pulse?.gate === "u3" || pulse?.gate === "u";
      return pulse === undefined ? { kind: "not_calibrated" } : repeated(pulse, isWhole || onePulseGates.has(gate) ? 1 : 2);
    }
    const entangler = qubitCount === 2 ? find(entanglers, [qubits, reversed]) : undefined;
    return entangler === undefined ? { kind: "not_calibrated" } : repeated(entangler, entanglerCounts[gate] ?? 2);
  }
}

function repeated({ durationNs = 0, errorRate }: GateCalibration, count: number): GateNoiseLookup {
  if (errorRate === 1) return { kind: "dead" };
  let total = errorRate;
  if (total !== undefined && errorRate !== undefined) for (let k = 1; k < count; k++) total += errorRate * (1 - total);
  return { kind: "noise", noise: { durationNs: durationNs * count, errorRate: total } };
}
