// The slow, obvious twin of the stabilizer engine: the tableau of Aaronson and Gottesman 2004 (arXiv:quant-ph/0406196) as arrays of booleans, with
// nothing but H, S and CX, and measurement as in their paper. Nothing here is shared with the engine.

import type { Condition, Operation } from "../../src/model/circuit.ts";
import type { GateName } from "../../src/model/gates.ts";

interface Row {
  readonly x: boolean[];
  readonly z: boolean[];
  isNegative: boolean;
}

/** One shot. Draws are numbered over measurements and resets; a random outcome is 1 when its draw is below 1/2. Returns the classical bits. */
export function runTableau(
  qubitCount: number,
  bitCount: number,
  operations: readonly Operation[],
  uniform: (draw: number) => number,
): number[] {
  const tableau = createTableau(qubitCount);
  const bits = Array.from({ length: bitCount }, () => 0);
  let draw = 0;
  const run = (operation: Operation): void => {
    if (operation.kind === "gate") applyGate(tableau, operation.gate, operation.qubits);
    if (operation.kind === "measure") bits[operation.bit] = measure(tableau, operation.qubit, uniform(draw++) < 0.5);
    if (operation.kind === "reset" && measure(tableau, operation.qubit, uniform(draw++) < 0.5) === 1) {
      applyGate(tableau, "x", [operation.qubit]);
    }
    if (operation.kind === "if")
      for (const inner of isSet(operation.condition, bits) ? operation.then : operation.otherwise) run(inner);
  };
  for (const operation of operations) run(operation);
  return bits;
}

/** Rows 0 .. n-1: destabilizers, n .. 2n-1: stabilizers. */
function createTableau(qubitCount: number): Row[] {
  const row = (k: number): Row => ({
    x: Array.from({ length: qubitCount }, (_, qubit) => k === qubit),
    z: Array.from({ length: qubitCount }, (_, qubit) => k === qubit + qubitCount),
    isNegative: false,
  });
  return Array.from({ length: 2 * qubitCount }, (_, k) => row(k));
}

const recipes: Partial<Record<GateName, readonly (readonly ["h" | "s" | "cx", ...number[]])[]>> = {
  h: [["h", 0]],
  s: [["s", 0]],
  z: [
    ["s", 0],
    ["s", 0],
  ],
  sdg: [
    ["s", 0],
    ["s", 0],
    ["s", 0],
  ],
  x: [
    ["h", 0],
    ["s", 0],
    ["s", 0],
    ["h", 0],
  ],
  y: [
    ["s", 0],
    ["s", 0],
    ["h", 0],
    ["s", 0],
    ["s", 0],
    ["h", 0],
  ],
  sx: [
    ["h", 0],
    ["s", 0],
    ["h", 0],
  ],
  cx: [["cx", 0, 1]],
  cz: [
    ["h", 1],
    ["cx", 0, 1],
    ["h", 1],
  ],
  cy: [
    ["s", 1],
    ["s", 1],
    ["s", 1],
    ["cx", 0, 1],
    ["s", 1],
  ],
  swap: [
    ["cx", 0, 1],
    ["cx", 1, 0],
    ["cx", 0, 1],
  ],
};

export const tableauGates = Object.keys(recipes) as GateName[];

function applyGate(tableau: readonly Row[], gate: GateName, qubits: readonly number[]): void {
  for (const [step, first = 0, second = 0] of recipes[gate] ?? []) {
    const a = qubits[first] ?? 0;
    const b = qubits[second] ?? 0;
    for (const row of tableau) applyStep(row, step, a, b);
  }
}

function applyStep(row: Row, step: "h" | "s" | "cx", a: number, b: number): void {
  const { x, z } = row;
  const [xa = false, za = false, xb = false, zb = false] = [x[a], z[a], x[b], z[b]];
  if (step === "h") {
    row.isNegative = row.isNegative !== (xa && za);
    x[a] = za;
    z[a] = xa;
  } else if (step === "s") {
    row.isNegative = row.isNegative !== (xa && za);
    z[a] = za !== xa;
  } else {
    row.isNegative = row.isNegative !== (xa && zb && xb === za);
    x[b] = xb !== xa;
    z[a] = za !== zb;
  }
}

function measure(tableau: Row[], qubit: number, wanted: boolean): 0 | 1 {
  const qubitCount = tableau.length / 2;
  const found = tableau.findIndex((row, k) => k >= qubitCount && row.x[qubit] === true);
  if (found < 0) return certainOutcome(tableau, qubit);
  const pivot = tableau[found] as Row;
  for (const [k, row] of tableau.entries()) if (k !== found && row.x[qubit] === true) multiplyInto(row, pivot);
  tableau[found - qubitCount] = pivot;
  const fresh: Row = { x: pivot.x.map(() => false), z: pivot.z.map((_, k) => k === qubit), isNegative: wanted };
  tableau[found] = fresh;
  return wanted ? 1 : 0;
}

/** The product of the stabilizers whose destabilizers anticommute with Z of the qubit. */
function certainOutcome(tableau: readonly Row[], qubit: number): 0 | 1 {
  const qubitCount = tableau.length / 2;
  const product: Row = {
    x: Array.from({ length: qubitCount }, () => false),
    z: Array.from({ length: qubitCount }, () => false),
    isNegative: false,
  };
  for (let k = 0; k < qubitCount; k++) {
    const stabilizer = tableau[k + qubitCount];
    if (tableau[k]?.x[qubit] === true && stabilizer !== undefined) multiplyInto(product, stabilizer);
  }
  return product.isNegative ? 1 : 0;
}

/** row := source * row, the power of i added up letter by letter. */
function multiplyInto(row: Row, source: Row): void {
  let power = (row.isNegative ? 2 : 0) + (source.isNegative ? 2 : 0);
  for (const [k, x1] of source.x.entries()) {
    const [z1 = false, x2 = false, z2 = false] = [source.z[k], row.x[k], row.z[k]];
    if (x1 && z1) power += Number(z2) - Number(x2);
    else if (x1) power += z2 ? 2 * Number(x2) - 1 : 0;
    else if (z1) power += x2 ? 1 - 2 * Number(z2) : 0;
    row.x[k] = x1 !== x2;
    row.z[k] = z1 !== z2;
  }
  row.isNegative = ((power % 4) + 4) % 4 === 2;
}

function isSet(condition: Condition, bits: readonly number[]): boolean {
  if (condition.kind !== "bit") throw new Error("the twin knows conditions on single bits only");
  return bits[condition.bit] === condition.value;
}
