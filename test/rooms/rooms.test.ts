// Enforces src/README.md: which room may import which, and that no room reaches past its ports to the runtime.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const src = join(root, "src");

interface SourceFile {
  /** From src/, with forward slashes. */
  readonly path: string;
  readonly room: string;
  readonly text: string;
  /** Modules it imports, statically or dynamically. */
  readonly imports: readonly string[];
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .map((path) => path.split(sep).join("/"))
  .filter((path) => path.endsWith(".ts") && path.includes("/"))
  .map((path): SourceFile => {
    const text = readFileSync(join(src, path), "utf8");
    return { path, room: path.slice(0, path.indexOf("/")), text, imports: findImports(text) };
  });
const arrows = readArrows();
const openRooms = new Set(["base", "model", "ports", "gen"]);
const isTest = ({ path }: SourceFile): boolean => /\.(test|suite|test-support)\.ts$/.test(path);

function findImports(text: string): string[] {
  const found = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)];
  return found.map((match) => match[1] ?? "");
}

function readArrows(): Map<string, Set<string>> {
  const readme = readFileSync(join(src, "README.md"), "utf8");
  const block = /```arrows\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const lines = block.split("\n").filter((line) => line.includes("->"));
  return new Map(
    lines.map((line) => {
      const [room = "", targets = ""] = line.split("->").map((part) => part.trim());
      return [
        room,
        new Set(
          targets
            .split(",")
            .map((target) => target.trim())
            .filter((target) => target !== ""),
        ),
      ];
    }),
  );
}

function mayImport(room: string, target: string): boolean {
  if (room === target) return true;
  const below: Record<string, readonly string[]> = {
    base: [],
    model: ["base"],
    ports: ["base", "model"],
    qasm: ["base", "model"],
    gen: [],
  };
  if (room in below) return (below[room] ?? []).includes(target) || (arrows.get(room)?.has(target) ?? false);
  if (["base", "model", "ports"].includes(target)) return true;
  const allowed = arrows.get(room);
  return allowed !== undefined && (allowed.has("*") || allowed.has(target));
}

/** The room and path within src/ that a relative import leads to; undefined for packages. */
function resolveImport(file: SourceFile, specifier: string): { room: string; path: string } | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const path = relative(src, resolve(dirname(join(src, file.path)), specifier))
    .split(sep)
    .join("/");
  return { room: path.slice(0, path.indexOf("/")), path };
}

describe("rooms", () => {
  test("there are source files to judge, and every folder of src/ is in the drawing", () => {
    expect(files.length).toBeGreaterThan(50);
    expect([...new Set(files.map(({ room }) => room))].filter((room) => !arrows.has(room))).toEqual([]);
  });

  test("every room of the drawing exists", () => {
    const rooms = new Set(files.map(({ room }) => room));
    expect([...arrows.keys()].filter((room) => !rooms.has(room))).toEqual([]);
  });

  test("imports follow the arrows", () => {
    const wrong = files
      .filter((file) => !isTest(file))
      .flatMap((file) =>
        file.imports.flatMap((specifier) => {
          const target = resolveImport(file, specifier);
          if (target === undefined || target.path.startsWith("..")) return [];
          return mayImport(file.room, target.room) ? [] : [`${file.path} imports ${target.path}`];
        }),
      );
    expect(wrong).toEqual([]);
  });

  test("another room is entered by its door only", () => {
    const wrong = files
      .filter((file) => !isTest(file))
      .flatMap((file) =>
        file.imports.flatMap((specifier) => {
          const target = resolveImport(file, specifier);
          if (target === undefined || target.room === file.room || openRooms.has(target.room)) return [];
          if (target.path.startsWith("..")) return [];
          // Adapters and the entry are many small doors: one per adapter, one per runtime.
          if (target.room === "adapters" || target.room === "entry") return [];
          return target.path === `${target.room}/index.ts` ? [] : [`${file.path} imports ${target.path}`];
        }),
      );
    expect(wrong).toEqual([]);
  });

  test("the product does not leave src/ except for build products", () => {
    const wrong = files
      .filter((file) => !isTest(file))
      .flatMap((file) =>
        file.imports
          .filter((specifier) => resolveImport(file, specifier)?.path.startsWith("..") === true)
          // What the package says of itself, the served description, and the build of a clone that never saw npm.
          .filter(
            (specifier) =>
              !/(?:package|docs\/openapi)\.json$|build-wasm\.mjs$|build-page\.mjs$|build\/(?:statevector\.wasm|stabilizer\.wasm|noisy\.wasm|page\.html\.txt)$/.test(
                specifier,
              ),
          )
          .map((specifier) => `${file.path} imports ${specifier}`),
      );
    expect(wrong).toEqual([]);
  });
});

describe("runtime globals", () => {
  const everywhere: readonly [string, RegExp][] = [
    ["a runtime's global", /\b(?:Bun|Deno|process|__dirname|__filename)\s*\./],
    ["a node module", /\bfrom\s+"node:|\bimport\("node:|\bimport\s+"node:/],
  ];
  const kernelOnly: readonly [string, RegExp][] = [
    ["a wall clock", /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/],
    ["a timer", /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/],
    ["ambient randomness", /\bMath\.random\b|\bcrypto\.(?:getRandomValues|randomUUID|subtle)\b/],
    ["the network", /\bfetch\(/],
  ];
  // Programs and adapters are where the runtime belongs. The client runs in browsers: timers and fetch are its world, runtimes are not.
  const programs = new Set(["entry", "adapters", "cli"]);

  function offences(rules: readonly [string, RegExp][], exempt: ReadonlySet<string>): string[] {
    return files
      .filter((file) => !isTest(file) && !exempt.has(file.room) && file.room !== "gen")
      .flatMap((file) => {
        const code = withoutComments(file.text);
        return rules.filter(([, pattern]) => pattern.test(code)).map(([what]) => `${file.path} uses ${what}`);
      });
  }

  test("only entries, adapters and the command line know the runtime", () => {
    expect(offences(everywhere, programs)).toEqual([]);
  });

  test("rooms of the kernel have no clock, timer, randomness or network of their own", () => {
    expect(offences(kernelOnly, new Set([...programs, "client", "dashboard"]))).toEqual([]);
  });

  test("the rules recognise what they ban", () => {
    const samples = ["process.env", 'import x from "node:fs"', "Date.now()", "setTimeout(f, 1)", "Math.random()", "fetch(url)"];
    const rules = [...everywhere, ...kernelOnly];
    expect(samples.filter((sample) => !rules.some(([, pattern]) => pattern.test(sample)))).toEqual([]);
  });
});

test("the eight packages of the design are really used", () => {
  const imported = new Set(files.filter((file) => !isTest(file)).flatMap(({ imports }) => imports));
  const isImported = (name: string): boolean =>
    [...imported].some((specifier) => specifier === name || specifier.startsWith(`${name}/`));
  const inProduct = ["hono", "@bufbuild/protobuf", "@connectrpc/connect", "drizzle-orm", "@libsql/client", "@opentelemetry/api"];
  expect(inProduct.filter((name) => !isImported(name))).toEqual([]);
  expect(readFileSync(join(root, "tools/build-wasm.mjs"), "utf8")).toContain("assemblyscript");
  expect(readdirSync(join(root, "wasm"), { recursive: true, encoding: "utf8" }).some((path) => path.endsWith(".ts"))).toBe(true);
  expect(files.filter(isTest).some(({ imports }) => imports.includes("vitest"))).toBe(true);
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:"'`])\/\/.*$/gm, "$1");
}
