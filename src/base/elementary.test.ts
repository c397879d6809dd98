import { expect, test } from "vitest";
import { createSeededRandom } from "../../test/simulation/seeded-random.ts";
import { arccos, arcsin, arctan, cos, exp, ln, power, sin, tan } from "./elementary.ts";

const seed = 20261124;
const roundCount = 4000;

/** Doubles between the two. */
function unitsApart(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  const bits = new BigInt64Array(new Float64Array([a, b]).buffer);
  const place = (value: bigint): bigint => (value < 0n ? -(value & 0x7fffffffffffffffn) : value);
  return Number(place(bits[0] ?? 0n) - place(bits[1] ?? 0n));
}

const wide = (x: number): number => (2 * x - 1) * 10 ** (20 * x);
const cases = [
  ["sin", sin, Math.sin, wide],
  ["cos", cos, Math.cos, wide],
  ["tan", tan, Math.tan, wide],
  ["exp", exp, Math.exp, (x: number) => 1400 * x - 700],
  ["ln", ln, Math.log, (x: number) => 10 ** (600 * x - 300)],
  ["arcsin", arcsin, Math.asin, (x: number) => 2 * x - 1],
  ["arccos", arccos, Math.acos, (x: number) => 2 * x - 1],
  ["arctan", arctan, Math.atan, wide],
] as const;

test.each(cases)("%s is within two units of the engine's, which has an error of about one", (_name, ours, theirs, argument) => {
  const random = createSeededRandom(seed);
  for (let round = 0; round < roundCount; round++) {
    const x = argument(random.next());
    expect(Math.abs(unitsApart(ours(x), theirs(x))), `seed ${seed}: ${x}`).toBeLessThanOrEqual(2);
  }
});

test("powers are exact where the result is a double, and within two units elsewhere", () => {
  const random = createSeededRandom(seed);
  for (let round = 0; round < roundCount; round++) {
    const base = random.between(2, 50);
    const exponent = random.between(-8, 9);
    const exact = exponent < 0 ? 1 / base ** -exponent : Number(BigInt(base) ** BigInt(exponent));
    expect(power(base, exponent), `${base}^${exponent}`).toBe(exact);
    const x = 10 ** (40 * random.next() - 20);
    const y = 20 * random.next() - 10;
    expect(Math.abs(unitsApart(power(x, y), x ** y)), `seed ${seed}: ${x}^${y}`).toBeLessThanOrEqual(2);
  }
  expect(power(-2, 3)).toBe(-8);
  expect(power(2, 0.5)).toBe(Math.SQRT2);
});

test("what is known exactly", () => {
  expect([sin(0), cos(0), tan(0), exp(0), ln(1), arcsin(0), arccos(1), arctan(0)]).toEqual([0, 1, 0, 1, 0, 0, 0, 0]);
  expect([exp(1), ln(10), arcsin(1), arccos(-1), 4 * arctan(1)]).toEqual([Math.E, Math.LN10, Math.PI / 2, Math.PI, Math.PI]);
  // What the nearest doubles to pi / 2 and pi leave of them; 10^22 and 2^1023 are doubles.
  expect([cos(Math.PI / 2), sin(Math.PI)]).toEqual([6.123233995736766e-17, 1.2246467991473532e-16]);
  expect([sin(1e22), cos(1e22)]).toEqual([-0.8522008497671888, 0.523214785395139]);
  expect(sin(2 ** 1023)).toBe(0.563127779850884);
});

test("arguments without a value, and beyond the range of doubles", () => {
  for (const each of [sin, cos, tan]) expect([each(Infinity), each(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
  expect([exp(-Infinity), exp(-800), exp(800), exp(Infinity), exp(Number.NaN)]).toEqual([0, 0, Infinity, Infinity, Number.NaN]);
  expect([ln(0), ln(-1), ln(Infinity), ln(Number.NaN)]).toEqual([-Infinity, Number.NaN, Infinity, Number.NaN]);
  expect([arcsin(1.1), arccos(-1.1), arcsin(Number.NaN)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect([arctan(Infinity), arctan(-1e300)]).toEqual([Math.PI / 2, -Math.PI / 2]);
  expect([power(0, 0), power(0, -1), power(-2, 0.5), power(10, 400), power(10, -400), power(-1, Infinity)]).toEqual([
    1,
    Infinity,
    Number.NaN,
    Infinity,
    0,
    Number.NaN,
  ]);
  expect([sin(1e-300), tan(-1e-300), arctan(5e-324), exp(-745)]).toEqual([1e-300, -1e-300, 5e-324, 5e-324]);
});
