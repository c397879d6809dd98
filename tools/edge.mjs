// The edge worker on this machine: `node tools/edge.mjs [--port N] [--data-dir DIR] [--config FILE]` bundles src/entry/workerd.ts with wrangler
// and serves it with workerd, the runtime of Cloudflare Workers. `--check` only bundles, and fails when the bundle is larger than an edge takes.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { missingRuntime, pickRuntime, root } from "./runtime.mjs";

// Workers take 3 MB and more; a small bundle starts fast.
const gzipKibMax = 1024;

/** Fills a folder with what serveEdge() serves; the size that uploading would have, KiB after gzip. Throws with wrangler's words. */
export function bundleEdge(outDir) {
  const node = pickRuntime(["node"]);
  if (node === undefined) throw new Error(missingRuntime);
  const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
  const { status, stdout, stderr } = spawnSync(node.command, [wrangler, "deploy", "--dry-run", "--outdir", outDir], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: join(outDir, "logs") },
  });
  const gzipKib = Number(/gzip: ([\d.]+) KiB/.exec(stdout)?.[1]);
  if (status !== 0 || Number.isNaN(gzipKib)) throw new Error(`wrangler could not bundle the worker:\n${stdout}${stderr}`);
  writeFileSync(join(outDir, configName), workerdConfig(outDir));
  return gzipKib;
}

const configName = "workerd.capnp";

/** Serves a bundle. Port 0: any free one; `onListen` hears which. */
export function serveEdge({ outDir, port, dataDir, config, env = {}, stdio = "inherit", onListen }) {
  mkdirSync(dataDir, { recursive: true });
  const variables = config === undefined ? env : { ...env, KERNEL_CONFIG: config };
  const places = ["--socket-addr", `http=127.0.0.1:${port}`, "--directory-path", `objects=${dataDir}`];
  const args = ["serve", join(outDir, configName), ...places, "--control-fd=3"];
  const child = spawn(workerdBinary(), args, { stdio: ["ignore", stdio, stdio, "pipe"], env: { ...process.env, ...variables } });
  child.stdio[3].setEncoding("utf8").on("data", (lines) => {
    const listening = /\{"event":"listen".*?"port":(\d+)/.exec(lines);
    if (listening !== null) onListen(Number(listening[1]));
  });
  return child;
}

/** What wrangler.toml says to Cloudflare, in the words of workerd. */
function workerdConfig(outDir) {
  const toml = readFileSync(join(root, "wrangler.toml"), "utf8");
  const date = /^compatibility_date = "(.+)"$/m.exec(toml)?.[1];
  const flags = /^compatibility_flags = (\[.*\])$/m.exec(toml)?.[1];
  const bundle = readFileSync(join(outDir, "workerd.js"), "utf8");
  // Named by their content, so that a folder may hold those of an older bundle too.
  const imported = [...new Set(bundle.match(/[0-9a-f]{40}-[\w.-]+\.(?:wasm|txt)/g))];
  const modules = imported.map((name) => `(name = "${name}", ${name.endsWith(".wasm") ? "wasm" : "text"} = embed "${name}")`);
  const variables = ["KERNEL_CONFIG", "KERNEL_STORE_URL", "KERNEL_STORE_TOKEN", "EIGEN_LOG_LEVEL"];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "kernel", worker = .kernel), (name = "objects", disk = (writable = true)),
    (name = "internet", network = (allow = ["public", "private", "local"], tlsOptions = (trustBrowserCas = true))) ],
  sockets = [ (name = "http", http = (), service = "kernel") ],
);
const kernel :Workerd.Worker = (
  modules = [
    (name = "workerd.js", esModule = embed "workerd.js"),
    ${modules.join(", ")},
  ],
  compatibilityDate = "${date}",
  compatibilityFlags = ${flags},
  durableObjectNamespaces = [ (className = "KernelObject", uniqueKey = "eigen-os-kernel", enableSql = true) ],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [ (name = "KERNEL", durableObjectNamespace = "KernelObject"),
    ${variables.map((name) => `(name = "${name}", fromEnvironment = "${name}")`).join(",\n    ")} ],
);
`;
}

export function workerdBinary() {
  return createRequire(join(root, "node_modules/workerd/package.json")).resolve("@cloudflare/workerd-linux-64/bin/workerd");
}

const usage = "npm run start:edge -- [--port N] [--data-dir DIR] [--config FILE]";
const portMax = 65_535;

function main() {
  const values = readOptions();
  const port = readPort(values.port ?? "8080");
  const config = values.config === undefined ? undefined : readConfig(values.config);
  const outDir = join(root, "build/edge");
  const gzipKib = bundleEdge(outDir);
  process.stderr.write(`The worker is ${gzipKib} KiB after gzip; it may have ${gzipKibMax} KiB.\n`);
  if (values.check) process.exit(gzipKib <= gzipKibMax ? 0 : 1);
  const child = serveEdge({
    outDir,
    port,
    dataDir: resolve(values["data-dir"] ?? "data/edge"),
    config,
    onListen: (rest) => process.stdout.write(`${JSON.stringify({ ready: true, host: "127.0.0.1", ports: { rest } })}\n`),
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 0 : 1)));
}

function readOptions() {
  const text = { type: "string" };
  try {
    return parseArgs({ options: { check: { type: "boolean" }, port: text, "data-dir": text, config: text } }).values;
  } catch (error) {
    return failWithUsage(error.message);
  }
}

function readPort(text) {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= portMax) return port;
  return failWithUsage(`--port: wanted 0 (any free one) to ${portMax}, found ${text}`);
}

function readConfig(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return failWithUsage(`--config: wanted a file that can be read, found ${error.message}`);
  }
}

function failWithUsage(fault) {
  process.stderr.write(`${fault}\nusage: ${usage}\n`);
  process.exit(2);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
