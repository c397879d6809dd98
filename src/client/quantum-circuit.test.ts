import { expect, test } from "vitest";
import type { Operation } from "../model/circuit.ts";
import { gateNames, gates } from "../model/gates.ts";
import { parseQasm } from "../qasm/index.ts";
import { KernelClientError } from "./errors.ts";
import { parameter } from "./parameter.ts";
import { QuantumCircuit } from "./quantum-circuit.ts";

/** What the kernel reads when this circuit is submitted. */
function readBack(circuit: QuantumCircuit) {
  const parsed = parseQasm(circuit.serialize());
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

test("the specification's chain grows its qubits and measures them all into register meas", () => {
  const circuit = new QuantumCircuit().h(0).cx(0, 1).measureAll();
  expect(circuit.serialize()).toBe(
    [
      "OPENQASM 3.0;",
      'include "stdgates.inc";',
      "qubit[2] q;",
      "bit[2] meas;",
      "h q[0];",
      "cx q[0], q[1];",
      "barrier q;",
      "meas[0] = measure q[0];",
      "meas[1] = measure q[1];",
      "",
    ].join("\n"),
  );
});

test.each(gateNames)("gate %s is a method, angles first, and reads back as the gate it names", (name) => {
  const { angleCount, qubitCount } = gates[name];
  const angles = Array.from({ length: angleCount }, (_, index) => (index + 1) / 8);
  const qubits = Array.from({ length: qubitCount }, (_, index) => qubitCount - 1 - index);
  const circuit = new QuantumCircuit();
  const method: unknown = Reflect.get(circuit, name);
  if (typeof method !== "function") throw new Error(`there is no method ${name}`);
  expect(method).toHaveLength(angleCount + qubitCount);
  expect(Reflect.apply(method, circuit, [...angles, ...qubits])).toBe(circuit);
  const wanted: Operation = { kind: "gate", gate: name, qubits, angles };
  expect(circuit.toCircuit().operations).toEqual([wanted]);
  // The language defines some gates by others; the writer's own tests compare their matrices.
  expect(readBack(circuit).qubitCount).toBe(qubitCount);
});

test("text and circuit tell the same: measurements, resets, barriers and branches read back", () => {
  const circuit = new QuantumCircuit(3, 1)
    .u(0.1, 0.2, 0.3, 0)
    .measure(0, 1)
    .ifBit(
      1,
      1,
      (branch) => branch.x(1).ifBit(0, 0, (inner) => inner.z(2)),
      (branch) => branch.reset(1),
    )
    .barrier(0, 2)
    .swap(1, 2)
    .measureAll()
    .measureAll();
  expect(readBack(circuit)).toEqual(circuit.toCircuit());
  expect(circuit.toCircuit().bitRegisters).toEqual([
    { name: "c", size: 2, offset: 0 },
    { name: "meas", size: 3, offset: 2 },
    { name: "meas0", size: 3, offset: 5 },
  ]);
});

test("a bit that comes into being after measureAll does not move what was measured", () => {
  const circuit = new QuantumCircuit().x(0).measureAll().measure(0, 0);
  expect(circuit.toCircuit().operations.filter(({ kind }) => kind === "measure")).toEqual([
    { kind: "measure", qubit: 0, bit: 1 },
    { kind: "measure", qubit: 0, bit: 0 },
  ]);
});

test("parameters are named, combined, and listed once in the order of their first use", () => {
  const theta = parameter("theta");
  const circuit = new QuantumCircuit()
    .ry("phi", 0)
    .rz(theta.times(2).minus("phi"), 0)
    .rx(theta.negated().dividedBy(4).plus(1), 0);
  expect(circuit.parameters).toEqual(["phi", "theta"]);
  expect(readBack(circuit).operations).toEqual(circuit.toCircuit().operations);
});

test.each([
  ["a negative qubit", () => new QuantumCircuit().h(-1), "QuantumCircuit.h: wanted a qubit from 0 to 4095, found -1"],
  ["half a qubit", () => new QuantumCircuit().h(0.5), "found 0.5"],
  [
    "a qubit that is its own control",
    () => new QuantumCircuit().cx(1, 1),
    "QuantumCircuit.cx: wanted different qubits, found 1, 1",
  ],
  [
    "an infinite angle",
    () => new QuantumCircuit().rx(Number.POSITIVE_INFINITY, 0),
    "wanted a finite angle in radians, found Infinity",
  ],
  ["a bit beyond all bounds", () => new QuantumCircuit().measure(0, 1e9), "wanted a bit from 0 to 4095"],
  ["more qubits than a file may have", () => new QuantumCircuit(5000), "QuantumCircuit.qubitCount"],
])("%s is refused where it is given", (_, build, message) => {
  expect(build).toThrow(KernelClientError);
  expect(build).toThrow(message);
});

test("a parameter that OpenQASM reserves is refused when the circuit is written", () => {
  expect(() => new QuantumCircuit().rx("qubit", 0).serialize()).toThrow(/wanted a name that OpenQASM 3 leaves free/);
});

test("a branch that throws leaves the circuit as it was outside of it", () => {
  const circuit = new QuantumCircuit().x(0);
  expect(() => circuit.ifBit(0, 1, (branch) => branch.cx(0, 0))).toThrow(KernelClientError);
  expect(circuit.y(0).toCircuit().operations).toHaveLength(2);
});

test("a circuit draws itself", () => {
  expect(new QuantumCircuit().h(0).draw({ ascii: true })).toContain("+ H +");
});

test("wrong calls do not compile", () => {
  const circuit = new QuantumCircuit();
  const wrong = [
    // @ts-expect-error: the qubit is missing
    () => circuit.h(),
    // @ts-expect-error: the target is missing
    () => circuit.cx(0),
    // @ts-expect-error: a qubit is a number
    () => circuit.rz("theta", "0"),
    // @ts-expect-error: a bit is 0 or 1
    () => circuit.ifBit(0, 2, () => {}),
    // @ts-expect-error: no such gate
    () => circuit.hadamard(0),
  ];
  expect(wrong).toHaveLength(5);
});
