import { describe, expect, test } from "vitest";
import { type JobSpec, JobSpecSchema } from "../../gen/eigen/kernel/v1/jobs_pb.ts";
import { decodeJson } from "./json.ts";

describe("JSON bodies", () => {
  test("every fault is told at once and what can be read is kept", () => {
    const { message, faults } = decodeJson(JobSpecSchema, {
      shots: "many",
      sead: 7,
      openqasm: "x",
      priority: "URGENT",
      tags: { a: 1, b: "fine" },
      requirements: { min_qubits: -1, minQbits: 3, estimated_duration: "long" },
      deadline: "tomorrow",
      observables: [{ name: "z", terms: "none" }, 5],
    });
    expect(faults.map((fault) => [fault.field, fault.found])).toEqual([
      ["shots", '"many"'],
      ["sead", "an unknown field (number)"],
      ["priority", '"URGENT"'],
      ["tags.a", "1"],
      ["requirements.min_qubits", "-1"],
      ["requirements.minQbits", "an unknown field (number)"],
      ["requirements.estimated_duration", '"long"'],
      ["deadline", '"tomorrow"'],
      ["observables[0].terms", '"none"'],
      ["observables[1]", "5"],
    ]);
    expect((message as JobSpec).circuit.value).toBe("x");
    expect((message as JobSpec).tags).toEqual({ b: "fine" });
  });

  test("a mistyped field is answered with the one that was meant", () => {
    const { faults } = decodeJson(JobSpecSchema, { shotz: 5, requirements: { minQbits: 3 } });
    expect(faults.map((fault) => fault.hint)).toEqual(["Did you mean shots?", "Did you mean min_qubits?"]);
  });

  test("both spellings of a name are read, but not both at once", () => {
    expect(decodeJson(JobSpecSchema, { circuitId: "a" }).faults).toEqual([]);
    expect(decodeJson(JobSpecSchema, { circuit_id: "a" }).faults).toEqual([]);
    expect(decodeJson(JobSpecSchema, { circuitId: "a", circuit_id: "a" }).faults).toMatchObject([{ field: "circuit_id" }]);
  });

  test("two members of a oneof are refused by the oneof's name", () => {
    expect(decodeJson(JobSpecSchema, { circuitId: "a", openqasm: "b" }).faults).toMatchObject([
      { field: "circuit", found: "circuit_id and openqasm" },
    ]);
  });

  test("a body that is no object and one that nests too deeply are refused", () => {
    expect(decodeJson(JobSpecSchema, [1]).faults).toMatchObject([{ field: "", wanted: "a JSON object" }]);
    expect(decodeJson(JobSpecSchema, "text").faults).toHaveLength(1);
    const deep = JSON.parse(`${'{"requirements":'.repeat(2000)}1${"}".repeat(2000)}`);
    expect(decodeJson(JobSpecSchema, deep).faults.length).toBeGreaterThan(0);
  });

  test("null means not sent", () => {
    expect(decodeJson(JobSpecSchema, { shots: null, openqasm: null }).faults).toEqual([]);
  });
});
