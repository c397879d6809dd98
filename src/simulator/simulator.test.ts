import { describe, expect, test } from "vitest";
import { loadSimulatorModules } from "../../test/fixtures/wasm.ts";
import { denseState, probabilities } from "../../test/oracle/dense-reference.ts";
import { circuitOf, gateOn, measureAll, randomCircuit, randomGate, shuffled } from "../../test/oracle/random-circuit.ts";
import { createSeededRandom } from "../../test/simulation/seeded-random.ts";
import { createShotUniforms } from "../base/philox.ts";
import type { Circuit, Operation } from "../model/circuit.ts";
import { type Complex, gateNames, gates } from "../model/gates.ts";
import type { Observable } from "../model/result.ts";
import { createEngine, OutOfMemoryError } from "./engine.ts";
import { createSimulator } from "./index.ts";
import { finalState } from "./run.ts";

const modules = await loadSimulatorModules();
const engine = createEngine(modules.statevector);
const simulator = createSimulator(modules);
const baseSeed = 20261123;

function run(circuit: Circuit, shots: number, seed = 7n, observables: readonly Observable[] = []) {
  return simulator.run({ id: "t", circuit, shots, seed, observables }, () => 0);
}

function largestDifference(actual: Float64Array, wanted: readonly Complex[]): number {
  return Math.max(...wanted.map(([re, im], k) => Math.hypot((actual[2 * k] ?? 0) - re, (actual[2 * k + 1] ?? 0) - im)));
}

const prepare = (qubitCount: number): Operation[] =>
  Array.from({ length: qubitCount }, (_, qubit) => gateOn("u", [qubit], [0.3 + qubit, 0.7 * qubit, 1.1 - qubit]));

describe("states", () => {
  test.each(gateNames)("%s acts as its matrix in the table, on every order of qubits", (gate) => {
    const random = createSeededRandom(baseSeed);
    for (let round = 0; round < 6; round++) {
      const qubits = shuffled(random, 4).slice(0, gates[gate].qubitCount);
      const angles = Array.from({ length: gates[gate].angleCount }, () => random.next() * 6 - 3);
      const circuit = circuitOf(4, [...prepare(4), gateOn(gate, qubits, angles)]);
      const difference = largestDifference(finalState(engine, circuit), denseState(4, circuit.operations));
      expect(difference, `seed ${baseSeed}, ${gate} ${qubits} ${angles}`).toBeLessThan(1e-13);
    }
  });

  test.each(gateNames)("%s and its inverse in the table undo each other", (gate) => {
    const { qubitCount, angleCount, inverse } = gates[gate] as (typeof gates)[typeof gate];
    const qubits = Array.from({ length: qubitCount }, (_, qubit) => qubit);
    const angles = Array.from({ length: angleCount }, (_, k) => 0.4 + k);
    const back = gateOn((inverse?.gate ?? gate) as typeof gate, qubits, inverse?.angles?.(angles) ?? angles);
    const before = circuitOf(3, prepare(3));
    const after = circuitOf(3, [...prepare(3), gateOn(gate, qubits, angles), back]);
    expect(largestDifference(finalState(engine, after), denseState(3, before.operations))).toBeLessThan(1e-13);
  });

  test("random circuits of 1 to 6 qubits end in the state of the dense reference", () => {
    for (let seed = baseSeed; seed < baseSeed + 40; seed++) {
      const random = createSeededRandom(seed);
      const circuit = randomCircuit(random, 1 + (seed % 6), 40);
      const difference = largestDifference(finalState(engine, circuit), denseState(circuit.qubitCount, circuit.operations));
      expect(difference, `seed ${seed}`).toBeLessThan(1e-12);
    }
  });
});

