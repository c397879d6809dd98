import { expect, test } from "vitest";
import { loadSimulatorModules } from "../../test/fixtures/wasm.ts";
import { circuitOf, gateOn, measureAll } from "../../test/oracle/random-circuit.ts";
import { bindAngles } from "../model/bind-angles.ts";
import type { Angle, Circuit } from "../model/circuit.ts";
import { createSimulator } from "./index.ts";
import { drive } from "./slices.ts";
import { directQubitCountMax } from "./statevector/state.ts";

const simulator = createSimulator(await loadSimulatorModules());
const observables = [
  { name: "z", terms: [{ coefficient: 1, pauli: `Z${"I".repeat(12)}` }] },
  { name: "xz", terms: [{ coefficient: 0.5, pauli: `${"I".repeat(11)}XZ` }], sampled: true },
];

/** Wide enough for a plan. */
const qubitCount = directQubitCountMax + 2;
const qubits = Array.from({ length: qubitCount }, (_, qubit) => qubit);

/** With a parameter that every angle depends on. */
function ansatz(): Circuit {
  const angle = (qubit: number): Angle => ({
    kind: "binary",
    operator: "+",
    left: { kind: "parameter", name: "t" },
    right: qubit,
  });
  const turns = qubits.flatMap((qubit) => [gateOn("ry", [qubit], [angle(qubit)]), gateOn("rz", [qubit], [angle(1)])]);
  const chain = qubits.slice(1).map((qubit) => gateOn("cx", [qubit - 1, qubit]));
  const circuit = circuitOf(qubitCount, [...turns, ...chain, ...turns, ...measureAll(qubitCount)], qubitCount);
  return { ...circuit, parameters: ["t"] };
}

test("run k of a sweep is the task with its circuit and the seed + k, bit for bit, around the end of the seeds too", () => {
  const bindings = [0.1, 0.2, 0.2, 0, Math.PI / 2, 2, -1].map((t) => ({ t }));
  const seed = 2n ** 64n - 2n;
  const task = { id: "sweep", circuit: ansatz(), shots: 300, observables };
  const { sweep = [], ...whole } = simulator.run({ ...task, seed, sweep: bindings }, () => 0);
  expect(sweep).toHaveLength(bindings.length);
  for (const [k, binding] of bindings.entries()) {
    const circuit = bindAngles(ansatz(), binding);
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
  expect(() => simulator.run({ ...task, sweep: Array.from({ length: 8 }, () => ({})) }, () => 0)).toThrow(
    /runs need .* a sweep may have/,
  );
  expect(simulator.run({ ...task, sweep: [{}] }, () => 0).sweep).toHaveLength(1);
});

test("a sweep stops between slices, so that it can be given up", () => {
  const slices = simulator.runInSlices(
    { id: "sweep", circuit: ansatz(), shots: 1, seed: 1n, observables: [], sweep: [{ t: 1 }, { t: 2 }] },
    () => 0,
  );
  let count = 0;
  while (slices.next().done !== true) count++;
  expect(count).toBeGreaterThanOrEqual(2);
  expect(
    drive(
      simulator.runInSlices(
        { id: "next", circuit: bindAngles(ansatz(), { t: 0 }), shots: 5, seed: 1n, observables: [] },
        () => 0,
      ),
    ).counts.size,
  ).toBeGreaterThan(0);
});
