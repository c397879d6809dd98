import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { limits } from "../base/limits.ts";
import { CircuitDataSchema } from "../gen/eigen/kernel/v1/circuits_pb.ts";
import { SubscriptionSchema } from "../gen/eigen/kernel/v1/events_pb.ts";
import { type JobSpec, JobSpecSchema, type JobState, type Priority } from "../gen/eigen/kernel/v1/jobs_pb.ts";
import { MetricsQuerySchema } from "../gen/eigen/kernel/v1/metrics_pb.ts";
import { checkRequest } from "./rules.ts";

type SpecChanges = Parameters<typeof create<typeof JobSpecSchema>>[1];

function faultsOf(changes: SpecChanges) {
  const spec: JobSpec = create(JobSpecSchema, { circuit: { case: "openqasm", value: "x" }, shots: 1, ...(changes as object) });
  return checkRequest(JobSpecSchema, spec);
}

function fieldsOf(changes: SpecChanges) {
  return faultsOf(changes).map((fault) => fault.field);
}

describe("field rules", () => {
  test("a request that obeys every rule has no faults", () => {
    expect(faultsOf({})).toEqual([]);
  });

  test("all faults of a request are told at once, by their names in the contract", () => {
    const spec = create(JobSpecSchema, {
      id: "not a name",
      parameters: { theta: Number.NaN },
      requirements: { minQubits: 5000, topology: { shape: { case: "grid", value: { rows: 0, columns: 2000 } } } },
      observables: [{ name: "z", terms: [{ pauli: "ZZ" }, { pauli: "ZQ", coefficient: Number.POSITIVE_INFINITY }] }],
    });
    expect(checkRequest(JobSpecSchema, spec).map((fault) => fault.field)).toEqual([
      "circuit",
      "id",
      "shots",
      "parameters.theta",
      "observables[0].terms[1].coefficient",
      "observables[0].terms[1].pauli",
      "requirements.min_qubits",
      "requirements.topology.grid.rows",
      "requirements.topology.grid.columns",
    ]);
  });

  test("zero shots and a billion shots name the range and what was found", () => {
    expect(faultsOf({ shots: 0 })).toMatchObject([{ field: "shots", wanted: "1 to 1000000 shots", found: "0, or nothing" }]);
    expect(faultsOf({ shots: 1_000_000_000 })).toMatchObject([{ wanted: "1 to 1000000 shots", found: "1000000000" }]);
    expect(faultsOf({ shots: 1_000_000 })).toEqual([]);
  });

  test("a pattern must match the whole text, of keys too", () => {
    expect(fieldsOf({ id: "a b" })).toEqual(["id"]);
    expect(fieldsOf({ idempotencyKey: "key\n" })).toEqual(["idempotency_key"]);
    expect(fieldsOf({ circuit: { case: "circuitId", value: "circ_" } })).toEqual(["circuit_id"]);
  });

  test("lengths count characters, not UTF-16 units, in keys and values alike", () => {
    expect(fieldsOf({ tags: { k: "😀".repeat(256) } })).toEqual([]);
    expect(fieldsOf({ tags: { k: "😀".repeat(257) } })).toEqual(["tags.k"]);
    expect(fieldsOf({ tags: { ["k".repeat(257)]: "v" } })).toHaveLength(1);
  });

  test("lists and maps may not have more entries than their rule", () => {
    const tags = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`k${index}`, "v"]));
    expect(faultsOf({ tags })).toMatchObject([{ field: "tags", wanted: "at most 32 entries", found: "33 entries" }]);
  });

  test("a duration is checked against its seconds and against being one", () => {
    const query = (seconds: bigint, nanos: number) =>
      checkRequest(MetricsQuerySchema, create(MetricsQuerySchema, { window: { seconds, nanos } }));
    expect(query(3600n, 0)).toEqual([]);
    expect(query(0n, 999_999_999)).toMatchObject([{ field: "window", wanted: "1 to 3600 s" }]);
    expect(query(3600n, 1)).toHaveLength(1);
    expect(query(5n, -1)).toMatchObject([{ wanted: "a duration" }]);
  });

  test("a time outside of the years 1 to 9999 is refused", () => {
    expect(fieldsOf({ deadline: { seconds: 253_402_300_800n, nanos: 0 } })).toEqual(["deadline"]);
    expect(fieldsOf({ deadline: { seconds: 0n, nanos: -1 } })).toEqual(["deadline"]);
  });

  test("an unknown enum value is refused, and UNSPECIFIED names nothing in a list", () => {
    expect(fieldsOf({ priority: 99 as Priority })).toEqual(["priority"]);
    expect(fieldsOf({ priority: 0 })).toEqual([]);
    const subscription = create(SubscriptionSchema, { states: [0, 2, 42 as JobState] });
    expect(checkRequest(SubscriptionSchema, subscription).map((fault) => fault.field)).toEqual(["states[0]", "states[2]"]);
  });

  test("what was found is cut to a length that fits a line", () => {
    const [fault] = faultsOf({ id: `${"a".repeat(100)} ` });
    expect(fault?.found.length).toBeLessThan(130);
  });

  test("the number of faults is bounded", () => {
    const terms = Array.from({ length: 500 }, () => ({ pauli: "Q" }));
    expect(faultsOf({ observables: [{ name: "z", terms }] })).toHaveLength(limits.faultCountMax);
  });

  test("an empty text chooses nothing of a oneof", () => {
    const [fault] = faultsOf({ circuit: { case: "openqasm", value: "" } });
    expect(fault).toMatchObject({ field: "circuit", found: "an empty openqasm" });
  });

  test("a required text must not be empty", () => {
    expect(checkRequest(CircuitDataSchema, create(CircuitDataSchema))).toMatchObject([{ field: "openqasm", found: "nothing" }]);
  });
});
