// The way from a file's text to options: read, fill in secrets, validate, compare, default. Nothing is decided before every
// fault is known.

import { limits } from "../../base/limits.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type Fault, type KernelError, kernelError } from "../../model/errors.ts";
import { type ConfigDocument, type Place, type Plain, readDocument } from "./document.ts";
import { type Environment, interpolate, type ReadText } from "./interpolate.ts";
import { type EffectiveOptions, effectiveOptions, environmentFaults, overriddenKeys } from "./options.ts";
import { hideUserInfo } from "./printable.ts";
import { contradictions } from "./rules.ts";
import { validate } from "./validate.ts";
import { leaves, toKey } from "./walk.ts";

export interface ConfigInput {
  /** The name of the text in messages, such as its path. */
  readonly source: string;
  readonly env: Environment;
  readonly readText: ReadText;
  /** Cores of this machine. */
  readonly coreCount: number;
}

/** A key that the file sets. */
export interface GivenKey {
  /** With numbers: `kernel.security.authentication.providers[0].type`. */
  readonly path: string;
  /** As in the key table: `kernel.security.authentication.providers[].type`. */
  readonly key: string;
  /** Fit to be shown: what came from outside the file is `[redacted]`. */
  readonly shown: string | number | boolean | readonly string[];
  readonly line: number;
  readonly column: number;
}

export interface KernelConfig {
  readonly source: string;
  readonly options: EffectiveOptions;
  readonly given: readonly GivenKey[];
  /** Keys whose value came from a variable of the environment instead. */
  readonly overridden: readonly string[];
}

export const redacted = "[redacted]";

export async function parseConfig(text: string, input: ConfigInput): Promise<Result<KernelConfig, KernelError>> {
  const { source, env, readText, coreCount } = input;
  const document = readDocument(text);
  if (!document.ok) return refuse(source, [...document.error, ...environmentFaults(env)]);

  const { value, secretPaths, faults: secretFaults } = await interpolate(document.value.value, { env, readText });
  // A text that could not be filled in has its fault already.
  const unfilled = new Set(secretFaults.map((fault) => fault.field));
  const { sound, faults } = validate(value, secretPaths);
  const options = effectiveOptions(sound, { env, coreCount });
  const all = [
    ...secretFaults,
    ...faults.filter((fault) => !unfilled.has(fault.field)),
    ...contradictions(sound, options),
    ...environmentFaults(env),
  ];
  if (all.length > 0) return refuse(source, placed(all, document.value));
  const given = givenKeys(value, secretPaths, document.value.places);
  return ok({ source, options, given, overridden: overriddenKeys(sound, env) });
}

function refuse(source: string, faults: readonly Fault[]): Result<never, KernelError> {
  return err(kernelError("config_invalid", { facts: { source }, faults: faults.slice(0, limits.faultCountMax) }));
}

// In the order of the file, as far as a fault has a place in it.
function placed(faults: readonly Fault[], { places }: ConfigDocument): readonly Fault[] {
  const withPlaces = faults.map((fault) => ({ ...fault, ...placeOf(fault.field, places) }));
  return withPlaces.sort((a, b) => (a.line ?? Number.POSITIVE_INFINITY) - (b.line ?? Number.POSITIVE_INFINITY));
}

// What is missing is missed where it should stand: at the nearest key above it.
function placeOf(path: string, places: ReadonlyMap<string, Place>): Place | undefined {
  for (let above = path; above !== ""; above = above.slice(0, Math.max(above.lastIndexOf("."), above.lastIndexOf("["), 0))) {
    const place = places.get(above);
    if (place !== undefined) return place;
  }
  return undefined;
}

function givenKeys(value: Plain, secretPaths: ReadonlySet<string>, places: ReadonlyMap<string, Place>): readonly GivenKey[] {
  return leaves(value).map(({ path, value: leaf }) => {
    const { line, column } = places.get(path) ?? { line: 1, column: 1 };
    return { path, key: toKey(path), shown: shownValue(leaf, path, secretPaths), line, column };
  });
}

function shownValue(value: Plain, path: string, secretPaths: ReadonlySet<string>): GivenKey["shown"] {
  if (secretPaths.has(path)) return redacted;
  if (Array.isArray(value)) return value.map((item, index) => String(shownValue(item, `${path}[${index}]`, secretPaths)));
  if (typeof value === "number" || typeof value === "boolean") return value;
  return hideUserInfo(String(value));
}
