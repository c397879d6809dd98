import { describe, expect, test } from "vitest";
import { noRequirements } from "../../test/fixtures/job.ts";
import { bell, requestFixture } from "../../test/fixtures/request.ts";
import { createMemoryStore } from "../adapters/memory/index.ts";
import { createNoTelemetry } from "../adapters/otel/none.ts";
import type { Device } from "../model/device.ts";
import { gateNames } from "../model/gates.ts";
import { noOutputs } from "../model/simulation.ts";
import { parseQasm } from "../qasm/index.ts";
import { createCircuitFs } from "../qfs/index.ts";
import { admit, hashRequest } from "./admission.ts";
import type { SubmitRequest } from "./door.ts";

const nowMs = 1_700_000_000_000;
const clock = { nowMs: () => nowMs, monotonicMs: () => 0 };
const telemetry = createNoTelemetry();
const simulator: Device = {
  name: "simulator",
  description: "",
  kind: "simulator",
  status: "online",
  qubitCount: 26,
  basisGates: gateNames,
  couplingMap: undefined,
  simulation: { stateBytesMax: 16 * 2 ** 26 },
  fidelity: 1,
  shotCountMax: 1_000_000,
  slotCount: 2,
};

const dynamic = 'OPENQASM 3.0; include "stdgates.inc"; qubit[1] q; bit[1] c; c[0] = measure q[0]; x q[0];';
const twoInputs = "OPENQASM 3.0; input float a; input float b; qubit q; bit c; U(a, b, 0) q; c = measure q;";
const wide = (qubitCount: number): string =>
  `OPENQASM 3.0; include "stdgates.inc"; qubit[${qubitCount}] q; bit[${qubitCount}] c; ry(1) q; c = measure q;`;

function admitting(changes: Partial<SubmitRequest>) {
  const store = createMemoryStore({ clock });
  const circuits = createCircuitFs({ store, parse: parseQasm, clock, telemetry, cacheSize: 10 });
  const randomBytes = (count: number): Uint8Array => new Uint8Array(count).fill(7);
  return admit(requestFixture(changes), {
    circuits,
    devices: [simulator],
    nowMs,
    randomBytes,
    traceparent: "",
    queuedJobCountMax: 10,
  });
}

async function refusal(changes: Partial<SubmitRequest>) {
  const admitted = await admitting(changes);
  if (admitted.ok) throw new Error("it was admitted");
  return { code: admitted.error.code, fields: admitted.error.faults.map(({ field }) => field), faults: admitted.error.faults };
}

