// The bench's noisy circuit is judged before it judges others: its channels have the calibrated errors, and its comparison sees a difference.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { disagreement } from "../../bench/peers/noise-agreement.ts";
import { createNoiseProgram, type NoiseProgram, type RawDevice, type Stage } from "../../bench/peers/noise-program.ts";
import { root } from "../../tools/runtime.mjs";
import { createSeededRandom } from "../simulation/seeded-random.ts";

const folder = join(root, "../shared/data/devices/raw");
const reason = existsSync(folder) ? undefined : "the published calibrations are not beside this checkout";

describe.skipIf(reason !== undefined)(`the noisy program${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  test("each gate's channel has exactly the calibrated error, unless relaxation alone exceeds it", () => {
    const device = readGuadalupe();
    const program = createNoiseProgram(device, 20, 1);
    let exact = 0;
    for (const [name, stages] of Object.entries(program.channels)) {
      const [gate = "", ...qubits] = name.split("_");
      if (gate === "idle") continue;
      const record = device.properties.gates.find((other) => other.gate === gate && other.qubits.join("_") === qubits.join("_"));
      const wanted = record?.parameters.find((parameter) => parameter.name === "gate_error")?.value ?? Number.NaN;
      const actual = averageError(stages, qubits.length);
      if (stages.some((stage) => stage.kind === "pauli")) {
        expect(actual, name).toBeCloseTo(wanted, 12);
        exact++;
      } else expect(actual, name).toBeGreaterThan(wanted);
    }
    expect(exact).toBeGreaterThan(20);
  });

  test("every stage preserves probability, and the same seed gives the same program", () => {
    const program = createNoiseProgram(readGuadalupe(), 20, 1);
    for (const stages of Object.values(program.channels)) for (const stage of stages) expect(kept(stage)).toBeCloseTo(1, 12);
    expect(createNoiseProgram(readGuadalupe(), 20, 1)).toEqual(program);
    expect(createNoiseProgram(readGuadalupe(), 20, 2)).not.toEqual(program);
  });
});

test("counts of one distribution agree, and one qubit that flips a little more often does not", () => {
  const fair = counts(createSeededRandom(1), 4096, 0.5);
  expect(disagreement(fair, counts(createSeededRandom(2), 4096, 0.5), 8)).toBeUndefined();
  expect(disagreement(fair, counts(createSeededRandom(3), 4096, 0.6), 8)).toMatch(/qubit 3/);
});

test("counts whose marginals agree and whose correlations do not are told apart by chi-square", () => {
  const correlated: Record<string, number> = { "00000000": 2048, "00000011": 2048 };
  const independent: Record<string, number> = { "00000000": 1024, "00000001": 1024, "00000010": 1024, "00000011": 1024 };
  expect(disagreement(correlated, independent, 8)).toMatch(/chi-square/);
});

function readGuadalupe(): RawDevice {
  const read = (kind: string) => JSON.parse(readFileSync(join(folder, `${kind}_guadalupe.json`), "utf8"));
  return { configuration: read("conf"), properties: read("props") };
}

/** Eight fair qubits, but qubit 3 is 1 with this probability. */
function counts(random: ReturnType<typeof createSeededRandom>, shots: number, third: number): Record<string, number> {
  const all: Record<string, number> = {};
  for (let shot = 0; shot < shots; shot++) {
    const bits = Array.from({ length: 8 }, (_, k) => (random.chance(k === 4 ? third : 0.5) ? "1" : "0")).join("");
    all[bits] = (all[bits] ?? 0) + 1;
  }
  return all;
}

/**
 * 1 - average fidelity. The process fidelity with the identity is the mean diagonal of the Pauli transfer matrix; every stage maps each Pauli string
 * to itself plus strings of a fixed offset in I and Z, so the diagonals of stages that follow each other multiply.
 */
function averageError(stages: NoiseProgram["channels"][string], width: number): number {
  const dimension = 2 ** width;
  let sum = 0;
  for (let code = 0; code < 4 ** width; code++) {
    const letters = Array.from({ length: width }, (_, place) => (code >> (2 * place)) & 3);
    sum += stages.reduce((factor, stage) => factor * diagonalOf(stage, letters), 1);
  }
  const process = sum / 4 ** width;
  return 1 - (dimension * process + 1) / (dimension + 1);
}

/** The factor with which a Pauli string, a letter I, X, Y, Z (0 to 3) for each qubit, returns to itself. */
function diagonalOf(stage: Stage, letters: readonly number[]): number {
  if (stage.kind === "pauli") {
    return Object.entries(stage.probabilities).reduce((sum, [name, probability]) => {
      const clashes = [...name].reverse().filter((letter, place) => {
        const [a, b] = ["IXYZ".indexOf(letter), letters[stage.qubits[place] ?? 0] ?? 0];
        return a !== 0 && b !== 0 && a !== b;
      }).length;
      return sum + (clashes % 2 === 0 ? probability : -probability);
    }, 0);
  }
  const letter = letters[stage.qubits[0] ?? 0] ?? 0;
  if (letter === 0) return 1;
  if (stage.kind === "relaxation") {
    const { resetRate, phaseFlipRate } = stage;
    return letter === 3 ? 1 - resetRate : 1 - resetRate - 2 * phaseFlipRate;
  }
  // Of real operators K: X and Y return with the sum of K00 K11 (+- K01 K10), Z with half the sum of K00^2 + K11^2 - K01^2 - K10^2.
  return stage.operators.reduce((sum, operator) => {
    const at = (row: number, column: number): number => operator[row]?.[column]?.[0] ?? 0;
    const cross = letter === 1 ? at(0, 1) * at(1, 0) : -at(0, 1) * at(1, 0);
    if (letter !== 3) return sum + at(0, 0) * at(1, 1) + cross;
    return sum + (at(0, 0) ** 2 + at(1, 1) ** 2 - at(0, 1) ** 2 - at(1, 0) ** 2) / 2;
  }, 0);
}

/** The trace that a stage leaves of |0><0| and |1><1|, whichever is further from 1. */
function kept(stage: Stage): number {
  if (stage.kind === "pauli") return Object.values(stage.probabilities).reduce((sum, probability) => sum + probability, 0);
  if (stage.kind === "relaxation") return stage.resetRate + stage.phaseFlipRate <= 1 ? 1 : Number.NaN;
  const columns = [0, 1].map((column) =>
    stage.operators.reduce((sum, operator) => sum + operator.reduce((s, row) => s + (row[column]?.[0] ?? 0) ** 2, 0), 0),
  );
  return columns.reduce((a, b) => (Math.abs(a - 1) > Math.abs(b - 1) ? a : b));
}
