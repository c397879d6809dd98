// The stabilizer engine against the state vector, shot for shot, and against a slow twin where no state vector fits.

import { describe, expect, test } from "vitest";
import { lineCalibration } from "../../../test/fixtures/calibration.ts";
import { loadSimulatorModules } from "../../../test/fixtures/wasm.ts";
import { outcomeDistribution } from "../../../test/oracle/outcome-distribution.ts";
import { circuitOf, gateOn, measureAll } from "../../../test/oracle/random-circuit.ts";
import { cliffordGates, randomCliffordGate, randomDynamicClifford } from "../../../test/oracle/random-clifford.ts";
import { runTableau, tableauGates } from "../../../test/oracle/stabilizer-tableau.ts";
import { createSeededRandom } from "../../../test/simulation/seeded-random.ts";
import { limits } from "../../base/limits.ts";
import { createShotUniforms } from "../../base/philox.ts";
import type { Circuit, Operation } from "../../model/circuit.ts";
import { type GateName, gateNames, gates } from "../../model/gates.ts";
import { createNoiseModel } from "../../model/noise-model.ts";
import type { Observable, RunOutcome } from "../../model/result.ts";
import { noOutputs } from "../../model/simulation.ts";
import { createSimulator, OutOfMemoryError } from "../index.ts";
import { drive } from "../slices.ts";
import { createStabilizerEngine, runProgram, runStabilizer, type StabilizerProgram, whyNotStabilizer } from "./index.ts";

const modules = await loadSimulatorModules();
const engine = createStabilizerEngine(modules.stabilizer);
const simulator = createSimulator(modules);
const baseSeed = 20261124;

const withMemory = { ...noOutputs, memory: true };

/** Counts, and the outcome of each shot. */
function outcomesOf({ counts, shotOutcomes }: Pick<RunOutcome, "counts" | "shotOutcomes">) {
  return { counts: [...counts], shotOutcomes: [...(shotOutcomes ?? [])] };
}

function run(circuit: Circuit, shots: number, seed = 7n, observables: readonly Observable[] = []) {
  return drive(runStabilizer(engine, { id: "t", circuit, shots, seed, observables, outputs: withMemory }));
}

function runStateVector(circuit: Circuit, shots: number, seed = 7n, observables: readonly Observable[] = []) {
  return simulator.run({ id: "t", circuit, shots, seed, observables, outputs: withMemory, method: "statevector" }, () => 0);
}

function runNoise(program: StabilizerProgram, shots: number, seed: bigint, blockShots?: number): ReadonlyMap<string, number> {
  const characters = Array.from({ length: program.bitCount }, (_, k) => program.bitCount - 1 - k);
  return drive(runProgram(engine, program, { shots, seed, characters, ...(blockShots === undefined ? {} : { blockShots }) }));
}

/** A reset in front makes the state vector run shot by shot, with the same draws. The bits are in two registers. */
function dynamic(qubitCount: number, operations: readonly Operation[], bitCount: number): Circuit {
  const bitRegisters = [
    { name: "a", size: 2, offset: 0 },
    { name: "b", size: bitCount - 2, offset: 2 },
  ];
  return { ...circuitOf(qubitCount, [{ kind: "reset", qubit: 0 }, ...operations], bitCount), bitRegisters };
}

