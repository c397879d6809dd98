import { describe, expect, test } from "vitest";
import { loadSimulatorModules } from "../../test/fixtures/wasm.ts";
import { circuitOf, gateOn, measureAll, randomGate } from "../../test/oracle/random-circuit.ts";
import { createSeededRandom, type SeededRandom } from "../../test/simulation/seeded-random.ts";
import type { Operation } from "../model/circuit.ts";
import type { Observable, PauliTerm } from "../model/result.ts";
import type { SimulationMethod } from "../model/simulation.ts";
import { allotShots, groupTerms, type MeasuredGroup, type SparseTerm } from "./expectation.ts";
import { createSimulator } from "./index.ts";
import { createMeter, drive } from "./slices.ts";

const simulator = createSimulator(await loadSimulatorModules());
const baseSeed = 20261124;

function randomSum(random: SeededRandom, qubitCount: number, termCount: number): PauliTerm[] {
  return Array.from({ length: termCount }, () => ({
    coefficient: random.next() * 2 - 1,
    pauli: Array.from({ length: qubitCount }, () => "IXYZ".charAt(random.between(0, 4))).join(""),
  }));
}

const sparse = ({ coefficient, pauli }: PauliTerm): SparseTerm => ({
  coefficient,
  letters: new Map([...pauli].flatMap((letter, k) => (letter === "I" ? [] : [[pauli.length - 1 - k, letter as "X"] as const]))),
});

/** The terms of a group, written out again. */
function spellOut({ qubits, letters, terms }: MeasuredGroup, qubitCount: number): PauliTerm[] {
  return terms.map(({ coefficient, mask }) => {
    const text = new Array<string>(qubitCount).fill("I");
    for (const [k, qubit] of qubits.entries()) {
      if ((((mask[k >> 5] ?? 0) >>> (k & 31)) & 1) === 1) text[qubitCount - 1 - qubit] = letters[k] ?? "?";
    }
    return { coefficient, pauli: text.join("") };
  });
}

const commute = (a: string, b: string): boolean => [...a].every((letter, k) => letter === "I" || b[k] === "I" || letter === b[k]);

describe("groups", () => {
  test("hold every term once, and only terms that commute qubit by qubit", () => {
    for (let seed = baseSeed; seed < baseSeed + 20; seed++) {
      const random = createSeededRandom(seed);
      const qubitCount = random.between(1, 70);
      const terms = randomSum(random, qubitCount, 40).filter(({ pauli }) => /[XYZ]/.test(pauli));
      const groups = drive(groupTerms(terms.map(sparse), createMeter())).map((group) => spellOut(group, qubitCount));
      for (const group of groups) {
        for (const [k, { pauli }] of group.entries()) {
          expect(
            group.slice(0, k).every((other) => commute(other.pauli, pauli)),
            `seed ${seed}`,
          ).toBe(true);
        }
      }
      const key = ({ coefficient, pauli }: PauliTerm): string => `${pauli} ${coefficient}`;
      expect(groups.flat().map(key).sort(), `seed ${seed}`).toEqual(terms.map(key).sort());
    }
  });

  test("are as few as the terms allow in cases that are known", () => {
    const count = (...paulis: string[]): number =>
      drive(
        groupTerms(
          paulis.map((pauli) => sparse({ coefficient: 1, pauli })),
          createMeter(),
        ),
      ).length;
    expect(count("ZZ", "ZI", "IZ")).toBe(1);
    expect(count("XX", "YY", "ZZ", "ZI", "IZ")).toBe(3);
    // XIZ goes with IYZ, IXI with ZII: taken in order, each into the first that takes it, there would be three.
    expect(count("IXI", "XIZ", "IYZ", "ZII")).toBe(2);
  });
});

describe("shots", () => {
  test("are allotted by weight, all of them, and two at least", () => {
    expect(allotShots([1, 1], 100)).toEqual([50, 50]);
    expect(allotShots([3, 1], 10)).toEqual([8, 2]);
    expect(allotShots([1, 1, 1], 100)).toEqual([34, 33, 33]);
    expect(allotShots([1000, 1e-9], 100)).toEqual([99, 2]);
    expect(allotShots([1, 1], 1)).toEqual([2, 2]);
  });
});

function run(operations: readonly Operation[], observables: readonly Observable[], changes: object = {}) {
  const qubitCount = 4;
  const circuit = circuitOf(qubitCount, [...operations, ...measureAll(qubitCount)], qubitCount);
  return simulator.run({ id: "t", circuit, shots: 1000, seed: 7n, observables, ...changes }, () => 0);
}

const sampled = (name: string, terms: readonly PauliTerm[]): Observable => ({ name, terms, sampled: true });
const letters = (pauli: string) => sampled(pauli, [{ coefficient: 1, pauli }]);

