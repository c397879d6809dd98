// The few arguments of the runtime entries; the `eigen` command has the same and more.

import process from "node:process";
import { parseArgs } from "node:util";
import type { ServeArguments } from "./serve.ts";

const usage = "usage: [--config FILE] [--components a,b] [--log-format json|text]";
const exitUsage = 2;

export function parseServeArguments(argv: readonly string[]): ServeArguments {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({ args: [...argv], options: { config: text, components: text, "log-format": text } });
    const logFormat = values["log-format"];
    if (logFormat !== undefined && logFormat !== "json" && logFormat !== "text") throw new Error(`--log-format ${logFormat}`);
    return { config: values.config, components: values.components, logFormat };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(exitUsage);
  }
}
