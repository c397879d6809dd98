// Gate calls: which gate a name means, its arguments, modifiers and operands, and one emission per round of the broadcast.

import { limits } from "../base/limits.ts";
import type { Angle } from "../model/circuit.ts";
import { isGateName } from "../model/gates.ts";
import type { Context } from "./context.ts";
import { evaluate, evaluateAngle, evaluateInteger, unsupported } from "./evaluate.ts";
import { quoted, Refusal, refuse } from "./faults.ts";
import { checkAngle, createDefinition, expand, type GateDefinition, type Item } from "./items.ts";
import { control, invert, power } from "./modifiers.ts";
import { broadcastSize, resolveOperand, type Target } from "./operands.ts";
import { hintForLaterWord } from "./parse-actions.ts";
import {
  builtinGate,
  definitionTextOf,
  type LibraryGate,
  libraryGate,
  libraryGateNames,
  libraryNameOf,
} from "./standard-library.ts";
import type { GateCallStatement, GateModifier } from "./syntax.ts";
import { describeValue } from "./values.ts";

/** What a call emits, whatever its name stands for. */
export interface Callee {
  readonly qubitCount: number;
  readonly angleCount: number;
  readonly emit: (qubits: readonly number[], angles: readonly Angle[], emit: (item: Item) => void) => void;
}

export type ResolveText = (name: string, text: string) => GateDefinition;

export function elaborateCall(context: Context, call: GateCallStatement, resolveText: ResolveText): void {
  if (call.designator !== undefined) unsupported(call.designator.at, "a gate with a duration");
  if (call.name === "gphase" && context.version === 3) {
    elaboratePhase(context, call);
    return;
  }
  const callee = resolveCallee(context, call, resolveText);
  const controlCount = countControls(context, call);
  checkOperandCount(context, call, controlCount + callee.qubitCount);
  const angles = call.arguments.length === 0 ? noAngles : call.arguments.map((argument) => evaluateAngle(context, argument));
  if (angles.length !== callee.angleCount) refuseCount(call, "parameter", callee.angleCount, angles.length);
  if (call.modifiers.length === 0) {
    const emit = (item: Item): void => context.emitItem(item, call.at);
    callQubits(context, call, (qubits) => callee.emit(qubits, angles, emit));
    return;
  }
  const base: Item[] = [];
  const positions = Array.from({ length: callee.qubitCount }, (_, index) => controlCount + index);
  callee.emit(positions, angles, (item) => flatten(context, item, call.at, base));
  emitModified(context, call, base, controlCount, callee.qubitCount);
}

const noAngles: readonly Angle[] = [];

/** The global phase, which acts on no qubit until a control gives it one. */
function elaboratePhase(context: Context, call: GateCallStatement): void {
  const [argument] = call.arguments;
  if (argument === undefined || call.arguments.length > 1) refuseCount(call, "parameter", 1, call.arguments.length);
  const angle = evaluateAngle(context, argument);
  const controlCount = countControls(context, call);
  checkOperandCount(context, call, controlCount);
  emitModified(context, call, [{ kind: "phase", angle }], controlCount, 0);
}

function emitModified(
  context: Context,
  call: GateCallStatement,
  base: readonly Item[],
  controlCount: number,
  qubitCount: number,
): void {
  const items = applyModifiers(context, call, base, controlCount);
  const definition = createDefinition([], controlCount + qubitCount, items);
  callQubits(context, call, (qubits) => expand(definition, qubits, noAngles, call.at, (item) => context.emitItem(item, call.at)));
}

/** Calls inside are expanded: modifiers act on each gate. */
function flatten(context: Context, item: Item, at: number, list: Item[]): void {
  if (item.kind !== "call") {
    context.charge(1, at);
    list.push(item);
    return;
  }
  context.charge(item.definition.size, at);
  expand(item.definition, item.qubits, item.angles, at, (inner) => flatten(context, inner, at, list));
}

export function isGate(context: Context, name: string): boolean {
  const symbol = context.scope.lookup(name);
  if (symbol !== undefined) return symbol.kind === "gate";
  return (builtinGate(context.version, name) ?? (context.library && libraryGate(context.version, name))) !== undefined;
}

