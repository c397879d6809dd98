import { describe, expect, test } from "vitest";
import { lineCalibration } from "../../../test/fixtures/calibration.ts";
import { loadSimulatorModules } from "../../../test/fixtures/wasm.ts";
import { outcomeDistribution } from "../../../test/oracle/outcome-distribution.ts";
import { circuitOf, gateOn, measureAll, randomCircuit, randomDynamicCircuit } from "../../../test/oracle/random-circuit.ts";
import { createSeededRandom } from "../../../test/simulation/seeded-random.ts";
import type { Circuit, Operation } from "../../model/circuit.ts";
import { createNoiseModel, type NoiseModel } from "../../model/noise-model.ts";
import type { Observable } from "../../model/result.ts";
import { runDensityMatrix } from "../density-matrix/run.ts";
import { createNoisyEngine, type NoisyEngine } from "../noise/engine.ts";
import type { RunResult } from "../run.ts";
import { drive } from "../slices.ts";
import { runTrajectories } from "./run.ts";

const { noisy: module } = await loadSimulatorModules();
const engine = createNoisyEngine(module);
const baseSeed = 20261123;

interface Asked {
  readonly noise?: NoiseModel;
  readonly observables?: readonly Observable[];
  readonly seed?: bigint;
}

const taskOf = (circuit: Circuit, shots: number, { noise, observables = [], seed = 7n }: Asked) => ({
  id: "t",
  circuit,
  shots,
  seed,
  observables,
  ...(noise === undefined ? {} : { noise }),
});

function run(circuit: Circuit, shots: number, asked: Asked = {}): RunResult {
  return drive(runTrajectories(engine, taskOf(circuit, shots, asked)));
}

/** Noise that strikes several times a shot: figures ten times as bad as those of good devices. */
function strongNoise(qubitCount: number, changes: Partial<NoiseModel> = {}): NoiseModel {
  const { qubits, ...rest } = lineCalibration(qubitCount);
  const worse = qubits.map(({ t1Us = 0, t2Us = 0, ...other }) => ({ ...other, t1Us: t1Us / 10, t2Us: t2Us / 10 }));
  return createNoiseModel({ ...rest, qubits: worse }, { hasCrosstalk: true, excitedPopulation: 0.03, ...changes });
}

function layered(qubitCount: number, layerCount: number, seed: number): Operation[] {
  const random = createSeededRandom(seed);
  return Array.from({ length: layerCount }, (_, layer): Operation[] => [
    ...Array.from({ length: qubitCount }, (_, q) => gateOn("u", [q], [random.next() * 3, random.next() * 6, random.next() * 6])),
    ...Array.from({ length: Math.floor((qubitCount - (layer % 2)) / 2) }, (_, k) =>
      gateOn("cx", [2 * k + (layer % 2), 2 * k + 1 + (layer % 2)]),
    ),
  ]).flat();
}

/** Chi-square of counts against those of a much larger sample; both are samples, so the variance of either counts. */
function expectAlike(
  actual: ReadonlyMap<string, number>,
  shots: number,
  wanted: ReadonlyMap<string, number>,
  wantedShots: number,
  label: string,
) {
  let chiSquare = 0;
  let cells = 0;
  for (const outcome of new Set([...actual.keys(), ...wanted.keys()])) {
    const both = ((actual.get(outcome) ?? 0) + (wanted.get(outcome) ?? 0)) / (shots + wantedShots);
    if (both * shots < 5) continue;
    const difference = (actual.get(outcome) ?? 0) / shots - (wanted.get(outcome) ?? 0) / wantedShots;
    chiSquare += (difference * difference) / (both * (1 / shots + 1 / wantedShots));
    cells++;
  }
  expect(cells).toBeGreaterThan(1);
  // Mean cells-1, standard deviation sqrt(2 cells): five of them.
  expect(chiSquare, label).toBeLessThan(cells - 1 + 5 * Math.sqrt(2 * cells));
}

