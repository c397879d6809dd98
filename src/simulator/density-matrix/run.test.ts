import { describe, expect, test } from "vitest";
import { lineCalibration } from "../../../test/fixtures/calibration.ts";
import { loadSimulatorModules } from "../../../test/fixtures/wasm.ts";
import { denseDensity, multiplyMatrices, pauliMatrices, readProbabilities, tensor } from "../../../test/oracle/dense-noise.ts";
import { denseState, probabilities } from "../../../test/oracle/dense-reference.ts";
import { outcomeDistribution } from "../../../test/oracle/outcome-distribution.ts";
import { circuitOf, gateOn, measureAll, randomCircuit } from "../../../test/oracle/random-circuit.ts";
import { createSeededRandom } from "../../../test/simulation/seeded-random.ts";
import type { Circuit, Operation } from "../../model/circuit.ts";
import { createNoiseModel, type NoiseModel } from "../../model/noise-model.ts";
import type { Observable } from "../../model/result.ts";
import { OutOfMemoryError } from "../engine.ts";
import { createNoisyEngine } from "../noise/engine.ts";
import { createNoisyProgram } from "../noise/program.ts";
import { drive } from "../slices.ts";
import { runDensityMatrix, whyNotDensityMatrix } from "./run.ts";

const engine = createNoisyEngine((await loadSimulatorModules()).noisy);
const baseSeed = 20261123;

function run(circuit: Circuit, shots: number, noise: NoiseModel | undefined, observables: readonly Observable[] = [], seed = 7n) {
  const task = { id: "t", circuit, shots, seed, observables, ...(noise === undefined ? {} : { noise }) };
  return drive(runDensityMatrix(engine, task));
}

const pauli = (name: string): Observable => ({ name, terms: [{ coefficient: 1, pauli: name }] });
const x = (qubit: number): Operation => gateOn("x", [qubit]);

/** Only what is named acts. */
function only(changes: Partial<NoiseModel>, calibration = lineCalibration(3)): NoiseModel {
  return createNoiseModel(calibration, { hasRelaxation: false, hasGateErrors: false, hasReadoutErrors: false, ...changes });
}

/** T1 = 50 us, T2 = 30 us, gates that take no time. */
const relaxing = only(
  { hasRelaxation: true },
  lineCalibration(3, {
    qubits: [{ t1Us: 50, t2Us: 30 }, { t1Us: 50, t2Us: 30 }, {}],
    gates: [0, 1, 2].map((qubit) => ({ gate: "sx", qubits: [qubit], errorRate: 0 })),
  }),
);
const delay = (qubit: number, us: number): Operation => ({ kind: "delay", qubits: [qubit], durationNs: us * 1000 });

describe("closed forms", () => {
  test("T1: an excited qubit decays as e^(-t/T1)", () => {
    for (const us of [1, 20, 100]) {
      const { expectationValues } = run(circuitOf(1, [x(0), delay(0, us), gateOn("sx", [0]), gateOn("sxdg", [0])]), 1, relaxing, [
        pauli("Z"),
      ]);
      expect(expectationValues[0]).toBeCloseTo(1 - 2 * Math.exp(-us / 50), 12);
    }
  });

  test("T2: a Ramsey experiment's fringes shrink as e^(-t/T2)", () => {
    for (const us of [1, 20, 100]) {
      for (const phase of [0, 0.4, 2]) {
        const operations = [gateOn("h", [0]), delay(0, us), gateOn("rz", [0], [phase]), gateOn("h", [0])];
        const { expectationValues } = run(circuitOf(1, operations), 1, relaxing, [pauli("Z")]);
        expect(expectationValues[0]).toBeCloseTo(Math.exp(-us / 30) * Math.cos(phase), 12);
      }
    }
  });

  test("equilibrium: a qubit that waits long enough is excited as often as the model says", () => {
    const warm = { ...relaxing, excitedPopulation: 0.03 };
    const { expectationValues } = run(circuitOf(1, [x(0), delay(0, 3000), gateOn("sx", [0]), gateOn("sxdg", [0])]), 1, warm, [
      pauli("Z"),
    ]);
    expect(expectationValues[0]).toBeCloseTo(1 - 2 * 0.03, 12);
  });

  test("a depolarized Bell pair keeps (1-p) of its correlations, for p = 4/3 of the calibrated error", () => {
    const error = 0.06;
    const noise = only(
      { hasGateErrors: true },
      lineCalibration(2, {
        gates: [
          { gate: "sx", qubits: [0], errorRate: 0 },
          { gate: "cx", qubits: [0, 1], errorRate: error },
        ],
      }),
    );
    const bell = circuitOf(2, [gateOn("h", [0]), gateOn("cx", [0, 1])]);
    const { expectationValues } = run(bell, 1, noise, ["XX", "YY", "ZZ", "IZ"].map(pauli));
    const kept = 1 - (4 / 3) * error;
    for (const [k, wanted] of [kept, -kept, kept, 0].entries()) expect(expectationValues[k]).toBeCloseTo(wanted, 12);
  });

  test("readout errors mix the counts of each qubit, and leave expectation values alone", () => {
    const noise = only({ hasReadoutErrors: true });
    const { counts, expectationValues } = run(circuitOf(2, [x(0), ...measureAll(2)], 2), 200_000, noise, [pauli("IZ")]);
    expect(expectationValues).toEqual([-1]);
    // Qubit 0 is in |1> and read as 0 in 3 %; qubit 1 is in |0> and read as 1 in 1.5 %.
    for (const [outcome, probability] of [
      ["01", 0.97 * 0.985],
      ["00", 0.03 * 0.985],
      ["11", 0.97 * 0.015],
      ["10", 0.03 * 0.015],
    ] as const) {
      const deviation = Math.sqrt(probability * (1 - probability) * 200_000);
      expect(Math.abs((counts.get(outcome) ?? 0) - probability * 200_000), outcome).toBeLessThan(5 * deviation);
    }
  });
});