describe("which circuits are Clifford", () => {
  test.each(gateNames)("%s is told by whether it keeps Paulis Paulis", (gate) => {
    const angles = Array.from({ length: gates[gate].angleCount }, () => Math.PI);
    const qubits = Array.from({ length: gates[gate].qubitCount }, (_, qubit) => qubit);
    const reason = whyNotStabilizer(circuitOf(3, [gateOn("h", [0]), gateOn(gate, qubits, angles)]), undefined);
    if (cliffordGates.includes(gate)) expect(reason).toBe(undefined);
    else expect(reason).toMatch(new RegExp(`^${gate} on qubits? .* is not a Clifford gate$`));
  });

  test("angles count as multiples of pi/2 to within 1e-12, on either side, and not beyond", () => {
    const quarter = Math.PI / 2;
    const isClifford = (gate: GateName, ...angles: number[]): boolean =>
      whyNotStabilizer(circuitOf(2, [gateOn(gate, [0, 1].slice(0, gates[gate].qubitCount), angles)]), undefined) === undefined;
    for (const gate of ["rx", "ry", "rz", "p", "rxx", "ryy", "rzz", "rzx"] as const) {
      for (const k of [-3, 0, 1, 2, 7]) {
        expect(isClifford(gate, k * quarter), `${gate} ${k}`).toBe(true);
        expect(isClifford(gate, k * quarter + 9e-13), `${gate} ${k}`).toBe(true);
        expect(isClifford(gate, k * quarter - 9e-13), `${gate} ${k}`).toBe(true);
        expect(isClifford(gate, k * quarter + 1e-11), `${gate} ${k}`).toBe(false);
        expect(isClifford(gate, k * quarter + 0.1), `${gate} ${k}`).toBe(false);
      }
      expect(isClifford(gate, Math.PI / 4)).toBe(false);
    }
    expect(isClifford("cp", Math.PI)).toBe(true);
    expect(isClifford("cp", quarter)).toBe(false);
    // Angles that are wrong one by one and right together.
    expect(isClifford("u", 0, 0.3, quarter - 0.3)).toBe(true);
    expect(isClifford("u", Math.PI, 0.3, 0.3)).toBe(true);
    expect(isClifford("u", quarter, 0.3, -0.3)).toBe(false);
    expect(isClifford("cu", 0, 0.3, 0, -0.3)).toBe(false);
    expect(isClifford("cu", 0, 0, Math.PI, 0)).toBe(true);
  });

  test("the first offender is named, also inside of a branch, and an unbound angle is one", () => {
    const branch: Operation = {
      kind: "if",
      condition: { kind: "bit", bit: 0, value: 1 },
      then: [gateOn("h", [0])],
      otherwise: [gateOn("crz", [1, 0], [Math.PI / 3])],
    };
    const circuit = circuitOf(2, [gateOn("h", [0]), branch, gateOn("tdg", [0])], 1);
    expect(whyNotStabilizer(circuit, undefined)).toBe("crz(1.0472) on qubits 1, 0 is not a Clifford gate");
    const unbound: Operation = { kind: "gate", gate: "rz", qubits: [0], angles: [{ kind: "parameter", name: "a" }] };
    expect(whyNotStabilizer(circuitOf(1, [unbound]), undefined)).toBe("rz(an unbound angle) on qubit 0 is not a Clifford gate");
  });

  test("a device's noise is left to other methods", () => {
    expect(whyNotStabilizer(circuitOf(1, [gateOn("x", [0])]), createNoiseModel(lineCalibration(1)))).toMatch(/relaxation/);
  });
});

describe("states", () => {
  const letters = ["I", "X", "Y", "Z"];
  const allPaulis = Array.from({ length: 64 }, (_, k) => [k >> 4, (k >> 2) & 3, k & 3].map((letter) => letters[letter]).join(""));
  const observables = allPaulis.map((pauli): Observable => ({ name: pauli, terms: [{ coefficient: 1.5, pauli }] }));

  test.each(cliffordGates)("%s makes the state of the state vector: all 64 Paulis of 3 qubits agree", (gate) => {
    const random = createSeededRandom(baseSeed);
    for (let round = 0; round < 12; round++) {
      const prepare = Array.from({ length: 12 }, () => randomCliffordGate(random, 3, ["h", "s", "sx", "cx", "cz", "y"]));
      const circuit = circuitOf(3, [...prepare, randomCliffordGate(random, 3, [gate])]);
      const wanted = runStateVector(circuit, 1, 1n, observables).expectationValues;
      const actual = run(circuit, 1, 1n, observables).expectationValues;
      expect(actual, `seed ${baseSeed}, round ${round}`).toEqual(wanted.map((value) => 1.5 * Math.round(value / 1.5) + 0));
    }
  });

  test("sums add up, letters on idle qubits act on |0>, and measurements at the end change nothing", () => {
    const bell = [gateOn("h", [0]), gateOn("cx", [0, 2])];
    const sum: Observable = {
      name: "sum",
      terms: [
        { coefficient: 0.5, pauli: "XIX" },
        { coefficient: 2, pauli: "YIY" },
        { coefficient: -3, pauli: "ZZZ" },
        { coefficient: 7, pauli: "IXI" },
        { coefficient: 11, pauli: "IIZ" },
        { coefficient: 13, pauli: "III" },
      ],
    };
    expect(run(circuitOf(3, bell), 1, 1n, [sum]).expectationValues).toEqual([0.5 - 2 - 3 + 13]);
    expect(run(circuitOf(3, [...bell, ...measureAll(3)], 3), 10, 1n, [sum]).expectationValues).toEqual([0.5 - 2 - 3 + 13]);
  });
});

