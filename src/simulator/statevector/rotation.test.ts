import { expect, test } from "vitest";
import { createSeededRandom } from "../../../test/simulation/seeded-random.ts";
import { gateNames, gates } from "../../model/gates.ts";
import { createDecomposition, decompose } from "./kak.ts";
import { type Flat, flatten, multiply2, multiply4, multiplyOnBit, setIdentity } from "./matrix.ts";
import { createRotation, toRotation } from "./rotation.ts";

const seed = 20261123;
const names = (qubitCount: number) => gateNames.filter((name) => gates[name].qubitCount === qubitCount);

function largestDifference(a: Flat, b: Flat): number {
  return Math.max(...a.map((value, k) => Math.abs(value - (b[k] ?? Number.NaN))));
}

test("products of 1-qubit gates are a rotation of at most 45 degrees between diagonals", () => {
  const random = createSeededRandom(seed);
  for (let round = 0; round < 2000; round++) {
    const m = new Float64Array(8);
    setIdentity(m, 2);
    for (let k = 0; k < 1 + (round % 4); k++) {
      const gate = gates[names(1)[Math.floor(random.next() * names(1).length)] ?? "h"];
      multiply2(m, flatten(gate.matrix(Array.from({ length: gate.angleCount }, () => random.next() * 6 - 3))));
    }
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = m;
    const { exchange, tangent: t, scale, pre, post } = toRotation(createRotation(), a, b, c, d, e, f, g, h);
    expect(Math.abs(t), `seed ${seed}, round ${round}`).toBeLessThanOrEqual(1 + 1e-12);
    const back = new Float64Array([1, 0, 0, 0, 0, 0, pre.re, pre.im]);
    multiply2(back, new Float64Array(exchange ? [-t, 0, 1, 0, 1, 0, t, 0] : [1, 0, -t, 0, t, 0, 1, 0]));
    multiply2(back, new Float64Array([1, 0, 0, 0, 0, 0, post.re, post.im]));
    multiply2(back, new Float64Array([scale.re, scale.im, 0, 0, 0, 0, scale.re, scale.im]));
    expect(largestDifference(back, m), `seed ${seed}, round ${round}`).toBeLessThan(1e-14);
  }
});

test("gates of any finite angles are unitary", () => {
  const random = createSeededRandom(seed);
  for (const name of names(1)) {
    const { angleCount, matrix } = gates[name];
    for (const size of [1, 1e9, 1e15, 1e100, 1e308]) {
      const angles = Array.from({ length: angleCount }, () => size * (2 * random.next() - 1));
      const m = flatten(matrix(angles));
      for (const row of [0, 4]) {
        const norm = m.subarray(row, row + 4).reduce((sum, part) => sum + part * part, 0);
        expect(Math.abs(norm - 1), `seed ${seed}, ${name}(${angles})`).toBeLessThan(1e-14);
      }
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = m;
      // <row 0 | row 1>.
      expect(Math.hypot(a * e + b * f + c * g + d * h, a * f - b * e + c * h - d * g), name).toBeLessThan(1e-14);
    }
  }
});

test("products of 1- and 2-qubit gates, however degenerate, are local gates around a gate on |00>, |11> and |01>, |10>", () => {
  const random = createSeededRandom(seed);
  const pick = (list: readonly (keyof typeof gates)[]) => gates[list[Math.floor(random.next() * list.length)] ?? "cx"];
  for (let round = 0; round < 2000; round++) {
    const u = new Float64Array(32);
    setIdentity(u, 4);
    for (let k = 0; k < 1 + (round % 7); k++) {
      const gate = pick(names(k % 2 === 0 ? 2 : 1));
      const matrix = flatten(gate.matrix(Array.from({ length: gate.angleCount }, () => random.next() * 6 - 3)));
      if (gate.qubitCount === 2) multiply4(u, matrix);
      else multiplyOnBit(u, matrix, random.next() < 0.5 ? 0 : 1);
    }
    const { a0, b0, a1, b1, even, odd } = createDecomposition();
    const parts = { a0, b0, a1, b1, even, odd };
    decompose(parts, u);
    const back = new Float64Array(32);
    setIdentity(back, 4);
    multiplyOnBit(back, a0, 0);
    multiplyOnBit(back, b0, 1);
    multiply4(back, circulants(even, odd));
    multiplyOnBit(back, a1, 0);
    multiplyOnBit(back, b1, 1);
    expect(largestDifference(back, u), `seed ${seed}, round ${round}`).toBeLessThan(1e-13);
  }
});

function circulants(even: Flat, odd: Flat): Flat {
  const n = new Float64Array(32);
  const put = (row: number, column: number, entry: Flat, at: number) => n.set(entry.subarray(at, at + 2), 8 * row + 2 * column);
  for (const [row, column, entry] of [
    [0, 3, even],
    [1, 2, odd],
  ] as const) {
    put(row, row, entry, 0);
    put(column, column, entry, 0);
    put(row, column, entry, 2);
    put(column, row, entry, 2);
  }
  return n;
}
