// `npm run generate`: writes the JSON schemas of config/ and docs/configuration.md from the one schema; with --check it only compares.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { calibrationSchemaText, configurationPage, jsonSchemaText } from "../src/entry/config/index.ts";
import { root } from "./runtime.mjs";

const files = {
  "config/kernel.schema.json": jsonSchemaText(),
  "config/calibration.schema.json": calibrationSchemaText(),
  "docs/configuration.md": configurationPage(),
};
const stale = Object.entries(files).filter(([path, text]) => readFileSync(join(root, path), "utf8") !== text);
if (process.argv.includes("--check")) {
  for (const [path] of stale) process.stderr.write(`${path} is not what its schema says: npm run generate\n`);
  process.exit(stale.length === 0 ? 0 : 1);
}
for (const [path, text] of stale) writeFileSync(join(root, path), text);
