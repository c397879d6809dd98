// A gate of the table as the noisy methods apply it: its matrix on one or two qubits, or on the last qubit under controls.

import { invariant } from "../../base/invariant.ts";
import { type GateName, gates, type Trigonometry } from "../../model/gates.ts";
import { type FlatMatrix, flatMatrix, realMatrix } from "./complex-matrix.ts";

export type Action =
  | { readonly kind: "one"; readonly qubit: number; readonly matrix: FlatMatrix }
  | { readonly kind: "two"; readonly low: number; readonly high: number; readonly matrix: FlatMatrix }
  | { readonly kind: "flip"; readonly target: number; readonly controls: number }
  | { readonly kind: "controlled"; readonly target: number; readonly controls: number; readonly matrix: FlatMatrix };

/** `keepsFlips`: a cx becomes an exchange of amplitudes, not a matrix that others can be multiplied into. */
export function actionsOf(
  gate: GateName,
  qubits: readonly number[],
  angles: readonly number[],
  trigonometry: Trigonometry,
  keepsFlips: boolean,
): readonly Action[] {
  const [a = 0, b = 0, c = 0] = qubits;
  const bit = (...places: readonly number[]): number => places.reduce((mask, place) => mask | (1 << place), 0);
  if (gate === "cx" && keepsFlips) return [{ kind: "flip", target: b, controls: bit(a) }];
  if (gate === "ccx") return [{ kind: "flip", target: c, controls: bit(a, b) }];
  if (gate === "ccz") return [{ kind: "controlled", target: c, controls: bit(a, b), matrix: realMatrix([1, 0, 0, -1]) }];
  if (gate === "cswap") {
    const around = { kind: "flip", target: b, controls: bit(c) } as const;
    return [around, { kind: "flip", target: c, controls: bit(a, b) }, around];
  }
  const matrix = matrixOf(gate, angles, trigonometry);
  invariant(qubits.length <= 2, `a kernel for the ${qubits.length} qubits of ${gate}`);
  return qubits.length === 1 ? [{ kind: "one", qubit: a, matrix }] : [{ kind: "two", low: a, high: b, matrix }];
}

// Gates without angles are written down once. Nobody changes a matrix.
const fixedMatrices = new Map<GateName, FlatMatrix>();

function matrixOf(gate: GateName, angles: readonly number[], trigonometry: Trigonometry): FlatMatrix {
  const known = fixedMatrices.get(gate);
  if (known !== undefined) return known;
  const matrix = flatMatrix(gates[gate].matrix(angles, trigonometry));
  if (gates[gate].angleCount === 0) fixedMatrices.set(gate, matrix);
  return matrix;
}