// Callees ------------------------------------------------------------------------------------------------------------

function resolveCallee(context: Context, call: GateCallStatement, resolveText: ResolveText): Callee {
  const { name, nameAt } = call;
  const symbol = context.scope.lookup(name);
  if (symbol === undefined) {
    const known = context.callees.get(name);
    if (known !== undefined) return known;
    const gate =
      builtinGate(context.version, name) ?? (context.library === undefined ? undefined : libraryGate(context.version, name));
    if (gate === undefined) return refuseUnknownGate(context, call);
    const callee = libraryCallee(name, gate, nameAt, resolveText);
    context.callees.set(name, callee);
    return callee;
  }
  if (symbol.kind === "broken") throw new Refusal(undefined);
  if (symbol.kind !== "gate") return refuse(nameAt, "a gate", `${quoted(name)}, which is none`, "");
  if (symbol.definition === undefined) {
    return refuse(
      nameAt,
      "a gate with a body",
      `the opaque gate ${quoted(name)}`,
      "Define it with `gate`: an opaque gate has no meaning here.",
    );
  }
  return definitionCallee(symbol.definition);
}

function definitionCallee(definition: GateDefinition): Callee {
  return {
    qubitCount: definition.qubitCount,
    angleCount: definition.parameters.length,
    emit: (qubits, angles, emit) => emit({ kind: "call", definition, qubits, angles }),
  };
}

function libraryCallee(name: string, gate: LibraryGate, at: number, resolveText: ResolveText): Callee {
  if (gate.kind === "text") return definitionCallee(resolveText(name, gate.text));
  return {
    qubitCount: gate.qubitCount,
    angleCount: gate.angleCount,
    emit: (qubits, angles, emit) => {
      emit({ kind: "gate", gate: gate.gate, qubits, angles: gate.angles === undefined ? angles : gate.angles(angles) });
      if (gate.phase !== undefined) emit({ kind: "phase", angle: checkAngle(gate.phase(angles), at) });
    },
  };
}

function refuseUnknownGate(context: Context, call: GateCallStatement): never {
  const { name, nameAt } = call;
  const { version } = context;
  if (name === context.gateName) {
    refuse(nameAt, `a gate that is defined before ${quoted(name)}`, `${quoted(name)} itself`, "A gate cannot call itself.");
  }
  const library = libraryNameOf(version);
  let hint = version === 2 ? hintForLaterWord(name) : "";
  if (context.library === undefined && libraryGate(version, name) !== undefined) {
    hint = `It is in the standard library: add \`include "${library}";\`.`;
  } else if (isGateName(name) && definitionTextOf(version, name) !== undefined) {
    hint = `${library} does not have it; define it: \`${definitionTextOf(version, name)}\``;
  }
  const candidates = [...context.scope.namesOf("gate"), ...(context.library === undefined ? [] : libraryGateNames(version)), "U"];
  return context.undeclared(name, nameAt, "a gate that is defined", candidates, hint);
}

function refuseCount(call: GateCallStatement, noun: string, wanted: number, found: number): never {
  const what = `${wanted === 0 ? "no" : wanted} ${noun}${wanted === 1 ? "" : "s"} of ${quoted(call.name)}`;
  return refuse(call.nameAt, what, found === 0 ? "none" : String(found), "");
}

// Operands -----------------------------------------------------------------------------------------------------------

function checkOperandCount(context: Context, call: GateCallStatement, wanted: number): void {
  context.charge(wanted, call.at);
  if (call.operands.length !== wanted) refuseCount(call, "qubit", wanted, call.operands.length);
}

function callQubits(context: Context, call: GateCallStatement, emit: (qubits: readonly number[]) => void): void {
  const { operands } = call;
  const targets = operands.map((operand) => resolveOperand(context, operand, "qubits"));
  const size = broadcastSize(targets, operands);
  if (size === undefined) {
    // Every target is a single qubit, so the list is the call's qubits.
    const qubits = targets as readonly number[];
    checkDistinct(context, call, qubits);
    emit(qubits);
    return;
  }
  context.charge(size * targets.length, call.at);
  for (let round = 0; round < size; round++) {
    const qubits = targets.map((target) => elementAt(target, round));
    checkDistinct(context, call, qubits);
    emit(qubits);
  }
}

