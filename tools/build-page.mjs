// Bundles src/dashboard into one file, build/page.html.txt, unless what is there is newer than every source. Script and style stand in it, and its
// policy names their hashes, so nothing else can run. Plain JavaScript: it runs on stock Node 20, Bun and Deno alike.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, "build/page.html.txt");
// What a slow line loads in a second.
const gzipKibMax = 100;

export async function buildPage({ force = false } = {}) {
  if (!force && existsSync(output) && statSync(output).mtimeMs > newestSource()) return;
  const { build } = await import("esbuild");
  const entry = join(root, "src/dashboard/index.ts");
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    plugins: [withoutNativeGrpc],
    write: false,
    logLevel: "warning",
  });
  const script = outputFiles[0].text.trim().replaceAll("</script", "<\\/script");
  const style = readFileSync(join(root, "src/dashboard/page.css"), "utf8");
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const parts = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policy}" />`,
    style: `<style>${style}</style>`,
    script: `<script type="module">${script}</script>`,
  };
  const shell = readFileSync(join(root, "src/dashboard/page.html"), "utf8");
  const html = shell.replaceAll(/<!--(policy|style|script)-->/g, (_match, name) => parts[name]);
  const gzipKib = gzipSync(html).length / 1024;
  if (gzipKib > gzipKibMax) throw new Error(`the page is ${gzipKib.toFixed(1)} KiB after gzip; it may have ${gzipKibMax} KiB`);
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, html);
  process.stderr.write(`The page is ${gzipKib.toFixed(1)} KiB after gzip; it may have ${gzipKibMax} KiB.\n`);
}

/** The client loads it only where HTTP/2 can be spoken, which a browser never asks for. */
const withoutNativeGrpc = {
  name: "without-native-grpc",
  setup(bundler) {
    bundler.onResolve({ filter: /grpc-transport\.ts$/ }, ({ path }) => ({ path, external: true }));
  },
};

function hashOf(text) {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function newestSource() {
  const folders = ["dashboard", "client", "gen", "model", "base"].map((name) => join(root, "src", name));
  const files = folders.flatMap((folder) => readdirSync(folder, { recursive: true }).map((path) => join(folder, path)));
  return Math.max(...[fileURLToPath(import.meta.url), ...files].map((path) => statSync(path).mtimeMs));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildPage({ force: process.argv.includes("--force") });
}