describe("known answers", () => {
  test("a Bell pair gives 00 and 11 in equal parts", () => {
    const { counts } = run(circuitOf(2, [gateOn("h", [0]), gateOn("cx", [0, 1]), ...measureAll(2)], 2), 10_000);
    expect([...counts.keys()]).toEqual(["00", "11"]);
    // Five standard deviations of a fair coin.
    expect(Math.abs((counts.get("00") ?? 0) - 5000)).toBeLessThan(250);
  });

  test("a GHZ state of 12 qubits gives all zeros or all ones", () => {
    const chain = Array.from({ length: 11 }, (_, k) => gateOn("cx", [k, k + 1]));
    const { counts } = run(circuitOf(12, [gateOn("h", [0]), ...chain, ...measureAll(12)], 12), 2000);
    expect([...counts.keys()]).toEqual(["0".repeat(12), "1".repeat(12)]);
  });

  test("the inverse QFT of the QFT of a basis state is that state", () => {
    const n = 5;
    const qft: Operation[] = [];
    for (let k = n - 1; k >= 0; k--) {
      qft.push(gateOn("h", [k]));
      for (let j = k - 1; j >= 0; j--) qft.push(gateOn("cp", [j, k], [Math.PI / 2 ** (k - j)]));
    }
    const inverse = [...qft].reverse().map((operation) => {
      if (operation.kind !== "gate") return operation;
      return { ...operation, angles: operation.angles.map((angle) => -Number(angle)) };
    });
    const input = [gateOn("x", [0]), gateOn("x", [3])];
    expect([...run(circuitOf(n, [...input, ...qft, ...inverse, ...measureAll(n)], n), 100).counts]).toEqual([["01001", 100]]);
    const flat = run(circuitOf(n, [...input, ...qft], 0), 1, 1n).counts;
    expect(flat.size).toBe(0);
  });

  test("Bernstein-Vazirani finds its string in one run", () => {
    const secret = [1, 0, 1, 1];
    const oracle = secret.flatMap((bit, k) => (bit === 1 ? [gateOn("cx", [k, 4])] : []));
    const hadamards = [0, 1, 2, 3].map((k) => gateOn("h", [k]));
    const operations = [gateOn("x", [4]), gateOn("h", [4]), ...hadamards, ...oracle, ...hadamards, ...measureAll(4)];
    expect([...run(circuitOf(5, operations, 4), 50).counts]).toEqual([["1101", 50]]);
  });

  test("one Grover step on two qubits finds the marked state with certainty", () => {
    const both = (gate: "h" | "x"): Operation[] => [gateOn(gate, [0]), gateOn(gate, [1])];
    const operations = [
      ...both("h"),
      gateOn("cz", [0, 1]),
      ...both("h"),
      ...both("x"),
      gateOn("cz", [0, 1]),
      ...both("x"),
      ...both("h"),
    ];
    expect([...run(circuitOf(2, [...operations, ...measureAll(2)], 2), 64).counts]).toEqual([["11", 64]]);
  });

  test("phase estimation reads a phase of ten bits with certainty", () => {
    const n = 10;
    const phase = 0b1011001101;
    const operations: Operation[] = [gateOn("x", [n])];
    for (let k = 0; k < n; k++)
      operations.push(gateOn("h", [k]), gateOn("cp", [k, n], [2 * Math.PI * (phase / 2 ** n) * 2 ** k]));
    // The inverse Fourier transform with its output in reversed order: qubit k ends as bit n - 1 - k.
    for (let k = n - 1; k >= 0; k--) {
      for (let j = n - 1; j > k; j--) operations.push(gateOn("cp", [j, k], [-Math.PI / 2 ** (j - k)]));
      operations.push(gateOn("h", [k]));
    }
    const measures = Array.from({ length: n }, (_, k): Operation => ({ kind: "measure", qubit: k, bit: n - 1 - k }));
    const { counts } = run(circuitOf(n + 1, [...operations, ...measures], n), 200);
    expect([...counts]).toEqual([[phase.toString(2).padStart(n, "0"), 200]]);
  });

  test("the best state of a one-parameter ansatz has the energy of the hydrogen molecule", () => {
    // H2 at 0.735 angstrom in the STO-3G basis on two qubits (parity mapping), without the nuclei's repulsion; in hartree.
    const terms = [
      { coefficient: -1.052373245772859, pauli: "II" },
      { coefficient: 0.39793742484318045, pauli: "IZ" },
      { coefficient: -0.39793742484318045, pauli: "ZI" },
      { coefficient: -0.01128010425623538, pauli: "ZZ" },
      { coefficient: 0.18093119978423156, pauli: "XX" },
    ];
    const energy = (theta: number): number => {
      const ansatz = circuitOf(2, [gateOn("x", [0]), gateOn("ry", [1], [theta]), gateOn("cx", [1, 0])]);
      return run(ansatz, 1, 1n, [{ name: "H", terms }]).expectationValues[0] ?? Number.NaN;
    };
    // The energy is a + b cos(theta - c): three values decide it (Rotosolve, arXiv:1905.09692).
    const [at0, plus, minus] = [energy(0), energy(Math.PI / 2), energy(-Math.PI / 2)];
    const best = -Math.PI / 2 - Math.atan2(2 * at0 - plus - minus, plus - minus);
    expect(energy(best)).toBeCloseTo(-1.857275030202379, 9);
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

describe("sampling", () => {
  test("the engine's uniforms are those of the Philox twin, number for number", () => {
    for (const seed of [0n, 1n, 0xdeadbeefcafebaben, 2n ** 64n - 1n]) {
      const at = engine.reserve(1, 8 * 200);
      engine.wasm.fillUniforms(at, 200, Number(seed & 0xffffffffn), Number(seed >> 32n));
      const { uniform } = createShotUniforms(seed);
      const wanted = Array.from({ length: 200 }, (_, shot) => uniform(shot, 0));
      expect([...new Float64Array(engine.wasm.memory.buffer, at, 200)], `seed ${seed}`).toEqual(wanted);
    }
  });

  test("sampling by table and by walking the state find the same state for every uniform number", () => {
    const circuit = randomCircuit(createSeededRandom(baseSeed + 2), 5, 30);
    const shots = 3000;
    const extra = engine.reserve(5, 8 * 32 + 12 * shots);
    finalState(engine, circuit);
    const uniformsAt = extra + 8 * 32;
    const outcomesAt = uniformsAt + 8 * shots;
    engine.wasm.fillUniforms(uniformsAt, shots, 77, 0);
    const uniforms = new Float64Array(engine.wasm.memory.buffer, uniformsAt, shots);
    uniforms.sort();
    // The very edges of the range.
    uniforms[0] = 0;
    uniforms[shots - 1] = 1 - 2 ** -53;
    const outcomes = new Uint32Array(engine.wasm.memory.buffer, outcomesAt, shots);
    engine.wasm.sampleAscending(5, uniformsAt, outcomesAt, shots);
    const walked = [...outcomes];
    outcomes.fill(0);
    engine.wasm.sampleByTable(5, uniformsAt, outcomesAt, shots, extra);
    expect([...outcomes]).toEqual(walked);
    expect(new Set(walked).size).toBeGreaterThan(10);
  });

  test("the counts of a random state pass a chi-square test against its probabilities", () => {
    const circuit = randomCircuit(createSeededRandom(baseSeed), 4, 30);
    const wanted = probabilities(denseState(4, circuit.operations));
    const shots = 50_000;
    const { counts } = run({ ...circuitOf(4, [...circuit.operations, ...measureAll(4)], 4) }, shots, 99n);
    let chiSquare = 0;
    let cells = 0;
    for (const [state, probability] of wanted.entries()) {
      if (probability * shots < 5) continue;
      const actual = counts.get(state.toString(2).padStart(4, "0")) ?? 0;
      chiSquare += (actual - probability * shots) ** 2 / (probability * shots);
      cells++;
    }
    // Mean cells-1, standard deviation sqrt(2 cells): five of them.
    expect(cells).toBeGreaterThan(8);
    expect(chiSquare, `seed ${baseSeed}`).toBeLessThan(cells - 1 + 5 * Math.sqrt(2 * cells));
  });

  test("shot k depends on the seed and k alone: the first half of the shots is a part of all of them", () => {
    for (const dynamic of [false, true]) {
      const middle: Operation[] = dynamic ? [{ kind: "reset", qubit: 2 }] : [];
      const circuit = circuitOf(3, [...prepare(3), ...middle, gateOn("h", [2]), ...measureAll(3)], 3);
      const half = run(circuit, 500, 42n).counts;
      const whole = run(circuit, 1000, 42n).counts;
      for (const [outcome, count] of half) expect(whole.get(outcome) ?? 0).toBeGreaterThanOrEqual(count);
      expect([...run(circuit, 500, 42n).counts]).toEqual([...half]);
      expect([...run(circuit, 500, 43n).counts]).not.toEqual([...half]);
    }
  });

  test("running shot by shot gives the distribution of sampling once", () => {
    const gatesOnly = randomCircuit(createSeededRandom(baseSeed + 1), 3, 20).operations;
    const wanted = probabilities(denseState(3, gatesOnly));
    // A gate after a measurement of another qubit makes the circuit dynamic; a reset of a fresh qubit changes nothing else.
    const circuit = circuitOf(4, [{ kind: "reset", qubit: 3 }, ...gatesOnly, ...measureAll(3)], 3);
    const shots = 4000;
    const { counts } = run(circuit, shots);
    for (const [state, probability] of wanted.entries()) {
      const actual = (counts.get(state.toString(2).padStart(3, "0")) ?? 0) / shots;
      const error = Math.sqrt((probability * (1 - probability)) / shots);
      expect(Math.abs(actual - probability), `seed ${baseSeed + 1}, state ${state}`).toBeLessThan(5 * error + 1e-9);
    }
  });

  test("bit strings have registers from last to first with a space between, bit 0 rightmost, unmeasured bits 0", () => {
    const circuit: Circuit = {
      ...circuitOf(2, [gateOn("x", [0]), { kind: "measure", qubit: 0, bit: 0 }, { kind: "measure", qubit: 0, bit: 4 }], 5),
      bitRegisters: [
        { name: "a", size: 2, offset: 0 },
        { name: "b", size: 3, offset: 2 },
      ],
    };
    // Measuring one qubit twice makes the circuit dynamic; both paths must write alike.
    expect([...run(circuit, 10).counts]).toEqual([["100 01", 10]]);
    const once = { ...circuit, operations: circuit.operations.slice(0, 2) };
    expect([...run(once, 10).counts]).toEqual([["000 01", 10]]);
  });

  test("a wide register costs only the qubits in use", () => {
    const circuit = circuitOf(127, [gateOn("h", [100]), gateOn("cx", [100, 3]), { kind: "measure", qubit: 3, bit: 0 }], 1);
    const { counts } = run(circuit, 100);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(100);
    expect(counts.size).toBe(2);
  });

  test("conditions on registers are decided per shot", () => {
    const bits = [0, 1];
    const circuit = circuitOf(
      3,
      [
        gateOn("x", [1]),
        { kind: "measure", qubit: 0, bit: 0 },
        { kind: "measure", qubit: 1, bit: 1 },
        {
          kind: "if",
          condition: {
            kind: "and",
            left: { kind: "register", bits, comparison: ">=", value: 2n },
            right: { kind: "not", operand: { kind: "register", bits, comparison: "==", value: 3n } },
          },
          then: [gateOn("x", [2])],
          otherwise: [],
        },
        { kind: "measure", qubit: 2, bit: 2 },
      ],
      3,
    );
    expect([...run(circuit, 20).counts]).toEqual([["110", 20]]);
  });
});

describe("expectation values", () => {
  test("Pauli sums of random states equal those of the dense reference", () => {
    const letters = ["I", "X", "Y", "Z"] as const;
    for (let seed = baseSeed; seed < baseSeed + 20; seed++) {
      const random = createSeededRandom(seed);
      const operations = [...prepare(4), ...Array.from({ length: 15 }, () => randomGate(random, 4))];
      const pauli = Array.from({ length: 4 }, () => letters[random.between(0, 4)]).join("");
      const paulis: Operation[] = [...pauli].flatMap((letter, k) => {
        const gate = ({ I: "id", X: "x", Y: "y", Z: "z" } as const)[letter as "I"];
        return [gateOn(gate, [3 - k])];
      });
      const before = denseState(4, operations);
      const after = denseState(4, [...operations, ...paulis]);
      const wanted = before.reduce((sum, [re, im], k) => sum + re * (after[k]?.[0] ?? 0) + im * (after[k]?.[1] ?? 0), 0);
      const observable = { name: "p", terms: [{ coefficient: 2.5, pauli }] };
      const [actual] = run(circuitOf(4, operations), 1, 1n, [observable]).expectationValues;
      expect(actual, `seed ${seed}, ${pauli}`).toBeCloseTo(2.5 * wanted, 10);
    }
  });

  test("letters on idle qubits act on |0>", () => {
    const observable = (pauli: string): Observable => ({ name: pauli, terms: [{ coefficient: 1, pauli }] });
    const { expectationValues } = run(circuitOf(3, [gateOn("x", [0])]), 1, 1n, ["ZZZ", "XIZ", "IYI", "III"].map(observable));
    expect(expectationValues).toEqual([-1, 0, 0, 1]);
  });
});

test("a state beyond the engine's memory is refused as out of memory, and the engine goes on", () => {
  const wide = circuitOf(30, [...Array.from({ length: 30 }, (_, qubit) => gateOn("ry", [qubit], [0.3]))]);
  expect(() => run(wide, 1)).toThrow(OutOfMemoryError);
  expect(run(circuitOf(1, [gateOn("x", [0]), ...measureAll(1)], 1), 3).counts.get("1")).toBe(3);
});
