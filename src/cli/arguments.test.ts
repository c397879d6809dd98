import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import {
  collectEstimate,
  collectObservable,
  collectPair,
  collectParameter,
  collectQubits,
  parseCount,
  parseMs,
  parseSeed,
} from "./arguments.ts";

test.each([
  ["1.5", 1.5],
  ["-2e-3", -0.002],
  ["pi", Math.PI],
  ["-pi/2", -Math.PI / 2],
  ["3*pi/4", (3 * Math.PI) / 4],
  ["0.5*pi", Math.PI / 2],
])("--param theta=%s binds %f", (text, value) => {
  expect(collectParameter(`theta=${text}`).theta).toBeCloseTo(value, 12);
});

test("options that may be repeated collect", () => {
  expect(collectParameter("b=2", collectParameter("a=1"))).toEqual({ a: 1, b: 2 });
  expect(collectPair("k=v=w", { a: "b" })).toEqual({ a: "b", k: "v=w" });
});

test("--probabilities reads lists of qubits", () => {
  expect(collectQubits("3", collectQubits("0,1"))).toEqual([[0, 1], [3]]);
  for (const text of ["", "a", "0,", "0;1", "-1", "1.5"]) expect(() => collectQubits(text)).toThrow("such as 0,1");
});

test("--estimate is an observable that is sampled", () => {
  expect(collectEstimate("e=2*ZZ")).toEqual([{ name: "e", terms: [{ coefficient: 2, pauli: "ZZ" }], sampled: true }]);
});

test("--observable reads a sum of Pauli strings, with a name or named by itself", () => {
  expect(collectObservable("energy=0.5*ZZ - 0.25*XI + IY")).toEqual([
    {
      name: "energy",
      terms: [
        { coefficient: 0.5, pauli: "ZZ" },
        { coefficient: -0.25, pauli: "XI" },
        { coefficient: 1, pauli: "IY" },
      ],
    },
  ]);
  expect(collectObservable("-ZZ")).toEqual([{ name: "-ZZ", terms: [{ coefficient: -1, pauli: "ZZ" }] }]);
});

test.each([
  ["a parameter without a value", () => collectParameter("theta")],
  ["a parameter without a name", () => collectParameter("=1")],
  ["an empty value", () => collectParameter("theta=")],
  ["a value that is no number", () => collectParameter("theta=pie")],
  ["a division by zero", () => collectParameter("theta=pi/0")],
  ["terms without a sign between them", () => collectObservable("ZZ2*XX")],
  ["a letter that is no Pauli", () => collectObservable("e=ZA")],
  ["an empty sum", () => collectObservable("e=")],
  ["half a sum", () => collectObservable("e=ZZ+")],
  ["a negative count", () => parseCount("-1")],
  ["a count with a point", () => parseCount("1.5")],
  ["a seed beyond 64 bits", () => parseSeed("18446744073709551616")],
  ["a duration without a unit", () => parseMs("30")],
  ["a duration of nothing", () => parseMs("0s")],
])("%s is refused", (_, read) => {
  expect(read).toThrow(InvalidArgumentError);
});

test("seeds keep all their 64 bits, durations become milliseconds", () => {
  expect(parseSeed("18446744073709551615")).toBe(2n ** 64n - 1n);
  expect([parseMs("30s"), parseMs("1.5m"), parseMs("250ms")]).toEqual([30_000, 90_000, 250]);
});
