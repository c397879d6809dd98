// Branches and loops. Loops are unrolled and conditions over constants decided; what a measurement decides stays a branch.

import { limits } from "../base/limits.ts";
import type { Operation } from "../model/circuit.ts";
import type { Context } from "./context.ts";
import { evaluate, evaluateInteger, unsupported } from "./evaluate.ts";
import { refuse } from "./faults.ts";
import { Scope } from "./scope.ts";
import type { Statement, StatementOf } from "./syntax.ts";
import { applyBinary, conditionOf, constantTruth, describeValue, type Value } from "./values.ts";

/** Elaborates the statements of a block, which is the elaboration's own matter. */
export type ElaborateBlock = (context: Context, statements: readonly Statement[]) => void;

/** Runs with another scope; what it declared is gone behind it. */
export function inScope(context: Context, scope: Scope, body: () => void): void {
  const outer = context.scope;
  context.scope = scope;
  try {
    body();
  } finally {
    context.scope = outer;
  }
}

export function elaborateIf(context: Context, statement: StatementOf<"if">, elaborateBlock: ElaborateBlock): void {
  const { at, condition, then, otherwise } = statement;
  const value = context.version === 2 ? evaluateCondition2(context, statement) : evaluate(context, condition);
  const truth = constantTruth(value);
  if (truth !== undefined) {
    inScope(context, new Scope(context.scope), () => elaborateBlock(context, truth ? then : otherwise));
    return;
  }
  const runtime = conditionOf(value);
  if (runtime === undefined) refuse(condition.at, "a condition over bits", describeValue(value), "Compare it: `if (c == 1)`.");
  const branch = (statements: readonly Statement[]): readonly Operation[] => elaborateBranch(context, statements, elaborateBlock);
  context.emit({ kind: "if", condition: runtime, then: branch(then), otherwise: branch(otherwise) }, at);
}

/** OpenQASM 2 compares one whole register with a number, before one operation. */
function evaluateCondition2(context: Context, { condition, then }: StatementOf<"if">): Value {
  const [operation] = then;
  if (operation?.kind !== "call" && operation?.kind !== "measure" && operation?.kind !== "reset") {
    refuse(operation?.at ?? condition.at, "a gate, a measurement or a reset behind `if`", "another statement", "");
  }
  if (
    condition.kind !== "binary" ||
    condition.operator !== "==" ||
    condition.left.kind !== "name" ||
    condition.right.kind !== "integer"
  ) {
    const hint = "OpenQASM 3 has other conditions.";
    return refuse(condition.at, "a register compared with a number, such as `c==1`", "another condition", hint);
  }
  return applyBinary("==", evaluate(context, condition.left), BigInt(condition.right.value), condition.at);
}

function elaborateBranch(
  context: Context,
  statements: readonly Statement[],
  elaborateBlock: ElaborateBlock,
): readonly Operation[] {
  const outer = context.operations;
  const operations: Operation[] = [];
  context.operations = operations;
  context.branchDepth++;
  try {
    inScope(context, new Scope(context.scope), () => elaborateBlock(context, statements));
  } finally {
    context.operations = outer;
    context.branchDepth--;
  }
  return operations;
}

export function elaborateFor(
  context: Context,
  { type, name, values, body }: StatementOf<"for">,
  elaborateBlock: ElaborateBlock,
): void {
  if (type.name !== "int" && type.name !== "uint") unsupported(type.at, `a loop over \`${type.name}\``);
  const refusalsBefore = context.refusalCount;
  for (const value of loopValues(context, values)) {
    if (context.refusalCount > refusalsBefore) return; // The other rounds would tell the same faults again.
    const scope = new Scope(context.scope);
    scope.names.set(name, { kind: "value", type, isConst: true, branchDepth: context.branchDepth, value: BigInt(value) });
    inScope(context, scope, () => elaborateBlock(context, body));
  }
}

function loopValues(context: Context, values: StatementOf<"for">["values"]): Iterable<number> {
  if (values.kind === "set") {
    context.charge(values.elements.length, values.at);
    return values.elements.map((element) => evaluateInteger(context, element));
  }
  if (values.kind !== "range") return unsupported(values.at, "a loop over a register or an array");
  const { at, first, step, last } = values;
  if (first === undefined || last === undefined) return refuse(at, "a first and a last value of the loop", "an open range", "");
  const stride = step === undefined ? 1 : evaluateInteger(context, step);
  if (stride === 0) refuse(at, "a step that is not 0", "0", "");
  const [from, to] = [evaluateInteger(context, first), evaluateInteger(context, last)];
  const count = Math.max(0, Math.floor((to - from) / stride) + 1);
  if (count > limits.operationCountMax) context.end(at, `a loop of at most ${limits.operationCountMax} rounds`, String(count));
  context.charge(count, at);
  return Array.from({ length: count }, (_, round) => from + round * stride);
}
