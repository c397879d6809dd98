// Generated code and pages are committed; this regenerates or compares each and fails when one is stale.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./runtime.mjs";

const faults = [];
checkContract();
checkTool("docs/openapi.json", ["tools/run.mjs", "tools/generate-openapi.ts", "--check"]);
checkTool("config schema and page", ["tools/run.mjs", "--node", "tools/generate-config.ts", "--check"]);
checkTool("docs/jobs.md, docs/errors.md", ["tools/run.mjs", "--node", "tools/generate-reference.ts", "--check"]);
checkTool("embedded migrations", ["tools/embed-migrations.mjs", "--check"]);
checkTool("drizzle/ against the schema", ["node_modules/drizzle-kit/bin.cjs", "check"]);
for (const fault of faults) process.stderr.write(`stale: ${fault}\n`);
process.exit(faults.length === 0 ? 0 : 1);

/** src/gen is compared file by file with a fresh generation elsewhere. */
function checkContract() {
  const fresh = mkdtempSync(join(tmpdir(), "eigen-gen-"));
  const { status, stderr } = spawnSync("buf", ["generate", "--output", fresh], { cwd: root, encoding: "utf8" });
  if (status !== 0) faults.push(`buf generate failed: ${stderr}`);
  const committed = join(root, "src/gen");
  const generated = join(fresh, "src/gen");
  const names = new Set([...list(committed), ...list(generated)]);
  for (const name of names)
    if (read(join(committed, name)) !== read(join(generated, name))) faults.push(`src/gen/${name}: npm run generate`);
  rmSync(fresh, { recursive: true });
}

function list(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function checkTool(what, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) faults.push(`${what}: ${stderr || stdout}`.trim());
}
