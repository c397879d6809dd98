// Reads branches, loops and boxes: the statements that have statements in them.

import type { Cursor } from "./cursor.ts";
import { parseDesignator, parseExpression, parseIndexItem, parseInitializer, parseScalarType, parseSet } from "./expressions.ts";
import { refuse } from "./faults.ts";
import { parseBlock, parseStatement } from "./parser.ts";
import type { Expression, RangeItem, SetItem, Statement, SwitchCase } from "./syntax.ts";

/** A block, or one statement without braces. */
function parseBody(cursor: Cursor): readonly Statement[] {
  if (cursor.kind === "{") return parseBlock(cursor, "here");
  if (cursor.kind === ";" || cursor.kind === "}") cursor.fail("a statement or a block");
  return [cursor.nested(() => parseStatement(cursor))];
}

export function parseIf(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  cursor.expect("(", "after `if`");
  const condition = cursor.nested(() => parseExpression(cursor));
  if (cursor.version === 2 && cursor.is("[")) {
    cursor.fail("a whole register compared with a number, such as `c==1`", "OpenQASM 3 has conditions over single bits.");
  }
  cursor.expect(")", "after the condition");
  const then = parseBody(cursor);
  const otherwise = cursor.accept("kw:else") ? parseBody(cursor) : [];
  return { kind: "if", at, condition, then, otherwise };
}

export function parseWhile(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  cursor.expect("(", "after `while`");
  const condition = cursor.nested(() => parseExpression(cursor));
  cursor.expect(")", "after the condition");
  return { kind: "while", at, condition, body: parseBody(cursor) };
}

export function parseFor(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const type = parseScalarType(cursor);
  const name = cursor.expectName("the name of the loop variable");
  cursor.expect("kw:in", "after the loop variable");
  return { kind: "for", at, type, name, values: parseLoopValues(cursor), body: parseBody(cursor) };
}

function parseLoopValues(cursor: Cursor): Expression | RangeItem | SetItem {
  if (cursor.kind === "{") return parseSet(cursor);
  if (cursor.kind !== "[") return parseExpression(cursor);
  cursor.advance();
  const range = parseIndexItem(cursor);
  if (range.kind !== "range") refuse(range.at, "a range such as `[0:3]`", "one value", "For single values write `{0, 3}`.");
  cursor.expect("]", "after the range");
  return range;
}

export function parseSwitch(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  cursor.expect("(", "after `switch`");
  const value = cursor.nested(() => parseExpression(cursor));
  cursor.expect(")", "after the value");
  cursor.expect("{", "before the cases");
  const cases: SwitchCase[] = [];
  while (cursor.kind === "kw:case" || cursor.kind === "kw:default") cases.push(parseCase(cursor));
  cursor.expect("}", "after the cases");
  return { kind: "switch", at, value, cases };
}

function parseCase(cursor: Cursor): SwitchCase {
  const at = cursor.start;
  const labels: Expression[] = [];
  if (!cursor.accept("kw:default")) {
    cursor.advance();
    do {
      if (labels.length > 0 && cursor.kind === "{") break;
      labels.push(parseExpression(cursor));
    } while (cursor.accept(","));
  }
  return { at, labels, body: parseBlock(cursor, "before the statements of the case") };
}

export function parseBox(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const duration = parseDesignator(cursor);
  return { kind: "box", at, duration, body: parseBlock(cursor, "before the statements of the box") };
}

export function parseReturn(cursor: Cursor): Statement {
  const at = cursor.start;
  cursor.advance();
  const value = cursor.kind === ";" ? undefined : parseInitializer(cursor);
  cursor.expectSemicolon();
  return { kind: "return", at, value };
}
