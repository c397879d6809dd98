import { describe, expect, test } from "vitest";
import type { Angle, Circuit, Condition, Operation } from "../model/circuit.ts";
import { gateNames, gates } from "../model/gates.ts";
import { writeQasm } from "./index.ts";
import { createRandom, parsed } from "./unitary.fixture.ts";

const empty: Circuit = {
  qubitCount: 5,
  bitCount: 5,
  qubitRegisters: [
    { name: "a", size: 3, offset: 0 },
    { name: "b", size: 2, offset: 3 },
  ],
  bitRegisters: [
    { name: "c", size: 4, offset: 0 },
    { name: "d", size: 1, offset: 4 },
  ],
  parameters: [],
  globalPhase: 0,
  operations: [],
};

function written(circuit: Circuit, version: 2 | 3): string {
  const result = writeQasm(circuit, { version });
  return result.ok ? result.value : expect.fail(JSON.stringify(result.error));
}

function randomCircuit(seed: number, version: 2 | 3): Circuit {
  const random = createRandom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] ?? expect.fail("the list is not empty");
  const distinct = (count: number): readonly number[] => {
    const rest = [0, 1, 2, 3, 4];
    return Array.from({ length: count }, () => rest.splice(below(rest.length), 1)[0] ?? 0);
  };
  const parameters = version === 3 ? ["theta", "phi"] : [];
  const number = (): number =>
    pick([Math.PI / 2, -Math.PI / 3, (3 * Math.PI) / 4, 0, 1, -2.5, 1e-9, 1e22, random() * 7 - 3, -random() * 1e-5]);
  const expression = (depth: number): Angle => {
    if (depth === 0 || random() < 0.2) return { kind: "parameter", name: pick(parameters) };
    const operator = pick(["+", "-", "*", "/", "**"] as const);
    const constant = pick([2.5, -0.75, Math.PI / 2, 3]); // No 0 or 1: those fold away.
    switch (below(4)) {
      case 0:
        return {
          kind: "unary",
          operator: pick(["sin", "cos", "tan", "exp", "ln", "sqrt", "arcsin", "arccos", "arctan"] as const),
          operand: expression(depth - 1),
        };
      case 1:
        return {
          kind: "unary",
          operator: "-",
          operand: { kind: "binary", operator, left: expression(depth - 1), right: expression(depth - 1) },
        };
      case 2:
        return { kind: "binary", operator, left: expression(depth - 1), right: constant };
      default:
        return { kind: "binary", operator, left: constant, right: expression(depth - 1) };
    }
  };
  const angle = (): Angle => (version === 3 && random() < 0.3 ? expression(below(4)) : number());
  const condition = (depth: number): Condition => {
    if (version === 2)
      return pick([
        { kind: "bit", bit: 4, value: 1 },
        { kind: "register", bits: [0, 1, 2, 3], comparison: "==", value: 11n },
      ]);
    switch (depth === 0 ? below(2) : below(4)) {
      case 0:
        return { kind: "bit", bit: below(5), value: pick([0, 1] as const) };
      case 1: {
        const bits = pick([[0, 1, 2, 3], [1, 2], [0, 2], [3, 2, 1], [4]]);
        return {
          kind: "register",
          bits,
          comparison: pick(["==", "!=", "<", "<=", ">", ">="] as const),
          value: BigInt(2 + below(14)),
        };
      }
      case 2:
        return { kind: pick(["and", "or"] as const), left: condition(depth - 1), right: condition(depth - 1) };
      default:
        return { kind: "not", operand: { kind: "and", left: condition(depth - 1), right: condition(depth - 1) } };
    }
  };
  const operation = (depth: number): Operation => {
    const kind = below(version === 3 ? 9 : 8);
    if (kind === 0) return { kind: "measure", qubit: below(5), bit: below(5) };
    if (kind === 1) return { kind: "reset", qubit: below(5) };
    if (kind === 2 && depth > 0)
      return {
        kind: "barrier",
        qubits: pick([
          [0, 1, 2],
          [0, 1, 2, 3, 4],
          [4, 0],
          [3, 4, 1],
        ]),
      };
    if (kind === 3 && depth > 0) {
      const then = Array.from({ length: version === 2 ? 1 : below(4) }, () => operation(depth - 1));
      const otherwise = Array.from({ length: version === 2 ? 0 : below(3) }, () => operation(depth - 1));
      const body =
        version === 2
          ? then.map((inner) =>
              inner.kind === "barrier" || inner.kind === "if" ? ({ kind: "reset", qubit: 0 } as const) : inner,
            )
          : then;
      return { kind: "if", condition: condition(2), then: body, otherwise };
    }
    if (kind === 8) return { kind: "delay", qubits: distinct(1 + below(3)), durationNs: pick([100, 0.5, 1e-7, 123456.75]) };
    const gate = pick(gateNames);
    const { qubitCount, angleCount } = gates[gate];
    return { kind: "gate", gate, qubits: distinct(qubitCount), angles: Array.from({ length: angleCount }, angle) };
  };
  return {
    ...empty,
    parameters,
    globalPhase: version === 3 ? angle() : 0,
    operations: Array.from({ length: 60 }, () => operation(2)),
  };
}

describe.each([2, 3] as const)("OpenQASM %i", (version) => {
  test("what is written reads back to the same circuit, over the whole gate table", () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 150; seed++) {
      const circuit = randomCircuit(seed, version);
      const text = written(circuit, version);
      const again = parsed(text);
      expect(again, `seed ${seed}`).toEqual(circuit);
      expect(written(again, version), `seed ${seed}`).toBe(text);
      for (const operation of circuit.operations) seen.add(operation.kind === "gate" ? operation.gate : operation.kind);
    }
    expect(gateNames.filter((gate) => !seen.has(gate))).toEqual([]);
    expect([...seen]).toEqual(expect.arrayContaining(["measure", "reset", "barrier", "if", ...(version === 3 ? ["delay"] : [])]));
  });
});