function elementAt(target: Target, round: number): number {
  return typeof target === "number" ? target : (target[round] ?? 0);
}

function checkDistinct(context: Context, call: GateCallStatement, qubits: readonly number[]): void {
  if (qubits.length > 16 && new Set(qubits).size === qubits.length) return; // Comparing each with each suits few qubits only.
  for (let index = 1; index < qubits.length; index++) {
    const qubit = qubits[index] ?? 0;
    if (qubits.indexOf(qubit) === index) continue;
    const { at = call.at } = call.operands[index] ?? call;
    refuse(
      at,
      `${qubits.length} different qubits`,
      `${quoted(qubitName(context, qubit))} twice`,
      "A gate cannot act on one qubit in two roles.",
    );
  }
}

function qubitName(context: Context, qubit: number): string {
  for (const [name, symbol] of context.scope.names) {
    if (symbol.kind !== "qubits") continue;
    const index = symbol.indices.indexOf(qubit);
    if (index >= 0) return symbol.isRegister ? `${name}[${index}]` : name;
  }
  return `qubit ${qubit}`;
}

// Modifiers ----------------------------------------------------------------------------------------------------------

function countControls(context: Context, call: GateCallStatement): number {
  let count = 0;
  for (const modifier of call.modifiers) {
    if (modifier.kind !== "ctrl" && modifier.kind !== "negctrl") continue;
    count += controlsOf(context, modifier);
    if (count > limits.qasmControlCountMax) {
      refuse(
        modifier.at,
        `at most ${limits.qasmControlCountMax} controls`,
        "more",
        "Use helper qubits for the conjunction of the controls.",
      );
    }
  }
  return count;
}

function controlsOf(context: Context, modifier: GateModifier): number {
  if (modifier.argument === undefined) return 1;
  const count = evaluateInteger(context, modifier.argument);
  if (count < 1) refuse(modifier.argument.at, "1 control or more", String(count), "");
  return Math.min(count, limits.qasmControlCountMax + 1);
}

/** The modifier next to the gate acts first; the leftmost has the first qubits as its controls. */
function applyModifiers(context: Context, call: GateCallStatement, base: readonly Item[], controlCount: number): readonly Item[] {
  let items = base;
  let firstControl = controlCount;
  for (const modifier of call.modifiers.toReversed()) {
    if (modifier.kind === "inv") {
      items = invert(items);
    } else if (modifier.kind === "pow") {
      items = applyPower(context, call, modifier, items);
    } else {
      const count = controlsOf(context, modifier);
      firstControl -= count;
      const controls = Array.from({ length: count }, (_, index) => firstControl + index);
      items = applyControl(items, controls, modifier.kind === "negctrl");
    }
    context.charge(items.length, call.at);
  }
  return items;
}

function applyControl(items: readonly Item[], controls: readonly number[], isNegative: boolean): readonly Item[] {
  const controlled = control(items, controls);
  if (!isNegative) return controlled;
  const flips = controls.map((qubit): Item => ({ kind: "gate", gate: "x", qubits: [qubit], angles: [] }));
  return [...flips, ...controlled, ...flips];
}

function applyPower(context: Context, call: GateCallStatement, modifier: GateModifier, items: readonly Item[]): readonly Item[] {
  const { argument } = modifier;
  if (argument === undefined) return refuse(modifier.at, "an exponent", "none", "Write `pow(2) @ gate`.");
  const value = evaluate(context, argument);
  const exponent = typeof value === "bigint" || typeof value === "number" ? Number(value) : undefined;
  if (exponent === undefined || !Number.isFinite(exponent)) {
    return refuse(argument.at, "a constant number as the exponent", describeValue(value), "");
  }
  const powered = power(items, exponent, limits.operationCountMax);
  if (powered !== undefined) return powered;
  if (Number.isInteger(exponent))
    return context.end(argument.at, `at most ${limits.operationCountMax} operations after unrolling`, "more");
  const hint = "Fractional powers are known for phases, rotations by a constant angle, and X.";
  return refuse(argument.at, `an integer as the exponent of ${quoted(call.name)}`, String(exponent), hint);
}
