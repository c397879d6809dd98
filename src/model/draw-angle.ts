// Angles as drawings show them: short fractions of π where there is one, else four significant digits.

import type { Angle, AngleExpression } from "./circuit.ts";

const denominatorMax = 1024;
// Far below what a label shows, far above what rounding leaves of a fraction that was computed.
const relativeTolerance = 1e-10;

const bindings = { "+": 1, "-": 1, "*": 2, "/": 2, "**": 4 } as const;
const prefixBinding = 3;
const atomBinding = 5;

export interface AngleTextOptions {
  /** "π", or "pi" where only ASCII may stand. */
  readonly pi: string;
}

export function drawAngle(angle: Angle, options: AngleTextOptions = { pi: "π" }): string {
  return piece(angle, options).text;
}

/** `binding`: how tightly the outermost operator holds its operands; a looser one inside needs parentheses. */
interface Piece {
  readonly text: string;
  readonly binding: number;
}

function piece(angle: Angle, options: AngleTextOptions): Piece {
  if (typeof angle === "number") {
    const text = numberText(angle, options);
    return { text, binding: text.startsWith("-") ? prefixBinding : /[/*π]|\dpi/.test(text) ? bindings["*"] : atomBinding };
  }
  if (angle.kind === "parameter") return { text: angle.name, binding: atomBinding };
  if (angle.kind === "unary") return unaryPiece(angle, options);
  const binding = bindings[angle.operator];
  const isPower = angle.operator === "**";
  const left = within(piece(angle.left, options), isPower ? atomBinding : binding);
  const right = within(piece(angle.right, options), isPower ? atomBinding : binding + 1);
  return { text: `${left}${angle.operator}${right}`, binding };
}

function unaryPiece({ operator, operand }: Extract<AngleExpression, { kind: "unary" }>, options: AngleTextOptions): Piece {
  const inner = piece(operand, options);
  if (operator === "-") return { text: `-${within(inner, bindings["**"])}`, binding: prefixBinding };
  return { text: `${operator}(${inner.text})`, binding: atomBinding };
}

function within({ text, binding }: Piece, needed: number): string {
  return binding < needed ? `(${text})` : text;
}

function numberText(value: number, { pi }: AngleTextOptions): string {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return String(value);
  const sign = value < 0 ? "-" : "";
  const size = Math.abs(value);
  for (let denominator = 1; denominator <= denominatorMax; denominator = nextDenominator(denominator)) {
    const exact = (size * denominator) / Math.PI;
    const numerator = Math.round(exact);
    if (numerator < 1 || Math.abs(exact - numerator) > relativeTolerance * numerator) continue;
    // Beyond this a fraction is longer and says less than digits do.
    if (numerator >= 1000) break;
    return `${sign}${numerator === 1 ? "" : numerator}${pi}${denominator === 1 ? "" : `/${denominator}`}`;
  }
  return String(Number(value.toPrecision(4)));
}

/** 1 to 12, then what circuits really use: the powers of two of a Fourier transform. */
function nextDenominator(denominator: number): number {
  if (denominator < 12) return denominator + 1;
  return denominator === 12 ? 16 : denominator * 2;
}
