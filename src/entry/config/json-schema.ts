// config/kernel.schema.json and config/calibration.schema.json: what an editor needs to complete and check such a file.

import { z } from "zod";
import { calibrationSchema } from "../../model/calibration/schema.ts";
import { keyRow } from "./keys.ts";
import { configSchema } from "./schema.ts";

interface JsonSchema {
  description?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
}

/** The text of config/kernel.schema.json. */
export function jsonSchemaText(): string {
  // Durations and sizes are texts in the file: "input" is the file's side of the schema.
  const schema = z.toJSONSchema(configSchema, { io: "input" });
  describe(schema as JsonSchema, "");
  const title = "Configuration of the Eigen OS Kernel";
  const comment = "Generated from src/entry/config/schema.ts. Do not edit.";
  return `${print({ $schema: schema.$schema, title, $comment: comment, ...schema }, "")}\n`;
}

/** The text of config/calibration.schema.json. */
export function calibrationSchemaText(): string {
  const schema = z.toJSONSchema(calibrationSchema, { io: "input" });
  const title = "Calibration of a quantum device";
  const comment = "Generated from src/model/calibration/schema.ts. Do not edit.";
  return `${print({ $schema: schema.$schema, title, $comment: comment, ...schema }, "")}\n`;
}

function describe(schema: JsonSchema, key: string): void {
  const row = keyRow(key);
  if (row !== undefined)
    schema.description = row.state === "in effect" ? row.meaning : `${row.meaning} (Accepted, not in effect.)`;
  for (const [name, child] of Object.entries(schema.properties ?? {})) describe(child, key === "" ? name : `${key}.${name}`);
  if (schema.items !== undefined) describe(schema.items, `${key}[]`);
  // A branch is described by its parent.
  for (const branch of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
    describe(branch, key);
    if (row !== undefined) delete branch.description;
  }
}

// As the formatter writes JSON: a list of words stands on one line if it fits.
function print(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
    if (value.every((item) => typeof item !== "object") && line.length <= 100) return line;
    return `[\n${value.map((item) => inner + print(item, inner)).join(",\n")}\n${indent}]`;
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  return `{\n${entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${print(item, inner)}`).join(",\n")}\n${indent}}`;
}
