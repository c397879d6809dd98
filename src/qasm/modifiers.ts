// The gate modifiers of OpenQASM 3 over the gate table: inverse, power and control of a list of items, global phases included.
// A controlled gate keeps the exact relative phase; without helper qubits each control beyond the table's own gates
// makes it about three times as long.

import { InvariantError } from "../base/invariant.ts";
import type { Angle } from "../model/circuit.ts";
import { type GateName, gates, isGateName } from "../model/gates.ts";
import { combine, negate } from "./angle.ts";
import type { Item } from "./items.ts";

type GateItem = Extract<Item, { kind: "gate" }>;

function gate(name: GateName, qubits: readonly number[], angles: readonly Angle[] = []): GateItem {
  return { kind: "gate", gate: name, qubits, angles };
}

// Inverse ------------------------------------------------------------------------------------------------------------

export function invert(items: readonly Item[]): readonly Item[] {
  return items.toReversed().map(invertItem);
}

function invertItem(item: Item): Item {
  switch (item.kind) {
    case "phase":
      return { kind: "phase", angle: negate(item.angle) };
    case "gate": {
      const { inverse } = gates[item.gate];
      if (inverse === undefined || !isGateName(inverse.gate)) return item;
      return gate(
        inverse.gate,
        item.qubits,
        inverse.angles === undefined ? item.angles : inverseAngles(inverse.angles, item.angles),
      );
    }
    default:
      return item;
  }
}

/**
 * The table maps numbers; angles here may be expressions. Each inverse angle is one of the gate's angles, perhaps negated, so the
 * image of the probe 1, 2, 3, … tells which.
 */
function inverseAngles(map: (angles: readonly number[]) => readonly number[], angles: readonly Angle[]): readonly Angle[] {
  return map(angles.map((_, index) => index + 1)).map((image) => {
    const angle = angles[Math.abs(image) - 1] ?? 0;
    return image < 0 ? negate(angle) : angle;
  });
}

// Power --------------------------------------------------------------------------------------------------------------

/** Angles of the gates diag(1, exp(i angle)). */
const fixedPhase: Partial<Readonly<Record<GateName, number>>> = {
  z: Math.PI,
  s: Math.PI / 2,
  sdg: -Math.PI / 2,
  t: Math.PI / 4,
  tdg: -Math.PI / 4,
};

const rotations: ReadonlySet<GateName> = new Set(["rx", "ry", "rz", "rxx", "ryy", "rzz", "rzx"] as const);

/**
 * items to the power of `exponent`. Undefined for an integer that would take more than `itemCountMax` items, and for a fraction
 * that is not expressible: its meaning is the principal root, known here for phases, rotations and X, under any controls.
 */
export function power(items: readonly Item[], exponent: number, itemCountMax: number): readonly Item[] | undefined {
  const [first] = items;
  const single = items.length === 1 && first !== undefined ? powerOfOne(first, exponent) : undefined;
  if (single !== undefined) return single;
  if (!Number.isInteger(exponent) || items.length * Math.abs(exponent) > itemCountMax) return undefined;
  const base = exponent < 0 ? invert(items) : items;
  return Array.from({ length: Math.abs(exponent) }, () => base).flat();
}

function powerOfOne(item: Item, exponent: number): readonly Item[] | undefined {
  if (item.kind === "phase")
    return isScalable(item.angle, exponent) ? [{ kind: "phase", angle: scaled(item.angle, exponent, 1) }] : undefined;
  if (item.kind !== "gate") return Number.isInteger(exponent) ? [item] : undefined;
  const { base, controls, targets } = normalForm(item);
  const powered = powerOfBase(gate(base, targets, item.angles), exponent);
  return powered === undefined ? undefined : control(powered, controls);
}

