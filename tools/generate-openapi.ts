// Writes docs/openapi.json from the contract; with --check, fails when the file is not what would be written.

import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { readComments } from "./openapi/comments.ts";
import { createOpenApi } from "./openapi/document.ts";

const root = join(import.meta.dirname, "..");
const file = join(root, "docs/openapi.json");
process.env.PATH = [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const wanted = `${JSON.stringify(createOpenApi(readComments(root), version), null, 2)}\n`;

if (!process.argv.includes("--check")) {
  writeFileSync(file, wanted);
} else if (readIfThere(file) !== wanted) {
  console.error("docs/openapi.json is not what the contract says: npm run generate-openapi");
  process.exitCode = 1;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
