import { describe, expect, test } from "vitest";
import { loadSimulatorModules } from "../../../test/fixtures/wasm.ts";
import { denseState } from "../../../test/oracle/dense-reference.ts";
import { gateOn, randomCircuit } from "../../../test/oracle/random-circuit.ts";
import { createSeededRandom } from "../../../test/simulation/seeded-random.ts";
import type { Operation } from "../../model/circuit.ts";
import { createEngine, type Engine } from "../engine.ts";
import { writeDirect } from "./direct.ts";
import { freshAmplitudeCount, type Plan, type PlanOptions, type Precision, planGates } from "./plan.ts";

const engine = createEngine((await loadSimulatorModules()).statevector);
const { trigonometry } = engine;
const baseSeed = 20261123;

/** Runs a plan, `blocksAtOnce` blocks a call, and brings the amplitudes into the circuit's order. */
function planned(operations: readonly Operation[], n: number, options: Partial<PlanOptions>, blocksAtOnce = Infinity) {
  const plan = planGates(operations, n, { precision: "double", trigonometry, ...options });
  const { precision, qubitCount, program } = plan;
  const scratchBytes = engine.scratchBytes(qubitCount, precision);
  const programBytes = program.bytes.length;
  const scratch = engine.reserve(qubitCount, scratchBytes + programBytes + 8, precision);
  const at = Math.ceil((scratch + scratchBytes) / 8) * 8;
  new Uint8Array(engine.wasm.memory.buffer).set(program.bytes, at);
  if (plan.isFresh) {
    // Whatever was there before: a fresh plan must not read it.
    view(engine, precision, qubitCount).fill(Number.NaN);
    const runLength = options.block === undefined ? freshAmplitudeCount[precision] : 2 ** options.block.runBitCount;
    engine.initialise(Math.min(2 ** qubitCount, runLength), precision);
  } else engine.initialise(2 ** qubitCount, precision);
  for (const [k, offset] of program.passOffsets.entries()) {
    const blockCount = program.blockCounts[k] ?? 0;
    // Backwards: blocks of one pass do not depend on each other.
    for (let end = blockCount; end > 0; end -= blocksAtOnce) {
      const first = Math.max(0, end - blocksAtOnce);
      engine.runPass({ precision, pass: at + offset, first, count: end - first, scratch });
    }
  }
  const stored = view(engine, precision, qubitCount);
  return Array.from({ length: 2 ** n }, (_, index) => {
    let place = 0;
    for (let qubit = 0; qubit < n; qubit++) if ((index >> qubit) & 1) place |= 1 << (plan.positionOf[qubit] ?? 0);
    return [stored[2 * place] ?? 0, stored[2 * place + 1] ?? 0] as const;
  });
}

/** Runs gates one by one, `commandsAtOnce` commands a call. */
function direct(operations: readonly Operation[], n: number, precision: Precision, commandsAtOnce = 2 ** 31) {
  const { bytes, scale } = writeDirect(operations, trigonometry);
  const stateBytes = 16 * 2 ** n;
  const scratch = engine.reserve(n, stateBytes + bytes.length, precision);
  const begin = scratch + stateBytes;
  new Uint8Array(engine.wasm.memory.buffer).set(bytes, begin);
  engine.initialise(2 ** n, precision);
  const { directBegin, directRun, directFinish } = engine.direct(precision);
  directBegin(n);
  for (let at = begin; at < begin + bytes.length; ) at = directRun(at, begin + bytes.length, commandsAtOnce);
  directFinish(n, scale.re, scale.im, scratch);
  const stored = view(engine, precision, n).slice();
  return Array.from({ length: 2 ** n }, (_, k) => [stored[2 * k] ?? 0, stored[2 * k + 1] ?? 0] as const);
}

function view({ wasm }: Engine, precision: Precision, qubitCount: number): Float64Array | Float32Array {
  const type = precision === "double" ? Float64Array : Float32Array;
  return new type(wasm.memory.buffer, wasm.stateAddress(), 2 * 2 ** qubitCount);
}

function largestDifference(a: readonly (readonly [number, number])[], b: readonly (readonly [number, number])[]): number {
  return Math.max(...a.map(([re, im], k) => Math.hypot(re - (b[k]?.[0] ?? 0), im - (b[k]?.[1] ?? 0))));
}

const tolerance = { double: 1e-12, single: 3e-6 } as const;

