// Expressions to values. Everything but measured bits and input parameters is known while a program is elaborated.

import { limits } from "../base/limits.ts";
import { isUnaryFunction } from "../model/angle.ts";
import type { Angle } from "../model/circuit.ts";
import { applyFunction, combine } from "./angle.ts";
import type { Context } from "./context.ts";
import { quoted, Refusal, refuse } from "./faults.ts";
import { checkAngle } from "./items.ts";
import type { CallExpression, Expression, IndexItem, TypeNode } from "./syntax.ts";
import { type LanguageVersion, unitNs } from "./tokens.ts";
import { applyBinary, applyUnary, conditionOf, constantTruth, describeValue, toAngle, toInteger, type Value } from "./values.ts";

const constants: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["π", Math.PI],
  ["tau", 2 * Math.PI],
  ["τ", 2 * Math.PI],
  ["euler", Math.E],
  ["ℇ", Math.E],
]);

export function isConstantName(version: LanguageVersion, name: string): boolean {
  return version === 2 ? name === "pi" : constants.has(name);
}

/** A gate's argument, checked to be finite. */
export function evaluateAngle(context: Context, expression: Expression): Angle {
  if (expression.kind === "float") return checkAngle(expression.value, expression.at);
  return checkAngle(toAngle(evaluate(context, expression), expression.at), expression.at);
}

export function evaluateInteger(context: Context, expression: Expression): number {
  if (expression.kind === "integer" && typeof expression.value === "number") return expression.value;
  return toInteger(evaluate(context, expression), expression.at);
}

export function evaluate(context: Context, expression: Expression): Value {
  switch (expression.kind) {
    case "integer":
      // OpenQASM 2 computes with real numbers only: there 1/2 is a half.
      return context.version === 2 ? Number(expression.value) : BigInt(expression.value);
    case "float":
    case "boolean":
      return expression.value;
    case "bitstring":
      return { kind: "bitstring", value: BigInt(`0b${expression.digits}`), width: expression.digits.length };
    case "duration":
      return { kind: "duration", ns: durationNs(expression) };
    case "name":
      return evaluateName(context, expression.name, expression.at);
    case "unary":
      context.charge(1, expression.at);
      return applyUnary(expression.operator, evaluate(context, expression.operand), expression.at);
    case "binary":
      return evaluateBinary(context, expression);
    case "call":
      return evaluateCall(context, expression);
    case "index":
      return expression.items.reduce((value, item) => indexValue(context, value, item), evaluate(context, expression.target));
    case "cast":
      return castValue(context, expression.type, evaluate(context, expression.operand), expression.at);
    case "imaginary":
    case "durationof":
    case "hardware":
      return unsupported(expression.at, expressionNames[expression.kind]);
  }
}

const expressionNames = {
  imaginary: "complex numbers",
  durationof: "`durationof`",
  hardware: "physical qubits such as `$0`",
} as const;

/** Read as far as the grammar goes, but no circuit comes of it yet. */
export function unsupported(at: number, what: string): never {
  return refuse(at, "a part of OpenQASM 3 that becomes a circuit", `${what}, not supported yet`, "");
}

function evaluateBinary(context: Context, expression: Extract<Expression, { kind: "binary" }>): Value {
  context.charge(1, expression.at);
  const left = evaluate(context, expression.left);
  const right = evaluate(context, expression.right);
  if (typeof left === "number" && typeof right === "number") {
    const { operator } = expression;
    if (operator === "+" || operator === "-" || operator === "*" || operator === "/" || operator === "**") {
      return combine(operator, left, right);
    }
  }
  const value = applyBinary(expression.operator, left, right, expression.at);
  // Variables let a text double an expression in each line; the bound is checked before it can be walked.
  return typeof value === "object" && (value.kind === "unary" || value.kind === "binary")
    ? (checkAngle(value, expression.at) as Value)
    : value;
}

function durationNs({ value, unit, at }: Extract<Expression, { kind: "duration" }>): number {
  const ns = unitNs.get(unit);
  if (ns === undefined)
    return refuse(at, "a time in ns, us, ms or s", `\`${unit}\``, "The length of `dt` is the device's; write the time.");
  return value * ns;
}

function evaluateName(context: Context, name: string, at: number): Value {
  const symbol = context.scope.lookup(name);
  switch (symbol?.kind) {
    case "value":
      return symbol.value ?? refuse(at, `a value of ${quoted(name)}`, "none so far", "Assign one before it is used.");
    case "bits":
      return { kind: "bits", bits: symbol.indices };
    case "qubits":
      return refuse(at, "a number or classical bits", `the qubits ${quoted(name)}`, "Measure them into bits first.");
    case "gate":
      return refuse(at, "a number or classical bits", `the gate ${quoted(name)}`, "");
    case "broken":
      throw new Refusal(undefined);
    case undefined:
  }
  const constant = constants.get(name);
  if (constant !== undefined && isConstantName(context.version, name)) return constant;
  return context.undeclared(name, at, "a declared name", [...context.scope.namesOf("value", "bits"), ...constants.keys()]);
}

