// Whether a noise model knows everything that a circuit asks of it: all that is missing at once.

import { limits } from "../../base/limits.ts";
import { type Circuit, walkOperations } from "../../model/circuit.ts";
import type { Fault } from "../../model/errors.ts";
import type { NoiseModel } from "../../model/noise-model.ts";
import { createGateNoiseLookup } from "./gate-noise.ts";

/** Qubit k of the circuit runs on qubit k of the device. */
export function noiseFaults(circuit: Circuit, noise: NoiseModel): readonly Fault[] {
  const { calibration } = noise;
  const qubitCount = calibration.qubits.length;
  const lookup = createGateNoiseLookup(noise);
  const faults = new Map<string, Fault>();
  for (const operation of walkOperations(circuit.operations)) {
    if (faults.size >= limits.faultCountMax) break;
    const qubits = operation.kind === "gate" ? operation.qubits : "qubit" in operation ? [operation.qubit] : [];
    const outside = qubits.filter((qubit) => qubit >= qubitCount);
    for (const qubit of outside) {
      faults.set(`qubit ${qubit}`, {
        field: "noise",
        wanted: `qubits 0 to ${qubitCount - 1} of ${calibration.device}`,
        found: `qubit ${qubit}`,
        hint: "Use the calibration of a wider device, or fewer qubits.",
      });
    }
    if (operation.kind !== "gate" || outside.length > 0) continue;
    const { kind } = lookup(operation.gate, qubits);
    if (kind === "noise") continue;
    faults.set(`${operation.gate} ${qubits}`, {
      field: "noise",
      wanted: `gates that ${calibration.device} has calibrated`,
      found: `${operation.gate} on ${qubits.length === 1 ? "qubit" : "qubits"} ${qubits.join(", ")}, ${kind === "dead" ? "whose calibrated error is 1" : "not calibrated there"}`,
      hint: "Write the circuit for the couplings of the device, qubit k on qubit k.",
    });
  }
  return [...faults.values()];
}
