// Compiles wasm/ with AssemblyScript to build/*.wasm, unless what is there is newer than every source. Plain JavaScript: it runs on stock
// Node 20, Bun and Deno alike. `buildWasm()` is also called by the entries when the build is missing.
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** output: build/NAME.wasm; folder: of wasm/; features beyond SIMD. */
const modules = [
  { output: "statevector", folder: "statevector", features: [] },
  // Fused multiply-add: its last bits depend on the processor. Chosen by simulator.fast where the engine knows it.
  { output: "statevector-fast", folder: "statevector", features: ["relaxed-simd"] },
  // The memory comes from outside, so that threads share it.
  { output: "statevector-shared", folder: "statevector", features: ["threads"] },
  { output: "statevector-shared-fast", folder: "statevector", features: ["threads", "relaxed-simd"] },
  { output: "stabilizer", folder: "stabilizer", features: [] },
  { output: "noisy", folder: "noisy", features: [] },
];

export async function buildWasm({ force = false } = {}) {
  for (const { output: name, folder, features } of modules) {
    const output = join(root, `build/${name}.wasm`);
    if (!force && existsSync(output) && statSync(output).mtimeMs > newestSource()) continue;
    mkdirSync(dirname(output), { recursive: true });
    await compile(join("wasm", folder, "index.ts"), join("build", `${name}.wasm`), features);
  }
}

async function compile(source, output, features) {
  const { default: asc } = await import("assemblyscript/asc");
  const enabled = ["simd", "bulk-memory", ...features].flatMap((feature) => ["--enable", feature]);
  const shared = ["--importMemory", "--sharedMemory", "--initialMemory", "2", "--maximumMemory", "65536"];
  const memory = features.includes("threads") ? shared : [];
  const optimise = ["-O3", "--noAssert", "--runtime", "stub", "--use", "abort=", ...enabled, ...memory];
  const { error, stderr } = await asc.main([source, "--outFile", output, "--baseDir", root, ...optimise]);
  if (error !== null) throw new Error(`AssemblyScript refused ${source}: ${error.message}\n${stderr.toString()}`);
}

function newestSource() {
  const folder = join(root, "wasm");
  const files = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith(".ts"));
  return Math.max(statSync(fileURLToPath(import.meta.url)).mtimeMs, ...files.map((path) => statSync(join(folder, path)).mtimeMs));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await buildWasm();
