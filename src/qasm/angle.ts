// Arithmetic over angles that may hold parameters: numbers fold at once, the rest becomes an expression tree.

import { limits } from "../base/limits.ts";
import { type AngleOperator, calculateBinary, calculateUnary } from "../model/angle.ts";
import type { Angle, AngleExpression, UnaryFunction } from "../model/circuit.ts";

/** Sizes of the trees built here, so that a bound on them costs nothing: sharing lets a tree of 2^60 nodes fit into memory. */
const sizes = new WeakMap<AngleExpression, number>();

/** Nodes of the tree. */
export function angleSize(angle: Angle): number {
  if (typeof angle === "number") return 1;
  const known = sizes.get(angle);
  if (known !== undefined) return known;
  const size = 1 + operandsOf(angle).reduce<number>((sum, operand) => sum + angleSize(operand), 0);
  sizes.set(angle, size);
  return size;
}

export function isAngleTooLarge(angle: Angle): boolean {
  return typeof angle !== "number" && angleSize(angle) > 2 * limits.qasmExpressionNodeMax;
}

export function combine(operator: AngleOperator, left: Angle, right: Angle): Angle {
  if (typeof left === "number" && typeof right === "number") return calculateBinary(operator, left, right);
  if (right === 0 && (operator === "+" || operator === "-")) return left;
  if (left === 0 && operator === "+") return right;
  if (left === 0 && operator === "-") return negate(right);
  if (right === 1 && (operator === "*" || operator === "/")) return left;
  if (left === 1 && operator === "*") return right;
  if ((left === 0 || right === 0) && operator === "*") return 0;
  return { kind: "binary", operator, left, right };
}

export function negate(angle: Angle): Angle {
  if (typeof angle === "number") return calculateUnary("-", angle);
  return angle.kind === "unary" && angle.operator === "-" ? angle.operand : { kind: "unary", operator: "-", operand: angle };
}

export function applyFunction(name: UnaryFunction, operand: Angle): Angle {
  if (name === "-") return negate(operand);
  return typeof operand === "number" ? calculateUnary(name, operand) : { kind: "unary", operator: name, operand };
}

/** The angle with each parameter replaced; parameters that the bindings lack stay. */
export function substitute(angle: Angle, bindings: ReadonlyMap<string, Angle>): Angle {
  if (typeof angle === "number") return angle;
  switch (angle.kind) {
    case "parameter":
      return bindings.get(angle.name) ?? angle;
    case "unary":
      return applyFunction(angle.operator, substitute(angle.operand, bindings));
    case "binary":
      return combine(angle.operator, substitute(angle.left, bindings), substitute(angle.right, bindings));
  }
}

function operandsOf(angle: AngleExpression): readonly Angle[] {
  switch (angle.kind) {
    case "parameter":
      return [];
    case "unary":
      return [angle.operand];
    case "binary":
      return [angle.left, angle.right];
  }
}
