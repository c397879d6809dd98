// Seeded random circuits over the whole gate table.

import type { Angle, Circuit, Operation } from "../../src/model/circuit.ts";
import { type GateName, gateNames, gates } from "../../src/model/gates.ts";
import type { SeededRandom } from "../simulation/seeded-random.ts";

export function gateOn(gate: GateName, qubits: readonly number[], angles: readonly Angle[] = []): Operation {
  return { kind: "gate", gate, qubits, angles };
}

export function circuitOf(qubitCount: number, operations: readonly Operation[], bitCount = 0): Circuit {
  return {
    qubitCount,
    bitCount,
    qubitRegisters: [{ name: "q", size: qubitCount, offset: 0 }],
    bitRegisters: bitCount === 0 ? [] : [{ name: "c", size: bitCount, offset: 0 }],
    parameters: [],
    globalPhase: 0,
    operations,
  };
}

export function measureAll(qubitCount: number): Operation[] {
  return Array.from({ length: qubitCount }, (_, qubit) => ({ kind: "measure", qubit, bit: qubit }) as const);
}

/** A random gate on random distinct qubits, angles in -2pi..2pi. */
export function randomGate(random: SeededRandom, qubitCount: number): Operation {
  const fitting = gateNames.filter((name) => gates[name].qubitCount <= qubitCount);
  const gate = fitting[random.between(0, fitting.length)] ?? "x";
  return gateOn(
    gate,
    shuffled(random, qubitCount).slice(0, gates[gate].qubitCount),
    Array.from({ length: gates[gate].angleCount }, () => (random.next() - 0.5) * 4 * Math.PI),
  );
}

export function randomCircuit(random: SeededRandom, qubitCount: number, gateCount: number): Circuit {
  return circuitOf(
    qubitCount,
    Array.from({ length: gateCount }, () => randomGate(random, qubitCount)),
  );
}

export function shuffled(random: SeededRandom, count: number): number[] {
  const order = Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = random.between(0, k + 1);
    [order[k], order[other]] = [order[other] ?? 0, order[k] ?? 0];
  }
  return order;
}

/** Gates between measurements, resets and branches on earlier bits; every qubit is measured at the end. */
export function randomDynamicCircuit(random: SeededRandom, qubitCount: number, stepCount: number): Circuit {
  const operations: Operation[] = [];
  // Few measurements in the middle, because slow twins follow every outcome.
  for (let bit = 0; bit < 3; bit++) {
    for (let step = 0; step < stepCount; step++) operations.push(randomGate(random, qubitCount));
    operations.push({ kind: "measure", qubit: random.between(0, qubitCount), bit });
    operations.push({
      kind: "if",
      condition: {
        kind: "register",
        bits: [0, 1, 2],
        comparison: random.next() < 0.5 ? ">=" : "!=",
        value: BigInt(random.between(0, 5)),
      },
      then: [randomGate(random, qubitCount), { kind: "delay", qubits: [0], durationNs: 500 }, randomGate(random, qubitCount)],
      otherwise: random.next() < 0.5 ? [] : [randomGate(random, qubitCount)],
    });
    if (random.next() < 0.5) operations.push({ kind: "reset", qubit: random.between(0, qubitCount) });
  }
  const finals = measureAll(qubitCount).map((operation) =>
    operation.kind === "measure" ? { ...operation, bit: operation.bit + 3 } : operation,
  );
  return circuitOf(qubitCount, [...operations, ...finals], qubitCount + 3);
}
