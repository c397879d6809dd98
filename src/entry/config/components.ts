// Which components run: `--components a,b` names some, and they come with what they need.

import { limits } from "../../base/limits.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { suggest } from "../../base/suggest.ts";
import { type Fault, type KernelError, kernelError } from "../../model/errors.ts";
import type { ComponentSwitches, SwitchableComponent } from "./options.ts";
import { quote } from "./printable.ts";

/** The components of the specification. */
export type Component = SwitchableComponent | "driver-manager" | "system-api";

// The arrows of src/README.md. The system API needs none of the others: it answers UNAVAILABLE by name for what is off.
const needs: Readonly<Record<Component, readonly Component[]>> = {
  qrtx: ["resource-manager", "qfs", "driver-manager"],
  "resource-manager": ["driver-manager", "security"],
  qfs: ["driver-manager", "security"],
  observability: [],
  security: [],
  "driver-manager": [],
  "system-api": [],
};

export const components = Object.keys(needs) as readonly Component[];

/**
 * The components to run; no names: all. The system API always runs, because somebody has to say what does not. What the file turns
 * off stays off; that is refused only where the command line or the file itself wants something that cannot run without it.
 */
export function resolveComponents(
  names: readonly string[],
  switches: ComponentSwitches,
): Result<ReadonlySet<Component>, KernelError> {
  const known = components.filter((component) => names.includes(component));
  const unknown = names.filter((name) => !components.some((component) => component === name));
  const wanted = names.length > 0 ? known : components.filter((component) => switchOf(component, switches) === true);
  const faults = [
    ...unknown.slice(0, limits.faultCountMax).map(unknownComponent),
    ...wanted.flatMap((component) => reasonsAgainst(component, switches)),
  ];
  if (faults.length > 0) return err(kernelError("config_invalid", { faults }));

  const able = (names.length > 0 ? known : components).filter((component) => reasonsAgainst(component, switches).length === 0);
  const running = able.flatMap(withNeeds).filter((component) => switchOf(component, switches) !== false);
  return ok(new Set<Component>(["system-api", ...running]));
}

function withNeeds(component: Component): readonly Component[] {
  return [component, ...needs[component].flatMap(withNeeds)];
}

function reasonsAgainst(component: Component, switches: ComponentSwitches): readonly Fault[] {
  if (switchOf(component, switches) === false) return [offByFile(component)];
  // Security may be off: then everybody is the one local owner, and serve-check.ts says where that may be.
  const off = withNeeds(component).filter((need) => need !== "security" && switchOf(need, switches) === false);
  return [...new Set(off)].map((need) => missingNeed(component, need));
}

function switchOf(component: Component, switches: Partial<Readonly<Record<Component, boolean>>>): boolean | undefined {
  return switches[component];
}

function unknownComponent(name: string): Fault {
  const near = suggest(name, components);
  const hint = near === undefined ? "Separate names by commas." : `Did you mean ${near}?`;
  return { field: "--components", wanted: `names of ${components.join(", ")}`, found: quote(name), hint };
}

function offByFile(component: Component): Fault {
  const hint = "Take the name out, or turn the component on in the file.";
  return { field: "--components", wanted: "components that the file leaves on", found: component, hint };
}

function missingNeed(component: Component, need: Component): Fault {
  const field = `kernel.${need.replaceAll("-", "_")}.enabled`;
  const hint = `Turn ${need} on, or leave ${component} out too.`;
  return { field, wanted: `true, because ${component} needs ${need}`, found: "false", hint };
}
