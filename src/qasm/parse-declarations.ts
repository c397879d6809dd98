// Reads what gives names their meaning: registers, variables, inputs, includes and aliases.

import type { Cursor } from "./cursor.ts";
import { parseDesignator, parseExpression, parseInitializer, parseScalarType, parseType } from "./expressions.ts";
import { finishExpression } from "./parse-actions.ts";
import type { Statement, TypeNode } from "./syntax.ts";

/** `qreg q[3];` and `creg c[3];`, which OpenQASM 3 keeps. */
export function parseOldDeclaration(cursor: Cursor): Statement {
  const at = cursor.start;
  const isQuantum = cursor.kind === "kw:qreg";
  cursor.advance();
  const name = cursor.expectName("the name of the register");
  const size = parseDesignator(cursor);
  if (size === undefined && cursor.version === 2) cursor.fail("`[` and the size of the register");
  cursor.expectSemicolon();
  if (isQuantum) return { kind: "qubits", at, name, size };
  const type: TypeNode = { at, name: "creg", size, element: undefined, dimensions: [], isReference: false };
  return { kind: "declaration", at, role: "variable", type, name, initial: undefined };
}

export function parseQubitDeclaration(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const size = parseDesignator(cursor);
  const name = cursor.expectName("the name of the qubits");
  cursor.expectSemicolon();
  return { kind: "qubits", at, name, size };
}

/** A declaration, or a cast that stands alone as an expression. */
export function parseTypedStatement(cursor: Cursor): Statement {
  const at = cursor.start;
  const type = parseType(cursor);
  if (cursor.kind === "(") {
    cursor.advance();
    const operand = parseExpression(cursor);
    cursor.expect(")", "to close the cast");
    return finishExpression(cursor, { kind: "cast", at, type, operand });
  }
  const name = cursor.expectName("the name of the variable");
  const initial = cursor.accept("=") ? parseInitializer(cursor) : undefined;
  cursor.expectSemicolon();
  return { kind: "declaration", at, role: "variable", type, name, initial };
}

export function parseConst(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const type = parseScalarType(cursor);
  const name = cursor.expectName("the name of the constant");
  cursor.expect("=", "and the value of the constant");
  const initial = parseInitializer(cursor);
  cursor.expectSemicolon();
  return { kind: "declaration", at, role: "const", type, name, initial };
}

export function parseInputOutput(cursor: Cursor): Statement {
  const at = cursor.start;
  const role = cursor.kind === "kw:input" ? "input" : "output";
  cursor.advance();
  const type = parseType(cursor);
  const name = cursor.expectName(`the name of the ${role}`);
  cursor.expectSemicolon();
  return { kind: "declaration", at, role, type, name, initial: undefined };
}

export function parseInclude(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const path = cursor.word;
  cursor.expect("string", "with the file's name");
  cursor.expectSemicolon();
  return { kind: "include", at, path };
}

export function parseAlias(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const name = cursor.expectName("the name of the alias");
  cursor.expect("=", "after the name of the alias");
  const parts = [parseExpression(cursor)];
  while (cursor.accept("++")) parts.push(parseExpression(cursor));
  cursor.expectSemicolon();
  return { kind: "alias", at, name, parts };
}
