// Reads expressions, index brackets and types. Precedence climbing: chains of equal precedence are loops, only parentheses,
// prefixes and powers recurse, and the number of nodes of one expression is bounded, so later walks may recurse over it.

import { limits } from "../base/limits.ts";
import type { Cursor } from "./cursor.ts";
import { refuse } from "./faults.ts";
import { parseBlock } from "./parser.ts";
import type {
  ArrayLiteral,
  BinaryOperator,
  Expression,
  IndexItem,
  Initializer,
  Operand,
  RangeItem,
  ScalarTypeName,
  SetItem,
  TypeNode,
  UnaryOperator,
} from "./syntax.ts";
import type { TokenKind } from "./tokens.ts";

/** How tightly each operator binds; from the order of the alternatives in the reference grammar (qasm3Parser.g4). */
const precedence3: Partial<Readonly<Record<TokenKind, number>>> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "==": 6,
  "!=": 6,
  "<": 7,
  ">": 7,
  "<=": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
  "**": 12,
};

/** OpenQASM 2 has arithmetic only, and `^` is its power; `==` stands in `if` alone. */
const precedence2: Partial<Readonly<Record<TokenKind, number>>> = { "==": 6, "+": 9, "-": 9, "*": 10, "/": 10, "^": 12 };

const unaryPrecedence = 11; // Below the power: -a**b is -(a**b).
const powerPrecedence = 12;

export function parseExpression(cursor: Cursor): Expression {
  if (cursor.expressionDepth > 0) return parseBinary(cursor, 0);
  cursor.expressionNodeCount = 0;
  cursor.expressionDepth++;
  try {
    return parseBinary(cursor, 0);
  } finally {
    cursor.expressionDepth--;
  }
}

/** Goes on with an expression whose first operand was read already. */
export function parseExpressionFrom(cursor: Cursor, left: Expression): Expression {
  cursor.expressionNodeCount = 0;
  return climb(cursor, parsePostfix(cursor, left), 0);
}

function parseBinary(cursor: Cursor, precedenceMin: number): Expression {
  return climb(cursor, parseUnary(cursor), precedenceMin);
}

function climb(cursor: Cursor, first: Expression, precedenceMin: number): Expression {
  const table = cursor.version === 2 ? precedence2 : precedence3;
  let left = first;
  for (;;) {
    const precedence = table[cursor.kind];
    if (precedence === undefined || precedence < precedenceMin) return left;
    const operator = (cursor.version === 2 && cursor.kind === "^" ? "**" : cursor.kind) as BinaryOperator;
    const at = cursor.start;
    countNode(cursor, at);
    cursor.advance();
    // The power groups to the right, so its right side may hold another power, or a prefix.
    const right =
      precedence === powerPrecedence
        ? cursor.nested(() => climb(cursor, parseUnary(cursor), powerPrecedence))
        : parseBinary(cursor, precedence + 1);
    left = { kind: "binary", at, operator, left, right };
  }
}

function parseUnary(cursor: Cursor): Expression {
  const kind = cursor.kind;
  if (kind !== "-" && kind !== "!" && kind !== "~" && !(kind === "+" && cursor.version === 2)) return parsePrimary(cursor);
  if (cursor.version === 2 && kind !== "-" && kind !== "+") cursor.fail("an expression");
  const at = cursor.start;
  countNode(cursor, at);
  cursor.advance();
  const operand = cursor.nested(() => climb(cursor, parseUnary(cursor), unaryPrecedence + 1));
  return kind === "+" ? operand : { kind: "unary", at, operator: kind as UnaryOperator, operand };
}

function countNode(cursor: Cursor, at: number): void {
  if (++cursor.expressionNodeCount > limits.qasmExpressionNodeMax) {
    refuse(at, `at most ${limits.qasmExpressionNodeMax} operators in one expression`, "more", "Split it with constants.");
  }
}

function parsePrimary(cursor: Cursor): Expression {
  const at = cursor.start;
  switch (cursor.kind) {
    case "integer": {
      const value = cursor.big ?? cursor.number;
      cursor.advance();
      return { kind: "integer", at, value };
    }
    case "float": {
      const value = cursor.number;
      cursor.advance();
      return { kind: "float", at, value };
    }
    case "imaginary": {
      const value = cursor.number;
      cursor.advance();
      return { kind: "imaginary", at, value };
    }
    case "duration": {
      const { number: value, word: unit } = cursor;
      cursor.advance();
      return { kind: "duration", at, value, unit };
    }
    case "kw:true":
    case "kw:false": {
      const value = cursor.kind === "kw:true";
      cursor.advance();
      return { kind: "boolean", at, value };
    }
    case "string":
      return parseBitstring(cursor);
    case "hardware qubit": {
      const index = cursor.number;
      cursor.advance();
      return { kind: "hardware", at, index };
    }
    case "identifier": {
      const name = cursor.word;
      cursor.advance();
      if (cursor.is("(")) return parsePostfix(cursor, { kind: "call", at, name, arguments: parseArguments(cursor) });
      return parsePostfix(cursor, { kind: "name", at, name });
    }
    case "(": {
      cursor.advance();
      const inner = cursor.nested(() => parseExpression(cursor));
      cursor.expect(")", "to close the parenthesis");
      return parsePostfix(cursor, inner);
    }
    case "kw:durationof": {
      cursor.advance();
      cursor.expect("(", "after `durationof`");
      const body = parseBlock(cursor, "after `durationof(`");
      cursor.expect(")", "after the block");
      return { kind: "durationof", at, body };
    }
    default:
      if (cursor.version === 3 && isTypeStart(cursor.kind)) return parseCast(cursor);
      return cursor.fail("an expression");
  }
}

