// Memory circuits of error-correcting codes, read from Stim's language: without noise every detector is silent, with noise each fires as often as an exact
// walk through the circuit says.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseStimCircuit, type StimCircuit } from "../../../bench/support/stim-circuit.ts";
import { loadSimulatorModules } from "../../../test/fixtures/wasm.ts";
import { detectionRates } from "../../../test/oracle/detection-rates.ts";
import { drive } from "../slices.ts";
import { createStabilizerEngine, runProgram } from "./index.ts";

const engine = createStabilizerEngine((await loadSimulatorModules()).stabilizer);
const data = join(import.meta.dirname, "../../../../shared/data/qec");
const missing = existsSync(data) ? undefined : "../shared/data/qec is not there";

/** Detectors first, then observables, one character each. */
function sample({ program, measurementCount, detectorCount, observableCount }: StimCircuit, shots: number, seed: bigint) {
  const characters = Array.from({ length: detectorCount + observableCount }, (_, k) => measurementCount + k);
  return drive(runProgram(engine, program, { shots, seed, characters }));
}

/** Data qubits 0, 2, 4, …, checks between them; `rounds` rounds of checks, X and readout errors, and depolarizing after every gate. */
function repetitionCode(distance: number, rounds: number, rate: number): string {
  const checks = Array.from({ length: distance - 1 }, (_, k) => 2 * k + 1);
  const dataQubits = Array.from({ length: distance }, (_, k) => 2 * k);
  const detectors = (previous: boolean): string[] =>
    checks.map((_, k) => `DETECTOR(${k}, 0) rec[-${distance - 1 - k}]${previous ? ` rec[-${2 * (distance - 1) - k}]` : ""}`);
  const round = (first: boolean): string[] => [
    `CX ${checks.map((check) => `${check - 1} ${check}`).join(" ")}`,
    `DEPOLARIZE2(${rate}) ${checks.map((check) => `${check - 1} ${check}`).join(" ")}`,
    `CX ${checks.map((check) => `${check + 1} ${check}`).join(" ")}`,
    `DEPOLARIZE1(${rate}) ${dataQubits.join(" ")}`,
    `X_ERROR(${rate}) ${checks.join(" ")}`,
    `MR(${rate}) ${checks.join(" ")}`,
    "TICK",
    ...detectors(!first),
  ];
  return [
    `R ${[...dataQubits, ...checks].join(" ")}  # all of them`,
    ...round(true),
    `REPEAT ${rounds - 1} {`,
    ...round(false).map((line) => `    ${line}`),
    "}",
    `M(${rate}) ${dataQubits.join(" ")}`,
    ...checks.map((_, k) => `DETECTOR rec[-${distance - k}] rec[-${distance - k - 1}] rec[-${2 * distance - 1 - k}]`),
    "OBSERVABLE_INCLUDE(0) rec[-1]",
  ].join("\n");
}

/** Every detector and observable within five standard deviations of its exact rate. */
function expectExactRates(circuit: StimCircuit, shots: number, seed: bigint): void {
  const fired = Array.from({ length: circuit.detectorCount + circuit.observableCount }, () => 0);
  for (const [outcome, count] of sample(circuit, shots, seed)) {
    for (let k = 0; k < outcome.length; k++) if (outcome[k] === "1") fired[k] = (fired[k] ?? 0) + count;
  }
  const rates = detectionRates(circuit.program);
  expect(rates.length).toBe(fired.length);
  expect(Math.min(...rates)).toBeGreaterThan(0);
  const deviations = rates.map((rate, k) => ((fired[k] ?? 0) - rate * shots) / Math.sqrt(shots * rate * (1 - rate)));
  expect(Math.max(...deviations.map(Math.abs)), `seed ${seed}`).toBeLessThan(5);
  // Together they spread as much as chance makes them, not less; neighbours are correlated, so the bounds are wide.
  const spread = deviations.reduce((sum, deviation) => sum + deviation ** 2, 0) / deviations.length;
  expect(spread, `seed ${seed}`).toBeGreaterThan(0.5);
  expect(spread, `seed ${seed}`).toBeLessThan(2);
}

describe("repetition codes", () => {
  test("without noise no detector fires and the observable is 0, in every shot", () => {
    for (const distance of [3, 7, 70]) {
      const circuit = parseStimCircuit(repetitionCode(distance, distance, 0.1), { isNoisy: false });
      expect(circuit.detectorCount).toBe((distance - 1) * (distance + 1));
      expect([...sample(circuit, 3000, 1n)]).toEqual([["0".repeat(circuit.detectorCount + 1), 3000]]);
    }
  });

  test("with noise each detector fires at its exact rate", () => {
    expectExactRates(parseStimCircuit(repetitionCode(9, 6, 0.01)), 60_000, 31n);
    expectExactRates(parseStimCircuit(repetitionCode(4, 3, 0.2)), 60_000, 32n);
  });
});

describe("surface codes", () => {
  function readCircuit(name: string, isNoisy: boolean): StimCircuit {
    const { stim } = JSON.parse(readFileSync(join(data, `stim_surface_rotated_x_${name}.json`), "utf8")) as { stim: string };
    return parseStimCircuit(stim, { isNoisy });
  }

  test.skipIf(missing !== undefined)(`without noise no detector fires in any shot${missing ? `: ${missing}` : ""}`, () => {
    for (const name of ["d5_p0.001", "d7_p0.001", "d9_p0.001"]) {
      const circuit = readCircuit(name, false);
      expect([...sample(circuit, 3000, 2n)]).toEqual([["0".repeat(circuit.detectorCount + 1), 3000]]);
    }
  });

  test.skipIf(missing !== undefined)(`with noise each detector fires at its exact rate${missing ? `: ${missing}` : ""}`, () => {
    for (const name of ["d5_p0.01", "d5_p0.005", "d7_p0.008", "d9_p0.001"])
      expectExactRates(readCircuit(name, true), 20_000, 41n);
  });
});

describe("what the reader refuses", () => {
  test.each([
    ["H 0\nFROB 0", /line 2 .*FROB is not known/],
    ["M 0\nDETECTOR rec[-2]", /line 2 .*before the first measurement/],
    ["CX 0 rec[-1]", /line 1 .*rec\[-1\] is not a qubit/],
    ["DETECTOR 3", /line 1 .*3 is not a measurement/],
    ["M 0\nh 0", /line 2 .*cannot read h 0/],
  ])("%j is refused with its line", (text, reason) => {
    expect(() => parseStimCircuit(text)).toThrow(reason);
  });
});
