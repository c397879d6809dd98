// The example circuits say in their first lines what to expect. Here they are read, and what they say is checked without a simulator.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Circuit } from "../model/circuit.ts";
import type { Complex } from "../model/gates.ts";
import { parseQasm, writeQasm } from "./index.ts";
import { stateAfter } from "./unitary.fixture.ts";

const folder = join(import.meta.dirname, "../../examples/circuits");
const names = readdirSync(folder).filter((name) => name.endsWith(".qasm"));
const textOf = (name: string): string => readFileSync(join(folder, name), "utf8");

function circuitOf(name: string): Circuit {
  const result = parseQasm(textOf(name), { source: name });
  return result.ok ? result.value : expect.fail(JSON.stringify(result.error));
}

/** Probability of each basis state that has one above 1e-9. */
function probabilitiesOf(circuit: Circuit): Readonly<Record<number, number>> {
  const start = Array.from({ length: 1 << circuit.qubitCount }, (_, index): Complex => [index === 0 ? 1 : 0, 0]);
  const probabilities = stateAfter(circuit, start).map(([re, im]) => re * re + im * im);
  return Object.fromEntries([...probabilities.entries()].filter(([, probability]) => probability > 1e-9));
}

test("the examples are there", () => {
  expect(names).toEqual(["ansatz.qasm", "bell.qasm", "ghz12.qasm", "qft8.qasm", "teleport.qasm"]);
});

test.each(names)("%s says what it shows and what to expect, is read, and reads back from OpenQASM 3", (name) => {
  expect(textOf(name)).toMatch(/^\/\/ .+\n(\/\/ .+\n)*\/\/ .*[Ee]xpect/);
  const circuit = circuitOf(name);
  const text = writeQasm(circuit, { version: 3 });
  expect(text.ok && parseQasm(text.value)).toEqual({ ok: true, value: circuit });
});

test("bell.qasm gives 00 and 11 alike, ghz12.qasm all zeros and all ones", () => {
  expect(probabilitiesOf(circuitOf("bell.qasm"))).toEqual({ 0: expect.closeTo(0.5, 12), 3: expect.closeTo(0.5, 12) });
  expect(probabilitiesOf(circuitOf("ghz12.qasm"))).toEqual({ 0: expect.closeTo(0.5, 12), 4095: expect.closeTo(0.5, 12) });
});

test("qft8.qasm gives 77 in every shot", () => {
  expect(probabilitiesOf(circuitOf("qft8.qasm"))).toEqual({ 77: expect.closeTo(1, 12) });
});

test("ansatz.qasm gives 10 with probability sin^2(theta/2)", () => {
  const theta = Math.PI / 3;
  const circuit = circuitOf("ansatz.qasm");
  expect(circuit.parameters).toEqual(["theta"]);
  const operations = circuit.operations.map((operation) => {
    if (operation.kind !== "gate") return operation;
    return { ...operation, angles: operation.angles.map((angle) => (typeof angle === "number" ? angle : theta)) };
  });
  expect(probabilitiesOf({ ...circuit, operations })).toEqual({ 1: expect.closeTo(0.75, 12), 2: expect.closeTo(0.25, 12) });
});

test("teleport.qasm corrects the receiver for each outcome of the sender", () => {
  // Deferred measurement: a correction that depends on a measured qubit is a gate controlled by that qubit.
  const circuit = circuitOf("teleport.qasm");
  const qubitOfBit = new Map<number, number>();
  const operations = circuit.operations.flatMap((operation) => {
    if (operation.kind === "measure") qubitOfBit.set(operation.bit, operation.qubit);
    if (operation.kind !== "if") return [operation];
    const { condition, then } = operation;
    const [gate] = then;
    if (condition.kind !== "bit" || condition.value !== 1 || gate?.kind !== "gate") return expect.fail("an `if` over one bit");
    const control = qubitOfBit.get(condition.bit) ?? expect.fail("the bit is measured before");
    return [{ ...gate, gate: gate.gate === "x" ? ("cx" as const) : ("cz" as const), qubits: [control, ...gate.qubits] }];
  });
  const quarter = expect.closeTo(0.25, 12);
  // Qubit 2 is the receiver's: it is 0 with each of the four outcomes of qubits 0 and 1.
  expect(probabilitiesOf({ ...circuit, operations })).toEqual({ 0: quarter, 1: quarter, 2: quarter, 3: quarter });
});
