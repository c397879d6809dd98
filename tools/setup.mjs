// Makes a clone ready: installs what the lock file names, and builds what is not committed. Does nothing when all is there.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./runtime.mjs";

const [major] = process.versions.node.split(".").map(Number);
if (major < 20) fail(`Node ${process.versions.node} is too old: Node 20 or newer is needed to install.`);

const lockHash = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");
const marker = join(root, "node_modules/.eigen-setup");
const isInstalled = existsSync(marker) && readFileSync(marker, "utf8") === lockHash;
if (!isInstalled) {
  process.stderr.write("Installing the packages of package-lock.json …\n");
  // No package here needs its install script.
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(marker, lockHash);
}
run(process.execPath, [join(root, "tools/build-wasm.mjs")]);
run(process.execPath, [join(root, "tools/build-page.mjs")]);

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) fail(`\`${command} ${args.join(" ")}\` failed${error === undefined ? "" : `: ${error.message}`}.`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