describe("estimates", () => {
  test.each(["statevector", "stabilizer", "density_matrix", "trajectories"] as const)(
    "%s measures each letter in its own basis: an eigenstate has its eigenvalue without error",
    (method) => {
      // |+>, |+i>, |1>, |0>, from qubit 0 up.
      const operations = [gateOn("h", [0]), gateOn("h", [1]), gateOn("s", [1]), gateOn("x", [2]), gateOn("id", [3])];
      const observables = ["IIIX", "IIYI", "IZII", "ZIII", "ZZYX", "IIII"].map(letters);
      const { expectationValues, estimates } = run(operations, observables, { method });
      expect(expectationValues).toEqual([1, 1, -1, 1, -1, 1]);
      expect(estimates.map(({ standardError }) => standardError)).toEqual([0, 0, 0, 0, 0, 0]);
      expect(estimates.map(({ groupCount }) => groupCount)).toEqual([1, 1, 1, 1, 1, 0]);
    },
  );

  test("letters on idle qubits act on |0>", () => {
    const { expectationValues, estimates } = run([], ["ZIII", "XIII", "ZYII"].map(letters), {
      circuit: circuitOf(4, [gateOn("x", [0])]),
    });
    expect(expectationValues).toEqual([1, 0, 0]);
    expect(estimates.every(({ groupCount }) => groupCount === 0)).toBe(true);
  });

  test("a sampled observable changes neither the counts nor the exact value of another", () => {
    const random = createSeededRandom(baseSeed);
    const operations = Array.from({ length: 30 }, () => randomGate(random, 4));
    const terms = randomSum(random, 4, 6);
    const exact = { name: "exact", terms };
    const alone = run(operations, [exact]);
    const both = run(operations, [sampled("sampled", terms), exact]);
    expect([...both.counts]).toEqual([...alone.counts]);
    expect(both.expectationValues[1]).toBeCloseTo(alone.expectationValues[0] ?? Number.NaN, 12);
    expect(both.estimates.map(({ observable }) => observable)).toEqual([0]);
  });

  // 60 runs with fixed seeds: their distances from the exact value, in standard errors, must look like a unit normal. Bounds are five standard
  // deviations of the mean (0.65) and of the variance (0.91) of 60 of those.
  test.each<SimulationMethod>(["statevector", "density_matrix", "trajectories"])(
    "%s: values lie around the exact one as their standard errors say",
    (method) => {
      const distances: number[] = [];
      for (let seed = baseSeed; seed < baseSeed + 60; seed++) {
        const random = createSeededRandom(seed);
        const operations = Array.from({ length: 25 }, () => randomGate(random, 4));
        const terms = randomSum(random, 4, 8);
        const observables = [{ name: "exact", terms }, sampled("sampled", terms)];
        const { expectationValues, estimates } = run(operations, observables, { method, seed: BigInt(seed), shots: 2000 });
        const [exact = 0, value = 0] = expectationValues;
        const error = estimates[0]?.standardError ?? 0;
        expect(error, `seed ${seed}`).toBeLessThan(0.2);
        distances.push((value - exact) / error);
      }
      const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
      const variance = distances.reduce((sum, distance) => sum + distance ** 2, 0) / distances.length;
      expect(Math.abs(mean)).toBeLessThan(0.65);
      expect(Math.abs(variance - 1)).toBeLessThan(0.91);
    },
  );

  test("the same seed gives the same estimate, another one another, and so does another place in the job", () => {
    const operations = [gateOn("ry", [0], [0.9]), gateOn("ry", [1], [1.3])];
    const z = letters("IIZZ");
    const value = (changes: object) => run(operations, [z], changes).expectationValues[0];
    expect(value({})).toBe(value({}));
    expect(value({ seed: 8n })).not.toBe(value({}));
    const [first, second] = run(operations, [z, z]).expectationValues;
    expect(first).not.toBe(second);
  });

  test("a stabilizer state of 60 qubits is estimated too, in as many groups as bases", () => {
    const chain = Array.from({ length: 59 }, (_, k) => gateOn("cx", [k, k + 1]));
    const circuit = circuitOf(60, [gateOn("h", [0]), ...chain]);
    const terms = ["X", "Z"].map((letter) => ({ coefficient: 0.5, pauli: letter.repeat(60) }));
    const zz = { coefficient: 2, pauli: `Z${"I".repeat(58)}Z` };
    const task = { id: "t", circuit, shots: 100, seed: 1n, observables: [sampled("s", [...terms, zz])] };
    const { expectationValues, estimates, method } = simulator.run(task, () => 0);
    expect(method).toBe("stabilizer");
    expect(expectationValues).toEqual([3]);
    expect(estimates).toEqual([{ observable: 0, standardError: 0, groupCount: 2, shots: 100 }]);
  });
});
