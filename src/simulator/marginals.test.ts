import { describe, expect, test } from "vitest";
import { loadSimulatorModules } from "../../test/fixtures/wasm.ts";
import { probabilities as denseProbabilities, denseState } from "../../test/oracle/dense-reference.ts";
import { circuitOf, gateOn, measureAll, randomGate, shuffled } from "../../test/oracle/random-circuit.ts";
import { createSeededRandom } from "../../test/simulation/seeded-random.ts";
import type { Circuit, Operation } from "../model/circuit.ts";
import { noOutputs, type Precision, type RunOutputs } from "../model/simulation.ts";
import { createSimulator } from "./index.ts";

const simulator = createSimulator(await loadSimulatorModules());
const baseSeed = 20261125;

function run(circuit: Circuit, outputs: Partial<RunOutputs>, changes: object = {}) {
  const task = { id: "t", circuit, shots: 500, seed: 3n, observables: [], outputs: { ...noOutputs, ...outputs } };
  return simulator.run({ ...task, ...changes }, () => 0);
}

/** The slow twin: every basis state looked at for every value. */
function marginalOf(probabilities: readonly number[], qubits: readonly number[]): number[] {
  return Array.from({ length: 2 ** qubits.length }, (_, value) =>
    probabilities.reduce((sum, probability, index) => {
      const isMeant = qubits.every((qubit, k) => ((index >> qubit) & 1) === ((value >> k) & 1));
      return isMeant ? sum + probability : sum;
    }, 0),
  );
}

/** Idle qubits in between, and more qubits than the direct path takes. */
function randomCase(seed: number) {
  const random = createSeededRandom(seed);
  const qubitCount = random.between(2, 12);
  const used = shuffled(random, qubitCount).slice(0, Math.max(2, qubitCount - 2));
  const operations = Array.from({ length: 30 }, (): Operation => {
    const gate = randomGate(random, used.length);
    return gate.kind === "gate" ? { ...gate, qubits: gate.qubits.map((qubit) => used[qubit] ?? 0) } : gate;
  });
  const qubits = shuffled(random, qubitCount).slice(0, random.between(1, qubitCount + 1));
  return { qubitCount, operations, qubits };
}

describe("probabilities of chosen qubits", () => {
  test.each<[Precision, number]>([
    ["double", 12],
    ["single", 5],
  ])(
    "in %s precision they are those of the dense reference, in the order of the list, idle qubits included",
    (precision, digits) => {
      for (let seed = baseSeed; seed < baseSeed + 25; seed++) {
        const { qubitCount, operations, qubits } = randomCase(seed);
        const wanted = marginalOf(denseProbabilities(denseState(qubitCount, operations)), qubits);
        const lists = [qubits, [qubits[0] ?? 0]];
        const { probabilities } = run(circuitOf(qubitCount, operations), { probabilities: lists }, { precision });
        const [actual, single] = probabilities ?? [];
        expect(actual?.length).toBe(wanted.length);
        for (const [value, probability] of wanted.entries()) {
          expect(actual?.[value], `seed ${seed}`).toBeCloseTo(probability, digits);
        }
        expect((single?.[0] ?? 0) + (single?.[1] ?? 0)).toBeCloseTo(1, digits);
      }
    },
  );

  test("are read from a state wider than a table of its indexes", () => {
    const qubitCount = 15;
    const operations = Array.from({ length: qubitCount }, (_, qubit) => gateOn("ry", [qubit], [0.3 + qubit]));
    const one = (qubit: number): number => Math.sin((0.3 + qubit) / 2) ** 2;
    const [actual] = run(circuitOf(qubitCount, operations), { probabilities: [[14, 2]] }).probabilities ?? [];
    expect(actual?.[3]).toBeCloseTo(one(14) * one(2), 12);
    expect(actual?.[1]).toBeCloseTo(one(14) * (1 - one(2)), 12);
  });
});

test("the final state is that of the dense reference, with its global phase, idle qubits included", () => {
  for (let seed = baseSeed; seed < baseSeed + 15; seed++) {
    const { qubitCount, operations } = randomCase(seed);
    const globalPhase = 0.7;
    const { finalState } = run({ ...circuitOf(qubitCount, operations), globalPhase }, { finalState: true });
    expect(finalState?.length).toBe(2 * 2 ** qubitCount);
    const [cos, sin] = [Math.cos(globalPhase), Math.sin(globalPhase)];
    for (const [index, [re, im]] of denseState(qubitCount, operations).entries()) {
      expect(finalState?.[2 * index], `seed ${seed}`).toBeCloseTo(re * cos - im * sin, 12);
      expect(finalState?.[2 * index + 1], `seed ${seed}`).toBeCloseTo(re * sin + im * cos, 12);
    }
  }
});

describe("memory", () => {
  function product(qubitCount: number): Circuit {
    const operations = Array.from({ length: qubitCount }, (_, qubit) => gateOn("ry", [qubit], [0.4 + qubit]));
    return circuitOf(qubitCount, [...operations, ...measureAll(qubitCount)], qubitCount);
  }

  function memoryOf(circuit: Circuit, shots: number): readonly string[] {
    const { counts, shotOutcomes = new Uint32Array() } = run(circuit, { memory: true }, { shots });
    const outcomes = [...counts.keys()];
    return Array.from(shotOutcomes, (place) => outcomes[place] ?? "");
  }

  test.each([3, 16])("of %i qubits has the shots that the counts count, and asking for it changes no count", (qubitCount) => {
    const tally = new Map<string, number>();
    for (const outcome of memoryOf(product(qubitCount), 500)) tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
    expect(tally).toEqual(run(product(qubitCount), {}).counts);
  });

  test.each([3, 16])("of a short run of %i qubits is the beginning of that of a long one: shot k is the same", (qubitCount) => {
    const short = memoryOf(product(qubitCount), 40);
    expect(memoryOf(product(qubitCount), 500).slice(0, 40)).toEqual(short);
    expect(new Set(short).size).toBeGreaterThan(3);
    expect(short).not.toEqual([...short].sort());
  });

  test("of a circuit that runs shot by shot is kept too", () => {
    const measure = (bit: number): Operation => ({ kind: "measure", qubit: 0, bit });
    const circuit = circuitOf(1, [gateOn("ry", [0], [1]), measure(0), gateOn("h", [0]), measure(1)], 2);
    const memory = memoryOf(circuit, 500);
    const { counts } = run(circuit, {});
    for (const [outcome, count] of counts) expect(memory.filter((each) => each === outcome).length).toBe(count);
    expect(counts.size).toBe(4);
  });
});
