// Reads the statements that act: gate calls, measurements, resets, barriers, delays, assignments and lone expressions.

import type { Cursor } from "./cursor.ts";
import {
  parseArguments,
  parseBracket,
  parseDesignator,
  parseExpression,
  parseExpressionFrom,
  parseInitializer,
  parseOperand,
  parseOperands,
} from "./expressions.ts";
import { quoted } from "./faults.ts";
import type { BinaryOperator, Expression, GateModifier, IndexItem, Operand, Statement } from "./syntax.ts";
import type { TokenKind } from "./tokens.ts";

/** What starts with a name: a gate call, an assignment or an expression. */
export function parseNameStatement(cursor: Cursor): Statement {
  const at = cursor.start;
  const name = cursor.word;
  cursor.advance();
  switch (cursor.kind) {
    case "identifier":
    case "hardware qubit":
      return parseCallOperands(cursor, at, [], name, at, [], undefined);
    case "(": {
      const list = parseArguments(cursor);
      if (cursor.is("[") && cursor.version === 3) {
        return parseCallOperands(cursor, at, [], name, at, list, parseDesignator(cursor));
      }
      if (cursor.is("identifier") || cursor.is("hardware qubit") || cursor.version === 2) {
        return parseCallOperands(cursor, at, [], name, at, list, undefined);
      }
      return finishExpression(cursor, { kind: "call", at, name, arguments: list });
    }
    default:
      if (cursor.version === 2) cursor.fail(`the qubits that ${quoted(name)} acts on`, hintForLaterWord(name));
      return parseAssignment(cursor, { kind: "name", at, name });
  }
}

/** Words of OpenQASM 3 in a text that says it is OpenQASM 2. */
export function hintForLaterWord(name: string): string {
  const isLater =
    /^(qubit|bit|int|uint|float|angle|bool|const|input|output|for|while|switch|def|let|ctrl|negctrl|inv|pow|delay|else)$/;
  return isLater.test(name) ? `\`${name}\` is a word of OpenQASM 3; the text says it is OpenQASM 2.0.` : "";
}

const assignmentOperators = new Map<TokenKind, BinaryOperator | undefined>([
  ["=", undefined],
  ["+=", "+"],
  ["-=", "-"],
  ["*=", "*"],
  ["/=", "/"],
  ["&=", "&"],
  ["|=", "|"],
  ["^=", "^"],
  ["<<=", "<<"],
  [">>=", ">>"],
  ["%=", "%"],
  ["**=", "**"],
]);

function parseAssignment(cursor: Cursor, name: Extract<Expression, { kind: "name" }>): Statement {
  let target: Expression = name;
  let designator: IndexItem | undefined;
  while (cursor.kind === "[") {
    const items = parseBracket(cursor);
    designator = target === name && items.length === 1 ? items[0] : undefined;
    target = { kind: "index", at: name.at, target, items };
  }
  if (
    (cursor.kind === "identifier" || cursor.kind === "hardware qubit") &&
    designator !== undefined &&
    isExpression(designator)
  ) {
    return parseCallOperands(cursor, name.at, [], name.name, name.at, [], designator);
  }
  if (!assignmentOperators.has(cursor.kind)) return finishExpression(cursor, target);
  const operator = assignmentOperators.get(cursor.kind);
  cursor.advance();
  const value = parseInitializer(cursor);
  cursor.expectSemicolon();
  return { kind: "assignment", at: name.at, target, operator, value };
}

function isExpression(item: IndexItem): item is Expression {
  return item.kind !== "range" && item.kind !== "set";
}

export function finishExpression(cursor: Cursor, first: Expression): Statement {
  const expression = parseExpressionFrom(cursor, first);
  cursor.expectSemicolon();
  return { kind: "expression", at: first.at, expression };
}

export function parseExpressionStatement(cursor: Cursor): Statement {
  const at = cursor.start;
  if (cursor.kind === ";" || cursor.kind === "}" || cursor.kind === "problem") cursor.fail("a statement");
  const expression = parseExpression(cursor);
  cursor.expectSemicolon();
  return { kind: "expression", at, expression };
}

const noModifiers: readonly GateModifier[] = [];

const noArguments: readonly Expression[] = [];

function parseCallOperands(
  cursor: Cursor,
  at: number,
  modifiers: readonly GateModifier[],
  name: string,
  nameAt: number,
  list: readonly Expression[],
  designator: Expression | undefined,
): Statement {
  const operands = parseOperands(cursor);
  cursor.expectSemicolon();
  return {
    kind: "call",
    at,
    modifiers: modifiers.length === 0 ? noModifiers : modifiers,
    name,
    nameAt,
    arguments: list.length === 0 ? noArguments : list,
    designator,
    operands,
  };
}

/** `ctrl(2) @ inv @ name(…) …`, and `gphase`, the only call that may have no operand. */
export function parseModifiedCall(cursor: Cursor): Statement {
  const at = cursor.start;
  const modifiers: GateModifier[] = [];
  while (cursor.kind === "kw:ctrl" || cursor.kind === "kw:negctrl" || cursor.kind === "kw:inv" || cursor.kind === "kw:pow") {
    modifiers.push(parseModifier(cursor));
  }
  const nameAt = cursor.start;
  const isPhase = cursor.accept("kw:gphase");
  const name = isPhase ? "gphase" : cursor.expectName("the gate that the modifiers act on");
  const list = cursor.kind === "(" ? parseArguments(cursor) : noArguments;
  const designator = parseDesignator(cursor);
  if (!isPhase || cursor.kind !== ";") return parseCallOperands(cursor, at, modifiers, name, nameAt, list, designator);
  cursor.advance();
  return { kind: "call", at, modifiers, name, nameAt, arguments: list, designator, operands: [] };
}

function parseModifier(cursor: Cursor): GateModifier {
  const at = cursor.start;
  const kind = cursor.kind.slice(3) as GateModifier["kind"];
  cursor.advance();
  let argument: Expression | undefined;
  if (kind !== "inv" && cursor.accept("(")) {
    argument = parseExpression(cursor);
    cursor.expect(")", `after the argument of \`${kind}\``);
  } else if (kind === "pow") {
    cursor.fail("`(` and the exponent of `pow`", "Write `pow(2) @ gate`.");
  }
  cursor.expect("@", `after \`${kind}\``);
  return { kind, at, argument };
}

export function parseMeasure(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const operand = parseOperand(cursor);
  if (cursor.version === 2 && cursor.kind !== "->") cursor.fail("`->` and the bits that the outcome goes to");
  const target = cursor.accept("->") ? parseOperand(cursor, "a bit or a register of bits") : undefined;
  cursor.expectSemicolon();
  return { kind: "measure", at, operand, target };
}

export function parseReset(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const operand = parseOperand(cursor);
  cursor.expectSemicolon();
  return { kind: "reset", at, operand };
}

/** Without operands a barrier, a delay or a nop means every qubit. */
function parseOptionalOperands(cursor: Cursor): readonly Operand[] {
  const operands = cursor.kind === ";" && cursor.version === 3 ? [] : parseOperands(cursor);
  cursor.expectSemicolon();
  return operands;
}

export function parseBarrier(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  return { kind: "barrier", at, operands: parseOptionalOperands(cursor) };
}

export function parseDelay(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const duration = parseDesignator(cursor);
  if (duration === undefined) cursor.fail("`[` and the length of the delay", "Write `delay[100ns] q;`.");
  return { kind: "delay", at, duration, operands: parseOptionalOperands(cursor) };
}

export function parseNop(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  return { kind: "nop", at, operands: parseOptionalOperands(cursor) };
}
