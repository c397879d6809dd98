// One gate of the table onto the state: controls become a mask, and what is left chooses the kernel.

import { invariant } from "../base/invariant.ts";
import type { Angle } from "../model/circuit.ts";
import { type Complex, type GateName, gates, type Matrix } from "../model/gates.ts";
import type { Engine } from "./engine.ts";

/** Qubits are places in the state; angles are numbers by now. */
export function applyGate(
  engine: Engine,
  qubitCount: number,
  gate: GateName,
  qubits: readonly number[],
  angles: readonly Angle[],
): void {
  const { wasm } = engine;
  const { controlCount } = gates[gate];
  const controls = qubits.slice(0, controlCount).reduce((mask, qubit) => mask | (1 << qubit), 0);
  const [first = 0, second = 0] = qubits.slice(controlCount);
  const targetCount = qubits.length - controlCount;
  const action = targetMatrix(engine, gate, angles);
  switch (action.kind) {
    case "flip":
      wasm.applyFlip(qubitCount, first, controls);
      break;
    case "swap":
      wasm.applySwap(qubitCount, first, second, controls);
      break;
    case "diagonal":
      applyDiagonal(engine, qubitCount, qubits.slice(controlCount), controls, action.entries);
      break;
    case "dense":
      engine.writeMatrix(action.matrix);
      invariant(targetCount === 1 || targetCount === 2, `a kernel for the ${targetCount} targets of ${gate}`);
      if (targetCount === 1) wasm.applyDense1(qubitCount, first, controls);
      else wasm.applyDense2(qubitCount, first, second, controls);
  }
}

type Action =
  | { readonly kind: "flip" }
  | { readonly kind: "swap" }
  | { readonly kind: "diagonal"; readonly entries: readonly Complex[] }
  | { readonly kind: "dense"; readonly matrix: Matrix };

// Gates without angles are classified once.
const fixedActions = new Map<GateName, Action>();

function targetMatrix(engine: Engine, gate: GateName, angles: readonly Angle[]): Action {
  const known = fixedActions.get(gate);
  if (known !== undefined) return known;
  const { controlCount, angleCount, matrix } = gates[gate];
  const numbers = angles.map((angle) => {
    invariant(typeof angle === "number", "every parameter is bound before a run");
    return angle;
  });
  const action = classify(gate, withoutControls(matrix(numbers, engine.trigonometry), controlCount));
  if (angleCount === 0) fixedActions.set(gate, action);
  return action;
}

function classify(gate: GateName, matrix: Matrix): Action {
  if (gate === "x" || gate === "cx" || gate === "ccx") return { kind: "flip" };
  if (gate === "swap" || gate === "cswap") return { kind: "swap" };
  const isDiagonal = matrix.every((row, r) => row.every(([re, im], c) => r === c || (re === 0 && im === 0)));
  if (!isDiagonal) return { kind: "dense", matrix };
  return { kind: "diagonal", entries: matrix.map((row, r) => row[r] ?? [0, 0]) };
}

/** The block in which every control, the least significant bits, is 1. */
function withoutControls(matrix: Matrix, controlCount: number): Matrix {
  const mask = (1 << controlCount) - 1;
  return matrix.filter((_, row) => (row & mask) === mask).map((row) => row.filter((_, column) => (column & mask) === mask));
}

/** One pass per entry that is not 1. */
function applyDiagonal(
  engine: Engine,
  qubitCount: number,
  targets: readonly number[],
  controls: number,
  entries: readonly Complex[],
): void {
  for (const [value, [re, im]] of entries.entries()) {
    if (re === 1 && im === 0) continue;
    let mask = controls;
    let clear = 0;
    for (const [place, qubit] of targets.entries()) {
      if ((value >> place) & 1) mask |= 1 << qubit;
      else clear |= 1 << qubit;
    }
    engine.wasm.applyPhase(qubitCount, mask, clear, re, im);
  }
}
