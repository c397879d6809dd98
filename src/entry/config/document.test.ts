import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { limits } from "../../base/limits.ts";
import { readDocument } from "./document.ts";
import { parseText } from "./load.fixture.ts";

function faultsOf(text: string) {
  const read = readDocument(text);
  if (read.ok) throw new Error(`was not refused: ${text.slice(0, 80)}`);
  return read.error;
}

test("values come with the line and column of their key", () => {
  const read = readDocument("kernel:\n  network:\n    grpc_port: 1\n  hosts: [a, b]\n");
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  expect(read.value.value).toEqual({ kernel: { network: { grpc_port: 1 }, hosts: ["a", "b"] } });
  expect(read.value.places.get("kernel.network.grpc_port")).toEqual({ line: 3, column: 5 });
  expect(read.value.places.get("kernel.hosts[1]")).toEqual({ line: 4, column: 14 });
});

test("a key that is given twice is refused with both lines", () => {
  const [fault] = faultsOf("kernel:\n  mode: test\n  mode: staging\n");
  expect(fault).toMatchObject({ field: "kernel.mode", found: "given again; first on line 2", line: 3, column: 3 });
});

test("all duplicates and all lines of a text that is no YAML are told together", () => {
  expect(faultsOf("a: 1\na: 2\nb: 3\nb: 4\n").map(({ line }) => line)).toEqual([2, 4]);
  const faults = faultsOf('kernel:\n  a: "\\q"\n  b: "\\z"\n');
  expect(faults.map(({ wanted, line }) => [wanted, line])).toEqual([
    ["YAML 1.2", 2],
    ["YAML 1.2", 3],
  ]);
});

test.each(["", "\n# nothing\n", "~", "---\n...\n"])("the empty text %j is refused", (text) => {
  expect(faultsOf(text)[0]).toMatchObject({ field: "kernel", found: "an empty text" });
});

test("a second document is refused where it begins", () => {
  expect(faultsOf("kernel: {}\n---\nkernel: {}\n")[0]).toMatchObject({ wanted: "one document", line: 2 });
});

test("a tag that the core schema lacks is refused, YAML 1.1's included", () => {
  for (const text of ["a: !secret x", "a: !!omap [b: 1]", "a: !!binary eA==", "%YAML 1.1\n---\na: !!omap [b: 1]"]) {
    expect(faultsOf(text)[0]?.found, text).toMatch(/tag/i);
  }
});

test("yes and no are texts, as YAML 1.2 has it", () => {
  const read = readDocument("a: yes\nb: no\n");
  expect(read.ok && read.value.value).toEqual({ a: "yes", b: "no" });
});

test("an alias repeats the nearest anchor above it", () => {
  const read = readDocument("x: &x { k: &a 1 }\ny: &a 2\nz: *x\nw: *a\n");
  expect(read.ok && read.value.value).toEqual({ x: { k: 1 }, y: 2, z: { k: 1 }, w: 2 });
});

test("an alias without an anchor is refused", () => {
  expect(faultsOf("a: *nowhere")[0]).toMatchObject({ field: "a", found: "none", line: 1, column: 4 });
});

test("an alias inside its own anchor ends", () => {
  expect(faultsOf("a: &a [*a]").length).toBeGreaterThan(0);
  expect(faultsOf("a: &a [*a, *a, *a, *a]").length).toBeGreaterThan(0);
});

test("a bomb of anchors is refused in a moment", () => {
  const levels = Array.from({ length: 20 }, (_, level) => {
    const below = level === 0 ? "x" : `*a${level - 1}`;
    return `a${level}: &a${level} [${Array.from({ length: 9 }, () => below).join(", ")}]`;
  });
  const startedMs = performance.now();
  expect(faultsOf(levels.join("\n"))[0]?.wanted).toContain(`${limits.configNodeCountMax} values`);
  expect(performance.now() - startedMs).toBeLessThan(1000);
});

test("keys that objects have by themselves are keys like any other, and a prototype is refused", () => {
  const read = readDocument("constructor: 1\ntoString: 2\n");
  expect(read.ok && read.value.value).toEqual({ constructor: 1, toString: 2 });
  expect(faultsOf("a: { __proto__: { polluted: true } }")[0]).toMatchObject({ field: "a.__proto__", found: "an unknown key" });
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("a key that is no word is refused", () => {
  expect(faultsOf("? [a, b]\n: 1\n")[0]).toMatchObject({ wanted: "keys that are words" });
});

test("a text above the bound is refused before it is read", () => {
  expect(faultsOf("#".repeat(limits.configBytesMax + 1))[0]?.found).toBe(`${limits.configBytesMax + 1}`);
});

test.each([
  "[",
  "{a: ",
  "- ",
  "a:\n ",
  "? ",
  "&a ",
  "!x ",
  "*a ",
  "a\n",
  "'",
  '"',
  "\t",
  "%x\n",
  "---\n",
  "|\n",
  "[a,",
  "k: v\n",
  "k: &a\n",
  "<<: *a\n",
])(
  "a full page of %j ends in a moment, as a refusal",
  async (part) => {
    const startedMs = performance.now();
    const parsed = await parseText(part.repeat(Math.floor(limits.configBytesMax / part.length)));
    expect(parsed.ok ? 0 : parsed.error.faults.length).toBeGreaterThan(0);
    expect(parsed.ok ? 0 : parsed.error.faults.length).toBeLessThanOrEqual(limits.faultCountMax);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  },
  20_000,
);

const vectors = join(import.meta.dirname, "../../../../shared/data/vectors/yaml/src");

test.skipIf(!existsSync(vectors))(
  "no vector of the YAML test suite crashes the loader (skipped where the suite is not beside the repository)",
  async () => {
    const files = readdirSync(vectors).filter((name) => name.endsWith(".yaml"));
    expect(files.length).toBeGreaterThan(300);
    for (const file of files) {
      const suite = readFileSync(join(vectors, file), "utf8");
      // The file itself is YAML, and so is each case that it quotes.
      const outer = readDocument(suite);
      const cases = outer.ok ? (outer.value.value as { readonly yaml?: string }[]).flatMap(({ yaml }) => yaml ?? []) : [];
      expect(cases.length, file).toBeGreaterThan(0);
      for (const text of [suite, ...cases.map(unquote)]) {
        const startedMs = performance.now();
        const parsed = await parseText(text);
        expect(parsed.ok, file).toBe(false);
        expect(!parsed.ok && parsed.error.faults.length, file).toBeGreaterThan(0);
        expect(performance.now() - startedMs, file).toBeLessThan(5000);
      }
    }
  },
);

// The suite's own marks for spaces, tabs, line ends and byte order marks.
function unquote(text: string): string {
  return text
    .replaceAll("␣", " ")
    .replaceAll(/—*»/g, "\t")
    .replaceAll("←", "\r")
    .replaceAll("⇔", "\uFEFF")
    .replaceAll("↵", "")
    .replace(/∎\n$/, "");
}
