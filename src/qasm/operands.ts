// Operands of gates, measurements and barriers to qubits and bits, and how several of them go together.

import type { Context } from "./context.ts";
import { select, unsupported } from "./evaluate.ts";
import { quoted, Refusal, refuse } from "./faults.ts";
import type { Expression, IndexItem, Operand } from "./syntax.ts";

/** One qubit or bit as a number; a register, or a part of it, as the list of its elements. */
export type Target = number | readonly number[];

export function resolveOperand(context: Context, operand: Operand, wanted: "qubits" | "bits"): Target {
  if (operand.isHardware) unsupported(operand.at, "physical qubits such as `$0`");
  const symbol = context.scope.lookup(operand.name);
  if (symbol === undefined) {
    const noun = wanted === "qubits" ? "declared qubits" : "declared bits";
    return context.undeclared(operand.name, operand.at, noun, context.scope.namesOf(wanted));
  }
  if (symbol.kind === "broken") throw new Refusal(undefined);
  if (symbol.kind !== wanted) {
    const found = `${quoted(operand.name)}, ${kindNames[symbol.kind]}`;
    return refuse(operand.at, wanted === "qubits" ? "a qubit or a register of qubits" : "a bit or a register of bits", found, "");
  }
  const [first, ...rest] = operand.indices;
  if (first === undefined) return symbol.isRegister ? symbol.indices : (symbol.indices[0] ?? 0);
  if (!symbol.isRegister) refuse(first.at, `${quoted(operand.name)} without an index`, "an index", "It is not a register.");
  let target = select(context, symbol.indices, first, operand.name);
  for (const item of rest) {
    if (typeof target === "number") refuse(item.at, "no further index behind a single element", "one more index", "");
    target = select(context, target, item, operand.name);
  }
  return target;
}

const kindNames = {
  qubits: "which are qubits",
  bits: "which are classical bits",
  gate: "which is a gate",
  value: "which is a number",
  broken: "which could not be read",
} as const;

export function elementsOf(target: Target): readonly number[] {
  return typeof target === "number" ? [target] : target;
}

/**
 * How often an operation runs when some operands are registers: single elements take part in every round. Undefined where all are
 * single.
 */
export function broadcastSize(targets: readonly Target[], operands: readonly Operand[]): number | undefined {
  let size: number | undefined;
  for (const [index, target] of targets.entries()) {
    if (typeof target === "number") continue;
    if (size !== undefined && size !== target.length) {
      refuse(
        operands[index]?.at ?? 0,
        `a register of ${size} like the one before it`,
        `one of ${target.length}`,
        "Registers in one statement have the same size.",
      );
    }
    size = target.length;
  }
  return size;
}

/** A register or a part of it that stands where the grammar has an expression. */
export function operandOf(expression: Expression): Operand {
  const indices: IndexItem[] = [];
  let inner = expression;
  while (inner.kind === "index") {
    const [item, ...more] = inner.items;
    if (item === undefined || more.length > 0) return refuse(inner.at, "one index in each bracket", `${inner.items.length}`, "");
    indices.unshift(item);
    inner = inner.target;
  }
  if (inner.kind === "hardware") return { at: inner.at, name: `$${inner.index}`, isHardware: true, indices };
  if (inner.kind !== "name") return refuse(inner.at, "a register or a part of it", "another expression", "");
  return { at: inner.at, name: inner.name, isHardware: false, indices };
}

/** Distinct qubits of a barrier or a delay; every qubit where none is named. */
export function resolveQubits(context: Context, operands: readonly Operand[], at: number): readonly number[] {
  const targets = operands.map((operand) => elementsOf(resolveOperand(context, operand, "qubits")));
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) return only; // A whole register's list is shared: barriers of it cost nothing.
  const qubits = operands.length === 0 ? countFrom(0, context.qubitCount) : [...new Set(targets.flat())];
  context.charge(qubits.length, at);
  return qubits;
}

export function countFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