test("OpenQASM 3 is written as people write it", () => {
  const circuit = parsed(`include "stdgates.inc"; input float theta; qubit[3] q; bit[2] c;
    h q[0]; rx(theta / 2 + pi) q[1]; gphase(-pi / 4); c[0] = measure q[0];
    if (c[0] == 1 && c != 2) { x q[1]; } else { if (c[1]) { z q[2]; } } barrier q; delay[1us] q[0], q[2];`);
  expect(written(circuit, 3)).toBe(`OPENQASM 3.0;
include "stdgates.inc";
input float theta;
qubit[3] q;
bit[2] c;
gphase(-pi/4);
h q[0];
rx(theta/2 + pi) q[1];
c[0] = measure q[0];
if ((c[0] == 1) && (c != 2)) {
  x q[1];
} else {
  if (c[1] == 1) {
    z q[2];
  }
}
barrier q;
delay[1000ns] q[0], q[2];
`);
});

test("OpenQASM 2 is written with the definitions that qelib1.inc lacks", () => {
  const operations: readonly Operation[] = [
    { kind: "gate", gate: "ccz", qubits: [0, 1, 2], angles: [] },
    { kind: "gate", gate: "u", qubits: [4], angles: [1e-7, -0.25, (5 * Math.PI) / 8] },
    { kind: "measure", qubit: 0, bit: 3 },
    { kind: "if", condition: { kind: "bit", bit: 4, value: 0 }, then: [{ kind: "reset", qubit: 1 }], otherwise: [] },
  ];
  expect(written({ ...empty, operations, globalPhase: 0.5 }, 2)).toBe(`OPENQASM 2.0;
include "qelib1.inc";
gate ccz a, b, c { h c; ccx a, b, c; h c; }
qreg a[3];
qreg b[2];
creg c[4];
creg d[1];
ccz a[0], a[1], a[2];
u(1.0e-7, -0.25, 5*pi/8) b[1];
measure a[0] -> c[3];
if (d==0) reset a[1];
`);
});

test("angles are written to the last bit, as fractions of pi only where these read back", () => {
  const angles = [
    Math.PI,
    -Math.PI / 1024,
    (63 * Math.PI) / 64,
    Math.PI / 2 + Number.EPSILON * 2,
    0.1 + 0.2,
    5e-324,
    1.7976931348623157e308,
  ];
  const operations = angles.map((angle): Operation => ({ kind: "gate", gate: "rz", qubits: [0], angles: [angle] }));
  const text = written({ ...empty, operations }, 3);
  expect(parsed(text).operations).toEqual(operations);
  expect(text).toContain("rz(pi) a[0];\nrz(-pi/1024) a[0];\nrz(63*pi/64) a[0];\nrz(1.570796326794897) a[0];");
});

test("constants inside of a client's expression are folded, which is what a reader would do", () => {
  const angle: Angle = {
    kind: "binary",
    operator: "*",
    left: { kind: "binary", operator: "/", left: 1, right: 2 },
    right: { kind: "parameter", name: "theta" },
  };
  const circuit: Circuit = {
    ...empty,
    parameters: ["theta"],
    operations: [{ kind: "gate", gate: "rz", qubits: [0], angles: [angle] }],
  };
  expect(written(circuit, 3)).toContain("rz(0.5*theta) a[0];");
});

describe("what cannot be said is refused, all of it together", () => {
  const faultsOf = (circuit: Circuit, version: 2 | 3) => {
    const result = writeQasm(circuit, { version });
    return result.ok ? expect.fail(result.value) : result.error.map(({ wanted, found }) => `${wanted} | ${found}`);
  };

  test("OpenQASM 2 has neither parameters, delays, else nor conditions on single bits", () => {
    const circuit = parsed(`include "stdgates.inc"; input float theta; qubit[2] q; bit[2] c; rx(theta) q; delay[1ns] q;
      if (c[0]) { x q; } if (c == 1) { x q; } else { y q; } if (c == 2) { c[0] = measure q[0]; x q[1]; } if (c < 3) x q; if (c == 0) barrier q;`);
    expect(faultsOf(circuit, 2)).toEqual([
      "numbers | input parameters",
      "no delays | a delay",
      "a whole register compared with `==` | another condition",
      "no `else` | `else`",
      "a branch that leaves its own condition alone | a measurement into it",
      "gates, measurements and resets behind `if` | `barrier`",
    ]);
  });

  test("names must be names of the language, and registers must cover the circuit", () => {
    const circuit: Circuit = {
      ...empty,
      qubitRegisters: [
        { name: "box", size: 1, offset: 0 },
        { name: "a b", size: 1, offset: 1 },
        { name: "rzz", size: 1, offset: 2 },
      ],
      bitRegisters: [{ name: "box", size: 1, offset: 0 }],
      operations: [
        { kind: "measure", qubit: 4, bit: 3 },
        { kind: "gate", gate: "rz", qubits: [0], angles: [Number.NaN] },
        { kind: "if", condition: { kind: "register", bits: [0, 3], comparison: "<", value: 2n }, then: [], otherwise: [] },
      ],
    };
    expect(faultsOf(circuit, 3)).toEqual([
      "a name that OpenQASM 3 leaves free, used once | `box`",
      "a name that OpenQASM 3 leaves free, used once | `a b`",
      "a name that OpenQASM 3 leaves free, used once | `rzz`",
      "a qubit of one of the registers | qubit 4",
      "a bit of one of the registers | bit 3",
      "finite angles | NaN",
      "a condition over one register or a slice of it | scattered bits",
    ]);
  });
});