describe("against the density matrix", () => {
  test.each([
    ["everything", {}],
    ["relaxation alone", { hasGateErrors: false, hasReadoutErrors: false, hasCrosstalk: false }],
    ["gate errors alone", { hasRelaxation: false, hasReadoutErrors: false, hasCrosstalk: false }],
  ] as const)("strong noise gives the same counts and expectation values: %s", (label, changes) => {
    for (let seed = baseSeed; seed < baseSeed + 3; seed++) {
      // Five qubits have all ratios of T2 to T1, on both sides of where the unravelling changes.
      const circuit = circuitOf(5, [...layered(5, 5, seed), ...measureAll(5)], 5);
      const observables = [
        {
          name: "o",
          terms: [
            { coefficient: 1, pauli: "ZIZII" },
            { coefficient: 0.5, pauli: "IXYIX" },
          ],
        },
      ];
      const asked = { noise: strongNoise(5, changes), observables };
      const exact = drive(runDensityMatrix(engine, taskOf(circuit, 400_000, { ...asked, seed: 99n })));
      const { counts, expectationValues } = run(circuit, 20_000, asked);
      expectAlike(counts, 20_000, exact.counts, 400_000, `seed ${seed}, ${label}`);
      // An average over 20 000 states of something between -1.5 and 1.5: five standard errors.
      expect(Math.abs((expectationValues[0] ?? 0) - (exact.expectationValues[0] ?? 0)), `seed ${seed}`).toBeLessThan(
        5 * (1.5 / Math.sqrt(20_000)),
      );
    }
  });

  test("measurements in the middle, resets and branches under noise", () => {
    const operations: Operation[] = [
      ...layered(3, 2, baseSeed),
      { kind: "measure", qubit: 0, bit: 0 },
      {
        kind: "if",
        condition: { kind: "bit", bit: 0, value: 1 },
        then: [gateOn("x", [1]), gateOn("h", [2])],
        otherwise: [gateOn("sx", [1])],
      },
      { kind: "reset", qubit: 0 },
      { kind: "delay", qubits: [0, 1, 2], durationNs: 700 },
      gateOn("h", [0]),
      gateOn("cx", [0, 1]),
      { kind: "measure", qubit: 1, bit: 1 },
      gateOn("cx", [1, 2]),
      { kind: "measure", qubit: 0, bit: 2 },
      { kind: "measure", qubit: 1, bit: 3 },
      { kind: "measure", qubit: 2, bit: 4 },
    ];
    const circuit = circuitOf(3, operations, 5);
    const asked = { noise: strongNoise(3) };
    const exact = drive(runDensityMatrix(engine, taskOf(circuit, 400_000, { ...asked, seed: 99n })));
    expectAlike(run(circuit, 20_000, asked).counts, 20_000, exact.counts, 400_000, "dynamic");
  });
});

describe("under noise", () => {
  test("measurements, resets and branches at random have the counts of the density matrix", () => {
    for (let seed = baseSeed; seed < baseSeed + 4; seed++) {
      const random = createSeededRandom(seed);
      const dynamic = randomDynamicCircuit(random, 3, 3);
      // Only what a line of three has calibrated.
      const onLine = (operations: readonly Operation[]): Operation[] =>
        operations.flatMap((operation): Operation[] => {
          if (operation.kind === "if")
            return [{ ...operation, then: onLine(operation.then), otherwise: onLine(operation.otherwise) }];
          if (operation.kind !== "gate" || operation.qubits.length === 1) return [operation];
          return [gateOn("h", [operation.qubits[0] ?? 0]), gateOn("cx", random.next() < 0.5 ? [0, 1] : [1, 2])];
        });
      const circuit = { ...dynamic, operations: onLine(dynamic.operations) };
      const asked = { noise: strongNoise(3) };
      const exact = drive(runDensityMatrix(engine, taskOf(circuit, 400_000, { ...asked, seed: 99n })));
      expectAlike(run(circuit, 20_000, asked).counts, 20_000, exact.counts, 400_000, `seed ${seed}`);
    }
  });
});

