// Values that expressions have while a program is elaborated, and the operators between them.
// Integers are bigints and floats are numbers, as literals are in the text; what depends on a measurement is bits or a condition.

import { limits } from "../base/limits.ts";
import type { Angle, AngleExpression, Condition } from "../model/circuit.ts";
import { combine, negate } from "./angle.ts";
import { refuse } from "./faults.ts";
import type { BinaryOperator, UnaryOperator } from "./syntax.ts";

interface DurationValue {
  readonly kind: "duration";
  readonly ns: number;
}

/** Classical bits whose values only a run knows, the least significant first. */
interface BitsValue {
  readonly kind: "bits";
  readonly bits: readonly number[];
}

interface BitstringValue {
  readonly kind: "bitstring";
  readonly value: bigint;
  readonly width: number;
}

interface ConditionValue {
  readonly kind: "condition";
  readonly condition: Condition;
}

export type Value = number | bigint | boolean | AngleExpression | DurationValue | BitsValue | BitstringValue | ConditionValue;

/** A value's sort as a message shows it. */
export function describeValue(value: Value): string {
  switch (typeof value) {
    case "bigint":
      return value.toString().length > 40 ? "a long integer" : value.toString();
    case "number":
    case "boolean":
      return String(value);
    default:
  }
  switch (value.kind) {
    case "duration":
      return `${value.ns}ns`;
    case "bits":
      return value.bits.length === 1 ? "a classical bit" : `${value.bits.length} classical bits`;
    case "bitstring":
      return "a bit string";
    case "condition":
      return "a condition over measured bits";
    default:
      return "an expression over input parameters";
  }
}

export function toAngle(value: Value, at: number): Angle {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "object" && isAngleExpression(value)) return value;
  return refuse(at, "a number", describeValue(value), "");
}

/** A constant integer that an index, a size or a loop may have. */
export function toInteger(value: Value, at: number): number {
  if (typeof value === "bigint" && value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER) return Number(value);
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  return refuse(at, "a constant integer", describeValue(value), "");
}

export function isAngleExpression(value: object): value is AngleExpression {
  const { kind } = value as { readonly kind: string };
  return kind === "parameter" || kind === "unary" || kind === "binary";
}

export function applyUnary(operator: UnaryOperator, value: Value, at: number): Value {
  if (operator === "-") {
    if (typeof value === "bigint") return -value;
    if (typeof value === "object" && value.kind === "duration") return { kind: "duration", ns: -value.ns };
    return negate(toAngle(value, at));
  }
  if (typeof value === "boolean") return !value;
  const condition = conditionOf(value);
  // `~` of a single bit or a condition is its negation; of a register it is another register, which only a run could hold.
  if (
    condition !== undefined &&
    (operator === "!" || typeof value !== "object" || value.kind !== "bits" || value.bits.length === 1)
  ) {
    return { kind: "condition", condition: negateCondition(condition) };
  }
  if (operator === "~" && typeof value === "bigint") return ~value;
  return refuse(at, operator === "!" ? "a condition" : "a bit or an integer", describeValue(value), "");
}

export function applyBinary(operator: BinaryOperator, left: Value, right: Value, at: number): Value {
  switch (operator) {
    case "&&":
    case "||":
      return combineConditions(operator, left, right, at);
    case "==":
    case "!=":
    case "<":
    case ">":
    case "<=":
    case ">=":
      return compare(operator, left, right, at);
    case "&":
    case "|":
      if (isRuntime(left) || isRuntime(right)) return combineConditions(operator === "&" ? "&&" : "||", left, right, at);
      return calculateIntegers(operator, left, right, at);
    case "^":
    case "<<":
    case ">>":
    case "%":
      return calculateIntegers(operator, left, right, at);
    default:
      return calculate(operator, left, right, at);
  }
}