describe("shots", () => {
  test("circuits with measurements, resets and Pauli branches in their middle give the state vector's counts, shot for shot", () => {
    for (let seed = baseSeed; seed < baseSeed + 60; seed++) {
      const random = createSeededRandom(seed);
      const qubitCount = 1 + (seed % 10);
      const shape = { qubitCount, bitCount: 6, operationCount: 60, branches: "paulis", conditions: "any" } as const;
      const circuit = dynamic(qubitCount, randomDynamicClifford(random, shape), 6);
      expect(outcomesOf(run(circuit, 120)), `seed ${seed}`).toEqual(outcomesOf(runStateVector(circuit, 120)));
    }
  });

  test("so do circuits with any gate, measurement and reset in their branches", () => {
    for (let seed = baseSeed; seed < baseSeed + 40; seed++) {
      const random = createSeededRandom(seed);
      const qubitCount = 1 + (seed % 8);
      const shape = { qubitCount, bitCount: 5, operationCount: 50, branches: "anything", conditions: "any" } as const;
      const circuit = dynamic(qubitCount, randomDynamicClifford(random, shape), 5);
      expect(outcomesOf(run(circuit, 60)), `seed ${seed}`).toEqual(outcomesOf(runStateVector(circuit, 60)));
    }
  });

  test("circuits wider than any state vector give the bits of the slow twin, shot for shot", () => {
    for (const [k, qubitCount] of [31, 64, 127, 128, 129, 200].entries()) {
      const random = createSeededRandom(baseSeed + k);
      const shape = {
        qubitCount,
        bitCount: qubitCount,
        operationCount: 12 * qubitCount,
        branches: "paulis",
        gateNames: tableauGates,
      } as const;
      const operations = [...randomDynamicClifford(random, shape), ...measureAll(qubitCount)];
      const uniforms = createShotUniforms(99n);
      const wanted = [0, 1, 2].map((shot) =>
        runTableau(qubitCount, qubitCount, operations, (draw) => uniforms.uniform(shot, draw)),
      );
      const actual = run(circuitOf(qubitCount, operations, qubitCount), 3, 99n).counts;
      const texts = wanted.map((bits) => bits.toReversed().join(""));
      expect([...actual.keys()], `seed ${baseSeed + k}`).toEqual([...new Set(texts)].sort());
    }
  });

  test("the counts of random circuits pass a chi-square test against their exact distribution", () => {
    for (let seed = baseSeed; seed < baseSeed + 5; seed++) {
      const random = createSeededRandom(seed);
      const shape = { qubitCount: 4, bitCount: 4, operationCount: 25, branches: "anything" } as const;
      const circuit = circuitOf(4, [...randomDynamicClifford(random, shape), ...measureAll(4)], 4);
      const shots = 4000;
      const { counts } = run(circuit, shots, 5n);
      const wanted = outcomeDistribution(circuit);
      expect([...counts.keys()].filter((outcome) => !wanted.has(outcome))).toEqual([]);
      let chiSquare = 0;
      for (const [outcome, probability] of wanted) {
        chiSquare += ((counts.get(outcome) ?? 0) - probability * shots) ** 2 / (probability * shots);
      }
      // Mean cells-1, standard deviation sqrt(2 cells): five of them.
      expect(chiSquare, `seed ${seed}`).toBeLessThan(wanted.size - 1 + 5 * Math.sqrt(2 * wanted.size));
    }
  });

  test("a GHZ state of 1000 qubits gives all zeros or all ones", () => {
    const chain = Array.from({ length: 999 }, (_, k) => gateOn("cx", [k, k + 1]));
    const { counts } = run(circuitOf(1000, [gateOn("h", [0]), ...chain, ...measureAll(1000)], 1000), 10_000);
    expect([...counts.keys()]).toEqual(["0".repeat(1000), "1".repeat(1000)]);
    // Five standard deviations of a fair coin.
    expect(Math.abs((counts.get("1".repeat(1000)) ?? 0) - 5000)).toBeLessThan(250);
  });

  test("shot k depends on the seed and k alone: the first shots are a part of all of them, whatever the rest", () => {
    const random = createSeededRandom(baseSeed);
    const shape = { qubitCount: 7, bitCount: 7, operationCount: 80, branches: "paulis" } as const;
    const circuit = circuitOf(7, [...randomDynamicClifford(random, shape), ...measureAll(7)], 7);
    const part = run(circuit, 1500, 42n).counts;
    const whole = run(circuit, 4000, 42n).counts;
    for (const [outcome, count] of part) expect(whole.get(outcome) ?? 0).toBeGreaterThanOrEqual(count);
    expect([...run(circuit, 1500, 42n).counts]).toEqual([...part]);
    expect([...run(circuit, 1500, 43n).counts]).not.toEqual([...part]);
  });

  test("bit strings have registers from last to first with a space between, unmeasured bits 0, and idle qubits cost nothing", () => {
    const circuit: Circuit = {
      ...circuitOf(
        100_000,
        [gateOn("x", [70_000]), { kind: "measure", qubit: 70_000, bit: 0 }, { kind: "measure", qubit: 70_000, bit: 4 }],
        5,
      ),
      bitRegisters: [
        { name: "a", size: 2, offset: 0 },
        { name: "b", size: 3, offset: 2 },
      ],
    };
    expect([...run(circuit, 10).counts]).toEqual([["100 01", 10]]);
    expect([...run({ ...circuit, operations: [] }, 10).counts]).toEqual([["000 00", 10]]);
    expect(run(circuitOf(2, [gateOn("h", [0])]), 10).counts.size).toBe(0);
  });
});

