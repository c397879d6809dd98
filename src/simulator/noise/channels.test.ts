import { describe, expect, test } from "vitest";
import {
  choiOf,
  depolarizingKraus,
  multiplyMatrices,
  realRows,
  relaxationKraus,
  scaled,
  sumOf,
  tensor,
} from "../../../test/oracle/dense-noise.ts";
import type { Complex, Matrix } from "../../model/gates.ts";
import {
  depolarizingRate,
  depolarizingSuperoperator,
  pauliRate,
  type Relaxation,
  relaxation,
  relaxationSuperoperator,
  unravel,
} from "./channels.ts";

/** T2 / T1, time / T1 and equilibrium: on either side of every formula's edge. */
const cases = [0.05, 0.5, 1, 1.3, 1.7, 1.83, 1.84, 1.95, 2].flatMap((ratio) =>
  [1e-4, 0.01, 0.5, 3].flatMap((time) => [0, 0.02, 0.5].map((excited) => ({ ratio, time, excited }))),
);
const of = ({ ratio, time, excited }: (typeof cases)[number]): Relaxation => relaxation(1, ratio, time, Math.exp, excited);

function largestDifference(actual: Matrix, wanted: Matrix): number {
  return Math.max(
    ...wanted.flatMap((row, r) =>
      row.map(([re, im], c) => Math.hypot((actual[r]?.[c]?.[0] ?? Number.NaN) - re, (actual[r]?.[c]?.[1] ?? Number.NaN) - im)),
    ),
  );
}

/** Choi matrix of a superoperator with index ket + d bra. Row and column of the answer: input + d output. */
function choiOfSuperoperator(entries: readonly number[], dimension: number): Matrix {
  const size = dimension * dimension;
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column): Complex => {
      const [ketIn, ketOut] = [row % dimension, Math.floor(row / dimension)];
      const [braIn, braOut] = [column % dimension, Math.floor(column / dimension)];
      // The twin writes a Kraus operator's entry (out, in) at in + d out.
      return [entries[(ketOut + dimension * braOut) * size + ketIn + dimension * braIn] ?? 0, 0];
    }),
  );
}

const krausOf = (value: Relaxation): readonly Matrix[] => relaxationKraus(value.decay, value.coherence, value.excited);
const toRows = ([a, b, c, d]: readonly [number, number, number, number]): Matrix => realRows([a, b], [c, d]);

/** By Gaussian elimination of M + epsilon: all pivots positive. */
function isPositive(matrix: Matrix): boolean {
  const rows = matrix.map((row, r) => row.map(([re], c) => re + (r === c ? 1e-12 : 0)));
  for (const [k, pivotRow] of rows.entries()) {
    const pivot = pivotRow[k] ?? 0;
    if (pivot <= 0) return false;
    for (const row of rows.slice(k + 1)) {
      const factor = (row[k] ?? 0) / pivot;
      for (const [c, entry] of pivotRow.entries()) row[c] = (row[c] ?? 0) - factor * entry;
    }
  }
  return true;
}

/** Sum over outputs of the Choi matrix is the identity on inputs. */
function isTracePreserving(choi: Matrix): boolean {
  const dimension = Math.sqrt(choi.length);
  for (let row = 0; row < dimension; row++) {
    for (let column = 0; column < dimension; column++) {
      let sum = 0;
      for (let out = 0; out < dimension; out++) sum += choi[row + dimension * out]?.[column + dimension * out]?.[0] ?? 0;
      if (Math.abs(sum - (row === column ? 1 : 0)) > 1e-12) return false;
    }
  }
  return true;
}

/** (sum over K of |tr K|^2 / d + 1) / (d + 1): the average fidelity of a channel with the identity. */
function averageFidelity(kraus: readonly Matrix[]): number {
  const dimension = kraus[0]?.length ?? 1;
  const sums = kraus.map((matrix) => [0, 1].map((part) => matrix.reduce((sum, row, k) => sum + (row[k]?.[part] ?? 0), 0)));
  const total = sums.reduce((sum, [re = 0, im = 0]) => sum + re * re + im * im, 0);
  return (total / dimension + 1) / (dimension + 1);
}

