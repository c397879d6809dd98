// Qiskit Aer against our noise: the same steps with channels of Aer's own making give the same probabilities, and gates composed of them have the
// calibrated errors of published devices.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importIbmCalibration } from "../../src/model/calibration/import-ibm.ts";
import type { Operation } from "../../src/model/circuit.ts";
import { createNoiseModel, type NoiseModel } from "../../src/model/noise-model.ts";
import { runDensityMatrix } from "../../src/simulator/density-matrix/run.ts";
import { createNoisyEngine } from "../../src/simulator/noise/engine.ts";
import { createNoisyProgram, type Step } from "../../src/simulator/noise/program.ts";
import { drive } from "../../src/simulator/slices.ts";
import { runTrajectories } from "../../src/simulator/trajectories/run.ts";
import { root } from "../../tools/runtime.mjs";
import { lineCalibration } from "../fixtures/calibration.ts";
import { loadSimulatorModules } from "../fixtures/wasm.ts";
import { circuitOf, gateOn } from "../oracle/random-circuit.ts";
import { createSeededRandom } from "../simulation/seeded-random.ts";
import { pythonWith } from "../support/python.ts";

const environment = pythonWith(["qiskit==2.6.2", "qiskit-aer==0.18.2", "numpy==2.4.6"]);
const reason = "missing" in environment ? environment.missing : undefined;
const engine = createNoisyEngine((await loadSimulatorModules()).noisy);
const seed = 20261123;

interface Answer {
  readonly probabilities: readonly number[];
  readonly errors: readonly number[];
}

/** Aer orders the qubits of its probabilities as we do: qubit 0 is bit 0. */
function ask(question: object): Answer {
  if ("missing" in environment) throw new Error(environment.missing);
  const { stdout, stderr, status } = spawnSync(environment.python, [join(root, "test/outside/aer-noise.py")], {
    input: JSON.stringify(question),
    encoding: "utf8",
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Answer;
}

const written = (steps: readonly Step[]): object[] =>
  steps.map((step) => (step.kind === "relax" ? { kind: "relax", qubit: step.qubit, ...step.relaxation } : step));

function layers(pairs: readonly (readonly [number, number])[], qubits: readonly number[], count: number): Operation[] {
  const random = createSeededRandom(seed);
  return Array.from({ length: count }, (_, layer): Operation[] => [
    ...qubits.flatMap((q) => [gateOn("sx", [q]), gateOn("rz", [q], [random.next() * 6]), gateOn("sx", [q])]),
    ...pairs.filter((_, k) => k % 2 === layer % 2).map((pair) => gateOn("cx", pair)),
    { kind: "delay", qubits: [qubits[layer % qubits.length] ?? 0], durationNs: 2000 },
  ]).flat();
}

function expectAsAer(noise: NoiseModel, operations: readonly Operation[], qubits: readonly number[], digits: number): void {
  const width = Math.max(...qubits) + 1;
  const measures = qubits.map((qubit, bit): Operation => ({ kind: "measure", qubit, bit }));
  const circuit = circuitOf(width, [...operations, ...measures], qubits.length);
  const { qubitCount, steps } = createNoisyProgram(circuit, noise, { exp: Math.exp });
  const { probabilities } = ask({ qubitCount, steps: written(steps), gates: [] });
  const words = Array.from({ length: 2 ** qubitCount }, (_, mask) => {
    const letters = Array.from({ length: width }, () => "I");
    for (const [place, qubit] of qubits.entries()) if (((mask >> place) & 1) === 1) letters[width - 1 - qubit] = "Z";
    return { name: `z${mask}`, terms: [{ coefficient: 1, pauli: letters.join("") }] };
  });
  const task = { id: "t", circuit, shots: 50_000, seed: 7n, observables: words, noise };
  const { expectationValues } = drive(runDensityMatrix(engine, { ...task, shots: 1 }));
  for (const [mask, value] of expectationValues.entries()) {
    const wanted = probabilities.reduce(
      (sum, probability, state) => sum + (parity(mask & state) === 0 ? probability : -probability),
      0,
    );
    expect(value, `Z on ${mask.toString(2)}`).toBeCloseTo(wanted, digits);
  }
  const { counts } = drive(runTrajectories(engine, { ...task, observables: [] }));
  for (const [state, probability] of probabilities.entries()) {
    const error = Math.sqrt(probability * (1 - probability) * 50_000);
    const actual = counts.get(state.toString(2).padStart(qubitCount, "0")) ?? 0;
    expect(Math.abs(actual - probability * 50_000), `state ${state}`).toBeLessThan(5 * error + 1);
  }
}

function parity(value: number): number {
  return value === 0 ? 0 : (value & 1) ^ parity(value >> 1);
}

const folder = join(root, "../shared/data/devices/raw");
const noDevices = existsSync(folder) ? undefined : "the published device files are not beside this checkout";
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));

