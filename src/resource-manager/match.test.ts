import { expect, test } from "vitest";
import { noRequirements } from "../../test/fixtures/job.ts";
import type { Circuit, Operation } from "../model/circuit.ts";
import type { Device } from "../model/device.ts";
import { gateNames } from "../model/gates.ts";
import { matchDevices, usedQubitCount } from "./match.ts";

const simulator: Device = {
  name: "simulator",
  description: "",
  kind: "simulator",
  status: "online",
  qubitCount: 4,
  basisGates: gateNames,
  couplingMap: undefined,
  fidelity: 1,
  shotCountMax: 1000,
  slotCount: 2,
};

function circuitOf(qubitCount: number, operations: readonly Operation[]): Circuit {
  return { qubitCount, bitCount: 0, qubitRegisters: [], bitRegisters: [], parameters: [], globalPhase: 0, operations };
}

const h = (qubit: number): Operation => ({ kind: "gate", gate: "h", qubits: [qubit], angles: [] });
const small = circuitOf(2, [h(0), h(1)]);

test("a job that asks for nothing special fits", () => {
  const match = matchDevices({ circuit: small, requirements: noRequirements, shots: 100 }, [simulator]);
  expect(match.fitting).toEqual([simulator]);
  expect(match.faults).toEqual([]);
});

test("every unsatisfied requirement is told, with the device's name", () => {
  const requirements = {
    ...noRequirements,
    minQubits: 9,
    fidelityRequirement: 1.5,
    estimatedDurationMs: 10 * 3600 * 1000,
    topology: { kind: "grid", rows: 5, columns: 5 },
  } as const;
  const wide = circuitOf(6, [0, 1, 2, 3, 4, 5].map(h));
  const { fitting, faults } = matchDevices({ circuit: wide, requirements, shots: 5000 }, [simulator]);
  expect(fitting).toEqual([]);
  expect(faults.map(({ field }) => field).sort()).toEqual([
    "circuit",
    "requirements.estimated_duration",
    "requirements.fidelity_requirement",
    "requirements.min_qubits",
    "requirements.topology",
    "shots",
  ]);
  for (const { wanted } of faults) expect(wanted).toContain("simulator");
});

test("a device that does not exist is told with those that do", () => {
  const requirements = { ...noRequirements, device: "ibm_nowhere" };
  const { faults } = matchDevices({ circuit: small, requirements, shots: 1 }, [simulator]);
  expect(faults).toEqual([expect.objectContaining({ field: "device", wanted: "one of: simulator", found: "ibm_nowhere" })]);
});

test("a device that is not online is refused with its status", () => {
  const { faults } = matchDevices({ circuit: small, requirements: noRequirements, shots: 1 }, [
    { ...simulator, status: "maintenance" },
  ]);
  expect(faults).toEqual([expect.objectContaining({ found: "maintenance" })]);
});

test("gates outside the device's basis are named", () => {
  const { faults } = matchDevices({ circuit: small, requirements: noRequirements, shots: 1 }, [
    { ...simulator, basisGates: ["cx"] },
  ]);
  expect(faults).toEqual([expect.objectContaining({ found: "h" })]);
});

test("idle qubits cost nothing: only those in use count", () => {
  const branch: Operation = { kind: "if", condition: { kind: "bit", bit: 0, value: 1 }, then: [h(7)], otherwise: [] };
  const wide = circuitOf(100, [h(0), { kind: "barrier", qubits: [1, 2, 3] }, { kind: "measure", qubit: 5, bit: 0 }, branch]);
  expect(usedQubitCount(wide)).toBe(3);
  expect(matchDevices({ circuit: wide, requirements: noRequirements, shots: 1 }, [simulator]).fitting).toHaveLength(1);
});