const functionNames2 = ["sin", "cos", "tan", "exp", "ln", "sqrt"];
const functionNames3 = [
  ...["sin", "cos", "tan", "exp", "log", "sqrt", "arcsin", "arccos", "arctan"],
  ...["mod", "floor", "ceiling", "popcount"],
];

function evaluateCall(context: Context, expression: CallExpression): Value {
  const { name, at } = expression;
  if (context.scope.lookup(name)?.kind === "broken") throw new Refusal(undefined);
  const known = context.version === 2 ? functionNames2 : functionNames3;
  if (!known.includes(name)) {
    if (name === "sizeof" || name === "real" || name === "imag" || name === "rotl" || name === "rotr")
      unsupported(at, quoted(name));
    context.undeclared(name, at, "a function of the language", known);
  }
  context.charge(1, at);
  const list = expression.arguments.map((argument) => evaluate(context, argument));
  const wanted = name === "mod" ? 2 : 1;
  if (list.length !== wanted)
    refuse(at, `${wanted} ${wanted === 1 ? "argument" : "arguments"} of ${quoted(name)}`, String(list.length), "");
  const [first = 0, second = 0] = list;
  switch (name) {
    case "mod":
      return applyBinary("%", first, second, at);
    case "floor":
    case "ceiling":
      return roundedValue(first, name === "floor" ? Math.floor : Math.ceil, at);
    case "popcount":
      return popcount(first, at);
    default: {
      const angleFunction = name === "log" ? "ln" : name;
      return isUnaryFunction(angleFunction) ? checkAngle(applyFunction(angleFunction, toAngle(first, at)), at) : 0;
    }
  }
}

function roundedValue(value: Value, round: (x: number) => number, at: number): Value {
  if (typeof value === "bigint") return value;
  if (typeof value !== "number" || !Number.isFinite(value)) return refuse(at, "a constant number", describeValue(value), "");
  return BigInt(round(value));
}

function popcount(value: Value, at: number): Value {
  const integer = typeof value === "object" && value.kind === "bitstring" ? value.value : value;
  if (typeof integer !== "bigint" || integer < 0n) return refuse(at, "a constant bit string", describeValue(value), "");
  return BigInt(integer.toString(2).replaceAll("0", "").length);
}

// Indices ------------------------------------------------------------------------------------------------------------

function indexValue(context: Context, value: Value, item: IndexItem): Value {
  if (typeof value === "object" && value.kind === "bits") {
    const selected = select(context, value.bits, item, "bits");
    return { kind: "bits", bits: typeof selected === "number" ? [selected] : selected };
  }
  const integer = typeof value === "object" && value.kind === "bitstring" ? value.value : value;
  if (typeof integer !== "bigint" || item.kind === "range" || item.kind === "set") {
    return refuse(item.at, "an index into bits or an integer", `an index into ${describeValue(value)}`, "");
  }
  const index = evaluateInteger(context, item);
  if (index < 0 || index >= limits.classicalBitCountMax) {
    refuse(item.at, `a bit from 0 to ${limits.classicalBitCountMax - 1}`, String(index), "");
  }
  return (integer >> BigInt(index)) & 1n;
}

/** One element, or the elements of a range or a set. Negative indices count from the end. */
export function select(context: Context, elements: readonly number[], item: IndexItem, name: string): number | readonly number[] {
  if (item.kind === "range") return selectRange(context, elements, item, name);
  if (item.kind === "set") {
    if (context.version === 2) refuse(item.at, "one index", "a set", "OpenQASM 2 has single indices only.");
    context.charge(item.elements.length, item.at);
    return item.elements.map((element) => selectOne(elements, evaluateInteger(context, element), element.at, name, 3));
  }
  return selectOne(elements, evaluateInteger(context, item), item.at, name, context.version);
}

function selectOne(elements: readonly number[], index: number, at: number, name: string, version: 2 | 3): number {
  const element = elements[index < 0 && version === 3 ? index + elements.length : index];
  if (element !== undefined) return element;
  const wanted =
    elements.length === 1 ? `index 0 of ${quoted(name)}` : `an index of ${quoted(name)} from 0 to ${elements.length - 1}`;
  return refuse(
    at,
    wanted,
    String(index),
    `${quoted(name)} has ${elements.length} ${elements.length === 1 ? "element" : "elements"}.`,
  );
}