describe.skipIf(reason !== undefined)(`Qiskit Aer${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  test("has the same probabilities for a made-up device with every ratio of T2 to T1", () => {
    const noise = createNoiseModel(lineCalibration(5), { hasReadoutErrors: false, hasCrosstalk: true, excitedPopulation: 0.02 });
    const qubits = [0, 1, 2, 3, 4];
    const pairs = qubits.slice(1).map((q) => [q - 1, q] as const);
    // With an excited population Aer's own probabilities sum to 1 - 2.5e-8 here.
    expectAsAer(noise, layers(pairs, qubits, 6), qubits, 6);
  });

  test.skipIf(noDevices !== undefined).each(["manila", "guadalupe", "kolkata"])(
    `has the same probabilities and average gate errors on %s${noDevices === undefined ? "" : ` (skipped: ${noDevices})`}`,
    (name) => {
      const imported = importIbmCalibration(read(`conf_${name}.json`), read(`props_${name}.json`));
      if (!imported.ok) throw new Error(JSON.stringify(imported.error));
      const noise = createNoiseModel(imported.value.calibration, { hasReadoutErrors: false });
      const qubits = [0, 1, 2, 3, 4];
      const cx = imported.value.calibration.gates.flatMap(({ gate, qubits: [a = 0, b = 0] }) =>
        gate === "cx" && a < 5 && b < 5 ? [[a, b] as const] : [],
      );
      expectAsAer(noise, layers(cx, qubits, 5), qubits, 10);
      // Each gate alone, with what its program adds.
      const gates = [
        ...qubits.map((q) => ({ operation: gateOn("sx", [q]) })),
        ...cx.map((pair) => ({ operation: gateOn("cx", pair) })),
      ].map(({ operation }) => {
        const { steps } = createNoisyProgram(circuitOf(5, [operation]), noise, { exp: Math.exp });
        const rate = steps.reduce((sum, step) => sum + (step.kind === "depolarize" ? step.rate : 0), 0);
        return { rate, relaxations: steps.flatMap((step) => (step.kind === "relax" ? [step.relaxation] : [])), operation };
      });
      const { errors } = ask({ qubitCount: 1, steps: [], gates });
      let exact = 0;
      for (const [k, { rate, operation }] of gates.entries()) {
        const wanted = imported.value.calibration.gates.find(
          (entry) =>
            operation.kind === "gate" && entry.gate === operation.gate && String(entry.qubits) === String(operation.qubits),
        )?.errorRate;
        // Without a depolarizing part relaxation alone is worse than what was measured.
        if (rate === 0) expect(errors[k]).toBeGreaterThanOrEqual((wanted ?? 1) - 1e-12);
        else exact++;
        if (rate > 0) expect(errors[k]).toBeCloseTo(wanted ?? -1, 10);
      }
      expect(exact).toBeGreaterThan(4);
    },
  );
});