function parseBitstring(cursor: Cursor): Expression {
  const digits = cursor.word.replaceAll("_", "");
  if (cursor.version === 2 || !/^[01](_?[01])*$/.test(cursor.word)) cursor.fail("an expression");
  if (digits.length > limits.classicalBitCountMax) {
    cursor.fail(`at most ${limits.classicalBitCountMax} bits`, "No register is as long as this bit string.");
  }
  const at = cursor.start;
  cursor.advance();
  return { kind: "bitstring", at, digits };
}

function parseCast(cursor: Cursor): Expression {
  const at = cursor.start;
  const type = parseType(cursor);
  cursor.expect("(", "after the type that a value is cast to");
  const operand = cursor.nested(() => parseExpression(cursor));
  cursor.expect(")", "to close the cast");
  return parsePostfix(cursor, { kind: "cast", at, type, operand });
}

function parsePostfix(cursor: Cursor, first: Expression): Expression {
  let target = first;
  while (cursor.kind === "[" && cursor.version === 3) {
    const at = cursor.start;
    countNode(cursor, at);
    target = { kind: "index", at, target, items: parseBracket(cursor) };
  }
  return target;
}

/** `( a, b )`, possibly empty; the cursor is on `(`. */
export function parseArguments(cursor: Cursor): readonly Expression[] {
  cursor.advance();
  const list: Expression[] = [];
  while (cursor.kind !== ")") {
    list.push(cursor.nested(() => parseExpression(cursor)));
    if (!cursor.accept(",")) break;
  }
  cursor.expect(")", "after the arguments");
  return list;
}

/** `[ item, item ]`; the cursor is on `[`. */
export function parseBracket(cursor: Cursor): readonly IndexItem[] {
  cursor.advance();
  if (cursor.kind === "{") {
    const set = parseSet(cursor);
    cursor.expect("]", "after the index");
    return [set];
  }
  const at = cursor.start;
  const items: IndexItem[] = [];
  if (cursor.kind === "integer") {
    // Nearly every index of a large circuit is one integer.
    const literal = parsePrimary(cursor);
    if (cursor.accept("]")) return [literal];
    items.push(finishIndexItem(cursor, climb(cursor, literal, 0), at));
  } else {
    items.push(cursor.nested(() => parseIndexItem(cursor)));
  }
  while (cursor.accept(",")) {
    if (cursor.kind === "]") break;
    items.push(cursor.nested(() => parseIndexItem(cursor)));
  }
  cursor.expect("]", "after the index");
  return items;
}

export function parseIndexItem(cursor: Cursor): Expression | RangeItem {
  const at = cursor.start;
  return finishIndexItem(cursor, cursor.kind === ":" ? undefined : parseExpression(cursor), at);
}

/** An index whose first part was read, if it has one. */
function finishIndexItem(cursor: Cursor, first: Expression | undefined, at: number): Expression | RangeItem {
  if (cursor.kind !== ":" && first !== undefined) return first;
  cursor.expect(":", "in the range");
  const second = isRangeStop(cursor.kind) ? undefined : parseExpression(cursor);
  if (!cursor.accept(":")) return { kind: "range", at, first, step: undefined, last: second };
  const last = isRangeStop(cursor.kind) ? undefined : parseExpression(cursor);
  return { kind: "range", at, first, step: second, last };
}

function isRangeStop(kind: TokenKind): boolean {
  return kind === ":" || kind === "]" || kind === ",";
}

/** `{a, b}`; the cursor is on `{`. */
export function parseSet(cursor: Cursor): SetItem {
  const at = cursor.start;
  cursor.advance();
  const elements: Expression[] = [];
  do {
    if (elements.length > 0 && cursor.kind === "}") break;
    elements.push(cursor.nested(() => parseExpression(cursor)));
  } while (cursor.accept(","));
  cursor.expect("}", "after the set");
  return { kind: "set", at, elements };
}

const noIndices: readonly IndexItem[] = [];

