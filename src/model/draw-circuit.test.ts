import { expect, test } from "vitest";
import { limits } from "../base/limits.ts";
import type { Circuit, Operation } from "./circuit.ts";
import { drawCircuit } from "./draw-circuit.ts";
import { gateNames, gates } from "./gates.ts";

type Gate = Extract<Operation, { kind: "gate" }>;

function gate(name: Gate["gate"], qubits: readonly number[], angles: Gate["angles"] = []): Gate {
  return { kind: "gate", gate: name, qubits, angles };
}

const measure = (qubit: number, bit: number): Operation => ({ kind: "measure", qubit, bit });

/** One register q, and classical registers by name and size. */
function circuit(qubitCount: number, bits: Readonly<Record<string, number>>, operations: readonly Operation[]): Circuit {
  let offset = 0;
  const bitRegisters = Object.entries(bits).map(([name, size]) => {
    const register = { name, size, offset };
    offset += size;
    return register;
  });
  const qubitRegisters = [{ name: "q", size: qubitCount, offset: 0 }];
  return { qubitCount, bitCount: offset, qubitRegisters, bitRegisters, parameters: [], globalPhase: 0, operations };
}

function lines(text: string): string {
  return `${text.replace(/^\n/, "").replace(/^ {4}/gm, "").trimEnd()}\n`;
}

test("a Bell pair: the control is a dot above its target, measurements end on the classical line at their bit", () => {
  const bell = circuit(2, { c: 2 }, [gate("h", [0]), gate("cx", [0, 1]), measure(0, 0), measure(1, 1)]);
  expect(drawCircuit(bell)).toBe(
    lines(`
           ┌───┐       ┌─┐
    q[0]: ─┤ H ├───●───┤M├─────
           └───┘ ┌─┴─┐ └╥┘ ┌─┐
    q[1]: ───────┤ X ├──╫──┤M├─
                 └───┘  ║  └╥┘
     c: 2/══════════════╩═══╩══
                        0   1
    `),
  );
});

const mixed = circuit(3, {}, [gate("ccx", [0, 2, 1]), gate("cswap", [1, 0, 2]), gate("rxx", [2, 0], [Math.PI / 2])]);

test("controls on both sides, a swap over a wire between, and a gate of two qubits with each one's place", () => {
  expect(drawCircuit(mixed)).toBe(
    lines(`
                   ┌────────────┐
    q[0]: ───●───×─┤1           ├─
           ┌─┴─┐ │ │            │
    q[1]: ─┤ X ├─●─┤   Rxx(π/2) ├─
           └─┬─┘ │ │            │
    q[2]: ───●───×─┤0           ├─
                   └────────────┘
    `),
  );
});

test("the same in ASCII has no other characters", () => {
  const text = drawCircuit(mixed, { ascii: true });
  expect(text).toMatch(/^[ -~\n]*$/);
  expect(text).toBe(
    lines(`
                   +-------------+
    q[0]: ---*---x-+1            +-
           +-+-+ | |             |
    q[1]: -+ X +-*-+   Rxx(pi/2) +-
           +-+-+ | |             |
    q[2]: ---*---x-+0            +-
                   +-------------+
    `),
  );
});

const branching = circuit(3, { c: 2, d: 12 }, [
  measure(0, 1),
  {
    kind: "if",
    condition: { kind: "register", bits: [0, 1], comparison: "==", value: 2n },
    then: [gate("x", [1]), gate("sdg", [2])],
    otherwise: [{ kind: "reset", qubit: 2 }],
  },
  { kind: "barrier", qubits: [0, 1] },
  measure(2, 13),
]);

