import { describe, expect, test } from "vitest";
import { lineCalibration } from "../../test/fixtures/calibration.ts";
import { circuitOf, gateOn, measureAll } from "../../test/oracle/random-circuit.ts";
import type { Circuit, Operation } from "../model/circuit.ts";
import { createNoiseModel } from "../model/noise-model.ts";
import { noOutputs } from "../model/simulation.ts";
import { chooseMethod, type MethodNeed } from "./choose-method.ts";

const gibibyte = 2 ** 30;

function choose(changes: Partial<MethodNeed> & Pick<MethodNeed, "circuit">) {
  return chooseMethod({
    shots: 1000,
    noise: undefined,
    method: "automatic",
    precision: "double",
    outputs: noOutputs,
    stateBytesMax: gibibyte,
    ...changes,
  });
}

function chosen(changes: Parameters<typeof choose>[0]): string {
  const result = choose(changes);
  return result.ok ? result.value.method : "none";
}

function faultsOf(changes: Parameters<typeof choose>[0]) {
  const result = choose(changes);
  if (result.ok) throw new Error(`${result.value.method} was chosen`);
  return result.error;
}

const onEach = (gate: "h" | "t", qubitCount: number): Operation[] =>
  Array.from({ length: qubitCount }, (_, qubit) => gateOn(gate, [qubit]));
const clifford = (qubitCount: number): Circuit =>
  circuitOf(qubitCount, [...onEach("h", qubitCount), ...measureAll(qubitCount)], qubitCount);
const dense = (qubitCount: number): Circuit =>
  circuitOf(qubitCount, [...onEach("t", qubitCount), ...measureAll(qubitCount)], qubitCount);

describe("automatic without noise", () => {
  test("takes a state vector for a few qubits, and for gates that are not Clifford as far as one fits", () => {
    expect(chosen({ circuit: clifford(2) })).toBe("statevector");
    expect(chosen({ circuit: dense(26) })).toBe("statevector");
    expect(chosen({ circuit: dense(27) })).toBe("none");
    expect(chosen({ circuit: dense(27), precision: "single" })).toBe("statevector");
  });

  test("a circuit that is measured in the middle needs room for a copy of its state, and single precision is named where it would do", () => {
    const measuredIn = (qubitCount: number) => {
      const { operations, bitCount } = dense(qubitCount);
      return circuitOf(qubitCount, [{ kind: "measure", qubit: 0, bit: 0 }, ...onEach("t", qubitCount), ...operations], bitCount);
    };
    expect(chosen({ circuit: measuredIn(25) })).toBe("statevector");
    expect(chosen({ circuit: measuredIn(26) })).toBe("none");
    expect(faultsOf({ circuit: measuredIn(26) })[1]).toMatchObject({
      wanted: "at most 25 qubits by statevector",
      found: `26 qubits need ${2 ** 31} bytes, and ${2 ** 30} are available`,
      hint: "In single precision it fits.",
    });
    expect(faultsOf({ circuit: dense(27), method: "statevector" })[0]?.hint).toBe("In single precision it fits.");
    expect(faultsOf({ circuit: dense(28), method: "statevector" })[0]?.hint).toBe("No other method can carry it either.");
  });

  test("takes the stabilizer method for Clifford circuits that are wide, or measured in the middle", () => {
    expect(chosen({ circuit: clifford(12) })).toBe("stabilizer");
    expect(chosen({ circuit: clifford(1000) })).toBe("stabilizer");
    const dynamic = circuitOf(1, [gateOn("h", [0]), { kind: "measure", qubit: 0, bit: 0 }, gateOn("h", [0])], 1);
    expect(chosen({ circuit: dynamic })).toBe("stabilizer");
    expect(chosen({ circuit: { ...dynamic, operations: [gateOn("t", [0]), ...dynamic.operations] } })).toBe("statevector");
  });

  test("a tableau counts as a state does", () => {
    expect(chosen({ circuit: clifford(1448), stateBytesMax: 2 ** 20 })).toBe("none");
    expect(chosen({ circuit: clifford(1300), stateBytesMax: 2 ** 20 })).toBe("stabilizer");
    expect(faultsOf({ circuit: clifford(1448), stateBytesMax: 2 ** 20 })[0]?.found).toBe(
      "1448 qubits need 1112064 bytes, and 1048576 are available",
    );
  });

  test("an angle that is not bound yet may be any, one that is may be Clifford", () => {
    const turn = (angle: number | { kind: "parameter"; name: string }) =>
      circuitOf(12, [{ kind: "gate", gate: "rz", qubits: [0], angles: [angle] }, ...onEach("h", 12)]);
    expect(chosen({ circuit: turn({ kind: "parameter", name: "a" }) })).toBe("statevector");
    expect(chosen({ circuit: turn(0.3) })).toBe("statevector");
    expect(chosen({ circuit: turn(Math.PI / 2) })).toBe("stabilizer");
  });

  test("idle qubits are not simulated, so they do not count", () => {
    expect(chosen({ circuit: circuitOf(127, [gateOn("t", [3]), gateOn("cx", [3, 99])]) })).toBe("statevector");
  });

  test("what no method carries is told method by method, with the bytes that it needs and those there are", () => {
    const faults = faultsOf({ circuit: dense(27) });
    expect(faults.map(({ field }) => field)).toEqual(["circuit", "circuit"]);
    expect(faults[0]?.found).toBe("t on qubit 0 is not a Clifford gate");
    expect(faults[1]?.found).toBe("27 qubits need 2147483648 bytes, and 1073741824 are available");
    expect(faults[1]?.wanted).toBe("at most 26 qubits by statevector");
    expect(faultsOf({ circuit: dense(100) })[1]?.found).toContain("2^104 bytes");
  });
});