function calculate(operator: "+" | "-" | "*" | "/" | "**", left: Value, right: Value, at: number): Value {
  if (typeof left === "bigint" && typeof right === "bigint") {
    if (operator === "/") return divide(left, right, at);
    if (operator !== "**") return calculateIntegers(operator, left, right, at);
    if (right >= 0n) return calculateIntegers(operator, left, right, at);
  }
  const duration = calculateDuration(operator, left, right);
  if (duration !== undefined) return duration;
  return combine(operator, toAngle(left, at), toAngle(right, at));
}

/**
 * A quotient of integers stays an integer where it is one and is a float where it is not. C would drop the fraction, but the
 * specification's own examples mean `arccos(3 / 5)`; a size or an index that is no integer is refused, so nothing is rounded unseen.
 */
function divide(left: bigint, right: bigint, at: number): Value {
  if (right === 0n) refuse(at, "a divisor that is not 0", "0", "");
  return left % right === 0n ? left / right : Number(left) / Number(right);
}

function calculateDuration(operator: "+" | "-" | "*" | "/" | "**", left: Value, right: Value): Value | undefined {
  const a = durationNs(left);
  const b = durationNs(right);
  if (a !== undefined && b !== undefined) {
    if (operator === "+") return { kind: "duration", ns: a + b };
    if (operator === "-") return { kind: "duration", ns: a - b };
    if (operator === "/") return a / b;
  }
  if (a !== undefined && isNumber(right) && (operator === "*" || operator === "/")) {
    return { kind: "duration", ns: operator === "*" ? a * Number(right) : a / Number(right) };
  }
  if (b !== undefined && isNumber(left) && operator === "*") return { kind: "duration", ns: Number(left) * b };
  return undefined;
}

function isNumber(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function durationNs(value: Value): number | undefined {
  return typeof value === "object" && value.kind === "duration" ? value.ns : undefined;
}

// Results of arithmetic: far beyond any type in use, and short enough that a loop over them stays cheap. Literals may be as long as
// a register, since they are compared with one.
const integerBitsMax = 1024n;
const integerBound = 1n << integerBitsMax;
const longestLiteral = BigInt(limits.classicalBitCountMax);

type IntegerOperator = "+" | "-" | "*" | "**" | "&" | "|" | "^" | "<<" | ">>" | "%";

function calculateIntegers(operator: IntegerOperator, left: Value, right: Value, at: number): Value {
  const a = integerOf(left);
  const b = integerOf(right);
  if (a === undefined || b === undefined) {
    if (operator === "%" && isNumber(left) && isNumber(right)) return Number(left) % Number(right);
    return refuse(at, `integers around \`${operator}\``, describeValue(a === undefined ? left : right), "");
  }
  return checkWidth(integerResult(operator, a, b, at), at);
}

function integerResult(operator: IntegerOperator, a: bigint, b: bigint, at: number): bigint {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "%":
      if (b === 0n) refuse(at, "a divisor that is not 0", "0", "");
      return a % b;
    case "**":
      if (b * BigInt(a.toString(2).length) > 2n * integerBitsMax) refuseWidth(at);
      return a ** b;
    case "<<":
    case ">>":
      if (b < 0n) refuse(at, "a shift by 0 or more", b.toString(), "");
      if (operator === ">>") return a >> (b > longestLiteral ? longestLiteral : b);
      return b > integerBitsMax ? refuseWidth(at) : a << b;
  }
}

function integerOf(value: Value): bigint | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "object" && value.kind === "bitstring" ? value.value : undefined;
}

function checkWidth(value: bigint, at: number): bigint {
  return value > integerBound || value < -integerBound ? refuseWidth(at) : value;
}

function refuseWidth(at: number): never {
  return refuse(at, `an integer of at most ${integerBitsMax} bits`, "a longer one", "");
}

// Conditions ---------------------------------------------------------------------------------------------------------

function isRuntime(value: Value): value is BitsValue | ConditionValue {
  return typeof value === "object" && (value.kind === "bits" || value.kind === "condition");
}

