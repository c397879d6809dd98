import { describe, expect, test } from "vitest";
import { controlled, type GateName, gateNames, gates, type Matrix } from "../model/gates.ts";
import { definitionTextOf, libraryGate, libraryGateNames } from "./standard-library.ts";
import { distance, parsed, unitaryOf } from "./unitary.fixture.ts";

const values = [0.7, -1.9, 2.3, 0.4];

function call(name: string, angleCount: number, qubitCount: number): string {
  const angles = angleCount === 0 ? "" : `(${values.slice(0, angleCount).join(", ")})`;
  return `${name}${angles} ${Array.from({ length: qubitCount }, (_, index) => `q[${index}]`).join(", ")};`;
}

const tableMatrix = (gate: GateName): Matrix => gates[gate].matrix(values.slice(0, gates[gate].angleCount));

describe.each([2, 3] as const)("OpenQASM %i", (version) => {
  const head = version === 2 ? 'OPENQASM 2.0; include "qelib1.inc";' : 'OPENQASM 3.0; include "stdgates.inc";';

  test.each(gateNames.filter((gate) => definitionTextOf(version, gate) !== undefined))(
    "the definition that is written for %s is the table's gate to the phase",
    (gate) => {
      const { qubitCount, angleCount } = gates[gate];
      // Under another name, so that the reader does not recognise it.
      const text = (definitionTextOf(version, gate) ?? "").replace(`gate ${gate}`, "gate other");
      const register = version === 2 ? `qreg q[${qubitCount}];` : `qubit[${qubitCount}] q;`;
      const circuit = parsed(`${head} ${text} ${register} ${call("other", angleCount, qubitCount)}`);
      expect(distance(unitaryOf(circuit), tableMatrix(gate), { upToPhase: version === 2 })).toBeLessThan(1e-12);
    },
  );

  test("every gate of the table is in the library or has a definition", () => {
    const missing = gateNames.filter((gate) => {
      const known = libraryGate(version, gate);
      return !(known?.kind === "table" && known.gate === gate) && definitionTextOf(version, gate) === undefined;
    });
    expect(missing).toEqual([]);
  });

  test.each([...libraryGateNames(version)])("%s can be called with the library's counts", (name) => {
    const gate = libraryGate(version, name) ?? expect.fail("the library has it");
    const register = version === 2 ? "qreg q[5];" : "qubit[5] q;";
    expect(parsed(`${head} ${register} ${call(name, gate.angleCount, gate.qubitCount)}`).operations.length).toBeGreaterThan(0);
  });
});

describe("gates of OpenQASM 2 beyond the table", () => {
  const unitary = (text: string, qubitCount: number): Matrix =>
    unitaryOf(parsed(`OPENQASM 2.0; include "qelib1.inc"; qreg q[${qubitCount}]; ${text}`));

  test("c3x and c4x are X under three and four controls", () => {
    const x = gates.x.matrix([]);
    expect(distance(unitary("c3x q[0], q[1], q[2], q[3];", 4), controlled(3, x), { upToPhase: true })).toBeLessThan(1e-12);
    expect(distance(unitary("c4x q[0], q[1], q[2], q[3], q[4];", 5), controlled(4, x), { upToPhase: true })).toBeLessThan(1e-12);
  });

  test("c3sqrtx is the square root of X under three controls", () => {
    const wanted = controlled(3, gates.sx.matrix([]));
    expect(distance(unitary("c3sqrtx q[0], q[1], q[2], q[3];", 4), wanted, { upToPhase: true })).toBeLessThan(1e-12);
  });

  test("rccx and rc3x are controlled X up to relative phases", () => {
    const magnitudes = (matrix: Matrix): Matrix => matrix.map((row) => row.map(([re, im]) => [Math.hypot(re, im), 0] as const));
    const x = gates.x.matrix([]);
    expect(distance(magnitudes(unitary("rccx q[0], q[1], q[2];", 3)), controlled(2, x))).toBeLessThan(1e-12);
    expect(distance(magnitudes(unitary("rc3x q[0], q[1], q[2], q[3];", 4)), controlled(3, x))).toBeLessThan(1e-12);
  });

  test("u1, u2, u3, cu1, cu3 and u0 become gates of the table", () => {
    const circuit = parsed(
      `OPENQASM 2.0; include "qelib1.inc"; qreg q[2];
       u1(0.1) q[0]; u2(0.1, 0.2) q[0]; u3(0.1, 0.2, 0.3) q[0]; cu1(0.1) q[0], q[1]; cu3(0.1, 0.2, 0.3) q[0], q[1]; u0(1) q[0];`,
    );
    expect(circuit.operations).toMatchObject([
      { gate: "p", angles: [0.1] },
      { gate: "u", angles: [Math.PI / 2, 0.1, 0.2] },
      { gate: "u", angles: [0.1, 0.2, 0.3] },
      { gate: "cp", angles: [0.1] },
      { gate: "cu", angles: [0.1, 0.2, 0.3, 0] },
      { gate: "id", angles: [] },
    ]);
  });
});

test("u2 and u3 of stdgates.inc have determinant 1, as that file defines them", () => {
  for (const gate of ["u2(0.3, 0.5)", "u3(0.3, 0.5, 0.7)"]) {
    const [[[a = 0, b = 0] = [], [c = 0, d = 0] = []] = [], [[e = 0, f = 0] = [], [g = 0, h = 0] = []] = []] = unitaryOf(
      parsed(`include "stdgates.inc"; qubit q; ${gate} q;`),
    );
    expect([a * g - b * h - (c * e - d * f), a * h + b * g - (c * f + d * e)]).toEqual([
      expect.closeTo(1, 12),
      expect.closeTo(0, 12),
    ]);
  }
});
