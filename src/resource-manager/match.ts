// Which devices can run a job as asked, and of each other one, why not. Nothing that is asked for is ignored.

import { limits } from "../base/limits.ts";
import { type SimulationNeed, simulationFaults } from "../driver-manager/index.ts";
import { type Circuit, usedQubits, walkOperations } from "../model/circuit.ts";
import type { Device } from "../model/device.ts";
import type { Fault } from "../model/errors.ts";
import type { Requirements, Topology } from "../model/job.ts";
import { couplingFaults } from "./couplings.ts";

export interface DeviceNeed extends SimulationNeed {
  readonly requirements: Requirements;
}

export interface DeviceMatch {
  /** Devices that satisfy everything, in the order given. */
  readonly fitting: readonly Device[];
  /** Why each other device does not: one fault per reason. */
  readonly faults: readonly Fault[];
}

export function matchDevices(need: DeviceNeed, devices: readonly Device[]): DeviceMatch {
  const { requirements } = need;
  if (requirements.device !== "" && !devices.some((device) => device.name === requirements.device)) {
    const known = devices.map((device) => device.name).join(", ");
    return {
      fitting: [],
      faults: [fault("device", `one of: ${known}`, requirements.device, "List what there is with ListDevices.")],
    };
  }
  const candidates = devices.filter((device) => requirements.device === "" || device.name === requirements.device);
  const judged = candidates.map((device) => ({ device, faults: judge(need, device) }));
  const fitting = judged.filter(({ faults }) => faults.length === 0).map(({ device }) => device);
  return { fitting, faults: fitting.length > 0 ? [] : judged.flatMap(({ faults }) => faults) };
}

function judge(need: DeviceNeed, device: Device): readonly Fault[] {
  const { circuit, requirements, shots } = need;
  const faults: Fault[] = [];
  const add = (field: string, wanted: string, found: string, hint: string): void => {
    faults.push(fault(field, `${wanted} (device ${device.name})`, found, hint));
  };
  if (device.status !== "online") add("device", "an online device", device.status, "Wait for it, or choose another device.");
  const used = usedQubits(circuit).size;
  // Without couplings a simulator has no qubits of its own: what fits is for its methods to say.
  if (used > device.qubitCount && (device.simulation === undefined || device.couplingMap !== undefined)) {
    add("circuit", `at most ${device.qubitCount} qubits`, `${used} qubits in use`, "Use fewer qubits.");
  } else if (device.simulation !== undefined) {
    for (const { field, wanted, found, hint } of simulationFaults(need, device.simulation)) add(field, wanted, found, hint);
  }
  if (requirements.minQubits > device.qubitCount) {
    add("requirements.min_qubits", `at most ${device.qubitCount}`, String(requirements.minQubits), "Ask for fewer qubits.");
  }
  const wantedByShape = topologyQubitCount(requirements.topology);
  if (wantedByShape > device.qubitCount) {
    add(
      "requirements.topology",
      `a shape of at most ${device.qubitCount} qubits`,
      `${wantedByShape} qubits`,
      "Ask for a smaller shape.",
    );
  }
  if (device.couplingMap !== undefined) {
    for (const { field, wanted, found, hint } of couplingFaults(need, device.qubitCount, device.couplingMap)) {
      add(field, wanted, found, hint);
    }
  }
  if (requirements.fidelityRequirement > device.fidelity) {
    add(
      "requirements.fidelity_requirement",
      `at most ${device.fidelity}`,
      String(requirements.fidelityRequirement),
      "Ask for less.",
    );
  }
  if (requirements.estimatedDurationMs > limits.jobRuntimeMsMax) {
    add(
      "requirements.estimated_duration",
      `at most ${limits.jobRuntimeMsMax / 1000} s`,
      `${requirements.estimatedDurationMs / 1000} s`,
      "A run is stopped after that time: split the work into smaller jobs.",
    );
  }
  if (shots > device.shotCountMax)
    add("shots", `at most ${device.shotCountMax}`, String(shots), "Split the work into several jobs.");
  const foreign = gatesOutside(circuit, device.basisGates);
  if (foreign.length > 0)
    add("circuit", `only gates ${device.basisGates.join(", ")}`, foreign.join(", "), "Translate the circuit first.");
  return faults;
}

function gatesOutside(circuit: Circuit, basisGates: readonly string[]): readonly string[] {
  const basis = new Set(basisGates);
  const outside = new Set<string>();
  for (const operation of walkOperations(circuit.operations)) {
    if (operation.kind === "gate" && !basis.has(operation.gate)) outside.add(operation.gate);
  }
  return [...outside];
}

function topologyQubitCount(topology: Topology): number {
  return topology.kind === "grid" ? topology.rows * topology.columns : 0;
}

function fault(field: string, wanted: string, found: string, hint: string): Fault {
  return { field, wanted, found, hint };
}