describe.each(["double", "single"] as const)("in %s precision", (precision) => {
  test("random circuits of 1 to 8 qubits end in the state of the dense reference", () => {
    for (let seed = baseSeed; seed < baseSeed + 48; seed++) {
      const n = 1 + (seed % 8);
      const { operations } = randomCircuit(createSeededRandom(seed), n, 80);
      const difference = largestDifference(planned(operations, n, { precision }), denseState(n, operations));
      expect(difference, `seed ${seed}`).toBeLessThan(tolerance[precision]);
    }
  });

  test("so they do gate by gate, however many commands are run at once", () => {
    for (let seed = baseSeed; seed < baseSeed + 96; seed++) {
      const n = 1 + (seed % 8);
      const { operations } = randomCircuit(createSeededRandom(seed), n, 120);
      const difference = largestDifference(direct(operations, n, precision, 1 + (seed % 7)), denseState(n, operations));
      expect(difference, `seed ${seed}`).toBeLessThan(tolerance[precision]);
    }
  });

  test("gate by gate, no more phases wait than there is room for, and none is forgotten", () => {
    // Every parity of seven qubits, by cx and rz alone: 127 phases that differ, then Hadamards that need them done.
    const random = createSeededRandom(baseSeed);
    const operations: Operation[] = [0, 1, 2, 3, 4, 5, 6].map((qubit) => gateOn("h", [qubit]));
    for (let k = 0; k < 400; k++) {
      const target = random.between(0, 7);
      operations.push(gateOn("cx", [(target + 1 + random.between(0, 6)) % 7, target]), gateOn("rz", [target], [random.next()]));
      if (k % 200 === 199) operations.push(gateOn("h", [k % 7]), gateOn("x", [(k + 3) % 7]));
    }
    expect(largestDifference(direct(operations, 7, precision), denseState(7, operations))).toBeLessThan(tolerance[precision]);
  });

  test("gate by gate, a thousand Hadamards do not overflow", () => {
    const operations = Array.from({ length: 1001 }, (_, k) => [gateOn("h", [k % 3]), gateOn("t", [k % 3])]).flat();
    const difference = largestDifference(direct(operations, 3, precision), denseState(3, operations));
    expect(difference).toBeLessThan(20 * tolerance[precision]);
  });

  test("so they do in small blocks, whatever lies in one and however many are run at once", () => {
    for (let seed = baseSeed; seed < baseSeed + 60; seed++) {
      const n = 5 + (seed % 4);
      const { operations } = randomCircuit(createSeededRandom(seed), n, 60);
      const block = { bitCountMax: 4 + (seed % 2), runBitCount: 1 + (seed % 3 === 0 ? 1 : 0) };
      const difference = largestDifference(
        planned(operations, n, { precision, block }, 1 + (seed % 3)),
        denseState(n, operations),
      );
      expect(difference, `seed ${seed}`).toBeLessThan(tolerance[precision]);
    }
  });

  test("lengths that are put off do not overflow in a thousand rotations", () => {
    const layer = (k: number) => [0, 1, 2, 3, 4].flatMap((q) => [gateOn("h", [q]), gateOn("ry", [q], [k])]);
    const operations = Array.from({ length: 200 }, (_, k) => [...layer(k), gateOn("cx", [k % 5, (k + 1) % 5])]).flat();
    const difference = largestDifference(planned(operations, 5, { precision }), denseState(5, operations));
    expect(difference).toBeLessThan(precision === "double" ? 1e-12 : 1e-4);
  });
});

test("a plan does the work of many gates in few operations, and says the same when asked twice", () => {
  const layer = (k: number) => [
    ...Array.from({ length: 10 }, (_, q) => [gateOn("ry", [q], [k + q]), gateOn("rz", [q], [k - q])]).flat(),
    ...Array.from({ length: 9 }, (_, q) => gateOn("cx", [q, q + 1])),
  ];
  const operations = Array.from({ length: 20 }, (_, k) => layer(k)).flat();
  const plan = planGates(operations, 10, { precision: "double", trigonometry });
  expect(plan).toEqual(planGates(operations, 10, { precision: "double", trigonometry }));
  expect(plan.schedule.passes).toHaveLength(1);
  // A layer: four rotations of two and three qubits, one diagonal, one permutation.
  expect(plan.schedule.passes[0]?.operations.length).toBeLessThan(20 * 8);
});

/** The same gates with other angles, some of them those of Clifford gates or none. */
function withOtherAngles(operations: readonly Operation[], random: ReturnType<typeof createSeededRandom>): readonly Operation[] {
  const angle = (): number => (random.chance(0.2) ? (random.between(0, 9) - 4) * (Math.PI / 2) : 7 * random.next() - 3);
  return operations.map((operation) =>
    operation.kind === "gate" ? { ...operation, angles: operation.angles.map(angle) } : operation,
  );
}

