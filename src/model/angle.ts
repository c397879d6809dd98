// The arithmetic of angles, in radians. The language front end folds with it, the compiler evaluates what is left.

import { arccos, arcsin, arctan, cos, exp, ln, power, sin, tan } from "../base/elementary.ts";
import type { Angle, AngleExpression, UnaryFunction } from "./circuit.ts";

export type AngleOperator = Extract<AngleExpression, { kind: "binary" }>["operator"];

const functions: Readonly<Record<UnaryFunction, (x: number) => number>> = {
  "-": (x) => -x,
  sin,
  cos,
  tan,
  exp,
  ln,
  sqrt: Math.sqrt,
  arcsin,
  arccos,
  arctan,
};

export function isUnaryFunction(name: string): name is Exclude<UnaryFunction, "-"> {
  return name !== "-" && Object.hasOwn(functions, name);
}

export function calculateUnary(name: UnaryFunction, operand: number): number {
  return plainZero(functions[name](operand));
}

export function calculateBinary(operator: AngleOperator, left: number, right: number): number {
  switch (operator) {
    case "+":
      return plainZero(left + right);
    case "-":
      return plainZero(left - right);
    case "*":
      return plainZero(left * right);
    case "/":
      return plainZero(left / right);
    case "**":
      return plainZero(power(left, right));
  }
}

/** NaN for a parameter without a value. */
export function evaluateAngle(angle: Angle, values: Readonly<Record<string, number>>): number {
  if (typeof angle === "number") return angle;
  switch (angle.kind) {
    case "parameter":
      return values[angle.name] ?? Number.NaN;
    case "unary":
      return calculateUnary(angle.operator, evaluateAngle(angle.operand, values));
    case "binary":
      return calculateBinary(angle.operator, evaluateAngle(angle.left, values), evaluateAngle(angle.right, values));
  }
}

/** Text has no negative zero, so circuits have none. */
function plainZero(value: number): number {
  return value === 0 ? 0 : value;
}