describe("noise", () => {
  /** Bell pairs (2k, 2k+1) before and their unmaking after, so that bits 2k and 2k+1 tell which Pauli hit qubit 2k. */
  function bellPairs(count: number, noise: StabilizerProgram["operations"]): StabilizerProgram {
    const pairs = Array.from({ length: count }, (_, k) => k);
    const make = pairs.flatMap(
      (k) =>
        [
          { kind: "h", qubit: 2 * k },
          { kind: "cx", first: 2 * k, second: 2 * k + 1 },
        ] as const,
    );
    const measures = Array.from({ length: 2 * count }, (_, qubit) => ({ kind: "measure", qubit, bit: qubit }) as const);
    return { qubitCount: 2 * count, bitCount: 2 * count, operations: [...make, ...noise, ...make.toReversed(), ...measures] };
  }

  const chiSquareOf = (counts: ReadonlyMap<string, number>, wanted: ReadonlyMap<string, number>, shots: number): number =>
    [...wanted].reduce((sum, [outcome, p]) => sum + ((counts.get(outcome) ?? 0) - p * shots) ** 2 / (p * shots), 0);

  const shots = 100_000;

  test("depolarizing noise on one qubit gives X, Y and Z a third each", () => {
    const counts = runNoise(bellPairs(1, [{ kind: "depolarize1", rate: 0.06, qubits: [0] }]), shots, 11n);
    const wanted = new Map([
      ["00", 0.94],
      ["01", 0.02],
      ["10", 0.02],
      ["11", 0.02],
    ]);
    expect(chiSquareOf(counts, wanted, shots)).toBeLessThan(3 + 5 * Math.sqrt(6));
  });

  test("depolarizing noise on two qubits gives the 15 Paulis a fifteenth each", () => {
    const counts = runNoise(bellPairs(2, [{ kind: "depolarize2", rate: 0.3, pairs: [[0, 2]] }]), shots, 12n);
    const wanted = new Map(Array.from({ length: 16 }, (_, k) => [k.toString(2).padStart(4, "0"), k === 0 ? 0.7 : 0.02]));
    expect(chiSquareOf(counts, wanted, shots)).toBeLessThan(15 + 5 * Math.sqrt(30));
  });

  test.each([
    [1, "10"],
    [2, "01"],
    [3, "11"],
  ] as const)("Pauli %d alone shows as %s, at its rate, from never over rare to always", (pauli, outcome) => {
    for (const rate of [0, 1e-4, 0.03, 0.5, 0.97, 1]) {
      const counts = runNoise(bellPairs(1, [{ kind: "pauli_noise", pauli, rate, qubits: [0] }]), shots, 13n);
      const hits = counts.get(outcome) ?? 0;
      expect((counts.get("00") ?? 0) + hits).toBe(shots);
      expect(Math.abs(hits - rate * shots), `rate ${rate}`).toBeLessThanOrEqual(5 * Math.sqrt(shots * rate * (1 - rate)));
    }
  });

  test("misread bits differ from each other and from block to block", () => {
    const bits = [0, 1, 2];
    const program: StabilizerProgram = { qubitCount: 1, bitCount: 3, operations: [{ kind: "bit_noise", rate: 0.2, bits }] };
    const counts = runNoise(program, shots, 14n);
    const wanted = new Map(
      Array.from({ length: 8 }, (_, k) => {
        const flips = [...k.toString(2)].filter((digit) => digit === "1").length;
        return [k.toString(2).padStart(3, "0"), 0.2 ** flips * 0.8 ** (3 - flips)];
      }),
    );
    expect(chiSquareOf(counts, wanted, shots)).toBeLessThan(7 + 5 * Math.sqrt(14));
  });

  test("a repetition code fails as often as its closed form says", () => {
    for (const [distance, rate] of [
      [3, 0.1],
      [5, 0.15],
      [7, 0.2],
    ] as const) {
      const qubits = Array.from({ length: distance }, (_, k) => k);
      const measures = qubits.map((qubit) => ({ kind: "measure", qubit, bit: qubit }) as const);
      const program: StabilizerProgram = {
        qubitCount: distance,
        bitCount: distance,
        operations: [{ kind: "pauli_noise", pauli: 1, rate, qubits }, ...measures],
      };
      let failures = 0;
      for (const [outcome, count] of runNoise(program, shots, BigInt(distance))) {
        if ([...outcome].filter((digit) => digit === "1").length > distance / 2) failures += count;
      }
      let wanted = 0;
      for (let k = (distance + 1) / 2; k <= distance; k++)
        wanted += choose(distance, k) * rate ** k * (1 - rate) ** (distance - k);
      expect(Math.abs(failures / shots - wanted), `distance ${distance}`).toBeLessThan(
        4 * Math.sqrt((wanted * (1 - wanted)) / shots),
      );
    }
  });

  test("a bit is the parity of the bits it is said to be", () => {
    const program: StabilizerProgram = {
      qubitCount: 2,
      bitCount: 4,
      operations: [
        { kind: "h", qubit: 0 },
        { kind: "h", qubit: 1 },
        { kind: "measure", qubit: 0, bit: 0 },
        { kind: "measure", qubit: 1, bit: 1 },
        { kind: "parity", bit: 2, bits: [0, 1] },
        { kind: "parity", bit: 3, bits: [0, 0, 1] },
      ],
    };
    expect([...runNoise(program, 1000, 3n).keys()].sort()).toEqual(["0000", "0101", "1110", "1011"].sort());
  });

  test("counts are the same whatever the blocks, and fewer shots are a part of more", () => {
    const random = createSeededRandom(baseSeed + 5);
    const operations = Array.from({ length: 40 }, (_, k) => {
      const [first, second] = [random.between(0, 9), random.between(0, 8)];
      const other = second < first ? second : second + 1;
      return [
        { kind: "h", qubit: first },
        { kind: "cx", first, second: other },
        { kind: "depolarize2", rate: 0.02, pairs: [[first, other]] },
        { kind: "depolarize1", rate: 0.01, qubits: [0, first] },
        { kind: "measure", qubit: first, bit: k % 12 },
        { kind: "bit_noise", rate: 0.03, bits: [k % 12] },
        { kind: "reset", qubit: other },
      ] as const;
    }).flat();
    const program: StabilizerProgram = { qubitCount: 9, bitCount: 12, operations };
    const sorted = (counts: ReadonlyMap<string, number>) => [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    const wanted = sorted(runNoise(program, 10_000, 21n));
    for (const blockShots of [1024, 2048, 7168, 16_384]) {
      expect(sorted(runNoise(program, 10_000, 21n, blockShots)), `blocks of ${blockShots}`).toEqual(wanted);
    }
    const whole = new Map(wanted);
    for (const [outcome, count] of runNoise(program, 1100, 21n)) expect(whole.get(outcome) ?? 0).toBeGreaterThanOrEqual(count);
    expect(sorted(runNoise(program, 10_000, 22n))).not.toEqual(wanted);
  });

  function choose(n: number, k: number): number {
    let result = 1;
    for (let j = 1; j <= k; j++) result *= (n - k + j) / j;
    return result;
  }
});

describe("bounds", () => {
  test("a tableau beyond the memory of a run is refused with what it needs, before it is made, and the engine goes on", () => {
    const qubitCount = 60_000;
    const program: StabilizerProgram = { qubitCount, bitCount: 0, operations: [] };
    const before = engine.memoryBytes();
    expect(() => drive(runProgram(engine, program, { shots: 1, seed: 1n, characters: [] }))).toThrow(OutOfMemoryError);
    expect(() => drive(runProgram(engine, program, { shots: 1, seed: 1n, characters: [] }))).toThrow(
      new RegExp(`needs 18\\d{8} bytes, and ${limits.stabilizerBytesMax} may be used`),
    );
    expect(engine.memoryBytes()).toBe(before);
    expect(run(circuitOf(1, [gateOn("x", [0]), ...measureAll(1)], 1), 3).counts.get("1")).toBe(3);
  });

  test("an engine with less memory refuses outcomes and runs that others carry", () => {
    const bytesMax = limits.edgeStabilizerBytesMax;
    const small = createSimulator(modules, { stabilizerBytesMax: bytesMax });
    const onEdge = (qubitCount: number, shots: number) => {
      const each = Array.from({ length: qubitCount }, (_, qubit) => gateOn("h", [qubit]));
      const circuit = circuitOf(qubitCount, [...each, ...measureAll(qubitCount)], qubitCount);
      return small.run({ id: "edge", circuit, shots, seed: 1n, observables: [], method: "stabilizer" }, () => 0);
    };
    expect(() => onEdge(1400, 10_000)).toThrow(/different outcomes of 1400 bits .* a run may have 8388608$/);
    expect(() => onEdge(9000, 1)).toThrow(/and 33554432 may be used/);
    expect(onEdge(1400, 1000).counts.size).toBe(1000);
    expect(small.memoryBytes()).toBeLessThan(bytesMax + 2 ** 20);
  });

  test("more different outcomes than a run may hold as text are refused", () => {
    const width = 4096;
    const operations = [...Array.from({ length: 24 }, (_, qubit) => gateOn("h", [qubit])), ...measureAll(24)];
    expect(() => run(circuitOf(24, operations, width), 100_000)).toThrow(/different outcomes of 4096 bits/);
    expect(run(circuitOf(24, operations, 24), 1000).counts.size).toBeGreaterThan(990);
  });

  test("a long run yields again and again, and one that is given up leaves the engine ready", () => {
    const qubitCount = 300;
    const random = createSeededRandom(baseSeed);
    const gatesOnly = Array.from({ length: 4000 }, () => randomCliffordGate(random, qubitCount, ["h", "s", "cx", "cz"]));
    const circuit = circuitOf(qubitCount, [...gatesOnly, ...measureAll(qubitCount)], qubitCount);
    const task = { id: "t", circuit, shots: 20_000, seed: 1n, observables: [] };
    const slices = runStabilizer(engine, task);
    for (let slice = 0; slice < 20; slice++) expect(slices.next().done).toBe(false);
    slices.return({ counts: new Map(), expectationValues: [] });
    expect([...run(circuitOf(1, measureAll(1), 1), 5).counts]).toEqual([["0", 5]]);
  });
});