test("a plan that is bound again is the plan that would be made anew, whether its shape holds or not", () => {
  let takenCount = 0;
  const bindingCount = 6;
  for (let seed = baseSeed; seed < baseSeed + 96; seed++) {
    const random = createSeededRandom(seed);
    const n = 2 + (seed % 9);
    const { operations } = randomCircuit(random, n, 60);
    const isSmall = seed % 2 === 0;
    const options = {
      precision: seed % 3 === 0 ? "single" : "double",
      trigonometry,
      isFresh: seed % 5 === 0,
      ...(isSmall ? { block: { bitCountMax: 5, runBitCount: 1 } } : {}),
    } as const;
    let like = planGates(operations, n, options);
    for (let k = 0; k < bindingCount; k++) {
      const other = withOtherAngles(operations, random);
      const bound = planGates(other, n, { ...options, like });
      expect(bound, `seed ${seed}`).toEqual(planGates(other, n, options));
      if (bound.schedule === like.schedule) takenCount++;
      like = bound;
    }
  }
  expect(takenCount).toBeGreaterThan(32);
  expect(takenCount).toBeLessThan(96 * bindingCount);
});

test("layers of turns about Y and Z, and of QAOA, are planned once for every binding", () => {
  const random = createSeededRandom(baseSeed);
  const angle = (): number => 2 * Math.PI * random.next() - Math.PI;
  const qubits = Array.from({ length: 12 }, (_, qubit) => qubit);
  const turns = () => [
    ...qubits.flatMap((qubit) => [gateOn("ry", [qubit], [angle()]), gateOn("rz", [qubit], [angle()])]),
    ...qubits.slice(1).map((qubit) => gateOn("cx", [qubit - 1, qubit])),
  ];
  const alternating = () => [
    ...qubits.map((qubit) => gateOn("rzz", [qubit, (qubit + 1) % 12], [angle()])),
    ...qubits.map((qubit) => gateOn("rx", [qubit], [angle()])),
  ];
  for (const layer of [turns, alternating]) {
    const make = (like?: Plan) => {
      const layers = Array.from({ length: 6 }, layer).flat();
      return planGates(layers, 12, { precision: "double", trigonometry, isFresh: true, like });
    };
    const first = make();
    for (let k = 0; k < 20; k++) expect(make(first).schedule).toBe(first.schedule);
  }
});

test("a phase that comes to nothing with one binding and not with another is not taken over", () => {
  const gatesOf = (angle: number) => [
    gateOn("ry", [0], [0.3]),
    gateOn("cp", [0, 1], [Math.PI]),
    gateOn("cp", [0, 1], [angle]),
    gateOn("ry", [1], [0.7]),
    gateOn("ry", [2], [0.4]),
    gateOn("cp", [1, 2], [Math.PI / 2]),
  ];
  const options = { precision: "double", trigonometry } as const;
  const dropped = planGates(gatesOf(-Math.PI), 4, options);
  const kept = planGates(gatesOf(1), 4, options);
  expect(planGates(gatesOf(1), 4, { ...options, like: dropped })).toEqual(kept);
  expect(planGates(gatesOf(-Math.PI), 4, { ...options, like: kept })).toEqual(dropped);
});

test("swaps move nothing, and diagonals wait for whoever needs them", () => {
  const plan = planGates([gateOn("swap", [0, 3]), gateOn("swap", [1, 2])], 4, { precision: "double", trigonometry });
  expect(plan.schedule.passes).toEqual([]);
  expect(plan.positionOf).toEqual([3, 2, 1, 0]);
  const phases = Array.from({ length: 10 }, (_, k) => [
    gateOn("cp", [k % 5, (k + 2) % 5], [0.1 * k]),
    gateOn("t", [k % 5]),
  ]).flat();
  const { passes } = planGates(phases, 5, { precision: "double", trigonometry }).schedule;
  expect(passes.flatMap(({ operations }) => operations.map(({ kind }) => kind))).toEqual(["diagonal"]);
});

test("on 9 to 12 qubits a plan ends in the state of its gates one by one", () => {
  for (let seed = baseSeed; seed < baseSeed + 24; seed++) {
    const n = 9 + (seed % 4);
    const { operations } = randomCircuit(createSeededRandom(seed), n, 200);
    const wanted = direct(operations, n, "double");
    for (const precision of ["double", "single"] as const) {
      for (const block of [undefined, { bitCountMax: 5 + (seed % 3), runBitCount: 1 + (seed % 2) }]) {
        const options = { precision, isFresh: true, ...(block === undefined ? {} : { block }) };
        const difference = largestDifference(planned(operations, n, options), wanted);
        expect(difference, `seed ${seed}, ${JSON.stringify(options)}`).toBeLessThan(tolerance[precision]);
      }
    }
  }
});