describe("relaxation", () => {
  test("its Choi matrix is the closed form, positive and trace preserving", () => {
    for (const one of cases) {
      const { decay, coherence, excited } = of(one);
      expect(decay).toBeCloseTo(1 - Math.exp(-one.time), 14);
      expect(coherence).toBeCloseTo(Math.exp(-one.time / one.ratio), 14);
      // Qiskit Aer, standard_errors.py, thermal_relaxation_error.
      const wanted = realRows(
        [1 - excited * decay, 0, 0, coherence],
        [0, (1 - excited) * decay, 0, 0],
        [0, 0, excited * decay, 0],
        [coherence, 0, 0, 1 - (1 - excited) * decay],
      );
      const choi = choiOfSuperoperator(relaxationSuperoperator(of(one)), 2);
      expect(largestDifference(choi, wanted), JSON.stringify(one)).toBeLessThan(1e-14);
      expect(isPositive(choi) && isTracePreserving(choi), JSON.stringify(one)).toBe(true);
      expect(largestDifference(choiOf(krausOf(of(one))), wanted), JSON.stringify(one)).toBeLessThan(1e-12);
    }
  });

  test("what trajectories choose from is a Kraus decomposition of the same channel", () => {
    for (const one of cases) {
      const { calm, events } = unravel(of(one));
      const kraus = [realRows([calm[0], 0], [0, calm[1]]), ...events.map(toRows)];
      const difference = largestDifference(choiOf(kraus), choiOf(krausOf(of(one))));
      expect(difference, JSON.stringify(one)).toBeLessThan(1e-12);
    }
  });

  test("the chance of an event does not depend on the state up to T2 = 1.7 T1, and none is needed without noise", () => {
    for (const ratio of [0.05, 0.5, 1, 1.5, 1.7]) {
      const { isStateIndependent, calm } = unravel(relaxation(1, ratio, 0.005, Math.exp));
      expect(isStateIndependent, `${ratio}`).toBe(true);
      expect(calm[0]).toBe(calm[1]);
    }
    expect(unravel(relaxation(1, 2, 0.005, Math.exp)).isStateIndependent).toBe(false);
    const still = unravel(relaxation(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 100, Math.exp));
    expect(still).toEqual({ calm: [1, 1], isStateIndependent: true, events: [] });
  });

  test("T2 beyond 2 T1 is that of 2 T1; a time of 0 does nothing", () => {
    expect(relaxation(10, 35, 4, Math.exp)).toEqual(relaxation(10, 20, 4, Math.exp));
    expect(relaxationSuperoperator(relaxation(10, 5, 0, Math.exp))).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });
});

describe("depolarizing", () => {
  test("its Choi matrix is (1-p) of the identity's and p of the complete mixture's", () => {
    for (const rate of [0, 0.01, 0.5, 1, 4 / 3]) {
      const identity = choiOf([realRows([1, 0], [0, 1])]);
      const mixture = scaled(tensor(realRows([1, 0], [0, 1]), realRows([1, 0], [0, 1])), 0.5);
      const wanted = sumOf([scaled(identity, 1 - rate), scaled(mixture, rate)]);
      const choi = choiOfSuperoperator(depolarizingSuperoperator(rate), 2);
      expect(largestDifference(choi, wanted)).toBeLessThan(1e-14);
      expect(isPositive(choi) && isTracePreserving(choi)).toBe(true);
    }
    const rate = 0.03;
    for (const qubitCount of [1, 2]) {
      expect(pauliRate(rate, qubitCount) * 4 ** qubitCount).toBeCloseTo(rate, 15);
      expect(isTracePreserving(choiOf(depolarizingKraus(rate, qubitCount)))).toBe(true);
    }
  });

  test("with relaxation before or after it makes the average error exactly the calibrated one, on one qubit and on two", () => {
    const pairs = [
      [of({ ratio: 1.7, time: 0.004, excited: 0 }), of({ ratio: 0.3, time: 0.006, excited: 0.02 })],
      [of({ ratio: 2, time: 0.0005, excited: 0 }), of({ ratio: 1, time: 0.0005, excited: 0 })],
    ];
    for (const pair of pairs) {
      for (const qubits of [pair.slice(0, 1), pair]) {
        const relaxed = qubits.map(krausOf).reduce((low, high) => high.flatMap((a) => low.map((b) => tensor(a, b))));
        for (const error of [0.02, 0.1, 0.3]) {
          const rate = depolarizingRate(error, qubits);
          const depolarized = depolarizingKraus(rate, qubits.length);
          for (const [before, after] of [
            [depolarized, relaxed],
            [relaxed, depolarized],
          ] as const) {
            const kraus = after.flatMap((second) => before.map((first) => multiplyMatrices(second, first)));
            expect(Math.abs(averageFidelity(kraus) - (1 - error))).toBeLessThan(1e-12);
          }
        }
        // Relaxation alone is worse than what was measured: nothing is added.
        expect(depolarizingRate(1 - averageFidelity(relaxed) - 1e-9, qubits)).toBe(0);
      }
    }
  });

  test("an error beyond what any depolarizing channel gives is capped at the last completely positive one", () => {
    expect(depolarizingRate(0.99, [of({ ratio: 1, time: 1e-4, excited: 0 })])).toBe(4 / 3);
    expect(
      depolarizingRate(
        0.99,
        [1, 2].map(() => of({ ratio: 1, time: 1e-4, excited: 0 })),
      ),
    ).toBe(16 / 15);
  });
});
