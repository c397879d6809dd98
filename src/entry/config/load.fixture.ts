// Parses a text as the entry would, with an environment and files that a test makes up.

import type { Result } from "../../base/result.ts";
import type { Fault, KernelError } from "../../model/errors.ts";
import { type ConfigInput, type KernelConfig, parseConfig } from "./load.ts";

interface Fixture {
  readonly env?: ConfigInput["env"];
  readonly files?: Readonly<Record<string, string>>;
  readonly coreCount?: number;
}

export function parseText(
  text: string,
  { env = {}, files = {}, coreCount = 2 }: Fixture = {},
): Promise<Result<KernelConfig, KernelError>> {
  const readText = async (path: string) => {
    const content = files[path];
    if (content === undefined) throw new Error("ENOENT");
    return content;
  };
  return parseConfig(text, { source: "kernel.yaml", env, readText, coreCount });
}

/** Fails with the faults when there are any. */
export async function configOf(text: string, fixture: Fixture = {}): Promise<KernelConfig> {
  const parsed = await parseText(text, fixture);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error.faults, null, 2));
  return parsed.value;
}

/** The faults of a text that must be refused. */
export async function faultsOf(text: string, fixture: Fixture = {}): Promise<readonly Fault[]> {
  const parsed = await parseText(text, fixture);
  if (parsed.ok) throw new Error(`was not refused: ${text}`);
  return parsed.error.faults;
}

/** `kernel.qfs.enabled` with false is the text of a file that says just that. */
export function fileWith(values: Readonly<Record<string, unknown>>): string {
  const root: Record<string, unknown> = { kernel: {} };
  for (const [key, value] of Object.entries(values)) {
    const steps = key.split(".");
    let section = root;
    for (const step of steps.slice(0, -1)) {
      section[step] ??= {};
      section = section[step] as Record<string, unknown>;
    }
    section[steps.at(-1) ?? ""] = value;
  }
  return JSON.stringify(root);
}

/** A reference to something outside the file, such as ${env:NAME}. */
export function outside(source: string): string {
  return `\${${source}}`;
}