export function parseOperand(cursor: Cursor, what = "a qubit or a register"): Operand {
  const at = cursor.start;
  if (cursor.kind === "hardware qubit") {
    const name = `$${cursor.number}`;
    cursor.advance();
    return { at, name, isHardware: true, indices: noIndices };
  }
  const name = cursor.expectName(what);
  if (cursor.kind !== "[") return { at, name, isHardware: false, indices: noIndices };
  const indices: IndexItem[] = [];
  while (cursor.kind === "[") {
    const bracketAt = cursor.start;
    const [item, ...more] = parseBracket(cursor);
    if (more.length > 0) refuse(bracketAt, "one index in each bracket", `${more.length + 1}`, "Registers have one dimension.");
    if (item !== undefined) indices.push(item);
  }
  return { at, name, isHardware: false, indices };
}

/** At least one operand. */
export function parseOperands(cursor: Cursor, what?: string): readonly Operand[] {
  const operands = [parseOperand(cursor, what)];
  while (cursor.accept(",")) {
    if (cursor.kind === ";") break; // A trailing comma is allowed.
    operands.push(parseOperand(cursor, what));
  }
  return operands;
}

export function parseInitializer(cursor: Cursor): Initializer {
  const at = cursor.start;
  if (cursor.accept("kw:measure")) return { kind: "measure", at, operand: parseOperand(cursor) };
  if (cursor.kind === "{") return parseArrayLiteral(cursor);
  return parseExpression(cursor);
}

function parseArrayLiteral(cursor: Cursor): ArrayLiteral {
  const at = cursor.start;
  cursor.advance();
  const elements: (Expression | ArrayLiteral)[] = [];
  while (cursor.kind !== "}") {
    elements.push(cursor.nested(() => (cursor.kind === "{" ? parseArrayLiteral(cursor) : parseExpression(cursor))));
    if (!cursor.accept(",")) break;
  }
  cursor.expect("}", "after the elements of the array");
  return { kind: "array", at, elements };
}

const scalarTypes = new Map<TokenKind, ScalarTypeName>([
  ["kw:bit", "bit"],
  ["kw:int", "int"],
  ["kw:uint", "uint"],
  ["kw:float", "float"],
  ["kw:angle", "angle"],
  ["kw:bool", "bool"],
  ["kw:duration", "duration"],
  ["kw:stretch", "stretch"],
  ["kw:complex", "complex"],
]);

const sizedTypes: ReadonlySet<ScalarTypeName> = new Set(["bit", "int", "uint", "float", "angle", "qubit", "creg", "qreg"]);

export function isTypeStart(kind: TokenKind): boolean {
  return scalarTypes.has(kind) || kind === "kw:array";
}

export function parseType(cursor: Cursor): TypeNode {
  if (cursor.kind === "kw:array") return parseArrayType(cursor, false);
  return parseScalarType(cursor);
}

export function parseScalarType(cursor: Cursor): TypeNode {
  const name = scalarTypes.get(cursor.kind);
  if (name === undefined) cursor.fail("a type such as `int`, `float` or `bit`");
  return parseTypeBehindName(cursor, name);
}

/** The cursor is on the type's keyword. */
export function parseTypeBehindName(cursor: Cursor, name: ScalarTypeName): TypeNode {
  const at = cursor.start;
  cursor.advance();
  let size: Expression | undefined;
  let element: TypeNode | undefined;
  if (sizedTypes.has(name)) {
    size = parseDesignator(cursor);
  } else if (name === "complex" && cursor.accept("[")) {
    element = parseScalarType(cursor);
    cursor.expect("]", "after the type of the components");
  }
  return { at, name, size, element, dimensions: [], isReference: false };
}

/** `[n]`, or undefined where there is none. */
export function parseDesignator(cursor: Cursor): Expression | undefined {
  if (!cursor.accept("[")) return undefined;
  const size = cursor.nested(() => parseExpression(cursor));
  cursor.expect("]", "after the size");
  return size;
}

/** The cursor is on `array`. Only references may leave their sizes open with `#dim = n`. */
export function parseArrayType(cursor: Cursor, isReference: boolean): TypeNode {
  const at = cursor.start;
  cursor.expect("kw:array", "here");
  cursor.expect("[", "after `array`");
  const element = parseScalarType(cursor);
  cursor.expect(",", "between the type and the sizes of the array");
  const dimensions: Expression[] = [];
  if (isReference && cursor.accept("#dim")) {
    cursor.expect("=", "after `#dim`");
    dimensions.push(parseExpression(cursor));
  } else {
    do {
      if (dimensions.length > 0 && cursor.kind === "]") break;
      dimensions.push(parseExpression(cursor));
    } while (cursor.accept(","));
  }
  cursor.expect("]", "after the sizes of the array");
  return { at, name: "array", size: undefined, element, dimensions, isReference };
}
