import { describe, expect, test } from "vitest";
import { lineCalibration } from "../../../test/fixtures/calibration.ts";
import { circuitOf, gateOn, measureAll } from "../../../test/oracle/random-circuit.ts";
import type { Operation } from "../../model/circuit.ts";
import { createNoiseModel, type NoiseModel } from "../../model/noise-model.ts";
import { noiseFaults } from "./faults.ts";
import { createNoisyProgram, type Step } from "./program.ts";

const calibration = lineCalibration(3);
const relaxing = createNoiseModel(calibration, { hasGateErrors: false, hasReadoutErrors: false });

function stepsOf(operations: readonly Operation[], noise: NoiseModel = relaxing, bitCount = 0): readonly Step[] {
  return createNoisyProgram(circuitOf(3, operations, bitCount), noise, { exp: Math.exp }).steps;
}

/** Each relaxation by its qubit and time, each other step by its kind. */
function read(steps: readonly Step[]): string[] {
  return steps.map((step) => {
    if (step.kind === "gate") return `${step.gate} ${step.qubits}`;
    if (step.kind === "depolarize") return `depolarize ${step.qubits}`;
    if (step.kind !== "relax") return step.kind;
    const t1Ns = (calibration.qubits[step.qubit]?.t1Us ?? 0) * 1000;
    return `relax ${step.qubit} ${Math.round(-Math.log(1 - step.relaxation.decay) * t1Ns)}`;
  });
}

describe("time", () => {
  test("a gate relaxes its qubits for its duration, a waiting qubit for as long as it waits, a fresh one not at all", () => {
    const operations = [
      gateOn("sx", [0]),
      gateOn("cx", [0, 1]),
      gateOn("sx", [0]),
      gateOn("sx", [0]),
      gateOn("cx", [1, 2]),
      gateOn("cx", [0, 1]),
    ];
    expect(read(stepsOf(operations))).toEqual([
      "sx 0",
      // Before cx: qubit 0 is done with its 40 ns, qubit 1 was fresh.
      "relax 0 40",
      "cx 0,1",
      "relax 0 400",
      "sx 0",
      "relax 0 40",
      "sx 0",
      "relax 1 400",
      "cx 1,2",
      // cx 1,2 ends at 870 ns, the second sx of qubit 0 at 520 ns.
      "relax 0 390",
      "relax 1 430",
      "cx 0,1",
      "relax 0 400",
      "relax 1 400",
      "relax 2 430",
    ]);
  });

  test("delays and barriers count, changes of frame do not, and the last gates relax before the measurement or the end", () => {
    const operations: Operation[] = [
      gateOn("x", [0]),
      gateOn("rz", [0], [1]),
      { kind: "delay", qubits: [0], durationNs: 1000 },
      gateOn("x", [0]),
      { kind: "barrier", qubits: [0, 1] },
      gateOn("x", [1]),
      { kind: "barrier", qubits: [0, 1] },
      ...measureAll(2),
    ];
    const program = createNoisyProgram(circuitOf(3, operations, 2), relaxing, { exp: Math.exp });
    // Qubit 0 waits out its own gate and that of qubit 1, qubit 1 its own.
    expect(read(program.steps)).toEqual(["x 0", "rz 0", "relax 0 1040", "x 0", "x 1", "relax 0 80", "relax 1 40"]);
    expect(program.finals.map(({ qubit }) => qubit)).toEqual([0, 1]);
    expect(read(stepsOf([gateOn("x", [0])]))).toEqual(["x 0", "relax 0 40"]);
  });

  test("a branch waits for the bit that decides it, and both of its sides take as long as the longer one", () => {
    const operations: Operation[] = [
      gateOn("x", [0]),
      gateOn("x", [1]),
      { kind: "measure", qubit: 0, bit: 0 },
      {
        kind: "if",
        condition: { kind: "bit", bit: 0, value: 1 },
        then: [gateOn("x", [1]), gateOn("x", [1])],
        otherwise: [gateOn("rz", [1], [1])],
      },
      gateOn("x", [1]),
    ];
    const steps = stepsOf(operations, relaxing, 1);
    expect(read(steps)).toEqual([
      "x 0",
      "x 1",
      "relax 0 40",
      "measure",
      // Its own gate, and the readout.
      "relax 1 1540",
      "branch",
      "x 1",
      "relax 1 40",
      "x 1",
      "relax 1 40",
      "jump",
      "rz 1",
      "relax 1 80",
      "x 1",
      "relax 1 40",
    ]);
    expect(steps.flatMap((step) => (step.kind === "branch" || step.kind === "jump" ? [step.skip] : []))).toEqual([5, 2]);
  });

  test("a side of a branch may be as long as a circuit", () => {
    const then = Array.from({ length: 200_000 }, () => gateOn("rz", [0], [1]));
    const operations: Operation[] = [
      { kind: "measure", qubit: 0, bit: 0 },
      { kind: "if", condition: { kind: "bit", bit: 0, value: 1 }, then, otherwise: [] },
    ];
    expect(stepsOf(operations, relaxing, 1)).toHaveLength(200_003);
  });

  test("each gate depolarizes, then relaxes; without noise nothing is added", () => {
    const operations = [gateOn("sx", [0]), gateOn("cx", [0, 1])];
    expect(read(stepsOf(operations, createNoiseModel(calibration)))).toEqual([
      "sx 0",
      "depolarize 0",
      "relax 0 40",
      "cx 0,1",
      "depolarize 0,1",
      "relax 0 400",
      "relax 1 400",
    ]);
    const silent = createNoisyProgram(circuitOf(3, operations), undefined, { exp: Math.exp });
    expect(read(silent.steps)).toEqual(["sx 0", "cx 0,1"]);
  });

  test("neighbours driven at the same time turn by pi zeta t of ZZ, those driven one after the other do not", () => {
    const noise = createNoiseModel(calibration, { hasRelaxation: false, hasGateErrors: false, hasCrosstalk: true });
    const steps = stepsOf([gateOn("sx", [0]), gateOn("cx", [1, 2]), gateOn("sx", [0])], noise);
    const turns = steps.flatMap((step) => (step.kind === "gate" && step.gate === "rzz" ? [step] : []));
    expect(turns.map(({ qubits }) => [...qubits].sort())).toEqual([
      [0, 1],
      [0, 1],
    ]);
    for (const { angles } of turns) expect(angles[0]).toBeCloseTo(Math.PI * -60e3 * 40e-9, 12);
    const apart = stepsOf([gateOn("sx", [0]), { kind: "barrier", qubits: [0, 1, 2] }, gateOn("cx", [1, 2])], noise);
    expect(read(apart)).toEqual(["sx 0", "cx 1,2"]);
  });
});

