// Options of the scripts that people start by hand.

import process from "node:process";
import { parseArgs } from "node:util";

/** The text of each option that was given; `--name VALUE` alone is understood. */
export function readTextOptions<Name extends string>(names: readonly Name[], usage: string): Partial<Record<Name, string>> {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" } as const]));
  try {
    return parseArgs({ options }).values as Partial<Record<Name, string>>;
  } catch {
    return failWithUsage(usage);
  }
}

export function failWithUsage(usage: string): never {
  process.stderr.write(`usage: ${usage}\n`);
  process.exit(2);
}
