// Enforces that the catalogue of errors and the kernel agree: every code is produced somewhere, and a test names it.

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { expect, test } from "vitest";
import { errorCatalogue } from "../../src/model/errors.ts";

const root = resolve(import.meta.dirname, "../..");
const codes = Object.keys(errorCatalogue);
const files = ["src", "test"]
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)))
  .map((path) => path.split(sep).join("/"))
  .filter((path) => path.endsWith(".ts") && !path.startsWith("src/gen/") && path !== "src/model/errors.ts")
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

// Tests of the client and of the command line talk to a made-up kernel, which may answer anything.
const isKernel = ({ path }: { readonly path: string }): boolean => !/^src\/(?:client|cli)\//.test(path);
const isTest = ({ path }: { readonly path: string }): boolean =>
  /\.(?:test|suite)\.ts$/.test(path) || path.startsWith("src/adapters/store-suite/");
const isSupport = ({ path }: { readonly path: string }): boolean => /\.(?:test-support|fixture|child)\.ts$|^test\//.test(path);

test("every code of the catalogue is named by a test of the kernel", () => {
  const tests = files.filter((file) => isTest(file) && isKernel(file));
  expect(codes.filter((code) => !tests.some(({ text }) => text.includes(`"${code}"`)))).toEqual([]);
});

test("every code of the catalogue is produced by the kernel", () => {
  const product = files.filter((file) => isKernel(file) && !isTest(file) && !isSupport(file));
  // Also as the key of a group of faults.
  const produced = (code: string): boolean =>
    product.some(({ text }) => text.includes(`"${code}"`) || new RegExp(`^\\s+${code}:`, "m").test(text));
  expect(codes.filter((code) => !produced(code))).toEqual([]);
});
