import { expect, test } from "vitest";
import { components, resolveComponents } from "./components.ts";
import type { ComponentSwitches } from "./options.ts";

function running(names: readonly string[], switches: ComponentSwitches = {}): readonly string[] {
  const resolved = resolveComponents(names, switches);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.error));
  return [...resolved.value].sort();
}

function faults(names: readonly string[], switches: ComponentSwitches = {}) {
  const resolved = resolveComponents(names, switches);
  return resolved.ok ? [] : resolved.error.faults;
}

test("without names everything runs", () => {
  expect(running([])).toEqual([...components].sort());
});

test.each([
  [["qrtx"], ["driver-manager", "qfs", "qrtx", "resource-manager", "security", "system-api"]],
  [
    ["qrtx", "resource-manager"],
    ["driver-manager", "qfs", "qrtx", "resource-manager", "security", "system-api"],
  ],
  [["resource-manager"], ["driver-manager", "resource-manager", "security", "system-api"]],
  [["qfs"], ["driver-manager", "qfs", "security", "system-api"]],
  [["observability"], ["observability", "system-api"]],
  [["system-api"], ["system-api"]],
])("%j comes with what it needs: %j", (names, expected) => expect(running(names)).toEqual(expected));

test("every unknown name is refused, with the one that was meant", () => {
  const [first, second, third] = faults(["qrtxx", "resource_manager", "kafka"]);
  expect(first).toMatchObject({ field: "--components", found: '"qrtxx"', hint: "Did you mean qrtx?" });
  expect(second?.hint).toBe("Did you mean resource-manager?");
  expect(third?.hint).toBe("Separate names by commas.");
});

test("what the file turns off stays off, and so does what it left open and needs it", () => {
  expect(running([], { observability: false })).not.toContain("observability");
  expect(running([], { qfs: false })).toEqual(["driver-manager", "observability", "resource-manager", "security", "system-api"]);
});

test("a component that the file or the command line wants is refused when what it needs is off", () => {
  expect(faults([], { qrtx: true, qfs: false }).map(({ field }) => field)).toEqual(["kernel.qfs.enabled"]);
  expect(faults(["qrtx"], { qfs: false, "resource-manager": false }).map(({ field }) => field)).toEqual([
    "kernel.resource_manager.enabled",
    "kernel.qfs.enabled",
  ]);
  expect(faults(["qfs"], { qfs: false }).map(({ field, found }) => [field, found])).toEqual([["--components", "qfs"]]);
});

test("security may be off: what needs it runs without", () => {
  expect(running(["qrtx"], { security: false })).toEqual(["driver-manager", "qfs", "qrtx", "resource-manager", "system-api"]);
});
