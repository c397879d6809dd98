// Statements to circuit: declarations become qubits and bits, loops are unrolled, gates expanded down to the gate table, and
// what only a run can decide stays as branches. A statement with a fault is left out and the rest is read on.

import { invariant } from "../base/invariant.ts";
import type { Circuit } from "../model/circuit.ts";
import { elaborateCall, isGate } from "./calls.ts";
import { Context } from "./context.ts";
import { elaborateFor, elaborateIf, inScope } from "./control-flow.ts";
import { Cursor } from "./cursor.ts";
import { declareNew, declareQubits, elaborateAlias, elaborateDeclaration, elaborateInclude } from "./declare.ts";
import { evaluate, unsupported } from "./evaluate.ts";
import { FaultList, quoted, Refusal, refuse } from "./faults.ts";
import { elaborateGate } from "./gate-definitions.ts";
import type { GateDefinition } from "./items.ts";
import { resolveQubits } from "./operands.ts";
import { elaborateAssignment, elaborateDelay, elaborateMeasure, elaborateReset } from "./operate.ts";
import { nextStatement, parseVersion } from "./parser.ts";
import { Scope } from "./scope.ts";
import type { Statement, StatementOf } from "./syntax.ts";
import { describeValue } from "./values.ts";

/**
 * Reads the whole text. Faults are in the cursor's list; the circuit is whole only when there are none. Each statement is elaborated
 * as soon as it is read: keeping the tree of a large circuit would cost more than reading it. Throws ReadingEnd at a bound.
 */
export function elaborate(cursor: Cursor): Circuit {
  const context = elaborateText(cursor);
  return {
    qubitCount: context.qubitCount,
    bitCount: context.bitCount,
    qubitRegisters: context.qubitRegisters,
    bitRegisters: context.bitRegisters,
    parameters: context.parameters,
    globalPhase: context.globalPhase(cursor.text.length),
    operations: context.operations,
  };
}

function elaborateText(cursor: Cursor): Context {
  const context = new Context(cursor.text, parseVersion(cursor), cursor.faults, cursor.doubtfulNames);
  for (let statement = nextStatement(cursor); statement !== undefined; statement = nextStatement(cursor)) {
    elaborateOne(context, statement);
  }
  return context;
}

function elaborateStatements(context: Context, statements: readonly Statement[]): void {
  for (const statement of statements) elaborateOne(context, statement);
}

/** A statement with a fault is left out, and what it would have declared counts as known. */
function elaborateOne(context: Context, statement: Statement): void {
  try {
    context.charge(1, statement.at);
    if (context.gateItems === undefined) elaborateStatement(context, statement);
    else elaborateGateStatement(context, statement);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    context.refusalCount++;
    declareBroken(context, statement);
    if (error.draft !== undefined) context.fault(error.draft);
  }
}

/** What a statement with a fault would have declared is known, so that its uses are no further faults. */
function declareBroken(context: Context, statement: Statement): void {
  if ("name" in statement && statement.kind !== "call" && statement.kind !== "for" && !context.scope.names.has(statement.name)) {
    context.scope.names.set(statement.name, { kind: "broken" });
  }
}

function elaborateStatement(context: Context, statement: Statement): void {
  switch (statement.kind) {
    case "call":
      elaborateCall(context, statement, definitionOfText);
      break;
    case "measure":
      elaborateMeasure(context, statement.operand, statement.target, statement.at);
      break;
    case "barrier":
      context.emit({ kind: "barrier", qubits: resolveQubits(context, statement.operands, statement.at) }, statement.at);
      break;
    case "reset":
      elaborateReset(context, statement);
      break;
    case "delay":
      elaborateDelay(context, statement);
      break;
    case "if":
      elaborateIf(context, statement, elaborateStatements);
      break;
    case "for":
      elaborateFor(context, statement, elaborateStatements);
      break;
    case "scope":
      inScope(context, new Scope(context.scope), () => elaborateStatements(context, statement.body));
      break;
    case "qubits":
      declareQubits(context, statement);
      break;
    case "declaration":
      elaborateDeclaration(context, statement);
      break;
    case "assignment":
      elaborateAssignment(context, statement);
      break;
    case "alias":
      elaborateAlias(context, statement);
      break;
    case "gate":
      elaborateGate(context, statement, elaborateStatements);
      break;
    case "opaque":
      declareNew(context, statement.name, statement.at, () => ({ kind: "gate", definition: undefined }));
      break;
    case "include":
      elaborateInclude(context, statement);
      break;
    case "nop":
      // Names its qubits as used and does nothing to them.
      resolveQubits(context, statement.operands, statement.at);
      return;
    case "pragma":
    case "annotation":
      return; // For other programs; they never change what a circuit means.
    case "expression":
      elaborateExpression(context, statement);
      break;
    default:
      unsupported(statement.at, statementNames[statement.kind]);
  }
}

const statementNames = {
  while: "a `while` loop",
  switch: "`switch`",
  def: "a subroutine (`def`)",
  return: "`return`",
  extern: "an external function (`extern`)",
  box: "`box`",
  break: "`break`",
  continue: "`continue`",
  end: "`end`",
  cal: "a calibration (`cal`)",
  defcal: "a calibration (`defcal`)",
  defcalgrammar: "a calibration grammar",
} as const;

function elaborateExpression(context: Context, { expression }: StatementOf<"expression">): void {
  if ((expression.kind === "call" || expression.kind === "name") && isGate(context, expression.name)) {
    refuse(expression.at, `the qubits that ${quoted(expression.name)} acts on`, "none", "");
  }
  const value = evaluate(context, expression);
  refuse(expression.at, "a statement that does something", describeValue(value), "");
}

/** What may stand in a gate's body. */
function elaborateGateStatement(context: Context, statement: Statement): void {
  switch (statement.kind) {
    case "call":
      elaborateCall(context, statement, definitionOfText);
      break;
    case "barrier":
      context.emitItem({ kind: "barrier", qubits: resolveQubits(context, statement.operands, statement.at) }, statement.at);
      break;
    case "for":
      elaborateFor(context, statement, elaborateStatements);
      break;
    case "pragma":
    case "annotation":
      return;
    default:
      refuse(statement.at, "a gate call in the body of a gate", "another statement", "A gate is unitary: only gates are in it.");
  }
}

/** Definitions of library gates are OpenQASM text, read when one is used. */
function definitionOfText(name: string, text: string): GateDefinition {
  const cursor = new Cursor(`OPENQASM 2.0; include "qelib1.inc";\n${text}`, new FaultList(text, name));
  const symbol = elaborateText(cursor).scope.lookup(name);
  invariant(symbol?.kind === "gate" && symbol.definition !== undefined, `the library's own ${name} can be read`);
  return symbol.definition;
}