describe("against slow twins", () => {
  test("noisy random circuits of 1 to 4 qubits read as dense Kraus operators say", () => {
    for (let seed = baseSeed; seed < baseSeed + 8; seed++) {
      const random = createSeededRandom(seed);
      const qubitCount = 1 + (seed % 4);
      const operations = Array.from({ length: 12 }, (_, k): Operation => {
        const a = random.between(0, qubitCount);
        const b = a + 1 < qubitCount ? a + 1 : a - 1;
        if (k === 6) return { kind: "reset", qubit: a };
        if (random.next() < 0.4 && qubitCount > 1)
          return gateOn((["cx", "cz", "rxx", "swap"] as const)[random.between(0, 4)] ?? "cx", [a, b], [1.1]);
        return gateOn((["h", "sx", "rz", "ry", "id"] as const)[random.between(0, 5)] ?? "h", [a], [random.next() * 6]);
      }).map((operation) => (operation.kind === "gate" ? { ...operation, angles: gateAngles(operation) } : operation));
      const circuit = circuitOf(qubitCount, [...operations, ...measureAll(qubitCount)], qubitCount);
      const noise = createNoiseModel(lineCalibration(qubitCount), { hasCrosstalk: true, excitedPopulation: 0.05 });
      const program = createNoisyProgram(circuit, noise, { exp: Math.exp });
      const rho = denseDensity(program);
      const letters = Array.from({ length: qubitCount }, () => "IXYZ"[random.between(0, 4)]).join("");
      const wantedValue = traceWith(rho, letters);
      const { counts, expectationValues } = run(circuit, 50_000, noise, [pauli(letters)]);
      expect(expectationValues[0], `seed ${seed}, ${letters}`).toBeCloseTo(wantedValue, 11);
      for (const [word, probability] of readProbabilities(rho, program)) {
        const actual = (counts.get(word.toString(2).padStart(qubitCount, "0")) ?? 0) / 50_000;
        const error = Math.sqrt((probability * (1 - probability)) / 50_000);
        expect(Math.abs(actual - probability), `seed ${seed}, ${word}`).toBeLessThan(5 * error + 1e-4);
      }
    }
  });

  test("without noise it has the state vector's probabilities, for every gate of the table", () => {
    for (let seed = baseSeed; seed < baseSeed + 20; seed++) {
      const circuit = randomCircuit(createSeededRandom(seed), 4, 25);
      const wanted = probabilities(denseState(4, circuit.operations));
      // (1 + Z)/2 on every qubit but with signs: the probability of each basis state from exact expectation values of Z strings.
      const words = Array.from({ length: 16 }, (_, mask) =>
        mask.toString(2).padStart(4, "0").replaceAll("0", "I").replaceAll("1", "Z"),
      );
      const { expectationValues } = run(circuit, 1, undefined, words.map(pauli));
      for (const [state, probability] of wanted.entries()) {
        const sum = expectationValues.reduce(
          (total, value, mask) => total + ((popCount(mask & state) & 1) === 0 ? value : -value),
          0,
        );
        expect(sum / 16, `seed ${seed}, state ${state}`).toBeCloseTo(probability, 11);
      }
    }
  });

  test("measurements in the middle, resets and branches have the distribution of a world per outcome", () => {
    const operations: Operation[] = [
      gateOn("ry", [0], [1.2]),
      gateOn("h", [1]),
      gateOn("cx", [1, 2]),
      gateOn("cx", [0, 1]),
      gateOn("h", [0]),
      { kind: "measure", qubit: 0, bit: 0 },
      { kind: "measure", qubit: 1, bit: 1 },
      { kind: "if", condition: { kind: "bit", bit: 1, value: 1 }, then: [x(2)], otherwise: [gateOn("t", [2])] },
      { kind: "if", condition: { kind: "bit", bit: 0, value: 1 }, then: [gateOn("z", [2])], otherwise: [] },
      { kind: "reset", qubit: 0 },
      gateOn("ry", [2], [0.7]),
      { kind: "measure", qubit: 2, bit: 2 },
      { kind: "measure", qubit: 0, bit: 3 },
    ];
    const circuit = circuitOf(3, operations, 4);
    const { counts } = run(circuit, 100_000, undefined);
    const wanted = outcomeDistribution(circuit);
    expect([...counts.keys()].filter((outcome) => !wanted.has(outcome))).toEqual([]);
    for (const [outcome, probability] of wanted) {
      const error = Math.sqrt(probability * (1 - probability) * 100_000);
      expect(Math.abs((counts.get(outcome) ?? 0) - probability * 100_000), outcome).toBeLessThan(5 * error);
    }
  });
});