describe("admission", () => {
  test("a sound request becomes one step with its circuit, a server id and its own seed", async () => {
    const admitted = await admitting({ seed: undefined });
    if (!admitted.ok) throw new Error(JSON.stringify(admitted.error));
    const { id, spec, circuit } = admitted.value.step;
    expect(id).toMatch(/^job_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(spec.seed).toBe(0x0707070707070707n);
    expect(spec.circuitId).toMatch(/^circ_[0-9a-f]{32}$/);
    expect(circuit?.openqasm).toBe(bell);
  });

  test.each<[string, Partial<SubmitRequest>, string, readonly string[]]>([
    ["an unparsable circuit", { circuit: { openqasm: "OPENQASM 3.0; qubit q; h q;" } }, "invalid_circuit", ["openqasm"]],
    ["a circuit that is not stored", { circuit: { circuitId: `circ_${"0".repeat(32)}` } }, "circuit_not_found", []],
    ["a name of the server's kind", { name: "job_mine" }, "invalid_request", ["id"]],
    ["an unknown parameter", { parameters: { theta: 1 } }, "unbound_parameter", ["parameters.theta"]],
    ["a deadline in the past", { deadlineMs: nowMs - 1 }, "deadline_passed", ["deadline"]],
    ["a deadline now", { deadlineMs: nowMs }, "deadline_passed", ["deadline"]],
    ["a device that does not exist", { requirements: { ...noRequirements, device: "nowhere" } }, "no_device_fits", ["device"]],
    [
      "more qubits than any device has",
      { requirements: { ...noRequirements, minQubits: 100 } },
      "no_device_fits",
      ["requirements.min_qubits"],
    ],
    [
      "an observable of another width",
      { observables: [{ name: "z", terms: [{ coefficient: 1, pauli: "ZZZ" }] }] },
      "invalid_request",
      ["observables[0].terms[0].pauli"],
    ],
    [
      "two observables of one name",
      { observables: [Number.NaN, -1e101].map((coefficient) => ({ name: "a", terms: [{ coefficient, pauli: "ZZ" }] })) },
      "invalid_request",
      ["observables[0].terms[0].coefficient", "observables[1].name", "observables[1].terms[0].coefficient"],
    ],
    [
      "probabilities of missing qubits, of a qubit twice, and too many of them",
      {
        circuit: { openqasm: wide(17) },
        outputs: { ...noOutputs, probabilities: [[0, 17, 99], [1, 1], Array.from({ length: 16 }, (_, k) => k)] },
      },
      "invalid_request",
      ["probabilities[0].qubits", "probabilities[1].qubits", "probabilities"],
    ],
    [
      "the final state of many qubits, and the memory of many shots",
      { circuit: { openqasm: wide(17) }, shots: 1_000_000, outputs: { ...noOutputs, memory: true, finalState: true } },
      "invalid_request",
      ["memory", "final_state"],
    ],
    [
      "what is read before measurements that are not last",
      {
        circuit: { openqasm: dynamic },
        outputs: { memory: true, finalState: true, probabilities: [[0]] },
        observables: [{ name: "z", terms: [{ coefficient: 1, pauli: "Z" }] }],
      },
      "invalid_request",
      ["observables", "probabilities", "final_state"],
    ],
    [
      "a sweep whose bindings lack, invent or spoil parameters",
      {
        circuit: { openqasm: twoInputs },
        parameters: { b: 1, c: 2 },
        sweep: [{ a: 1 }, {}, { a: Number.NaN, d: 1 }],
      },
      "unbound_parameter",
      ["parameters.c", "sweep[1].parameters.a", "sweep[2].parameters.a", "sweep[2].parameters.d"],
    ],
    [
      "a sweep of too many values, and of too many operations",
      {
        circuit: { openqasm: `${twoInputs}${" U(1, 0, 0) q;".repeat(200)}` },
        sweep: Array.from({ length: 1000 }, () => ({
          a: 1,
          b: 1,
          ...Object.fromEntries(Array.from({ length: 9 }, (_, k) => [`z${k}`, 1])),
        })),
      },
      "invalid_request",
      ["sweep", "sweep", ...Array.from({ length: 98 }, (_, k) => `sweep[${Math.floor(k / 9)}].parameters.z${k % 9}`)],
    ],
    [
      "a sweep of too many shots, with what a sweep does not give",
      {
        circuit: { openqasm: twoInputs },
        parameters: { a: 1, b: 1 },
        shots: 500_001,
        sweep: [{}, {}],
        outputs: { ...noOutputs, probabilities: [[0]], finalState: true },
      },
      "invalid_request",
      ["probabilities", "final_state", "sweep"],
    ],
  ])("%s is refused", async (_what, changes, code, fields) => {
    const refused = await refusal(changes);
    expect(refused.code).toBe(code);
    expect(refused.fields).toEqual(fields);
  });

  test("faults of every kind come together, those of the door first", async () => {
    const doorFault = { field: "shots", wanted: "1 to 1000000", found: "0", hint: "" };
    const { code, fields } = await refusal({
      faults: [doorFault],
      name: "job_x",
      circuit: { openqasm: "OPENQASM 3.0; nonsense;" },
      deadlineMs: 1,
    });
    expect(code).toBe("invalid_request");
    expect(fields).toEqual(["shots", "id", "openqasm", "deadline"]);
  });

  test("observables need a circuit whose measurements are last", async () => {
    const observables = [{ name: "z", terms: [{ coefficient: 1, pauli: "Z" }] }];
    expect((await refusal({ circuit: { openqasm: dynamic }, observables })).fields).toEqual(["observables"]);
  });
});

describe("the hash of a request", () => {
  test("does not depend on the order of maps, on the key, or on faults", () => {
    const a = requestFixture({ tags: { x: "1", y: "2" }, idempotencyKey: "k" });
    const b = requestFixture({ tags: { y: "2", x: "1" }, idempotencyKey: "other" });
    expect(hashRequest(a)).toBe(hashRequest(b));
  });

  test("of a request that asks for nothing that came later is the one that older kernels stored", () => {
    expect(hashRequest(requestFixture())).toBe("0a880025d58291d3cfb1b3bf61a86f7e95093d6e880082e732ed07d7a040a810");
  });

  test.each<[string, Partial<SubmitRequest>]>([
    ["method", { method: "stabilizer" }],
    ["precision", { precision: "single" }],
    ["outputs", { outputs: { ...noOutputs, probabilities: [[0]] } }],
    ["sweep", { sweep: [{ a: 1 }] }],
    ["shots", { shots: 101 }],
    ["seed", { seed: 2n }],
    ["circuit", { circuit: { openqasm: `${bell} ` } }],
    ["deadline", { deadlineMs: nowMs + 1 }],
    ["tags", { tags: { a: "b" } }],
    ["priority", { priority: "HIGH" }],
  ])("changes with the %s", (_what, changes) => {
    expect(hashRequest(requestFixture(changes))).not.toBe(hashRequest(requestFixture()));
  });
});