function powerOfBase(item: GateItem, exponent: number): readonly Item[] | undefined {
  const [angle = fixedPhase[item.gate]] = item.angles;
  if (angle !== undefined && (item.gate === "p" || fixedPhase[item.gate] !== undefined)) {
    return isScalable(angle, exponent) ? [gate("p", item.qubits, [scaled(angle, exponent, 1)])] : undefined;
  }
  if (angle !== undefined && rotations.has(item.gate)) {
    return isScalable(angle, exponent) ? [gate(item.gate, item.qubits, [scaled(angle, exponent, 2)])] : undefined;
  }
  if (item.gate === "x" && !Number.isInteger(exponent)) {
    if (exponent === 0.5) return [gate("sx", item.qubits)];
    return [gate("h", item.qubits), gate("p", item.qubits, [scaled(Math.PI, exponent, 1)]), gate("h", item.qubits)];
  }
  if (Number.isInteger(exponent) && gates[item.gate].inverse === undefined) return exponent % 2 === 0 ? [] : [item];
  return undefined;
}

/** A fractional power of an unknown angle would need to know on which branch the angle lies. */
function isScalable(angle: Angle, exponent: number): boolean {
  return typeof angle === "number" || Number.isInteger(exponent);
}

/** angle * exponent, where a fractional power first takes the angle to its principal branch (-pi * turns, pi * turns]. */
function scaled(angle: Angle, exponent: number, turns: 1 | 2): Angle {
  if (typeof angle !== "number" || Number.isInteger(exponent)) return combine("*", angle, exponent);
  const period = 2 * Math.PI * turns;
  const reduced = angle - period * Math.ceil((angle - period / 2) / period);
  return reduced * exponent;
}

// Control ------------------------------------------------------------------------------------------------------------

/** controlledForms[base][n]: the table's gate for the base with n controls. */
const controlledForms: Partial<Readonly<Record<GateName, readonly GateName[]>>> = {
  x: ["x", "cx", "ccx"],
  y: ["y", "cy"],
  z: ["z", "cz", "ccz"],
  h: ["h", "ch"],
  sx: ["sx", "csx"],
  sxdg: ["sxdg", "csxdg"],
  p: ["p", "cp"],
  rx: ["rx", "crx"],
  ry: ["ry", "cry"],
  rz: ["rz", "crz"],
  swap: ["swap", "cswap"],
};

const baseOfForm: ReadonlyMap<GateName, GateName> = new Map(
  Object.values(controlledForms).flatMap((forms) => forms.map((form) => [form, forms[0] ?? form] as const)),
);

interface NormalForm {
  readonly base: GateName;
  readonly controls: readonly number[];
  readonly targets: readonly number[];
}

/** A gate as the gate below its controls: ccx is x under two. `cu` stays whole, since its phase belongs to its control. */
function normalForm(item: GateItem): NormalForm {
  const base = baseOfForm.get(item.gate) ?? item.gate;
  const controlCount = base === item.gate ? 0 : gates[item.gate].controlCount;
  return { base, controls: item.qubits.slice(0, controlCount), targets: item.qubits.slice(controlCount) };
}

/** The items, acting only where all controls are 1. */
export function control(items: readonly Item[], controls: readonly number[]): readonly Item[] {
  if (controls.length === 0) return items;
  return items.flatMap((item) => controlItem(item, controls));
}

function controlItem(item: Item, controls: readonly number[]): readonly Item[] {
  switch (item.kind) {
    case "phase":
      return controlledPhase(item.angle, controls.slice(0, -1), controls.at(-1) ?? 0);
    case "gate": {
      const form = normalForm(item);
      return controlled(form.base, item.angles, [...controls, ...form.controls], form.targets);
    }
    default:
      return [item];
  }
}

/** exp(i angle) where all controls and the target are 1 (Barenco et al. 1995, doi:10.1103/PhysRevA.52.3457, lemma 7.5). */
function controlledPhase(angle: Angle, controls: readonly number[], target: number): readonly Item[] {
  const last = controls.at(-1);
  if (last === undefined) return [gate("p", [target], [angle])];
  if (controls.length === 1) return [gate("cp", [last, target], [angle])];
  const rest = controls.slice(0, -1);
  const half = combine("/", angle, 2);
  const flip = controlled("x", [], rest, [last]);
  return [
    gate("cp", [last, target], [half]),
    ...flip,
    gate("cp", [last, target], [negate(half)]),
    ...flip,
    ...controlledPhase(half, rest, target),
  ];
}

