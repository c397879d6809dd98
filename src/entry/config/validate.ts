// Plain values to typed settings, with every fault at once: also those between keys that are sound by themselves.

import type { z } from "zod";
import { suggest } from "../../base/suggest.ts";
import type { Fault } from "../../model/errors.ts";
import type { Plain } from "./document.ts";
import { hideUserInfo, printable, quote } from "./printable.ts";
import { configSchema, type Settings } from "./schema.ts";
import { keysAt, leafKeys, toPath, valueAt, wantedAt } from "./walk.ts";

export interface Validated {
  /** What is left when everything faulty is taken out: enough to look for further faults. */
  readonly sound: Settings;
  readonly faults: readonly Fault[];
}

/** Changes `value`: what is faulty is taken out of it. */
export function validate(value: Plain, secretPaths: ReadonlySet<string>): Validated {
  let faults: readonly Fault[] | undefined;
  // Each round takes out at least one level of a faulty part, and the schema is that deep.
  for (let round = 0; round < roundCountMax; round++) {
    const parsed = configSchema.safeParse(value);
    if (parsed.success) return { sound: parsed.data.kernel, faults: faults ?? [] };
    const issues = parsed.error.issues.flatMap(flatten);
    faults ??= issues.flatMap((issue) => toFaults(issue, value, secretPaths));
    if (!issues.every((issue) => takeOut(value, issue))) break;
  }
  return { sound: {}, faults: faults ?? [] };
}

const roundCountMax = 10;

type Issue = z.core.$ZodIssue;

// A union reports what each of its branches lacks. The branch that fits the value's kind says something useful; the others
// only say that they are not it.
function flatten(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const branches = issue.errors.filter((branch) =>
    branch.every((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys"),
  );
  const [branch] = branches;
  if (branches.length !== 1 || branch === undefined) return [issue];
  return branch.flatMap((inner) => flatten({ ...inner, path: [...issue.path, ...inner.path] }));
}

function toFaults(issue: Issue, value: Plain, secretPaths: ReadonlySet<string>): readonly Fault[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(issue.path, key));
  const path = toPath(issue.path);
  const given = valueAt(value, issue.path);
  const found = secretPaths.has(path) ? "a value from outside the file that is not one" : describe(given);
  const hint =
    given === null ? "Give it a value, or take the key out." : "docs/configuration.md lists every key with its values.";
  return [{ field: path, wanted: wantedAt(configSchema, issue.path), found, hint }];
}

function unknownKey(steps: readonly PropertyKey[], key: string): Fault {
  const known = keysAt(configSchema, steps);
  const field = toPath([...steps, printable(key)]);
  const wanted = `one of ${known.join(", ")}`;
  const near = suggest(key, known);
  if (near !== undefined) return { field, wanted, found: "an unknown key", hint: `Did you mean ${toPath([...steps, near])}?` };
  // A key that is right elsewhere was put under the wrong heading.
  const elsewhere = leafKeys(configSchema).find((leaf) => leaf.endsWith(`.${key}`));
  const hint = elsewhere === undefined ? "docs/configuration.md lists every key." : `Did you mean ${elsewhere}?`;
  return { field, wanted, found: "an unknown key", hint };
}

function describe(value: Plain | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a mapping";
  return typeof value === "string" ? quote(hideUserInfo(value)) : String(value);
}

// False when there is nothing left to take out.
function takeOut(value: Plain, issue: Issue): boolean {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => remove(value, [...issue.path, key])).every(Boolean);
  return remove(value, issue.path);
}

// What lacks a required key is taken out with its parent.
function remove(value: Plain, steps: readonly PropertyKey[]): boolean {
  const last = steps.at(-1);
  if (last === undefined) return false;
  const parent = valueAt(value, steps.slice(0, -1));
  if (parent === undefined) return true; // Taken out with something above it.
  if (Array.isArray(parent) || parent === null || typeof parent !== "object" || !Object.hasOwn(parent, last)) {
    return remove(value, steps.slice(0, -1));
  }
  delete parent[String(last)];
  return true;
}
