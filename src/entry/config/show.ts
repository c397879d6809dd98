// A configuration for people: `eigen config show`, and the boot log's list of keys that nothing acts on yet.

import { type KeyRow, type KeyValue, keyRow, keyTable } from "./keys.ts";
import type { GivenKey, KernelConfig } from "./load.ts";

export interface ShownKey {
  readonly path: string;
  /** Never a secret. */
  readonly value: NonNullable<KeyValue>;
  readonly from: "file" | "environment" | "default";
  readonly room: string;
  readonly state: KeyRow["state"];
  /** Empty for keys in effect. */
  readonly broughtBy: string;
}

/** Everything the kernel would run with, defaults included, and what the file sets besides. */
export function showConfig(config: KernelConfig): readonly ShownKey[] {
  return keyTable.flatMap((row) => {
    const given = config.given.filter(({ key }) => key === row.key);
    if (row.state === "in effect") return isOtherForm(row.key, config) ? [] : [shownInEffect(row, given[0], config)];
    const { room, state, broughtBy } = row;
    return given.map(({ path, shown }) => ({ path, value: shown, from: "file" as const, room, state, broughtBy }));
  });
}

export interface KeyNotInEffect {
  readonly path: string;
  readonly room: string;
  readonly broughtBy: string;
}

/** The keys that the file sets and nothing acts on. */
export function notInEffect({ given }: KernelConfig): readonly KeyNotInEffect[] {
  return given.flatMap(({ path, key }) => {
    const row = keyRow(key);
    return row?.state === "accepted, not in effect" ? [{ path, room: row.room, broughtBy: row.broughtBy }] : [];
  });
}

function shownInEffect(row: KeyRow & { state: "in effect" }, given: GivenKey | undefined, config: KernelConfig): ShownKey {
  const { key: path, room, state } = row;
  const value = row.read(config.options) ?? row.fallback ?? "";
  const rest = { path, room, state, broughtBy: "" };
  if (config.overridden.includes(path)) return { ...rest, value, from: "environment" };
  if (given === undefined) return { ...rest, value, from: "default" };
  return { ...rest, value: given.shown, from: "file" };
}

// Of a short and a long form, the one that the file has; the short one when it has neither.
function isOtherForm(key: string, { given }: KernelConfig): boolean {
  const longPrefix = "kernel.storage.qfs.";
  const shortPrefix = "kernel.qfs.";
  const isGiven = (other: string) => given.some((one) => one.key === other);
  if (key.startsWith(longPrefix)) return !isGiven(key);
  return key.startsWith(shortPrefix) && !isGiven(key) && isGiven(longPrefix + key.slice(shortPrefix.length));
}
