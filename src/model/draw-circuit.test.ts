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

test("controls on both sides, a swap over a wire between, and a gate of two qubits with each one's place", () => {
  const operations = [gate("ccx", [0, 2, 1]), gate("cswap", [1, 0, 2]), gate("rxx", [2, 0], [Math.PI / 2])];
  expect(drawCircuit(circuit(3, {}, operations))).toBe(
    lines(`
                     ┌─────────────┐
    q[0]: ───●────×──┤1            ├─
           ┌─┴─┐  │  │             │
    q[1]: ─┤ X ├──●──┤  Rxx(π/2)   ├─
           └─┬─┘  │  │             │
    q[2]: ───●────×──┤0            ├─
                     └─────────────┘
    `)
      .replaceAll("──×──", "─×─")
      .replaceAll("──●──┤ ", "─●─┤ ")
      .replaceAll("  │  ", " │ ")
      .replace("                     ┌", "                   ┌"),
  );
});
