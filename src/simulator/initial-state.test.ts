import { describe, expect, test } from "vitest";
import { loadSimulatorModules } from "../../test/fixtures/wasm.ts";
import { circuitOf, gateOn, measureAll, randomCircuit } from "../../test/oracle/random-circuit.ts";
import { createSeededRandom } from "../../test/simulation/seeded-random.ts";
import type { Circuit, Operation } from "../model/circuit.ts";
import { noOutputs, type Precision } from "../model/simulation.ts";
import type { ComputeTask } from "../ports/compute.ts";
import { createSimulator } from "./index.ts";
import { directQubitCountMax } from "./statevector/state.ts";

const simulator = createSimulator(await loadSimulatorModules());
const baseSeed = 20261126;

function run(circuit: Circuit, changes: Partial<ComputeTask>) {
  const outputs = { ...noOutputs, finalState: true };
  return simulator.run({ id: "t", circuit, shots: 200, seed: 5n, observables: [], outputs, ...changes }, () => 0);
}

function gatesOf(seed: number, qubitCount: number): readonly Operation[] {
  const { operations } = randomCircuit(createSeededRandom(seed), qubitCount, 60);
  return operations.filter(({ kind }) => kind === "gate");
}

function difference(a: Float64Array | undefined, b: Float64Array | undefined): number {
  if (a === undefined || b === undefined || a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, value, k) => Math.max(most, Math.abs(value - (b[k] ?? 0))), 0);
}

describe("a run that begins where another ended", () => {
  test.each([
    ["double", 1e-12],
    ["single", 5e-6],
  ] as const)("ends where one run of both ends, in %s precision", (precision: Precision, tolerance) => {
    for (const [k, qubitCount] of [1, 2, 3, 5, 9, 11, 12, 14].entries()) {
      const seed = baseSeed + k;
      const gates = gatesOf(seed, qubitCount);
      const measures = measureAll(qubitCount);
      const whole = run(circuitOf(qubitCount, [...gates, ...measures], qubitCount), { precision });
      const first = run(circuitOf(qubitCount, gates.slice(0, 25)), { precision });
      const initialState = first.finalState ?? new Float64Array();
      const second = run(circuitOf(qubitCount, [...gates.slice(25), ...measures], qubitCount), { precision, initialState });
      expect(difference(second.finalState, whole.finalState), `seed ${seed}`).toBeLessThan(tolerance);
      // A plan puts qubits elsewhere, and shots walk over amplitudes as they lie.
      if (precision === "double" && qubitCount <= directQubitCountMax)
        expect([...second.counts], `seed ${seed}`).toEqual([...whole.counts]);
    }
  });

  test("keeps what idle qubits were, and needs no gate", () => {
    const initialState = new Float64Array(16);
    initialState.set([0.6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.8]);
    const { finalState, method } = run(circuitOf(3, [gateOn("x", [0])]), { initialState });
    expect([...(finalState ?? [])]).toEqual([0, 0, 0.6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.8, 0, 0]);
    expect(method).toBe("statevector");
    expect([...(run(circuitOf(3, []), { initialState }).finalState ?? [])]).toEqual([...initialState]);
  });

  test("may be measured shot by shot", () => {
    const measure = (bit: number): Operation => ({ kind: "measure", qubit: 0, bit });
    const circuit = circuitOf(1, [measure(0), gateOn("x", [0]), measure(1)], 2);
    const { counts } = run(circuit, { initialState: Float64Array.of(0, 0, 0, 1), outputs: noOutputs });
    expect([...counts]).toEqual([["01", 200]]);
  });
});
