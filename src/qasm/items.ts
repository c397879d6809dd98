// What a gate definition is made of once its names are resolved: operations over positions instead of qubits. A definition is
// resolved once and expanded at every call.

import { limits } from "../base/limits.ts";
import type { Angle } from "../model/circuit.ts";
import type { GateName } from "../model/gates.ts";
import { angleSize, isAngleTooLarge, substitute } from "./angle.ts";
import { refuse } from "./faults.ts";

/** Qubits are positions: indices into the qubits of the call, or of the circuit itself. */
export type Item =
  | { readonly kind: "gate"; readonly gate: GateName; readonly qubits: readonly number[]; readonly angles: readonly Angle[] }
  | { readonly kind: "phase"; readonly angle: Angle }
  | { readonly kind: "barrier"; readonly qubits: readonly number[] }
  | {
      readonly kind: "call";
      readonly definition: GateDefinition;
      readonly qubits: readonly number[];
      readonly angles: readonly Angle[];
    };

export interface GateDefinition {
  readonly parameters: readonly string[];
  readonly qubitCount: number;
  readonly items: readonly Item[];
  /** Items and operators after every call is expanded, at least 1; known before expanding, so that a doubling chain costs nothing. */
  readonly size: number;
  /** Levels of calls below. */
  readonly depth: number;
}

export function createDefinition(parameters: readonly string[], qubitCount: number, items: readonly Item[]): GateDefinition {
  let size = 1;
  let depth = 0;
  for (const item of items) {
    size += item.kind === "call" ? item.definition.size : 1;
    if (item.kind === "gate" || item.kind === "call") for (const angle of item.angles) size += angleSize(angle) - 1;
    if (item.kind === "call") depth = Math.max(depth, item.definition.depth + 1);
  }
  return { parameters, qubitCount, items, size, depth };
}

/** Gives every item of a call to `emit`, with positions turned into the call's qubits and parameters into its angles. */
export function expand(
  definition: GateDefinition,
  qubits: readonly number[],
  angles: readonly Angle[],
  at: number,
  emit: (item: Item) => void,
): void {
  const bindings = bindingsOf(definition.parameters, angles);
  const toQubits = (positions: readonly number[]): readonly number[] => positions.map((position) => qubits[position] ?? 0);
  const toAngle = (angle: Angle): Angle => bindAngle(angle, bindings, at);
  for (const item of definition.items) {
    switch (item.kind) {
      case "gate":
        emit({ kind: "gate", gate: item.gate, qubits: toQubits(item.qubits), angles: item.angles.map(toAngle) });
        break;
      case "phase":
        emit({ kind: "phase", angle: toAngle(item.angle) });
        break;
      case "barrier":
        emit({ kind: "barrier", qubits: toQubits(item.qubits) });
        break;
      case "call":
        expand(item.definition, toQubits(item.qubits), item.angles.map(toAngle), at, emit);
    }
  }
}

const noBindings: ReadonlyMap<string, Angle> = new Map();

function bindingsOf(parameters: readonly string[], angles: readonly Angle[]): ReadonlyMap<string, Angle> {
  if (parameters.length === 0) return noBindings;
  return new Map(parameters.map((name, index) => [name, angles[index] ?? 0] as const));
}

function bindAngle(angle: Angle, bindings: ReadonlyMap<string, Angle>, at: number): Angle {
  if (typeof angle === "number") return angle;
  return checkAngle(substitute(angle, bindings), at);
}

/** An angle of a circuit is finite, and a tree small enough to walk. */
export function checkAngle(angle: Angle, at: number): Angle {
  if (typeof angle === "number") {
    if (!Number.isFinite(angle))
      refuse(at, "a finite angle", String(angle), "Check for a division by zero or a value that is too large.");
  } else if (isAngleTooLarge(angle)) {
    const wanted = `an expression of at most ${limits.qasmExpressionNodeMax} operators`;
    refuse(at, wanted, "more after every gate is expanded", "Bind intermediate values as parameters of their own.");
  }
  return angle;
}
