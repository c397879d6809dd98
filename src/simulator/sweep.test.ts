import { expect, test } from "vitest";
import { loadSimulatorModules } from "../../test/fixtures/wasm.ts";
import { circuitOf, gateOn, measureAll } from "../../test/oracle/random-circuit.ts";
import type { Circuit } from "../model/circuit.ts";
import { createSimulator } from "./index.ts";
import { drive } from "./slices.ts";

const simulator = createSimulator(await loadSimulatorModules());
const observables = [
  { name: "z", terms: [{ coefficient: 1, pauli: "ZII" }] },
  { name: "xz", terms: [{ coefficient: 0.5, pauli: "IXZ" }], sampled: true },
];

function ansatz(angle: number): Circuit {
  const layer = [0, 1, 2].map((qubit) => gateOn("ry", [qubit], [angle + qubit]));
  return circuitOf(3, [...layer, gateOn("cx", [0, 1]), gateOn("cx", [1, 2]), ...measureAll(3)], 3);
}

test("run k of a sweep is the task with its circuit and the seed + k, bit for bit, around the end of the seeds too", () => {
  const circuits = [0.1, 0.2, 0.2, Math.PI / 2, 2].map(ansatz);
  const seed = 2n ** 64n - 2n;
  const task = { id: "sweep", circuit: ansatz(0), shots: 300, observables };
  const { sweep = [], ...whole } = simulator.run({ ...task, seed, sweep: circuits }, () => 0);
  expect(sweep).toHaveLength(5);
  for (const [k, circuit] of circuits.entries()) {
    const alone = simulator.run({ ...task, circuit, seed: BigInt.asUintN(64, seed + BigInt(k)) }, () => 0);
    expect(sweep[k], `run ${k}`).toEqual(alone);
  }
  // The same circuit twice: other shots.
  expect(sweep[1]?.counts).not.toEqual(sweep[2]?.counts);
  expect(whole).toMatchObject({ expectationValues: [], estimates: [], method: "statevector" });
  expect(whole.counts.size).toBe(0);
});

test("runs whose outcomes together are more than a sweep may hold end it as out of memory", () => {
  const bitCount = 2 ** 20;
  const each = Array.from({ length: 6 }, (_, qubit) => gateOn("h", [qubit]));
  const circuit = circuitOf(6, [...each, ...measureAll(6)], bitCount);
  const task = { id: "wide", circuit, shots: 20, seed: 1n, observables: [] };
  expect(() => simulator.run({ ...task, sweep: Array.from({ length: 8 }, () => circuit) }, () => 0)).toThrow(
    /runs need .* a sweep may have/,
  );
  expect(simulator.run({ ...task, sweep: [circuit] }, () => 0).sweep).toHaveLength(1);
});

test("a sweep stops between slices, so that it can be given up", () => {
  const slices = simulator.runInSlices(
    { id: "sweep", circuit: ansatz(0), shots: 1, seed: 1n, observables: [], sweep: [ansatz(1), ansatz(2)] },
    () => 0,
  );
  let count = 0;
  while (slices.next().done !== true) count++;
  expect(count).toBeGreaterThanOrEqual(2);
  expect(
    drive(simulator.runInSlices({ id: "next", circuit: ansatz(0), shots: 5, seed: 1n, observables: [] }, () => 0)).counts.size,
  ).toBeGreaterThan(0);
});