describe("bounds", () => {
  test("what does not fit is said before it runs: too wide, too many ends, too many copies", () => {
    const all = (qubitCount: number, extra: readonly Operation[]): Circuit =>
      circuitOf(qubitCount, [...Array.from({ length: qubitCount }, (_, q) => gateOn("h", [q])), ...extra], 20);
    const middle = (count: number): Operation[] =>
      Array.from({ length: count }, (_, bit): Operation[] => [{ kind: "measure", qubit: 0, bit }, gateOn("h", [0])]).flat();
    expect(whyNotDensityMatrix(all(14, []))).toBe("a density matrix of 14 qubits takes 4294967296 bytes; at most 13 qubits fit");
    expect(whyNotDensityMatrix(all(2, middle(9)))).toContain("2^9 ends");
    expect(whyNotDensityMatrix(all(10, middle(5)))).toContain("67108864 bytes are kept");
    expect(whyNotDensityMatrix(all(2, middle(8)))).toBeUndefined();
  });

  test("idle qubits of a wide device cost nothing, and letters on them act on |0>", () => {
    const wide = circuitOf(127, [gateOn("h", [100]), { kind: "measure", qubit: 100, bit: 0 }], 1);
    const { counts, expectationValues } = run(wide, 1000, createNoiseModel(lineCalibration(127)), [pauli(`Z${"I".repeat(126)}`)]);
    expect([...counts.keys()]).toEqual(["0", "1"]);
    expect(expectationValues[0]).toBeCloseTo(1, 14);
  });

  test("a long run yields on its way, and its memory serves the next after it was given up", () => {
    const circuit = circuitOf(
      10,
      [...Array.from({ length: 200 }, (_, k) => gateOn("cx", [k % 9, (k % 9) + 1])), ...measureAll(10)],
      10,
    );
    const slices = runDensityMatrix(engine, { id: "t", circuit, shots: 10, seed: 1n, observables: [] });
    for (let k = 0; k < 3; k++) expect(slices.next().done).toBe(false);
    slices.return({ counts: new Map(), expectationValues: [] });
    expect(run(circuitOf(1, [x(0), ...measureAll(1)], 1), 3, undefined).counts.get("1")).toBe(3);
  });

  test("a matrix beyond the engine's memory is refused as out of memory", () => {
    const wide = circuitOf(
      14,
      Array.from({ length: 14 }, (_, q) => gateOn("h", [q])),
    );
    expect(() => run(wide, 1, undefined)).toThrow(OutOfMemoryError);
  });
});

function gateAngles({ gate, angles }: Extract<Operation, { kind: "gate" }>): Extract<Operation, { kind: "gate" }>["angles"] {
  return gate === "rz" || gate === "ry" || gate === "rxx" ? angles : [];
}

function popCount(value: number): number {
  return value === 0 ? 0 : (value & 1) + popCount(value >> 1);
}

/** Re tr(rho P), by multiplying whole matrices. */
function traceWith(rho: Parameters<typeof multiplyMatrices>[0], letters: string): number {
  const word = [...letters]
    .reverse()
    .reduce<Parameters<typeof multiplyMatrices>[0]>(
      (low, letter) => tensor(pauliMatrices["IXYZ".indexOf(letter)] ?? [], low),
      [[[1, 0]]],
    );
  return multiplyMatrices(rho, word).reduce((sum, row, k) => sum + (row[k]?.[0] ?? 0), 0);
}
