// Seeded random Clifford circuits, with measurements, resets and branches in their middle.

import type { Condition, Operation } from "../../src/model/circuit.ts";
import { type GateName, gateNames, gates } from "../../src/model/gates.ts";
import type { SeededRandom } from "../simulation/seeded-random.ts";
import { gateOn, shuffled } from "./random-circuit.ts";

// Gates whose Clifford angles are the multiples of pi, not of pi/2: controlled rotations.
const wholeTurns = new Set<GateName>(["cp", "crx", "cry", "crz", "cu"]);
const never = new Set<GateName>(["t", "tdg", "ch", "csx", "csxdg", "ccx", "ccz", "cswap"]);

export const cliffordGates = gateNames.filter((gate) => !never.has(gate));

/** Any Clifford gate of the table, rotations by suitable angles among them. */
export function randomCliffordGate(
  random: SeededRandom,
  qubitCount: number,
  among: readonly GateName[] = cliffordGates,
): Operation {
  const fitting = among.filter((name) => gates[name].qubitCount <= qubitCount);
  const gate = fitting[random.between(0, fitting.length)] ?? "x";
  const unit = wholeTurns.has(gate) ? Math.PI : Math.PI / 2;
  const angles = Array.from({ length: gates[gate].angleCount }, () => random.between(-6, 7) * unit);
  return gateOn(gate, shuffled(random, qubitCount).slice(0, gates[gate].qubitCount), angles);
}

export interface DynamicShape {
  readonly qubitCount: number;
  readonly bitCount: number;
  readonly operationCount: number;
  /** What branches hold: nothing but Paulis, or any Clifford gate, measurement and reset. */
  readonly branches: "none" | "paulis" | "anything";
  readonly gateNames?: readonly GateName[];
  readonly conditions?: "bits" | "any";
}

export function randomDynamicClifford(random: SeededRandom, shape: DynamicShape): Operation[] {
  return Array.from({ length: shape.operationCount }, (): Operation => {
    const kind = random.next();
    if (kind < 0.1)
      return { kind: "measure", qubit: random.between(0, shape.qubitCount), bit: random.between(0, shape.bitCount) };
    if (kind < 0.15) return { kind: "reset", qubit: random.between(0, shape.qubitCount) };
    if (kind < 0.25 && shape.branches !== "none") return randomBranch(random, shape, 2);
    return randomCliffordGate(random, shape.qubitCount, shape.gateNames);
  });
}

function randomBranch(random: SeededRandom, shape: DynamicShape, depth: number): Operation {
  const inner = (): Operation[] =>
    Array.from({ length: random.between(0, 3) }, (): Operation => {
      const kind = random.next();
      if (depth > 0 && kind < 0.2) return randomBranch(random, shape, depth - 1);
      if (shape.branches === "paulis") {
        return randomCliffordGate(random, shape.qubitCount, ["x", "y", "z"]);
      }
      if (kind < 0.4)
        return { kind: "measure", qubit: random.between(0, shape.qubitCount), bit: random.between(0, shape.bitCount) };
      if (kind < 0.5) return { kind: "reset", qubit: random.between(0, shape.qubitCount) };
      return randomCliffordGate(random, shape.qubitCount, shape.gateNames);
    });
  const condition = shape.conditions === "any" ? randomCondition(random, shape.bitCount, 2) : randomBit(random, shape.bitCount);
  return { kind: "if", condition, then: inner(), otherwise: inner() };
}

function randomBit(random: SeededRandom, bitCount: number): Condition {
  return { kind: "bit", bit: random.between(0, bitCount), value: random.chance(0.5) ? 1 : 0 };
}

function randomCondition(random: SeededRandom, bitCount: number, depth: number): Condition {
  const kind = random.next();
  if (depth === 0 || kind < 0.3) return randomBit(random, bitCount);
  if (kind < 0.6) {
    const bits = shuffled(random, bitCount).slice(0, random.between(1, Math.min(5, bitCount + 1)));
    const comparison = (["==", "!=", "<", "<=", ">", ">="] as const)[random.between(0, 6)] ?? "==";
    // Beyond what the bits can show, too.
    return { kind: "register", bits, comparison, value: BigInt(random.between(0, 2 ** bits.length + 2)) };
  }
  const left = randomCondition(random, bitCount, depth - 1);
  if (kind < 0.7) return { kind: "not", operand: left };
  return { kind: kind < 0.85 ? "and" : "or", left, right: randomCondition(random, bitCount, depth - 1) };
}