/** The condition that a value over measured bits is: a bit is 1, a register is not 0. */
export function conditionOf(value: Value): Condition | undefined {
  if (typeof value !== "object") return undefined;
  if (value.kind === "condition") return value.condition;
  return value.kind === "bits" ? compareBits("!=", value.bits, 0n) : undefined;
}

/** The truth of a constant, or undefined for what a run decides. */
export function constantTruth(value: Value): boolean | undefined {
  if (typeof value === "boolean") return value;
  return typeof value === "bigint" ? value !== 0n : undefined;
}

function negateCondition(condition: Condition): Condition {
  switch (condition.kind) {
    case "bit":
      return { kind: "bit", bit: condition.bit, value: condition.value === 1 ? 0 : 1 };
    case "not":
      return condition.operand;
    default:
      return { kind: "not", operand: condition };
  }
}

function combineConditions(operator: "&&" | "||", left: Value, right: Value, at: number): Value {
  const [a, b] = [constantTruth(left), constantTruth(right)];
  const isAnd = operator === "&&";
  if (a !== undefined && b !== undefined) return isAnd ? a && b : a || b;
  if (a !== undefined) return a === isAnd ? asCondition(right, at) : a;
  if (b !== undefined) return b === isAnd ? asCondition(left, at) : b;
  const condition: Condition = {
    kind: isAnd ? "and" : "or",
    left: asCondition(left, at).condition,
    right: asCondition(right, at).condition,
  };
  return { kind: "condition", condition };
}

function asCondition(value: Value, at: number): ConditionValue {
  const condition = conditionOf(value);
  if (condition === undefined) return refuse(at, "a condition", describeValue(value), "");
  return { kind: "condition", condition };
}

type Comparison = "==" | "!=" | "<" | ">" | "<=" | ">=";

const mirrored: Readonly<Record<Comparison, Comparison>> = { "==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<=" };

function compare(comparison: Comparison, left: Value, right: Value, at: number): Value {
  if (isRuntime(right) && !isRuntime(left)) return compare(mirrored[comparison], right, left, at);
  if (isRuntime(left)) return compareRuntime(comparison, left, right, at);
  const [a, b] = [comparable(left, at), comparable(right, at)];
  switch (comparison) {
    case "==":
      return a <= b && a >= b; // Not `===`: a bigint and a number compare by value.
    case "!=":
      return !(a <= b && a >= b);
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "<=":
      return a <= b;
    case ">=":
      return a >= b;
  }
}

function comparable(value: Value, at: number): number | bigint {
  if (isNumber(value)) return value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (value.kind === "bitstring") return value.value;
  if (value.kind === "duration") return value.ns;
  return refuse(at, "a constant to compare", describeValue(value), "");
}

function compareRuntime(comparison: Comparison, left: BitsValue | ConditionValue, right: Value, at: number): Value {
  const wanted = typeof right === "boolean" ? BigInt(right) : integerOf(right);
  if (wanted === undefined) {
    return refuse(
      at,
      "a constant integer beside the measured bits",
      describeValue(right),
      "Compare with each value it may have.",
    );
  }
  if (left.kind === "bits") return { kind: "condition", condition: compareBits(comparison, left.bits, wanted) };
  if ((comparison !== "==" && comparison !== "!=") || (wanted !== 0n && wanted !== 1n)) {
    return refuse(at, "`== true` or `== false` behind a condition", `${comparison} ${wanted}`, "");
  }
  const isSame = (comparison === "==") === (wanted === 1n);
  return { kind: "condition", condition: isSame ? left.condition : negateCondition(left.condition) };
}

/** One bit against 0 or 1 is a bit condition, however it was written. Bits are read unsigned, as the specification's examples do. */
function compareBits(comparison: Comparison, bits: readonly number[], value: bigint): Condition {
  const [bit] = bits;
  if (bits.length === 1 && bit !== undefined && (value === 0n || value === 1n) && (comparison === "==" || comparison === "!=")) {
    return { kind: "bit", bit, value: (value === 1n) === (comparison === "==") ? 1 : 0 };
  }
  return { kind: "register", bits, comparison, value };
}
