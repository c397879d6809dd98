// Declarations: what a program's names stand for, from registers to aliases. Qubits, bits and inputs belong to the circuit and are
// declared at the top; variables live in any block, their values being known while the program is elaborated.

import { limits } from "../base/limits.ts";
import type { Context } from "./context.ts";
import { convert, evaluate, evaluateInteger, isConstantName, unsupported } from "./evaluate.ts";
import { quoted, refuse } from "./faults.ts";
import { countFrom, elementsOf, operandOf, resolveOperand } from "./operands.ts";
import { elaborateMeasure } from "./operate.ts";
import type { NameSymbol } from "./scope.ts";
import { builtinGate, isReserved, libraryNameOf } from "./standard-library.ts";
import type { Expression, StatementOf } from "./syntax.ts";

export function declareNew(context: Context, name: string, at: number, symbol: () => NameSymbol): void {
  if (context.scope.names.has(name) && context.scope.names.get(name)?.kind !== "broken") {
    refuse(at, "a new name", `${quoted(name)}, which is declared already`, "Choose another name.");
  }
  if (context.scope.parent === undefined) refuseReserved(context, name, at);
  context.declare(name, symbol(), at);
}

/** Inner scopes may give these names another meaning; the program as a whole may not. */
function refuseReserved(context: Context, name: string, at: number): void {
  const { version, library } = context;
  if (builtinGate(version, name) !== undefined || isConstantName(version, name)) {
    refuse(at, "a new name", `${quoted(name)}, which the language defines`, "Choose another name.");
  }
  if (library !== undefined && isReserved(version, name)) {
    refuse(at, "a new name", `${quoted(name)}, a gate of ${library}`, "Choose another name, or leave out the include.");
  }
}

export function elaborateInclude(context: Context, { at, path }: StatementOf<"include">): void {
  const library = libraryNameOf(context.version);
  if (path !== library) {
    context.isIncludeMissing = true;
    const other = libraryNameOf(context.version === 2 ? 3 : 2);
    const hint =
      path === other
        ? `"${other}" belongs to OpenQASM ${context.version === 2 ? "3" : "2.0"}; this text is OpenQASM ${context.version === 2 ? "2.0" : "3"}.`
        : "Files cannot be included; put their text here.";
    refuse(at, `\`include "${library}";\``, quoted(path), hint);
  }
  if (context.scope.parent !== undefined) refuse(at, "an include outside of blocks", "one inside", "");
  if (context.library !== undefined) refuse(at, "one include of the standard library", "a second one", "Leave it out.");
  context.library = library;
}

export function requireGlobal(context: Context, at: number, what: string): void {
  if (context.scope.parent !== undefined) {
    refuse(
      at,
      `${what} declared outside of blocks`,
      "a declaration inside of one, not supported yet",
      "Move it to the top of the program.",
    );
  }
}

export function declareQubits(context: Context, { at, name, size }: StatementOf<"qubits">): void {
  requireGlobal(context, at, "qubits");
  const count = registerSize(context, size, limits.declaredQubitCountMax - context.qubitCount, "qubits");
  declareNew(context, name, at, () => {
    const offset = context.qubitCount;
    context.qubitCount += count;
    context.qubitRegisters.push({ name, size: count, offset });
    return { kind: "qubits", indices: countFrom(offset, count), isRegister: size !== undefined };
  });
}

export function elaborateDeclaration(context: Context, statement: StatementOf<"declaration">): void {
  const { at, role, type, name, initial } = statement;
  if (type.name === "creg" || (type.name === "bit" && role !== "const")) {
    if (role === "input") unsupported(at, "an input that is not `float` or `angle`");
    declareBits(context, at, name, type.size);
    initializeBits(context, statement);
    return;
  }
  if (role === "output") unsupported(at, "an output that is not `bit`");
  if (role === "input") {
    declareInput(context, statement);
    return;
  }
  if (initial?.kind === "measure") unsupported(initial.at, "a measurement into a variable that is not `bit`");
  if (initial?.kind === "array" || type.name === "array") unsupported(type.at, "an array");
  const value = initial === undefined ? undefined : convert(context, type, evaluate(context, initial), initial.at);
  if (value === undefined) checkType(context, statement);
  const isConst = role === "const";
  declareNew(context, name, at, () => ({ kind: "value", type, isConst, branchDepth: context.branchDepth, value }));
}

function declareBits(context: Context, at: number, name: string, size: Expression | undefined): void {
  requireGlobal(context, at, "bits");
  const count = registerSize(context, size, limits.classicalBitCountMax - context.bitCount, "classical bits");
  declareNew(context, name, at, () => {
    const offset = context.bitCount;
    context.bitCount += count;
    context.bitRegisters.push({ name, size: count, offset });
    return { kind: "bits", indices: countFrom(offset, count), isRegister: size !== undefined };
  });
}

/** Fresh bits are 0, which may be said; any other constant would have to be written by a run. */
function initializeBits(context: Context, { at, name, initial }: StatementOf<"declaration">): void {
  if (initial === undefined) return;
  if (initial.kind === "measure") {
    elaborateMeasure(context, initial.operand, { at, name, isHardware: false, indices: [] }, at);
    return;
  }
  const value = initial.kind === "array" ? undefined : evaluate(context, initial);
  const constant = typeof value === "object" && value.kind === "bitstring" ? value.value : value;
  if (constant !== 0n && constant !== false) unsupported(initial.at, "a value of bits that is not a measurement");
}

function registerSize(context: Context, size: Expression | undefined, sizeMax: number, what: string): number {
  const count = size === undefined ? 1 : evaluateInteger(context, size);
  if (count < 1 || count > sizeMax) {
    const total = what === "qubits" ? limits.declaredQubitCountMax : limits.classicalBitCountMax;
    refuse(size?.at ?? 0, `1 to ${sizeMax} ${what}`, String(count), `A circuit has at most ${total} ${what} in all.`);
  }
  return count;
}

/** A variable without a value: its type is checked all the same. */
function checkType(context: Context, { type }: StatementOf<"declaration">): void {
  if (type.name !== "duration" && type.name !== "bit") convert(context, type, 0n, type.at);
}

function declareInput(context: Context, { at, type, name }: StatementOf<"declaration">): void {
  if (type.name !== "float" && type.name !== "angle") unsupported(at, "an input that is not `float` or `angle`");
  requireGlobal(context, at, "inputs");
  if (context.parameters.length >= limits.parameterCountMax) {
    refuse(at, `at most ${limits.parameterCountMax} inputs`, "more", "Compute some of them from others.");
  }
  declareNew(context, name, at, () => {
    context.parameters.push(name);
    return { kind: "value", type, isConst: true, branchDepth: 0, value: { kind: "parameter", name } };
  });
}

export function elaborateAlias(context: Context, { at, name, parts }: StatementOf<"alias">): void {
  const operands = parts.map(operandOf);
  const [first] = operands;
  const kind = first !== undefined && context.scope.lookup(first.name)?.kind === "bits" ? "bits" : "qubits";
  const targets = operands.map((operand) => resolveOperand(context, operand, kind));
  const [only] = targets;
  const isRegister = targets.length > 1 || typeof only !== "number";
  const indices = targets.length === 1 && only !== undefined ? elementsOf(only) : targets.flatMap(elementsOf);
  context.charge(indices.length, at);
  declareNew(context, name, at, () => ({ kind, indices, isRegister }));
}
