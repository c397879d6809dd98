// Whether a kernel may serve with a configuration that loads. A production file asks for protection; as long as a part of it is
// not in effect, starting anyway would be a lie that somebody trusts.

import type { Fault } from "../../model/errors.ts";
import { resolveComponents } from "./components.ts";
import { keyRow } from "./keys.ts";
import type { GivenKey, KernelConfig } from "./load.ts";
import { isLoopback, staysLocal } from "./options.ts";

/** Every reason not to serve; none for development and test, which the loader keeps on this machine. */
export function checkServe(config: KernelConfig): readonly Fault[] {
  const { mode, host } = config.options;
  if (staysLocal(mode)) return [];
  const faults = config.given.flatMap((given) => refusal(given, config));
  // As long as nobody has to sign in, others may not reach the kernel: also when the file is silent about it.
  if (faults.length > 0 || isLoopback(host)) return faults;
  const hint = "This build cannot authenticate callers. Set it to 127.0.0.1 behind a proxy that does.";
  const field = "kernel.network.host";
  return [
    {
      field,
      wanted: `a loopback address in ${mode} without authentication`,
      found: "one that others can reach",
      hint,
      ...placeOf(field, config),
    },
  ];
}

/** Every reason that the file gives `serve`: those above, and components that are on without what they need. */
export function reasonsNotToServe(config: KernelConfig): readonly Fault[] {
  const running = resolveComponents([], config.options.componentSwitches);
  const missing = running.ok ? [] : running.error.faults.map((fault) => ({ ...fault, ...placeOf(fault.field, config) }));
  return [...checkServe(config), ...missing];
}

// Nowhere, when the file leaves the key out.
function placeOf(field: string, { given }: KernelConfig): Pick<Fault, "line" | "column"> {
  const key = given.find(({ path }) => path === field);
  return key === undefined ? {} : { line: key.line, column: key.column };
}

const openDoors: ReadonlySet<string> = new Set([
  "kernel.security.disable_authentication",
  "kernel.security.allow_all_operations",
]);

function refusal(given: GivenKey, { options: { mode }, given: all }: KernelConfig): readonly Fault[] {
  const { path: field, key, line, column, shown } = given;
  if (openDoors.has(key) && shown !== false) {
    return [{ field, wanted: `false in ${mode}`, found: String(shown), hint: "Take it out: it is for tests.", line, column }];
  }
  const row = keyRow(key);
  if (row === undefined || row.state === "in effect" || !row.protects || !isAskedFor(given, all)) return [];
  const hint = `It comes with ${row.broughtBy}. Until then take it out, or run in development on this machine only.`;
  return [{ field, wanted: `protection that is in effect in ${mode}`, found: "accepted, not in effect", hint, line, column }];
}

// Switched off by its own value, or by `enabled: false` of a section that it stands in.
function isAskedFor({ path, shown }: GivenKey, all: readonly GivenKey[]): boolean {
  if (shown === false || shown === "none") return false;
  return !all.some((other) => {
    return other.shown === false && other.path.endsWith(".enabled") && path.startsWith(other.path.slice(0, -"enabled".length));
  });
}
