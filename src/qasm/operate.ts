// Statements that act: measurements, resets, delays, and assignments.

import type { Context } from "./context.ts";
import { convert, evaluate, unsupported } from "./evaluate.ts";
import { quoted, Refusal, refuse } from "./faults.ts";
import { elementsOf, operandOf, resolveOperand, resolveQubits } from "./operands.ts";
import type { Operand, StatementOf } from "./syntax.ts";
import { applyBinary, describeValue, type Value } from "./values.ts";

export function elaborateMeasure(context: Context, operand: Operand, target: Operand | undefined, at: number): void {
  const qubits = resolveOperand(context, operand, "qubits");
  if (target === undefined) {
    refuse(at, "bits that the outcome goes to", "none, not supported yet", "Write `c = measure q;` with a bit register c.");
  }
  const bits = resolveOperand(context, target, "bits");
  const [sources, targets] = [elementsOf(qubits), elementsOf(bits)];
  if (sources.length !== targets.length) {
    refuse(
      target.at,
      `${sources.length} ${sources.length === 1 ? "bit" : "bits"}, one for each qubit`,
      String(targets.length),
      "",
    );
  }
  for (const [index, qubit] of sources.entries()) context.emit({ kind: "measure", qubit, bit: targets[index] ?? 0 }, at);
}

export function elaborateReset(context: Context, { operand, at }: StatementOf<"reset">): void {
  for (const qubit of elementsOf(resolveOperand(context, operand, "qubits"))) context.emit({ kind: "reset", qubit }, at);
}

export function elaborateDelay(context: Context, { duration, operands, at }: StatementOf<"delay">): void {
  const value = evaluate(context, duration);
  if (typeof value !== "object" || value.kind !== "duration" || !Number.isFinite(value.ns) || value.ns < 0) {
    refuse(duration.at, "a time such as `100ns`, 0 or more", describeValue(value), "");
  }
  context.emit({ kind: "delay", qubits: resolveQubits(context, operands, at), durationNs: value.ns }, at);
}

export function elaborateAssignment(context: Context, { at, target, operator, value }: StatementOf<"assignment">): void {
  const operand = operandOf(target);
  const symbol = context.scope.lookup(operand.name);
  if (symbol?.kind === "bits" || value.kind === "measure") {
    if (operator !== undefined) unsupported(at, "arithmetic on measured bits");
    if (value.kind !== "measure") unsupported(at, "a value of bits that is not a measurement");
    elaborateMeasure(context, value.operand, operand, at);
    return;
  }
  if (symbol === undefined) context.undeclared(operand.name, at, "a declared variable", context.scope.namesOf("value", "bits"));
  if (symbol.kind === "broken") throw new Refusal(undefined);
  if (symbol.kind !== "value" || symbol.isConst) {
    refuse(at, "a variable", `${quoted(operand.name)}, which cannot be assigned`, "");
  }
  if (operand.indices.length > 0) unsupported(at, "an assignment to a part of a variable");
  if (value.kind === "array") unsupported(value.at, "an array");
  if (symbol.branchDepth < context.branchDepth) unsupported(at, "a variable whose value depends on a measurement");
  let assigned: Value = evaluate(context, value);
  if (operator !== undefined) {
    const before =
      symbol.value ?? refuse(at, `a value of ${quoted(operand.name)}`, "none so far", "Assign one before it is changed.");
    assigned = applyBinary(operator, before, assigned, at);
  }
  symbol.value = convert(context, symbol.type, assigned, value.at);
}
