// Reads definitions: gates, subroutines, external functions and calibrations.

import type { Cursor } from "./cursor.ts";
import {
  isTypeStart,
  parseArrayType,
  parseDesignator,
  parseExpression,
  parseScalarType,
  parseTypeBehindName,
} from "./expressions.ts";
import { parseBlock } from "./parser.ts";
import type { Argument, Parameter, Statement, TypeNode } from "./syntax.ts";
import type { TokenKind } from "./tokens.ts";

export function parseGateDefinition(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const name = cursor.expectName("the name of the gate");
  const parameters = parseParameterList(cursor);
  const qubits = parseNames(cursor, "the name of a qubit of the gate", "{");
  const body = parseBlock(cursor, "before the gate's body");
  return { kind: "gate", at, name, parameters, qubits, body, end: cursor.previousEnd };
}

export function parseOpaque(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const name = cursor.expectName("the name of the gate");
  parseParameterList(cursor);
  parseNames(cursor, "the name of a qubit of the gate", ";");
  cursor.expectSemicolon();
  return { kind: "opaque", at, name };
}

function parseParameterList(cursor: Cursor): readonly Parameter[] {
  if (!cursor.accept("(")) return [];
  const parameters = cursor.kind === ")" ? [] : parseNames(cursor, "the name of a parameter of the gate", ")");
  cursor.expect(")", "after the parameters");
  return parameters;
}

function parseNames(cursor: Cursor, what: string, stop: TokenKind): readonly Parameter[] {
  const names: Parameter[] = [];
  do {
    if (names.length > 0 && cursor.kind === stop) break;
    const at = cursor.start;
    names.push({ at, name: cursor.expectName(what) });
  } while (cursor.accept(","));
  return names;
}

export function parseDef(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const name = cursor.expectName("the name of the subroutine");
  cursor.expect("(", "before the arguments of the subroutine");
  const list: Argument[] = [];
  while (cursor.kind !== ")") {
    list.push(parseArgument(cursor));
    if (!cursor.accept(",")) break;
  }
  cursor.expect(")", "after the arguments of the subroutine");
  const returns = cursor.accept("->") ? parseScalarType(cursor) : undefined;
  return { kind: "def", at, name, arguments: list, returns, body: parseBlock(cursor, "before the body of the subroutine") };
}

function parseArgument(cursor: Cursor): Argument {
  const at = cursor.start;
  if (cursor.kind === "kw:creg" || cursor.kind === "kw:qreg") {
    const kind = cursor.kind === "kw:creg" ? "creg" : "qreg";
    cursor.advance();
    const name = cursor.expectName("the name of the argument");
    const size = parseDesignator(cursor);
    return { at, name, type: { at, name: kind, size, element: undefined, dimensions: [], isReference: false } };
  }
  const type = cursor.kind === "kw:qubit" ? parseTypeBehindName(cursor, "qubit") : parseArgumentType(cursor);
  return { at, name: cursor.expectName("the name of the argument"), type };
}

function parseArgumentType(cursor: Cursor): TypeNode {
  if (cursor.accept("kw:readonly") || cursor.accept("kw:mutable")) return parseArrayType(cursor, true);
  return parseScalarType(cursor);
}

export function parseExtern(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const name = cursor.expectName("the name of the external function");
  cursor.expect("(", "before the types of the arguments");
  const list: TypeNode[] = [];
  while (cursor.kind !== ")") {
    list.push(cursor.kind === "kw:creg" ? parseTypeBehindName(cursor, "creg") : parseArgumentType(cursor));
    if (!cursor.accept(",")) break;
  }
  cursor.expect(")", "after the types of the arguments");
  const returns = cursor.accept("->") ? parseScalarType(cursor) : undefined;
  cursor.expectSemicolon();
  return { kind: "extern", at, name, arguments: list, returns };
}

export function parseCalibration(cursor: Cursor): Statement {
  const at = cursor.start;
  const kind = cursor.kind === "kw:cal" ? "cal" : "defcal";
  cursor.advance();
  if (kind === "defcal") skipCalibrationHead(cursor);
  if (cursor.kind !== "{") cursor.fail("`{` before the calibration");
  if (!cursor.skipBraces()) cursor.fail("`}` to close the calibration");
  return { kind, at, text: cursor.text.slice(at, cursor.previousEnd) };
}

/** The target, its arguments, its qubits and the type it returns. */
function skipCalibrationHead(cursor: Cursor): void {
  if (!cursor.accept("kw:measure") && !cursor.accept("kw:reset") && !cursor.accept("kw:delay")) {
    cursor.expectName("the operation that is calibrated");
  }
  if (cursor.accept("(")) {
    while (cursor.kind !== ")") {
      if (isTypeStart(cursor.kind) || cursor.kind === "kw:qubit") parseArgument(cursor);
      else parseExpression(cursor);
      if (!cursor.accept(",")) break;
    }
    cursor.expect(")", "after the arguments of the calibration");
  }
  do {
    if (!cursor.accept("hardware qubit")) cursor.expectName("the qubit that is calibrated");
  } while (cursor.accept(","));
  if (cursor.accept("->")) parseScalarType(cursor);
}

export function parseCalibrationGrammar(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const grammar = cursor.word;
  cursor.expect("string", "with the name of the grammar");
  cursor.expectSemicolon();
  return { kind: "defcalgrammar", at, grammar };
}