describe("without noise", () => {
  test("measurements, resets and branches at random have the distribution of a world per outcome, by both methods", () => {
    const shots = 20_000;
    for (let seed = baseSeed; seed < baseSeed + 8; seed++) {
      const circuit = randomDynamicCircuit(createSeededRandom(seed), 3, 5);
      const wanted = outcomeDistribution(circuit);
      const byMethod = {
        trajectories: run(circuit, shots),
        density_matrix: drive(runDensityMatrix(engine, taskOf(circuit, shots, {}))),
      };
      for (const [method, { counts }] of Object.entries(byMethod)) {
        const label = `seed ${seed}, ${method}`;
        expect(
          [...counts.keys()].filter((outcome) => !wanted.has(outcome)),
          label,
        ).toEqual([]);
        for (const [outcome, probability] of wanted) {
          const error = Math.sqrt(probability * Math.max(0, 1 - probability) * shots);
          expect(Math.abs((counts.get(outcome) ?? 0) - probability * shots), `${label}, ${outcome}`).toBeLessThan(5 * error + 3);
        }
      }
    }
  });

  test("random circuits over the whole gate table have the outcomes of the dense reference", () => {
    for (let seed = baseSeed; seed < baseSeed + 6; seed++) {
      const random = randomCircuit(createSeededRandom(seed), 4, 25);
      const circuit = circuitOf(4, [...random.operations, ...measureAll(4)], 4);
      const wanted = outcomeDistribution(circuit);
      for (const [outcome, count] of run(circuit, 20_000).counts) {
        const probability = wanted.get(outcome) ?? 0;
        const error = Math.sqrt(probability * (1 - probability) * 20_000);
        expect(Math.abs(count - probability * 20_000), `seed ${seed}, ${outcome}`).toBeLessThan(5 * error + 1e-6);
      }
    }
  });

  test("teleportation moves a state through mid-circuit measurement and feed-forward", () => {
    const onBit = (bit: number, gate: "x" | "z"): Operation => ({
      kind: "if",
      condition: { kind: "bit", bit, value: 1 },
      then: [gateOn(gate, [2])],
      otherwise: [],
    });
    const operations: Operation[] = [
      gateOn("ry", [0], [1.2]),
      gateOn("h", [1]),
      gateOn("cx", [1, 2]),
      gateOn("cx", [0, 1]),
      gateOn("h", [0]),
      { kind: "measure", qubit: 0, bit: 0 },
      { kind: "measure", qubit: 1, bit: 1 },
      onBit(1, "x"),
      onBit(0, "z"),
      gateOn("ry", [2], [-1.2]),
      { kind: "measure", qubit: 2, bit: 2 },
    ];
    const { counts } = run(circuitOf(3, operations, 3), 500);
    expect([...counts.keys()].every((outcome) => outcome.startsWith("0"))).toBe(true);
    expect(counts.size).toBe(4);
  });
});

describe("closed forms", () => {
  test("a qubit whose T2 is twice its T1 decays as e^(-t/T1), by jumps alone", () => {
    const calibration = lineCalibration(1, {
      qubits: [{ t1Us: 50, t2Us: 100 }],
      gates: [{ gate: "sx", qubits: [0], errorRate: 0 }],
    });
    const wait: Operation[] = Array.from({ length: 10 }, () => [
      { kind: "delay", qubits: [0], durationNs: 4000 } as const,
      gateOn("sx", [0]),
      gateOn("sxdg", [0]),
    ]).flat();
    const circuit = circuitOf(1, [gateOn("x", [0]), ...wait, { kind: "measure", qubit: 0, bit: 0 }], 1);
    const shots = 20_000;
    const ones = run(circuit, shots, { noise: createNoiseModel(calibration) }).counts.get("1") ?? 0;
    const probability = Math.exp(-40 / 50);
    expect(Math.abs(ones - probability * shots)).toBeLessThan(5 * Math.sqrt(probability * (1 - probability) * shots));
  });
});

