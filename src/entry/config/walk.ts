// Paths through the schema and through values, so that faults, suggestions and the key table need no second description.

import { z } from "zod";
import type { Plain } from "./document.ts";
import { wantedOf } from "./schema/leaves.ts";

export interface Leaf {
  readonly path: string;
  readonly value: Plain;
}

/** ["kernel", "security", "providers", 0] is `kernel.security.providers[0]`. */
export function toPath(steps: readonly PropertyKey[]): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === "number") return `${path}[${step}]`;
    return path === "" ? String(step) : `${path}.${String(step)}`;
  }, "");
}

/** `providers[0].type` is the key `providers[].type`. */
export function toKey(path: string): string {
  return path.replaceAll(/\[\d+\]/g, "[]");
}

/** The steps to a key of the table; any number stands for "each". */
export function keySteps(key: string): readonly PropertyKey[] {
  return key.split(".").flatMap((part) => (part.endsWith("[]") ? [part.slice(0, -2), 0] : [part]));
}

export function valueAt(value: Plain, steps: readonly PropertyKey[]): Plain | undefined {
  let current: Plain | undefined = value;
  for (const step of steps) {
    if (Array.isArray(current)) current = typeof step === "number" ? current[step] : undefined;
    else if (current !== null && typeof current === "object")
      current = Object.hasOwn(current, step) ? current[String(step)] : undefined;
    else return undefined;
  }
  return current;
}

/** What the schema wants at a path, in words. */
export function wantedAt(schema: z.core.$ZodType, steps: readonly PropertyKey[]): string {
  const wanted = schemasAt(schema, steps).map((found) => wantedOf.get(found)?.wanted ?? wantedKeys(found));
  return [...new Set(wanted)].join(", or ");
}

/** The keys that may stand in the mapping at a path; empty where none may. */
export function keysAt(schema: z.core.$ZodType, steps: readonly PropertyKey[]): readonly string[] {
  return [...new Set(schemasAt(schema, steps).flatMap((found) => Object.keys(mappingOf(found))))];
}

/** Every key that holds a value rather than more keys: `kernel.mode`, `kernel.security.authentication.providers[].type`. */
export function leafKeys(schema: z.core.$ZodType, key = ""): readonly string[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) {
    const shape: Record<string, z.core.$ZodType> = inner.shape;
    return Object.entries(shape).flatMap(([name, child]) => leafKeys(child, key === "" ? name : `${key}.${name}`));
  }
  if (inner instanceof z.ZodUnion) return [...new Set(inner.options.flatMap((option) => leafKeys(option, key)))];
  if (inner instanceof z.ZodArray && holdsMappings(inner.element)) return leafKeys(inner.element, `${key}[]`);
  return [key];
}

/** The same for a value, with its numbers: `kernel.security.authentication.providers[0].type`. */
export function leaves(value: Plain, path = ""): readonly Leaf[] {
  if (Array.isArray(value)) {
    const holdsMaps = value.some((item) => item !== null && typeof item === "object" && !Array.isArray(item));
    return holdsMaps ? value.flatMap((item, index) => leaves(item, `${path}[${index}]`)) : [{ path, value }];
  }
  if (value === null || typeof value !== "object") return [{ path, value }];
  return Object.entries(value).flatMap(([name, child]) => leaves(child, path === "" ? name : `${path}.${name}`));
}

function schemasAt(schema: z.core.$ZodType, steps: readonly PropertyKey[]): readonly z.core.$ZodType[] {
  const inner = unwrap(schema);
  const [step, ...rest] = steps;
  if (step === undefined) return [inner];
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((option) => schemasAt(option, steps));
  if (inner instanceof z.ZodArray) return schemasAt(inner.element, rest);
  const child = mappingOf(inner)[String(step)];
  return child === undefined ? [] : schemasAt(child, rest);
}

function wantedKeys(schema: z.core.$ZodType): string {
  const keys = Object.keys(mappingOf(schema));
  return keys.length === 0 ? "another value" : `a mapping with keys of ${keys.join(", ")}`;
}

function mappingOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (schema instanceof z.ZodUnion) return Object.assign({}, ...schema.options.map((option) => mappingOf(unwrap(option))));
  return {};
}

function holdsMappings(schema: z.core.$ZodType): boolean {
  return Object.keys(mappingOf(unwrap(schema))).length > 0;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}
