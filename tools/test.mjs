// `npm test`: everything CI runs, part after part, and one last line that sums it up. A part's failure does not hide the others.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pickRuntime, root } from "./runtime.mjs";

const sum = { passed: 0, failed: 0, skipped: 0 };
const node = pickRuntime(["node"])?.command ?? process.execPath;
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const reports = join(root, "build/test-reports");
const isInside = process.argv.includes("--no-outside");
const extra = process.argv.slice(2).filter((argument) => argument !== "--no-outside");
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

if (extra.length === 0) command("check", "npm", ["run", "--silent", "check"]);
suite("tests", extra);
if (extra.length === 0 && !isInside) {
  suite("outside", ["--config", "vitest.outside.config.ts"]);
}
const { passed, failed, skipped } = sum;
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

/** A command that counts as one test. */
function command(title, program, args) {
  process.stdout.write(`\n== ${title}\n`);
  const { status } = spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status === 0) sum.passed++;
  else sum.failed++;
}

/** A vitest run: its report is added to the sum; without a report the whole run failed. */
function suite(title, args) {
  process.stdout.write(`\n== ${title}\n`);
  const report = join(reports, `${title}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { status } = spawnSync(node, [vitest, "run", ...reporters, ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (!existsSync(report)) {
    sum.failed++;
    return;
  }
  const counts = JSON.parse(readFileSync(report, "utf8"));
  sum.passed += counts.numPassedTests;
  sum.failed += counts.numFailedTests;
  sum.skipped += counts.numPendingTests + counts.numTodoTests;
  // A file that cannot even be loaded has no test that failed.
  if (status !== 0 && counts.numFailedTests === 0) sum.failed++;
}