describe("shots", () => {
  const circuit = circuitOf(4, [...layered(4, 4, baseSeed), ...measureAll(4)], 4);
  const noise = strongNoise(4);

  test("shot k depends on the seed and k alone: alone, in a half or in the whole it ends alike", () => {
    const whole = run(circuit, 600, { noise, seed: 42n }).counts;
    const half = run(circuit, 300, { noise, seed: 42n }).counts;
    for (const [outcome, count] of half) expect(whole.get(outcome) ?? 0).toBeGreaterThanOrEqual(count);
    expect([...run(circuit, 600, { noise, seed: 42n }).counts]).toEqual([...whole]);
    expect([...run(circuit, 600, { noise, seed: 43n }).counts]).not.toEqual([...whole]);
    // One more shot at a time: each adds one outcome and changes none before it.
    let before = run(circuit, 20, { noise, seed: 42n }).counts;
    for (let shots = 21; shots < 40; shots++) {
      const after = run(circuit, shots, { noise, seed: 42n }).counts;
      const changes = [...new Set([...before.keys(), ...after.keys()])].filter(
        (outcome) => before.get(outcome) !== after.get(outcome),
      );
      expect(changes).toHaveLength(1);
      before = after;
    }
  });

  test("chunks of a run have together the counts of the whole", () => {
    const whole = run(circuit, 600, { noise, seed: 42n }).counts;
    const sum = new Map<string, number>();
    for (const [firstShot, shots] of [
      [0, 1],
      [1, 250],
      [251, 349],
    ] as const) {
      const chunk = drive(runTrajectories(engine, taskOf(circuit, shots, { noise, seed: 42n }), { firstShot }));
      for (const [outcome, count] of chunk.counts) sum.set(outcome, (sum.get(outcome) ?? 0) + count);
    }
    expect([...sum].sort()).toEqual([...whole].sort());
  });

  test("counts are the same with many copies of the state, with one and with none, and in batches of any size", () => {
    const dynamic = circuitOf(4, [...layered(4, 2, baseSeed), { kind: "measure", qubit: 1, bit: 0 }, ...circuit.operations], 4);
    for (const one of [circuit, dynamic]) {
      const task = taskOf(one, 300, { noise, seed: 42n });
      const usual = [...drive(runTrajectories(engine, task)).counts];
      for (const [copies, batch] of [
        [0, 300],
        [1, 300],
        [2, 300],
        [8, 1],
        [8, 7],
      ] as const) {
        const shotBytesMax = 70 * batch;
        const memory = { copyBytesMax: copies * 16 * 2 ** 4 + (copies === 0 ? 0 : 70 * 300), shotBytesMax };
        expect([...drive(runTrajectories(engine, task, memory)).counts], `${copies} copies, batches of ${batch}`).toEqual(usual);
      }
    }
  });

  test("a run yields often, and its memory serves the next after it was given up", () => {
    const slices = runTrajectories(
      engine,
      taskOf(circuitOf(16, [...layered(16, 4, baseSeed), ...measureAll(16)], 16), 50, { noise: strongNoise(16) }),
    );
    for (let k = 0; k < 5; k++) expect(slices.next().done).toBe(false);
    slices.return({ counts: new Map(), expectationValues: [] });
    expect(run(circuitOf(1, [gateOn("x", [0]), ...measureAll(1)], 1), 3).counts.get("1")).toBe(3);
  });

  test("memory is the state and at most 64 MiB of copies", () => {
    const fresh: NoisyEngine = createNoisyEngine(module);
    const small = circuitOf(18, [...layered(18, 1, baseSeed), ...measureAll(18)], 18);
    drive(runTrajectories(fresh, taskOf(small, 20, { noise: strongNoise(18) })));
    expect(fresh.memoryBytes()).toBeLessThan(16 * 2 ** 18 + 64 * 2 ** 20 + 3 * 65536);
  });
});

test("a branch on bits that only the measurements at the end write sees zeros in every shot", () => {
  const isZero = { kind: "register", bits: [0, 1], comparison: "==", value: 0n } as const;
  const flip: Operation = { kind: "if", condition: isZero, then: [gateOn("x", [0])], otherwise: [] };
  const bell = [gateOn("h", [0]), gateOn("cx", [0, 1])];
  const shots = 20_000;
  const noisy = circuitOf(2, [...bell, flip, ...measureAll(2)], 2);
  const noise = createNoiseModel(lineCalibration(2));
  const density = drive(runDensityMatrix(engine, taskOf(noisy, shots, { noise, seed: 8n })));
  expectAlike(run(noisy, shots, { noise }).counts, shots, density.counts, shots, "seeds 7 and 8");
  // Shots part at the reset: each comes to the branch by itself.
  const reset = circuitOf(2, [gateOn("h", [0]), { kind: "reset", qubit: 0 }, flip, ...measureAll(2)], 2);
  expect(run(reset, 1000).counts).toEqual(new Map([["01", 1000]]));
});