describe("automatic with noise", () => {
  const noise = createNoiseModel(lineCalibration(14));

  test("takes density_matrix for few qubits and many shots, trajectories beyond", () => {
    const circuit = (qubitCount: number): Circuit =>
      circuitOf(
        qubitCount,
        Array.from({ length: 30 * qubitCount }, (_, k) => gateOn("sx", [k % qubitCount])),
      );
    expect(chosen({ circuit: circuit(3), noise, shots: 100_000 })).toBe("density_matrix");
    expect(chosen({ circuit: circuit(14), noise })).toBe("trajectories");
    expect(chosen({ circuit: circuit(11), noise, shots: 1 })).toBe("trajectories");
  });

  test("takes the other one where the faster cannot carry the circuit", () => {
    const measures = Array.from({ length: 9 }, (_, bit): Operation => ({ kind: "measure", qubit: 0, bit }));
    const circuit = circuitOf(1, [...measures, gateOn("sx", [0])], 9);
    const result = choose({ circuit, noise, shots: 1_000_000 });
    expect(result).toMatchObject({ ok: true, value: { method: "trajectories" } });
    expect(result.ok && result.value.reason).toContain("density_matrix cannot carry");
  });

  test("a state vector and a tableau know no noise", () => {
    for (const method of ["statevector", "stabilizer"] as const) {
      const [fault] = faultsOf({ circuit: clifford(2), noise, method });
      expect(fault).toMatchObject({ field: "method", wanted: `a job that ${method} can carry` });
      expect(fault?.hint).toMatch(/^density_matrix can carry it|^trajectories can carry it/);
    }
  });
});

describe("a method that is asked for", () => {
  test.each(["statevector", "stabilizer", "density_matrix", "trajectories"] as const)("%s is taken where it can be", (method) => {
    expect(choose({ circuit: clifford(3), method })).toEqual({ ok: true, value: { method, reason: "asked for" } });
  });

  test.each([
    ["stabilizer", dense(2), "t on qubit 0 is not a Clifford gate", "statevector can carry it, and automatic takes it."],
    ["statevector", clifford(30), "30 qubits need 17179869184 bytes", "stabilizer can carry it, and automatic takes it."],
    ["density_matrix", dense(14), "14 qubits need 4294967296 bytes", "statevector can carry it, and automatic takes it."],
    ["trajectories", dense(27), "27 qubits need 2147483648 bytes", "No other method can carry it either."],
  ] as const)("%s is refused with the reason where it cannot, and with the method that can", (method, circuit, found, hint) => {
    const [fault, ...others] = faultsOf({ circuit, method });
    expect(others).toEqual([]);
    expect(fault?.found).toContain(found);
    expect(fault?.hint).toBe(hint);
  });

  test("only a state vector gives probabilities and amplitudes, a stabilizer state memory too, and automatic knows it", () => {
    const outputs = { memory: true, probabilities: [[0]], finalState: true };
    expect(chosen({ circuit: clifford(40), outputs: { ...outputs, probabilities: [], finalState: false } })).toBe("stabilizer");
    expect(chosen({ circuit: clifford(20), outputs })).toBe("statevector");
    expect(chosen({ circuit: clifford(40), outputs })).toBe("none");
    expect(faultsOf({ circuit: clifford(2), method: "stabilizer", outputs })[0]).toMatchObject({
      found: "it gives no probabilities and no final_state",
      hint: "statevector can carry it, and automatic takes it.",
    });
  });

  test("single precision is a state vector's alone", () => {
    expect(chosen({ circuit: clifford(20), precision: "single" })).toBe("statevector");
    for (const method of ["stabilizer", "density_matrix", "trajectories"] as const) {
      expect(faultsOf({ circuit: clifford(2), method, precision: "single" })[0]?.found).toContain("double precision only");
    }
  });
});
