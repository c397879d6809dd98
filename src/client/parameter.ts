// Angles of a circuit that get their value when the job is submitted.

import type { Angle, AngleExpression } from "../model/circuit.ts";

/** Radians, the name of a parameter, or an expression over parameters: `0.5`, `"theta"`, `parameter("theta").times(2)`. */
export type AngleInput = number | string | ParameterExpression;

export function parameter(name: string): ParameterExpression {
  return new ParameterExpression({ kind: "parameter", name });
}

export class ParameterExpression {
  readonly expression: AngleExpression;

  constructor(expression: AngleExpression) {
    this.expression = expression;
  }

  plus(other: AngleInput): ParameterExpression {
    return this.#combine("+", other);
  }

  minus(other: AngleInput): ParameterExpression {
    return this.#combine("-", other);
  }

  times(other: AngleInput): ParameterExpression {
    return this.#combine("*", other);
  }

  dividedBy(other: AngleInput): ParameterExpression {
    return this.#combine("/", other);
  }

  negated(): ParameterExpression {
    return new ParameterExpression({ kind: "unary", operator: "-", operand: this.expression });
  }

  #combine(operator: "+" | "-" | "*" | "/", other: AngleInput): ParameterExpression {
    return new ParameterExpression({ kind: "binary", operator, left: this.expression, right: toAngle(other) });
  }
}

export function toAngle(input: AngleInput): Angle {
  if (typeof input === "number") return input;
  return typeof input === "string" ? { kind: "parameter", name: input } : input.expression;
}

/** Names in the order in which they appear. */
export function parametersOf(angle: Angle): readonly string[] {
  if (typeof angle === "number") return [];
  switch (angle.kind) {
    case "parameter":
      return [angle.name];
    case "unary":
      return parametersOf(angle.operand);
    case "binary":
      return [...parametersOf(angle.left), ...parametersOf(angle.right)];
  }
}
