// Elementary functions that give the same bits on every runtime: engines bring their own Math.exp and Math.sin, and those differ in the last bit.
//
// Arithmetic in pairs of doubles whose sum is the number, about 106 bits (Dekker 1971, doi:10.1007/BF01397083), with + - * / and sqrt alone, which
// IEEE 754 rounds alike everywhere. The result is rounded once, so it is nearly always the double that is nearest. A microsecond or two each.

/** hi + lo, of which hi is the nearest double. */
type Pair = readonly [hi: number, lo: number];

const ln2: Pair = [Math.LN2, 2.3190468138462996e-17];
const halfPi: Pair = [Math.PI / 2, 6.123233995736766e-17];
const halfPiRest = -1.4973849048591833e-33; // What both leave of pi / 2.
const one: Pair = [1, 0];

/** |b| <= |a|, or a = 0. */
function quickSum(a: number, b: number): Pair {
  const hi = a + b;
  return [hi, b - (hi - a)];
}

function twoSum(a: number, b: number): Pair {
  const hi = a + b;
  const ofB = hi - a;
  return [hi, a - (hi - ofB) + (b - ofB)];
}

const splitter = 2 ** 27 + 1;

function twoProduct(a: number, b: number): Pair {
  const hi = a * b;
  const aHigh = splitter * a - (splitter * a - a);
  const bHigh = splitter * b - (splitter * b - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return [hi, aHigh * bHigh - hi + aHigh * bLow + aLow * bHigh + aLow * bLow];
}

function add(a: Pair, b: Pair): Pair {
  const [high, rest] = twoSum(a[0], b[0]);
  const [low, lowest] = twoSum(a[1], b[1]);
  const [hi, lo] = quickSum(high, rest + low);
  return quickSum(hi, lo + lowest);
}

function multiply(a: Pair, b: Pair): Pair {
  const [hi, lo] = twoProduct(a[0], b[0]);
  return quickSum(hi, lo + (a[0] * b[1] + a[1] * b[0]));
}

/** By a power of two: exact. */
function scale([hi, lo]: Pair, factor: number): Pair {
  return [hi * factor, lo * factor];
}

function negate([hi, lo]: Pair): Pair {
  return [-hi, -lo];
}

function divide(a: Pair, b: Pair): Pair {
  const first = a[0] / b[0];
  const rest = add(a, negate(multiply(b, [first, 0])));
  const second = rest[0] / b[0];
  const last = add(rest, negate(multiply(b, [second, 0])))[0] / b[0];
  return add(quickSum(first, second), [last, 0]);
}

function squareRoot(a: Pair): Pair {
  if (a[0] === 0) return [0, 0];
  const root = Math.sqrt(a[0]);
  const [rest] = add(a, negate(twoProduct(root, root)));
  return quickSum(root, rest / (2 * root));
}

/** c[0] + c[1] x + c[2] x^2 + … */
function polynomial(coefficients: readonly Pair[], x: Pair): Pair {
  return coefficients.reduceRight((sum, coefficient) => add(multiply(sum, x), coefficient), [0, 0] as Pair);
}

/** inverseFactorials[k] = 1 / k! */
const inverseFactorials: Pair[] = [one];
for (let k = 1; k <= 28; k++) inverseFactorials.push(divide(inverseFactorials[k - 1] as Pair, [k, 0]));
const expTerms = inverseFactorials.slice(1, 10); // (exp x - 1) / x
const sineTerms = alternate(inverseFactorials.filter((_, k) => k % 2 === 1)); // sin x / x in x^2
const cosineTerms = alternate(inverseFactorials.filter((_, k) => k % 2 === 0)); // cos x in x^2
const artanhTerms = Array.from({ length: 23 }, (_, k) => divide(one, [2 * k + 1, 0])); // artanh x / x in x^2
const arctanTerms = alternate(artanhTerms); // arctan x / x in x^2

function alternate(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.map((pair, k) => (k % 2 === 0 ? pair : negate(pair)));
}

/** Exact as long as the result is a normal number, rounded once below. */
function timesPowerOfTwo(x: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return x * 2 ** half * 2 ** (exponent - half);
}

const halvings = 9;

function expOf(x: Pair): number {
  if (Number.isNaN(x[0])) return Number.NaN;
  if (x[0] > 710) return Number.POSITIVE_INFINITY;
  if (x[0] < -746) return 0;
  const exponent = Math.round(x[0] / ln2[0]);
  const reduced = scale(add(x, negate(multiply(ln2, [exponent, 0]))), 2 ** -halvings);
  // exp - 1, so that nothing is lost while it is squared: (1 + e)^2 - 1 = 2e + e^2.
  let less = multiply(reduced, polynomial(expTerms, reduced));
  for (let k = 0; k < halvings; k++) less = add(scale(less, 2), multiply(less, less));
  return timesPowerOfTwo(add(one, less)[0], exponent);
}

/** Of a positive, finite number. */
function lnOf(x: number): Pair {
  let mantissa = x;
  let exponent = 0;
  // Exact steps: 34 large ones and 32 small ones at most.
  for (; mantissa >= 2 ** 32; mantissa /= 2 ** 32) exponent += 32;
  for (; mantissa < 2 ** -32; mantissa *= 2 ** 32) exponent -= 32;
  for (; mantissa > Math.SQRT2; mantissa /= 2) exponent++;
  for (; mantissa < Math.SQRT1_2; mantissa *= 2) exponent--;
  // ln m = 2 artanh((m - 1) / (m + 1)).
  const ratio = divide(twoSum(mantissa, -1), twoSum(mantissa, 1));
  const artanh = multiply(ratio, polynomial(artanhTerms, multiply(ratio, ratio)));
  return add(multiply(ln2, [exponent, 0]), scale(artanh, 2));
}

const piBits = 1280n; // A double has at most 1024 bits before the point.
let piFixed: bigint | undefined;

/** pi * 2^piBits, by Machin's formula. */
function pi(): bigint {
  if (piFixed !== undefined) return piFixed;
  const guardBits = 32n;
  const inverseArctan = (x: bigint): bigint => {
    let power = (1n << (piBits + guardBits)) / x;
    let sum = power;
    for (let k = 3n, sign = -1n; power !== 0n; k += 2n, sign = -sign) {
      power /= x * x;
      sum += (sign * power) / k;
    }
    return sum;
  };
  piFixed = (4n * (4n * inverseArctan(5n) - inverseArctan(239n))) >> guardBits;
  return piFixed;
}

/** x = quarter * pi / 2 + rest with |rest| <= pi / 4, quarter modulo 4. */
function reduce(x: number): { readonly quarter: number; readonly rest: Pair } {
  if (Math.abs(x) <= 8) {
    const k = Math.round(x / halfPi[0]);
    const rest = add(add([x, 0], negate(twoProduct(k, halfPi[0]))), negate(twoProduct(k, halfPi[1])));
    return { quarter: ((k % 4) + 4) % 4, rest: add(rest, [-k * halfPiRest, 0]) };
  }
  // Beyond 8 the last bit of x is at least 2^-49.
  let mantissa = x;
  let exponent = 0n;
  for (; !Number.isInteger(mantissa); mantissa *= 2) exponent--;
  const fixed = BigInt(mantissa) << (piBits + exponent);
  const half = pi() >> 1n;
  const k = (2n * fixed + (fixed < 0n ? -half : half)) / (2n * half);
  const keptBits = 200n;
  const rest = (fixed - k * half) >> (piBits - keptBits);
  const hi = Number(rest);
  const unit = 2 ** -Number(keptBits);
  return { quarter: Number(((k % 4n) + 4n) % 4n), rest: [hi * unit, Number(rest - BigInt(hi)) * unit] };
}

/** sin(x + quarters pi / 2). */
function sineOf(x: number, quarters: 0 | 1): Pair {
  const { quarter, rest } = reduce(x);
  const place = (quarter + quarters) % 4;
  const square = multiply(rest, rest);
  const value = place % 2 === 0 ? multiply(rest, polynomial(sineTerms, square)) : polynomial(cosineTerms, square);
  return place < 2 ? value : negate(value);
}

function arctanOf(x: Pair): Pair {
  if (x[0] < 0) return negate(arctanOf(negate(x)));
  if (x[0] > 1) return add(halfPi, negate(arctanOf(divide(one, x))));
  // Half the angle, twice: at most pi / 16 is left.
  let tangent = x;
  for (let k = 0; k < 2; k++) tangent = divide(tangent, add(one, squareRoot(add(one, multiply(tangent, tangent)))));
  return scale(multiply(tangent, polynomial(arctanTerms, multiply(tangent, tangent))), 4);
}

/** Of -1 .. 1. */
function arcsinOf(x: number): Pair {
  if (Math.abs(x) === 1) return scale(halfPi, x);
  return arctanOf(divide([x, 0], squareRoot(multiply(twoSum(1, -x), twoSum(1, x)))));
}

/** Below this x itself is the nearest double to sin x and to the other odd functions, and pairs would underflow. */
const tiny = 1e-100;

export function sin(x: number): number {
  return Number.isFinite(x) ? (Math.abs(x) < tiny ? x : sineOf(x, 0)[0]) : Number.NaN;
}

export function cos(x: number): number {
  return Number.isFinite(x) ? sineOf(x, 1)[0] : Number.NaN;
}

export function tan(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  if (Math.abs(x) < tiny) return x;
  return divide(sineOf(x, 0), sineOf(x, 1))[0];
}

export function exp(x: number): number {
  return expOf([x, 0]);
}

/** NaN below 0. */
export function ln(x: number): number {
  if (!(x >= 0) || x === Number.POSITIVE_INFINITY) return x < 0 ? Number.NaN : x;
  return x === 0 ? Number.NEGATIVE_INFINITY : lnOf(x)[0];
}

/** NaN outside of -1 .. 1. */
export function arcsin(x: number): number {
  return Math.abs(x) <= 1 ? (Math.abs(x) < tiny ? x : arcsinOf(x)[0]) : Number.NaN;
}

/** NaN outside of -1 .. 1. */
export function arccos(x: number): number {
  return Math.abs(x) <= 1 ? add(halfPi, negate(arcsinOf(x)))[0] : Number.NaN;
}

export function arctan(x: number): number {
  if (Math.abs(x) < tiny || Number.isNaN(x)) return x;
  return Math.abs(x) > 1 / tiny ? Math.sign(x) * halfPi[0] : arctanOf([x, 0])[0];
}

/** x^y; NaN for a negative x and a y that is no integer. */
export function power(x: number, y: number): number {
  const isPlain = Number.isFinite(x) && Number.isFinite(y) && x !== 0 && y !== 0 && Math.abs(x) !== 1;
  // IEEE 754 says what these are.
  if (!isPlain || (x < 0 && !Number.isInteger(y))) return x ** y;
  const sign = x < 0 && Math.abs(y % 2) === 1 ? -1 : 1;
  // Beyond it the result is 0 or infinite anyway, and pairs would overflow.
  const exponent = Math.min(Math.max(y, -1e20), 1e20);
  return sign * expOf(multiply(lnOf(Math.abs(x)), [exponent, 0]));
}
