// A configuration for people: `eigen config show`, and the boot log's list of keys that nothing acts on yet.

import { components, resolveComponents } from "./components.ts";
import { type Idle, type KeyInEffect, type KeyRow, type KeyValue, keyRow, keyTable } from "./keys.ts";
import type { GivenKey, KernelConfig } from "./load.ts";

export interface ShownKey {
  readonly path: string;
  /** Never a secret. */
  readonly value: NonNullable<KeyValue>;
  readonly from: "file" | "environment" | "default";
  readonly room: string;
  readonly state: KeyRow["state"];
  /** Empty for keys in effect, and for those that another value of the file would put in effect. */
  readonly broughtBy: string;
  /** Why a key that could be in effect is not; empty for all others. */
  readonly because: string;
}

/** Everything the kernel would run with, defaults included, and what the file sets besides. */
export function showConfig(config: KernelConfig): readonly ShownKey[] {
  return keyTable.flatMap((row) => {
    const given = config.given.filter(({ key }) => key === row.key);
    if (row.state === "in effect") return isOtherForm(row.key, config) ? [] : [shownInEffect(row, given[0], config)];
    const { room, state, broughtBy } = row;
    return given.map(({ path, shown }) => ({ path, value: shown, from: "file" as const, room, state, broughtBy, because: "" }));
  });
}

export interface KeyNotInEffect {
  readonly path: string;
  readonly room: string;
  readonly broughtBy: string;
}

/** The keys that the file sets and nothing can act on yet. */
export function notInEffect({ given, options }: KernelConfig): readonly KeyNotInEffect[] {
  return given.flatMap(({ path, key }) => {
    const row = keyRow(key);
    if (row === undefined) return [];
    const broughtBy = row.state === "in effect" ? row.idle?.(options)?.broughtBy : row.broughtBy;
    return broughtBy === undefined || broughtBy === "" ? [] : [{ path, room: row.room, broughtBy }];
  });
}

function shownInEffect(row: KeyInEffect, given: GivenKey | undefined, config: KernelConfig): ShownKey {
  const { key: path, room } = row;
  const value = row.read(config.options) ?? row.fallback ?? "";
  const idle = idleOf(row, config);
  const state = idle === undefined ? row.state : "accepted, not in effect";
  const rest = { path, room, state, broughtBy: idle?.broughtBy ?? "", because: idle?.because ?? "" } as const;
  if (config.overridden.includes(path)) return { ...rest, value, from: "environment" };
  if (given === undefined) return { ...rest, value, from: "default" };
  return { ...rest, value: given.shown, from: "file" };
}

// Keys of a component that does not run wait too; the switch that turned it off is in effect.
function idleOf(row: KeyInEffect, { options }: KernelConfig): Idle | undefined {
  const component = components.find((name) => name === row.room);
  const running = resolveComponents([], options.componentSwitches);
  const isOff = component !== undefined && running.ok && !running.value.has(component);
  const isSwitchedOff = row.key.endsWith(".enabled") && row.read(options) === false;
  if (isOff && !isSwitchedOff) return { because: `${component} does not run`, broughtBy: "" };
  return row.idle?.(options);
}

// Of a short and a long form, the one that the file has; the short one when it has neither.
function isOtherForm(key: string, { given }: KernelConfig): boolean {
  const longPrefix = "kernel.storage.qfs.";
  const shortPrefix = "kernel.qfs.";
  const isGiven = (other: string) => given.some((one) => one.key === other);
  if (key.startsWith(longPrefix)) return !isGiven(key);
  return key.startsWith(shortPrefix) && !isGiven(key) && isGiven(longPrefix + key.slice(shortPrefix.length));
}
