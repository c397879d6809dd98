import { describe, expect, test } from "vitest";
import { denseState } from "../../test/oracle/dense-reference.ts";
import { circuitOf, gateOn, measureAll, randomGate } from "../../test/oracle/random-circuit.ts";
import { createSeededRandom } from "../../test/simulation/seeded-random.ts";
import { bindAngles } from "../model/bind-angles.ts";
import type { Circuit, Operation } from "../model/circuit.ts";
import { gateNames, gates } from "../model/gates.ts";
import { parseQasm } from "../qasm/index.ts";
import { bindAndSimplify, bindParameters, cancelInverses, simplify } from "./index.ts";

const baseSeed = 77;

function names(circuit: Circuit): string[] {
  return circuit.operations.map((operation) => (operation.kind === "gate" ? operation.gate : operation.kind));
}

function angle(operation: Operation | undefined): unknown {
  return operation?.kind === "gate" ? operation.angles[0] : undefined;
}

describe("cancelling inverses", () => {
  test("every gate of the table disappears before its inverse", () => {
    for (const gate of gateNames.filter((name) => gates[name].angleCount === 0)) {
      const record = gates[gate] as { qubitCount: number; inverse?: { gate: string } };
      const qubits = Array.from({ length: record.qubitCount }, (_, qubit) => qubit);
      const back = (record.inverse?.gate ?? gate) as typeof gate;
      expect(names(cancelInverses(circuitOf(3, [gateOn(gate, qubits), gateOn(back, qubits)]))), gate).toEqual([]);
    }
  });

  test("a pair that is freed by another pair disappears too", () => {
    const nested = [
      gateOn("x", [0]),
      gateOn("h", [0]),
      gateOn("cx", [0, 1]),
      gateOn("cx", [0, 1]),
      gateOn("h", [0]),
      gateOn("x", [0]),
    ];
    expect(names(cancelInverses(circuitOf(2, nested)))).toEqual([]);
  });

  test("what stands between two gates keeps them", () => {
    const kept = (between: Operation): string[] =>
      names(cancelInverses(circuitOf(2, [gateOn("h", [0]), between, gateOn("h", [0])], 1)));
    expect(kept(gateOn("cx", [0, 1]))).toEqual(["h", "cx", "h"]);
    expect(kept({ kind: "barrier", qubits: [0] })).toEqual(["h", "barrier", "h"]);
    expect(kept({ kind: "measure", qubit: 0, bit: 0 })).toEqual(["h", "measure", "h"]);
    expect(kept({ kind: "reset", qubit: 0 })).toEqual(["h", "reset", "h"]);
    const branch: Operation = { kind: "if", condition: { kind: "bit", bit: 0, value: 1 }, then: [], otherwise: [] };
    expect(kept(branch)).toEqual(["h", "if", "h"]);
    expect(kept(gateOn("x", [1]))).toEqual(["x"]);
  });

  test("rotations about one axis on the same qubits are added; those that add up to nothing go", () => {
    const added = cancelInverses(circuitOf(2, [gateOn("rz", [0], [0.25]), gateOn("x", [1]), gateOn("rz", [0], [0.5])]));
    expect(names(added)).toEqual(["rz", "x"]);
    expect(angle(added.operations[0])).toBe(0.75);
    expect(names(cancelInverses(circuitOf(2, [gateOn("rxx", [0, 1], [1]), gateOn("rxx", [0, 1], [-1])])))).toEqual([]);
    expect(names(cancelInverses(circuitOf(2, [gateOn("rzx", [0, 1], [1]), gateOn("rzx", [1, 0], [-1])])))).toEqual([
      "rzx",
      "rzx",
    ]);
    expect(names(cancelInverses(circuitOf(1, [gateOn("ry", [0], [0]), gateOn("id", [0])])))).toEqual([]);
  });

  test("branches are simplified inside, and only inside", () => {
    const branch: Operation = {
      kind: "if",
      condition: { kind: "bit", bit: 0, value: 1 },
      then: [gateOn("x", [0]), gateOn("x", [0]), gateOn("y", [0])],
      otherwise: [gateOn("z", [0]), gateOn("z", [0])],
    };
    const [simplified] = cancelInverses(circuitOf(1, [branch], 1)).operations;
    expect(simplified).toEqual({ ...branch, then: [gateOn("y", [0])], otherwise: [] });
  });

  test("the state stays the same, global phase included, on random circuits full of neighbours that meet", () => {
    let dropped = 0;
    for (let seed = baseSeed; seed < baseSeed + 60; seed++) {
      const random = createSeededRandom(seed);
      const operations: Operation[] = [];
      while (operations.length < 40) {
        const fresh = randomGate(random, 3);
        operations.push(fresh);
        // Half of the gates get company that may cancel or merge with them.
        if (fresh.kind === "gate" && random.chance(0.5)) {
          const { inverse } = gates[fresh.gate] as {
            inverse?: { gate: string; angles?: (angles: readonly number[]) => number[] };
          };
          const angles = fresh.angles.map(Number);
          operations.push(
            gateOn((inverse?.gate ?? fresh.gate) as typeof fresh.gate, fresh.qubits, inverse?.angles?.(angles) ?? angles),
          );
        }
      }
      const simplified = cancelInverses(circuitOf(3, operations)).operations;
      dropped += operations.length - simplified.length;
      const wanted = denseState(3, operations);
      const actual = denseState(3, simplified);
      const difference = Math.max(
        ...wanted.map(([re, im], k) => Math.hypot(re - (actual[k]?.[0] ?? 0), im - (actual[k]?.[1] ?? 0))),
      );
      expect(difference, `seed ${seed}`).toBeLessThan(1e-12);
    }
    expect(dropped).toBeGreaterThan(500);
  });
});

