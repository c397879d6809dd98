// Reads files that others wrote: QASMBench, Qiskit's tests, the OpenQASM project's examples and invalid statements.
// They are data beside the repository, not part of it; where they are absent the tests are skipped.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseQasm, parseSyntax, writeQasm } from "./index.ts";

const data = join(import.meta.dirname, "../../../shared/data");
const isAbsent = !existsSync(data);
if (isAbsent) console.warn(`corpus.test.ts is skipped: ${data} is not here`);

function filesIn(folder: string, ending = ".qasm"): readonly string[] {
  const path = join(data, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort();
}

const textOf = (file: string): string => readFileSync(join(data, file), "utf8");

/** Upstream files that are defective, with where. */
const defective = new Map([
  ["circuits/qasmbench/small/vqe_uccsd_n6.qasm", "2286:9 declared qubits"], // It declares `reg` and uses `q`.
  ["circuits/qiskit-tests/example_minor_version_fail.qasm", "1:10 OpenQASM 2.0, 3.0 or 3.1"],
  ["circuits/qiskit-tests/example_version_fail.qasm", '2:1 `include "stdgates.inc";`'],
]);

/** Valid OpenQASM 3 that does not become a circuit yet, and the first thing it needs. */
const notYet = new Map([
  ["alignment.qasm", "type `stretch`"],
  ["arrays.qasm", "an array"],
  ["cphase.qasm", "`CX`"], // No include, and no qubits either: a fragment.
  ["dd.qasm", "type `stretch`"],
  ["defcal.qasm", "a calibration grammar"],
  ["gateteleport.qasm", "an external function (`extern`)"],
  ["ipe.qasm", "none so far"], // Measures into the bits of an `angle`.
  ["msd.qasm", "a subroutine (`def`)"],
  ["qec.qasm", "a subroutine (`def`)"],
  ["rus.qasm", "a subroutine (`def`)"],
  ["scqec.qasm", "an external function (`extern`)"],
  ["t1.qasm", "an external function (`extern`)"],
  ["varteleport.qasm", "a subroutine (`def`)"],
  ["vqe.qasm", "an external function (`extern`)"],
]);

describe.skipIf(isAbsent)("circuits of others", () => {
  const folders = ["qasmbench/small", "qasmbench/medium", "qiskit-tests", "olsq2", "redqueen", "queko", "benchpress/feynman"];
  const large = ["qasmbench/large/cc_n301.qasm", "benchpress/bigint/bigint.qasm", "mqtbench/", "revlib/"].flatMap((name) =>
    name.endsWith("/") ? filesIn(`circuits/${name}`).filter((_, index) => index % 10 === 0) : [`circuits/${name}`],
  );
  const files = [...folders.flatMap((folder) => filesIn(`circuits/${folder}`)), ...large];

  test("there are files to read", () => {
    expect(files.length).toBeGreaterThan(100);
  });

  test.each(files.filter((file) => !defective.has(file)))("%s is read, and what is written of it reads back the same", (file) => {
    const result = parseQasm(textOf(file));
    if (!result.ok) return expect.fail(JSON.stringify(result.error.slice(0, 3)));
    const text = writeQasm(result.value, { version: 2 });
    if (!text.ok) return expect.fail(JSON.stringify(text.error));
    const again = parseQasm(text.value);
    // Not toEqual over the whole: its report of a difference in 100 000 operations would take minutes.
    expect(again.ok && same(again.value, result.value)).toBe(true);
  });

  test.each([...defective])("%s is refused with line and column", (file, place) => {
    const result = parseQasm(textOf(file));
    const [fault] = result.ok ? [] : result.error;
    expect(`${fault?.line}:${fault?.column} ${fault?.wanted}`).toBe(place);
  });
});

describe.skipIf(isAbsent)("the OpenQASM project's own files", () => {
  const examples = filesIn("vectors/openqasm/examples");

  test.each(examples)("%s has a syntax tree, and is a circuit or tells what it needs", (file) => {
    const text = textOf(file);
    expect(parseSyntax(text)).toMatchObject({ ok: true });
    const needs = notYet.get(file.split("/").at(-1) ?? "");
    const result = parseQasm(text);
    if (needs === undefined) expect(result).toMatchObject({ ok: true });
    else
      expect(result).toMatchObject({
        ok: false,
        error: expect.arrayContaining([expect.objectContaining({ found: expect.stringContaining(needs) })]),
      });
  });

  test("the list of what is not supported yet has no file that is", () => {
    expect(examples.length).toBeGreaterThan(20);
    expect([...notYet.keys()].filter((name) => !examples.some((file) => file.endsWith(name)))).toEqual([]);
  });

  test.each(filesIn("vectors/openqasm/source/grammar/tests/invalid/statements"))(
    "every statement of %s is refused by the grammar",
    (file) => {
      const statements = textOf(file)
        .split("\n")
        .filter((line) => line.trim() !== "" && !line.startsWith("//"));
      expect(statements.length).toBeGreaterThan(0);
      const accepted = statements.filter((statement) => parseSyntax(statement).ok);
      expect(accepted).toEqual([]);
    },
  );

  test.each(filesIn("vectors/openqasm/source/grammar/tests/reference", ".yaml"))("the source of %s has a syntax tree", (file) => {
    const source = sourceOfYaml(textOf(file));
    expect(source.trim()).not.toBe("");
    const result = parseSyntax(source);
    expect(result.ok ? [] : result.error).toEqual([]);
  });
});

function same(left: unknown, right: unknown): boolean {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? `${item}n` : item));
  return text(left) === text(right);
}

/** The block under `source: |`; a whole YAML reader for one key would be more than this test needs. */
function sourceOfYaml(text: string): string {
  const [, block = ""] = /^source: \|\n((?: {2}.*\n|\n)*)/m.exec(text) ?? [];
  return block.replace(/^ {2}/gm, "");
}
