// Angles as text that reads back to the same number or tree. Multiples of pi are written as people write them.

import type { Angle, AngleExpression } from "../model/circuit.ts";
import { applyFunction, combine } from "./angle.ts";
import type { LanguageVersion } from "./tokens.ts";

interface Piece {
  readonly text: string;
  /** How tightly its outermost operator binds; an operand that binds looser needs parentheses. */
  readonly precedence: number;
}

const additive = 1;
const multiplicative = 2;
const prefix = 3;
const powers = 4;
const atom = 5;

export function angleText(angle: Angle, version: LanguageVersion): string {
  return pieceOf(folded(angle), version).text;
}

/** Clients may build trees over constants; the reader folds these, so the writer does too. */
function folded(angle: Angle): Angle {
  if (typeof angle === "number" || angle.kind === "parameter") return angle;
  if (angle.kind === "unary") return applyFunction(angle.operator, folded(angle.operand));
  return combine(angle.operator, folded(angle.left), folded(angle.right));
}

function pieceOf(angle: Angle, version: LanguageVersion): Piece {
  if (typeof angle === "number") return numberPiece(angle);
  switch (angle.kind) {
    case "parameter":
      return { text: angle.name, precedence: atom };
    case "unary":
      return unaryPiece(angle, version);
    case "binary":
      return binaryPiece(angle, version);
  }
}

function unaryPiece({ operator, operand }: Extract<AngleExpression, { kind: "unary" }>, version: LanguageVersion): Piece {
  const inner = pieceOf(operand, version);
  if (operator === "-") return { text: `-${parenthesized(inner, powers)}`, precedence: prefix };
  const name = operator === "ln" && version === 3 ? "log" : operator;
  return { text: `${name}(${inner.text})`, precedence: atom };
}

function binaryPiece({ operator, left, right }: Extract<AngleExpression, { kind: "binary" }>, version: LanguageVersion): Piece {
  const precedence = operator === "**" ? powers : operator === "+" || operator === "-" ? additive : multiplicative;
  const sign = operator === "**" && version === 2 ? "^" : operator;
  // Every operator but the power groups to the left; around a power everything but an atom is put into parentheses.
  const leftText = parenthesized(pieceOf(left, version), operator === "**" ? atom : precedence);
  const rightText = parenthesized(pieceOf(right, version), operator === "**" ? atom : precedence + 1);
  const space = precedence === additive ? " " : "";
  return { text: `${leftText}${space}${sign}${space}${rightText}`, precedence };
}

function parenthesized(piece: Piece, precedenceMin: number): string {
  return piece.precedence < precedenceMin ? `(${piece.text})` : piece.text;
}

const denominators = [1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128, 256, 512, 1024];
const numeratorMax = 64;

function numberPiece(value: number): Piece {
  if (value < 0) {
    // The sign of a fraction of pi may stand at its front: (-pi)/4 is -(pi/4) to the last bit.
    const { text, precedence } = numberPiece(-value);
    return { text: `-${text}`, precedence: Math.min(precedence, prefix) };
  }
  for (const denominator of denominators) {
    const numerator = Math.round((value * denominator) / Math.PI);
    if (numerator < 1 || numerator > numeratorMax) continue;
    if ((numerator * Math.PI) / denominator !== value) continue; // Only what reads back to the last bit.
    const top = numerator === 1 ? "pi" : `${numerator}*pi`;
    if (denominator === 1) return { text: top, precedence: numerator === 1 ? atom : multiplicative };
    return { text: `${top}/${denominator}`, precedence: multiplicative };
  }
  return { text: decimalText(value), precedence: atom };
}

/** The shortest decimal that reads back to the number; OpenQASM 2 wants a point before an exponent. */
export function decimalText(value: number): string {
  const text = String(value);
  const exponent = text.indexOf("e");
  if (exponent < 0 || text.includes(".")) return text;
  return `${text.slice(0, exponent)}.0${text.slice(exponent)}`;
}