describe("binding parameters", () => {
  const source =
    'OPENQASM 3.0; include "stdgates.inc"; input float theta; input float phi; qubit[1] q; rx(2*theta - sin(phi)) q[0];';

  function parsed(): Circuit {
    const circuit = parseQasm(source);
    if (!circuit.ok) throw new Error(JSON.stringify(circuit.error));
    return circuit.value;
  }

  test("expressions get their value", () => {
    const bound = bindParameters(parsed(), { theta: 0.5, phi: 0.25 });
    expect(bound.ok && angle(bound.value.operations[0])).toBeCloseTo(1 - Math.sin(0.25), 15);
    expect(bound.ok && bound.value.parameters).toEqual([]);
  });

  test("every parameter without a value is told", () => {
    const bound = bindParameters(parsed(), {});
    expect(!bound.ok && bound.error.map(({ field }) => field)).toEqual(["parameters.theta", "parameters.phi"]);
  });

  test("an angle that is not finite is refused", () => {
    const circuit = parseQasm('OPENQASM 3.0; include "stdgates.inc"; input float theta; qubit[1] q; rx(1/theta) q[0];');
    if (!circuit.ok) throw new Error(JSON.stringify(circuit.error));
    const bound = bindParameters(circuit.value, { theta: 0 });
    expect(!bound.ok && bound.error).toEqual([expect.objectContaining({ field: "parameters", found: "Infinity" })]);
  });
});

test("a job that binds a circuit runs what a run of a sweep with its values does, also where values would cancel or make a Clifford gate", () => {
  const parsed = parseQasm(
    'OPENQASM 3.0; include "stdgates.inc"; input float a; input float b; qubit[2] q; bit[2] c; rx(a) q[0]; rx(b) q[0]; rz(a - b) q[1]; h q[1]; h q[1]; c = measure q;',
  );
  if (!parsed.ok) throw new Error("the circuit of this test cannot be read");
  for (const values of [
    { a: 0.3, b: -0.3 },
    { a: Math.PI / 4, b: Math.PI / 4 },
    { a: 0, b: 1 },
  ]) {
    const job = bindAndSimplify(parsed.value, values);
    const sweep = simplify(parsed.value);
    expect(job.ok && job.value.circuit).toEqual(sweep.ok && bindAngles(sweep.value.circuit, values));
    // What does nothing whatever the values are is gone from both.
    expect(job.ok && job.value.circuit.operations.some((operation) => operation.kind === "gate" && operation.gate === "h")).toBe(
      false,
    );
  }
});

test("the compiled text reads back as the compiled circuit, and its hash names it", () => {
  const circuit = circuitOf(2, [gateOn("h", [0]), gateOn("x", [1]), gateOn("x", [1]), gateOn("cx", [0, 1]), ...measureAll(2)], 2);
  const compiled = bindAndSimplify(circuit, {});
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  expect(names(compiled.value.circuit)).toEqual(["h", "cx", "measure", "measure"]);
  const read = parseQasm(compiled.value.text);
  expect(read.ok && read.value.operations).toEqual(compiled.value.circuit.operations);
  expect(compiled.value.hash).toMatch(/^[0-9a-f]{64}$/);
});
