import { describe, expect, test } from "vitest";
import type { Angle, Operation } from "../model/circuit.ts";
import { controlled, type GateName, gateNames, gates, type Matrix } from "../model/gates.ts";
import type { Item } from "./items.ts";
import { control, invert, power } from "./modifiers.ts";
import { parseQasm } from "./parse.ts";
import { distance, parsed, product, unitaryOf } from "./unitary.fixture.ts";

const angleValues = [0.7, -1.9, 2.3, 0.4];

function itemOf(gate: GateName, offset = 0): Item {
  const { qubitCount, angleCount } = gates[gate];
  return {
    kind: "gate",
    gate,
    qubits: Array.from({ length: qubitCount }, (_, index) => offset + index),
    angles: angleValues.slice(0, angleCount),
  };
}

function matrixOf(items: readonly Item[], qubitCount: number): Matrix {
  let globalPhase: Angle = 0;
  const operations: Operation[] = [];
  for (const item of items) {
    if (item.kind === "phase" && typeof item.angle === "number") globalPhase += item.angle;
    else if (item.kind === "gate") operations.push(item);
    else expect.fail(`unexpected ${item.kind}`);
  }
  return unitaryOf({ qubitCount, bitCount: 0, qubitRegisters: [], bitRegisters: [], parameters: [], globalPhase, operations });
}

const tableMatrix = (gate: GateName): Matrix => gates[gate].matrix(angleValues.slice(0, gates[gate].angleCount));

describe.each(gateNames)("%s", (gate) => {
  const { qubitCount } = gates[gate];

  test("its inverse undoes it", () => {
    const undone = matrixOf([itemOf(gate), ...invert([itemOf(gate)])], qubitCount);
    expect(distance(undone, matrixOf([], qubitCount))).toBeLessThan(1e-12);
  });

  test.each([1, 2, 3])("under %i controls it acts where all of them are 1, phase included", (controlCount) => {
    const controls = Array.from({ length: controlCount }, (_, index) => index);
    const actual = matrixOf(control([itemOf(gate, controlCount)], controls), controlCount + qubitCount);
    expect(distance(actual, controlled(controlCount, tableMatrix(gate)))).toBeLessThan(1e-12);
  });

  test("its cube is itself three times, and its power -2 the inverse twice", () => {
    const once = tableMatrix(gate);
    const cube = power([itemOf(gate)], 3, 100) ?? expect.fail("an integer power exists");
    expect(distance(matrixOf(cube, qubitCount), product(once, product(once, once)))).toBeLessThan(1e-12);
    const minusTwo = power([itemOf(gate)], -2, 100) ?? expect.fail("an integer power exists");
    expect(distance(product(matrixOf(minusTwo, qubitCount), product(once, once)), matrixOf([], qubitCount))).toBeLessThan(1e-12);
  });

  test("a fractional power, where it is known, gives the gate when it is repeated", () => {
    const third = power([itemOf(gate)], 1 / 3, 100);
    if (third === undefined) return;
    const root = matrixOf(third, qubitCount);
    expect(distance(product(root, product(root, root)), tableMatrix(gate))).toBeLessThan(1e-12);
  });
});

test("fractional powers are known for phases, rotations and X under any controls", () => {
  const known = gateNames.filter((gate) => power([itemOf(gate)], 0.5, 100) !== undefined);
  expect(known.sort()).toEqual(
    [
      "x",
      "cx",
      "ccx",
      "z",
      "cz",
      "ccz",
      "s",
      "sdg",
      "t",
      "tdg",
      "p",
      "cp",
      "rx",
      "ry",
      "rz",
      "crx",
      "cry",
      "crz",
      "rxx",
      "ryy",
      "rzz",
      "rzx",
    ].sort(),
  );
});

test("a fractional power takes the principal root of an angle beyond its branch", () => {
  const { operations } = parsed('include "stdgates.inc"; qubit q; pow(0.5) @ p(3) q; pow(0.5) @ p(4) q; pow(0.5) @ rx(7) q;');
  expect(operations.map((operation) => (operation.kind === "gate" ? operation.angles : []))).toEqual([
    [1.5],
    [(4 - 2 * Math.PI) / 2],
    [(7 - 4 * Math.PI) / 2],
  ]);
});

test("modifiers act from the gate outwards and controls are the leading qubits", () => {
  const header = 'include "stdgates.inc"; qubit[3] q;';
  const actual = unitaryOf(parsed(`${header} ctrl @ negctrl @ pow(3) @ inv @ s q[2], q[0], q[1];`));
  const wanted = unitaryOf(parsed(`${header} x q[0]; ctrl(2) @ p(-3 * pi / 2) q[0], q[2], q[1]; x q[0];`));
  expect(distance(actual, wanted)).toBeLessThan(1e-12);
});

test("a controlled gate definition keeps the relative phase of its gphase and of U", () => {
  const header = 'include "stdgates.inc"; qubit[2] q; gate mine(t) a { gphase(t); U(t, 0.2, 0.3) a; }';
  const phase = 0.4 + 0.4 / 2; // gphase, and the phase exp(i theta/2) that OpenQASM 3 gives U
  const actual = unitaryOf(parsed(`${header} ctrl @ mine(0.4) q[0], q[1];`));
  expect(distance(actual, unitaryOf(parsed(`${header} cu(0.4, 0.2, 0.3, ${phase}) q[0], q[1];`)))).toBeLessThan(1e-12);
});

test("a register under modifiers is broadcast", () => {
  const { operations } = parsed('include "stdgates.inc"; qubit[2] a; qubit[2] b; ctrl @ x a, b;');
  expect(operations).toMatchObject([
    { gate: "cx", qubits: [0, 2] },
    { gate: "cx", qubits: [1, 3] },
  ]);
});

test.each([
  ["ctrl(9) @ x q[0], q[1];", "at most 8 controls"],
  ["ctrl(0) @ x q[0];", "1 control or more"],
  ["pow(0.5) @ h q[0];", "an integer as the exponent of `h`"],
  ["pow(theta) @ h q[0];", "a constant number as the exponent"],
  ["pow(0.5) @ rx(theta) q[0];", "an integer as the exponent of `rx`"],
  ["ctrl @ x q[0];", "2 qubits of `x`"],
])("%s is refused", (text, wanted) => {
  const result = parseQasm(`include "stdgates.inc"; input float theta; qubit[2] q; ${text}`);
  expect(result).toMatchObject({ ok: false, error: [{ wanted }] });
});
