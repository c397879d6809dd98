// Reads a JSON body into a message and tells everything that is wrong with it at once: unknown fields (with the one that was
// meant), wrong types, bad enum names. Fields that cannot be read are left out of the message, so that the rules still check the rest.

import {
  create,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Message,
  mergeFromJson,
} from "@bufbuild/protobuf";
import { limits } from "../../base/limits.ts";
import { suggest } from "../../base/suggest.ts";
import type { Fault } from "../../model/errors.ts";
import { entryPath, enumText, isSecret, quoteShort } from "../rules.ts";

export interface Decoded {
  readonly message: Message;
  readonly faults: readonly Fault[];
}

export function decodeJson(desc: DescMessage, json: JsonValue): Decoded {
  try {
    // The common case in one go; its first failure sends us to look for all of them.
    if (nestingWithin(json, limits.jsonNestingMax)) return { message: fromJson(desc, json), faults: [] };
  } catch {}
  const faults: Fault[] = [];
  const sound = soundPart(desc, json, "", 0, faults);
  const message = create(desc);
  try {
    mergeFromJson(desc, message, sound);
  } catch {
    // Two faults that only show together, such as both members of a oneof: told by the walk already, or here as a whole.
    if (faults.length === 0)
      faults.push({ field: "", wanted: `a ${desc.name}`, found: quoteShort(JSON.stringify(json)), hint: "" });
  }
  return { message, faults };
}

/** The part of an object that can be read; the rest becomes faults. */
function soundPart(desc: DescMessage, json: JsonValue, path: string, depth: number, faults: Fault[]): JsonObject {
  if (!isObject(json) || depth > limits.jsonNestingMax) {
    faults.push(fault(path, depth > limits.jsonNestingMax ? "less nesting" : "a JSON object", json));
    return {};
  }
  const sound: Record<string, JsonValue> = {};
  const chosen = new Map<string, string>();
  for (const [name, value] of Object.entries(json)) {
    if (faults.length >= limits.faultCountMax) break;
    const field = desc.fields.find((candidate) => candidate.name === name || candidate.jsonName === name);
    if (field === undefined) {
      faults.push(unknownField(desc, join(path, name), name, value));
      continue;
    }
    const at = join(path, field.name);
    if (field.name in sound) {
      faults.push({ field: at, wanted: "the field once", found: `it under two names`, hint: `Send only ${field.name}.` });
      continue;
    }
    if (value === null) continue;
    const other = field.oneof === undefined ? undefined : chosen.get(field.oneof.name);
    if (other !== undefined && field.oneof !== undefined) {
      faults.push({
        field: join(path, field.oneof.name),
        wanted: "one choice",
        found: `${other} and ${field.name}`,
        hint: "Send exactly one.",
      });
      continue;
    }
    if (field.oneof !== undefined) chosen.set(field.oneof.name, field.name);
    const read = soundValue(field, value, at, depth, faults);
    if (read !== undefined) sound[field.name] = read;
  }
  return sound;
}

function soundValue(field: DescField, value: JsonValue, path: string, depth: number, faults: Fault[]): JsonValue | undefined {
  if (field.fieldKind === "list") {
    if (!Array.isArray(value)) return refuse(field, path, "a JSON array", value, faults);
    return value.flatMap((item, index) => soundItem(field, item, `${path}[${index}]`, depth, faults) ?? []);
  }
  if (field.fieldKind === "map") {
    if (!isObject(value)) return refuse(field, path, "a JSON object", value, faults);
    const entries = Object.entries(value).flatMap(([key, item]) => {
      const read = soundItem(field, item, entryPath(path, key), depth, faults, key);
      return read === undefined ? [] : [[key, read] as const];
    });
    return Object.fromEntries(entries);
  }
  return soundItem(field, value, path, depth, faults);
}

/** One value, one element of a list, or one entry of a map. */
function soundItem(
  field: DescField,
  value: JsonValue,
  path: string,
  depth: number,
  faults: Fault[],
  key = "",
): JsonValue | undefined {
  if (faults.length >= limits.faultCountMax) return undefined;
  if (field.message !== undefined && !field.message.typeName.startsWith("google.protobuf.")) {
    return soundPart(field.message, value, path, depth + 1, faults);
  }
  const alone: JsonValue = field.fieldKind === "list" ? [value] : field.fieldKind === "map" ? { [key]: value } : value;
  try {
    fromJson(field.parent, { [field.name]: alone });
    return value;
  } catch {
    return refuse(field, path, typeText(field), value, faults);
  }
}

function refuse(field: DescField, path: string, wanted: string, value: JsonValue, faults: Fault[]): undefined {
  faults.push(isSecret(field) ? { field: path, wanted, found: "a hidden value", hint: "" } : fault(path, wanted, value));
  return undefined;
}

function fault(path: string, wanted: string, value: JsonValue): Fault {
  const found = typeof value === "string" ? quoteShort(value) : shortJson(value);
  return { field: path, wanted, found, hint: "" };
}

function unknownField(desc: DescMessage, path: string, name: string, value: JsonValue): Fault {
  const known = desc.fields.map((field) => field.name);
  const meant = suggest(name, known);
  const hint = meant === undefined ? `${desc.name} has ${known.join(", ") || "no fields"}.` : `Did you mean ${meant}?`;
  return { field: path, wanted: `a field of ${desc.name}`, found: `an unknown field (${typeof value})`, hint };
}

/** What a field takes, in words of JSON. */
function typeText(field: DescField): string {
  if (field.enum !== undefined) return enumText(field.enum, field.fieldKind === "list");
  switch (field.message?.typeName) {
    case undefined:
      break;
    case "google.protobuf.Duration":
      return 'a duration such as "1.5s"';
    case "google.protobuf.Timestamp":
      return 'an RFC 3339 time such as "2026-01-31T12:00:00Z"';
    default:
      return `a ${field.message?.name}`;
  }
  return scalarTexts[field.scalar ?? 0] ?? "another type";
}

// By ScalarType.
const scalarTexts: Readonly<Record<number, string>> = {
  1: "a number",
  2: "a number",
  3: "a whole number of 64 bits",
  4: "a whole number, 0 to 2^64-1",
  5: "a whole number of 32 bits",
  8: "true or false",
  9: "a string",
  12: "base64 text",
  13: "a whole number, 0 to 4294967295",
};

function shortJson(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

function nestingWithin(value: JsonValue, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  return (Array.isArray(value) ? value : Object.values(value)).every((item) => nestingWithin(item, depth - 1));
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