describe("what a calibration does not know", () => {
  const faultsOf = (operations: readonly Operation[], changes = {}, qubitCount = 3) =>
    noiseFaults(circuitOf(qubitCount, operations), createNoiseModel(lineCalibration(3, changes)));

  test("gates that are made of calibrated ones take their figures: one or two pulses, one to three entangling gates", () => {
    const operations = [
      gateOn("h", [0]),
      gateOn("u", [1], [1, 2, 3]),
      gateOn("cz", [2, 1]),
      gateOn("swap", [0, 1]),
      gateOn("t", [2]),
    ];
    expect(faultsOf(operations)).toEqual([]);
    expect(read(stepsOf([gateOn("u", [0], [1, 2, 3]), gateOn("x", [0]), gateOn("swap", [0, 1]), gateOn("x", [0])]))).toEqual([
      "u 0",
      "relax 0 80",
      "x 0",
      "relax 0 40",
      "swap 0,1",
      "relax 0 1200",
      "x 0",
      "relax 0 40",
      "relax 1 1200",
    ]);
  });

  test("all gates off the couplings, dead ones, those on three qubits and missing qubits are told at once", () => {
    const dead = {
      gates: [
        { gate: "sx", qubits: [0], errorRate: 1 },
        { gate: "cx", qubits: [0, 1] },
      ],
    };
    const operations = [gateOn("cx", [0, 2]), gateOn("h", [0]), gateOn("ccx", [0, 1, 2]), gateOn("x", [4]), gateOn("cx", [1, 0])];
    expect(faultsOf(operations, dead, 5).map(({ found }) => found)).toEqual([
      "cx on qubits 0, 2, not calibrated there",
      "h on qubit 0, whose calibrated error is 1",
      "ccx on qubits 0, 1, 2, not calibrated there",
      "qubit 4",
    ]);
  });
});