/** before, the core under the controls, then before undone: where the controls are not all 1 nothing remains. */
function conjugated(before: readonly Item[], core: readonly Item[]): readonly Item[] {
  return [...before, ...core, ...invert(before)];
}

function controlled(
  base: GateName,
  angles: readonly Angle[],
  controls: readonly number[],
  targets: readonly number[],
): readonly Item[] {
  const form = controlledForms[base]?.[controls.length];
  if (form !== undefined) return [gate(form, [...controls, ...targets], angles)];
  const [a = 0, b = 0] = targets;
  const [theta = 0, phi = 0, lambda = 0, gamma = 0] = angles;
  const under = (name: GateName, qubits: readonly number[], list: readonly Angle[] = []): readonly Item[] =>
    controlled(name, list, controls, qubits);
  const phase = fixedPhase[base];
  if (phase !== undefined) return controlledPhase(phase, controls, a);
  switch (base) {
    case "id":
      return [gate("id", targets)];
    case "p":
      return controlledPhase(theta, controls, a);
    case "x":
      return conjugated([gate("h", [a])], controlledPhase(Math.PI, controls, a));
    case "y":
      return conjugated([gate("sdg", [a])], under("x", [a]));
    case "h":
      return conjugated([gate("ry", [a], [-Math.PI / 4])], under("z", [a]));
    case "sx":
      return conjugated([gate("h", [a])], under("s", [a]));
    case "sxdg":
      return conjugated([gate("h", [a])], under("sdg", [a]));
    case "rz":
    case "ry":
      return halfAndHalf(base, theta, a, under("x", [a]));
    case "rx":
      return halfAndHalf(base, theta, a, under("z", [a]));
    case "u":
      if (controls.length === 1) return [gate("cu", [...controls, a], [theta, phi, lambda, 0])];
      return [...under("p", [a], [lambda]), ...under("ry", [a], [theta]), ...under("p", [a], [phi])];
    case "cu":
      return [...controlledPhase(gamma, controls, a), ...controlled("u", [theta, phi, lambda], [...controls, a], [b])];
    case "swap":
      return conjugated([gate("cx", [b, a])], controlled("x", [], [...controls, a], [b]));
    case "iswap":
      return [...under("s", [a]), ...under("s", [b]), ...controlled("z", [], [...controls, a], [b]), ...under("swap", [a, b])];
    case "iswapdg":
      return invert(controlled("iswap", [], controls, targets));
    case "ecr":
      return conjugated([gate("rzx", [a, b], [Math.PI / 4])], under("x", [a]));
    case "rzz":
      return conjugated([gate("cx", [a, b])], under("rz", [b], [theta]));
    case "rzx":
      return conjugated([gate("h", [b])], under("rzz", [a, b], [theta]));
    case "rxx":
      return conjugated([gate("h", [a]), gate("h", [b])], under("rzz", [a, b], [theta]));
    case "ryy":
      return conjugated([gate("rx", [a], [Math.PI / 2]), gate("rx", [b], [Math.PI / 2])], under("rzz", [a, b], [theta]));
    default:
      throw new InvariantError(`${base} is a controlled form, which normalForm takes apart`);
  }
}

/** A rotation by half, a flip of its axis under the controls, half back: together a whole rotation, or none. */
function halfAndHalf(base: "rx" | "ry" | "rz", angle: Angle, target: number, flip: readonly Item[]): readonly Item[] {
  const half = combine("/", angle, 2);
  return [gate(base, [target], [half]), ...flip, gate(base, [target], [negate(half)]), ...flip];
}
