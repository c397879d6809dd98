import { describe, expect, test } from "vitest";
import { noRequirements } from "../../test/fixtures/job.ts";
import { type Circuit, type Operation, usedQubits } from "../model/circuit.ts";
import type { Device } from "../model/device.ts";
import { gateNames } from "../model/gates.ts";
import type { Requirements, Topology } from "../model/job.ts";
import { noOutputs } from "../model/simulation.ts";
import { type DeviceNeed, matchDevices } from "./match.ts";

const simulator: Device = {
  name: "simulator",
  description: "",
  kind: "simulator",
  status: "online",
  qubitCount: 4,
  basisGates: gateNames,
  couplingMap: undefined,
  simulation: { stateBytesMax: 16 * 2 ** 4 },
  fidelity: 1,
  shotCountMax: 1000,
  slotCount: 2,
};

function circuitOf(qubitCount: number, operations: readonly Operation[]): Circuit {
  return { qubitCount, bitCount: 0, qubitRegisters: [], bitRegisters: [], parameters: [], globalPhase: 0, operations };
}

const h = (qubit: number): Operation => ({ kind: "gate", gate: "h", qubits: [qubit], angles: [] });
const t = (qubit: number): Operation => ({ kind: "gate", gate: "t", qubits: [qubit], angles: [] });
const small = circuitOf(2, [h(0), h(1)]);

function needOf(changes: Partial<DeviceNeed>): DeviceNeed {
  return {
    circuit: small,
    requirements: noRequirements,
    shots: 1,
    parameters: {},
    method: "automatic",
    precision: "double",
    outputs: noOutputs,
    sweep: [],
    ...changes,
  };
}

test("a job that asks for nothing special fits", () => {
  const match = matchDevices(needOf({ circuit: small, requirements: noRequirements, shots: 100 }), [simulator]);
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
  const wide = circuitOf(6, [0, 1, 2, 3, 4, 5].map(t));
  const { fitting, faults } = matchDevices(needOf({ circuit: wide, requirements, shots: 5000 }), [simulator]);
  expect(fitting).toEqual([]);
  expect(faults.map(({ field }) => field).sort()).toEqual([
    // One of each method that the simulator would have tried.
    "circuit",
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
  const { faults } = matchDevices(needOf({ circuit: small, requirements, shots: 1 }), [simulator]);
  expect(faults).toEqual([expect.objectContaining({ field: "device", wanted: "one of: simulator", found: "ibm_nowhere" })]);
});

test("a device that is not online is refused with its status", () => {
  const { faults } = matchDevices(needOf({ circuit: small, requirements: noRequirements, shots: 1 }), [
    { ...simulator, status: "maintenance" },
  ]);
  expect(faults).toEqual([expect.objectContaining({ found: "maintenance" })]);
});

test("gates outside the device's basis are named", () => {
  const { faults } = matchDevices(needOf({ circuit: small, requirements: noRequirements, shots: 1 }), [
    { ...simulator, basisGates: ["cx"] },
  ]);
  expect(faults).toEqual([expect.objectContaining({ found: "h" })]);
});

test("idle qubits cost nothing: only those in use count", () => {
  const branch: Operation = { kind: "if", condition: { kind: "bit", bit: 0, value: 1 }, then: [h(7)], otherwise: [] };
  const wide = circuitOf(100, [h(0), { kind: "barrier", qubits: [1, 2, 3] }, { kind: "measure", qubit: 5, bit: 0 }, branch]);
  expect(usedQubits(wide).size).toBe(3);
  expect(matchDevices(needOf({ circuit: wide, requirements: noRequirements, shots: 1 }), [simulator]).fitting).toHaveLength(1);
});

describe("a device whose qubits are coupled", () => {
  const line: Device = { ...simulator, name: "line", couplingMap: [0, 1, 2].map((qubit) => [qubit, qubit + 1] as const) };
  const ring: Device = { ...line, name: "ring", couplingMap: [...(line.couplingMap ?? []), [3, 0]] };
  const cx = (control: number, target: number): Operation => ({
    kind: "gate",
    gate: "cx",
    qubits: [control, target],
    angles: [],
  });
  const match = (operations: readonly Operation[], more: Partial<Requirements> = {}) =>
    matchDevices(needOf({ circuit: circuitOf(8, operations), requirements: { ...noRequirements, ...more }, shots: 1 }), [
      line,
      ring,
    ]);
  const names = (devices: readonly Device[]) => devices.map(({ name }) => name);

  test("takes gates between neighbours, in both orders and inside of branches, and refuses those between others by name", () => {
    expect(names(match([cx(0, 1), cx(2, 1), cx(2, 3)]).fitting)).toEqual(["line", "ring"]);
    expect(names(match([cx(0, 1), cx(3, 0)]).fitting)).toEqual(["ring"]);
    const branch: Operation = { kind: "if", condition: { kind: "bit", bit: 0, value: 1 }, then: [cx(2, 0)], otherwise: [] };
    const { fitting, faults } = match([branch, cx(0, 2), cx(1, 3)]);
    expect(fitting).toEqual([]);
    expect(faults.map(({ field, found }) => [field, found])).toEqual([
      ["circuit", "0-2, 1-3"],
      ["circuit", "0-2, 1-3"],
    ]);
    expect(faults[0]?.wanted).toBe("gates only between coupled qubits: circuits are not routed yet (device line)");
  });

  test("takes qubits by their number, since nothing renames them", () => {
    const { faults } = match([h(6)], { device: "line" });
    expect(faults).toEqual([expect.objectContaining({ field: "circuit", found: "qubit 6" })]);
    // Too many of them are told once, as on any device.
    expect(match([0, 1, 2, 3, 4].map(h), { device: "line" }).faults).toEqual([
      expect.objectContaining({ found: "5 qubits in use" }),
    ]);
  });

  test("has the shapes that its first qubits have", () => {
    const shaped = (topology: Topology, minQubits: number) => names(match([h(0)], { topology, minQubits }).fitting);
    expect(shaped({ kind: "linear" }, 4)).toEqual(["line", "ring"]);
    expect(shaped({ kind: "ring" }, 4)).toEqual(["ring"]);
    expect(shaped({ kind: "ring" }, 3)).toEqual([]);
    expect(shaped({ kind: "star" }, 2)).toEqual(["line", "ring"]);
    expect(shaped({ kind: "star" }, 3)).toEqual([]);
    expect(shaped({ kind: "all_to_all" }, 3)).toEqual([]);
    expect(shaped({ kind: "grid", rows: 1, columns: 4 }, 0)).toEqual(["line", "ring"]);
    expect(shaped({ kind: "grid", rows: 2, columns: 2 }, 0)).toEqual([]);
    expect(shaped({ kind: "heavy_hex" }, 2)).toEqual([]);
    expect(match([h(0)], { topology: { kind: "ring" }, minQubits: 4, device: "line" }).faults).toEqual([
      expect.objectContaining({ field: "requirements.topology", found: "ring of 4 qubits, without 0-3" }),
    ]);
  });

  test("a shape larger than the device is told as too large, not pair by pair", () => {
    const topology = { kind: "grid", rows: 1000, columns: 1000 } as const;
    const { faults } = match([h(0)], { topology, device: "ring" });
    expect(faults).toEqual([expect.objectContaining({ field: "requirements.topology", found: "1000000 qubits" })]);
    const dense = match([h(0)], { topology: { kind: "all_to_all" }, minQubits: 4096, device: "ring" });
    expect(dense.faults).toEqual([expect.objectContaining({ field: "requirements.min_qubits" })]);
  });
});