function selectRange(
  context: Context,
  elements: readonly number[],
  item: Extract<IndexItem, { kind: "range" }>,
  name: string,
): readonly number[] {
  if (context.version === 2) refuse(item.at, "one index", "a range", "OpenQASM 2 has single indices only.");
  const step = item.step === undefined ? 1 : evaluateInteger(context, item.step);
  if (step === 0) refuse(item.at, "a step that is not 0", "0", "");
  const end = elements.length - 1;
  const place = (part: Expression | undefined, otherwise: number): number => {
    if (part === undefined) return otherwise;
    const index = evaluateInteger(context, part);
    selectOne(elements, index, part.at, name, 3);
    return index < 0 ? index + elements.length : index;
  };
  const first = place(item.first, step > 0 ? 0 : end);
  const last = place(item.last, step > 0 ? end : 0);
  const selected: number[] = [];
  for (let index = first; step > 0 ? index <= last : index >= last; index += step) selected.push(elements[index] ?? 0);
  context.charge(selected.length, item.at);
  if (selected.length === 0) refuse(item.at, "a range with at least one element", "none", "Ranges include both ends.");
  return selected;
}

// Types --------------------------------------------------------------------------------------------------------------

function castValue(context: Context, type: TypeNode, value: Value, at: number): Value {
  if (typeof value === "object" && value.kind === "bits") {
    if (type.name === "bool") return { kind: "condition", condition: conditionOf(value) ?? unsupported(at, "this cast") };
    if (type.name === "int" || type.name === "uint" || type.name === "bit") {
      const width = widthOf(context, type);
      context.charge(width ?? 0, at);
      return width === undefined || width >= value.bits.length ? value : { kind: "bits", bits: value.bits.slice(0, width) };
    }
  }
  if (typeof value === "object" && value.kind === "condition" && (type.name === "bool" || type.name === "bit")) return value;
  if (type.name === "int" || type.name === "uint") return convert(context, type, truncated(value), at);
  return convert(context, type, value, at);
}

/** Casting to an integer drops the fraction; assigning does not. */
function truncated(value: Value): Value {
  return typeof value === "number" && Number.isFinite(value) ? BigInt(Math.trunc(value)) : value;
}

/** The value as a variable of the type holds it. */
export function convert(context: Context, type: TypeNode, value: Value, at: number): Value {
  switch (type.name) {
    case "int":
    case "uint":
      return convertInteger(context, type, value, at);
    case "float":
    case "angle":
      // An angle of n bits is kept as a float: its rounding to multiples of 2*pi/2^n is hardware's.
      return toAngle(value, at);
    case "bool":
      return constantTruth(value) ?? refuse(at, "`true` or `false`", describeValue(value), "");
    case "duration":
      if (typeof value === "object" && value.kind === "duration") return value;
      return refuse(at, "a time such as `100ns`", describeValue(value), "");
    case "bit":
      return convertBitstring(context, type, value, at);
    default:
      return unsupported(type.at, `type \`${type.name}\``);
  }
}

function convertInteger(context: Context, type: TypeNode, value: Value, at: number): Value {
  const integer =
    typeof value === "object" && value.kind === "bitstring" ? value.value : typeof value === "boolean" ? BigInt(value) : value;
  const exact = typeof integer === "bigint" ? integer : BigInt(toInteger(integer, at));
  const width = widthOf(context, type);
  if (width === undefined) return exact;
  return type.name === "int" ? BigInt.asIntN(width, exact) : BigInt.asUintN(width, exact);
}

function convertBitstring(context: Context, type: TypeNode, value: Value, at: number): Value {
  const width = widthOf(context, type) ?? 1;
  const integer =
    typeof value === "object" && value.kind === "bitstring" ? value.value : typeof value === "boolean" ? BigInt(value) : value;
  if (typeof integer !== "bigint") return refuse(at, "a constant bit string", describeValue(value), "");
  if (typeof value === "object" && value.kind === "bitstring" && value.width !== width) {
    refuse(at, `${width} bits`, String(value.width), "");
  }
  return { kind: "bitstring", value: BigInt.asUintN(width, integer), width };
}

/** Bits of the type; undefined where it names none. */
function widthOf(context: Context, type: TypeNode): number | undefined {
  if (type.size === undefined) return undefined;
  const width = evaluateInteger(context, type.size);
  if (width < 1 || width > limits.classicalBitCountMax) {
    refuse(type.size.at, `a size from 1 to ${limits.classicalBitCountMax}`, String(width), "");
  }
  return width;
}