test("a branch stands between boxes over its wires, joined to the register that it reads; nothing foreign is inside", () => {
  expect(drawCircuit(branching)).toBe(
    lines(`
           ┌─┐
    q[0]: ─┤M├────────────────────────────────────────────────░──
           └╥┘ ┌───────────┐ ┌───┐  ┌──────┐         ┌─────┐  ░
    q[1]: ──╫──┤           ├─┤ X ├──┤      ├─────────┤     ├──░──
            ║  │ if c == 2 │ ├───┴┐ │ else │ ┌─────┐ │ end │ ┌─┐
    q[2]: ──╫──┤           ├─┤ S† ├─┤      ├─┤ |0⟩ ├─┤     ├─┤M├─
            ║  └─────╥─────┘ └────┘ └──────┘ └─────┘ └─────┘ └╥┘
     c: 2/══╩════════●════════════════════════════════════════╬══
            1                                                 ║
    d: 12/════════════════════════════════════════════════════╩══
                                                              11
    `),
  );
});

test("what does not fit the width goes on below, every wire marked, and no line is wider", () => {
  const text = drawCircuit(branching, { width: 40 });
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(40);
  expect(text).toBe(
    lines(`
           ┌─┐
    q[0]: ─┤M├──────────────────────»
           └╥┘ ┌───────────┐ ┌───┐
    q[1]: ──╫──┤           ├─┤ X ├──»
            ║  │ if c == 2 │ ├───┴┐
    q[2]: ──╫──┤           ├─┤ S† ├─»
            ║  └─────╥─────┘ └────┘
     c: 2/══╩════════●══════════════»
            1
    d: 12/══════════════════════════»

    q[0]: «───────────────────────────░──
            ┌──────┐         ┌─────┐  ░
    q[1]: «─┤      ├─────────┤     ├──░──
            │ else │ ┌─────┐ │ end │ ┌─┐
    q[2]: «─┤      ├─┤ |0⟩ ├─┤     ├─┤M├─
            └──────┘ └─────┘ └─────┘ └╥┘
     c: 2/«═══════════════════════════╬══
                                      ║
    d: 12/«═══════════════════════════╩══
                                      11
    `),
  );
});

test("parameters, delays and the global phase are told", () => {
  const operations: Operation[] = [
    gate("rz", [0], [{ kind: "parameter", name: "theta" }]),
    { kind: "delay", qubits: [1], durationNs: 100 },
  ];
  expect(drawCircuit({ ...circuit(2, {}, operations), globalPhase: Math.PI / 4 })).toBe(
    lines(`
    global phase: π/4
            ┌───────────┐
    q[0]: ──┤ Rz(theta) ├──
           ┌┴───────────┴┐
    q[1]: ─┤ Delay 100ns ├─
           └─────────────┘
    `),
  );
});

test.each(gateNames)("gate %s is drawn with its label and touches each of its wires", (name) => {
  const { qubitCount, angleCount, label, controlCount } = gates[name];
  const qubits = Array.from({ length: qubitCount }, (_, qubit) => qubit);
  const text = drawCircuit(circuit(qubitCount, {}, [gate(name, qubits, new Array<number>(angleCount).fill(1))]));
  expect(text).toContain(label);
  expect([...text.matchAll(/●/g)]).toHaveLength(controlCount);
  const wires = text.split("\n").filter((line) => line.startsWith("q["));
  expect(wires).toHaveLength(qubitCount);
  for (const wire of wires) expect(wire).toMatch(/─[^─]+.*─$/);
});

test("a circuit with more operations than anybody reads says how many are left out", () => {
  const operations = Array.from({ length: limits.drawnOperationCountMax + 5 }, () => gate("x", [0]));
  expect(drawCircuit(circuit(1, {}, operations))).toMatch(/… 5 more operations\n$/);
});

test("a circuit with too many wires is described instead", () => {
  const operations = [gate("h", [0]), gate("cx", [0, 1]), gate("cx", [1, 2]), measure(0, 0)];
  expect(drawCircuit(circuit(100, { c: 1 }, operations))).toBe(
    "Not drawn: 100 qubits, 1 bits, at most 64 qubits are. Operations: 2 cx, 1 h, 1 measure.\n",
  );
});

test("an empty circuit has wires and nothing on them", () => {
  expect(drawCircuit(circuit(1, { c: 1 }, []))).toBe("q[0]: ─\n c: 1/═\n");
});
