import { toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { limits } from "../base/limits.ts";
import { ErrorDetailSchema } from "../gen/eigen/kernel/v1/errors_pb.ts";
import { type ErrorCode, errorCatalogue, kernelError } from "../model/errors.ts";
import { bodyWire, detailOf, toConnectError, trailerWire, unwrapMerged } from "./errors.ts";

const fault = (field: string) => ({
  field,
  wanted: "something",
  found: "something else",
  hint: "Mend it.",
  excerpt: "x".repeat(80),
});

describe("errors on the wire", () => {
  test("every code of the catalogue becomes an error with its typed detail and, when it may be retried, the time to wait", () => {
    for (const code of Object.keys(errorCatalogue) as ErrorCode[]) {
      const error = toConnectError(kernelError(code, { facts: { answer: 42 } }));
      const detail = detailOf(error);
      expect(detail, code).toMatchObject({ code, facts: { answer: "42" }, retryable: errorCatalogue[code].retryable });
      expect(error.metadata.has("Retry-After"), code).toBe(errorCatalogue[code].retryable);
      expect(detail?.retryAfter !== undefined, code).toBe(errorCatalogue[code].retryable);
      expect(error.rawMessage, code).toContain(errorCatalogue[code].text);
    }
  });

  test("the time to wait is told in whole seconds, never too early", () => {
    const error = toConnectError(kernelError("queue_full", { retryAfterMs: 1001 }));
    expect(error.metadata.get("Retry-After")).toBe("2");
    expect(detailOf(error)?.retryAfter).toMatchObject({ seconds: 1n, nanos: 1_000_000 });
  });

  test("a body carries every fault; trailers as many as clients accept, and how many were left out", () => {
    const faults = Array.from({ length: limits.faultCountMax }, (_, index) => fault(`tags.${index}`));
    const refusal = kernelError("invalid_request", { faults });
    expect(detailOf(toConnectError(refusal, bodyWire))?.faults).toHaveLength(limits.faultCountMax);
    const error = toConnectError(refusal, trailerWire);
    const detail = detailOf(error);
    if (detail === undefined) return expect.unreachable();
    expect(detail.faults.length).toBeGreaterThan(5);
    expect(toBinary(ErrorDetailSchema, detail).byteLength).toBeLessThanOrEqual(limits.trailerDetailBytesMax);
    expect(Number(detail.facts.faults_left_out) + detail.faults.length).toBe(limits.faultCountMax);
    expect(error.rawMessage.length).toBeLessThanOrEqual(limits.trailerMessageLengthMax + 1);
  });

  test("a field that door and room both refuse is told once, in the door's words; other places of a text stay", () => {
    const told = [fault("shots")];
    const room = {
      ok: false as const,
      error: kernelError("invalid_request", { faults: [...told, fault("shots"), fault("openqasm"), fault("openqasm")] }),
    };
    try {
      unwrapMerged(room, told);
      expect.unreachable();
    } catch (thrown) {
      expect((thrown as { error: { faults: { field: string }[] } }).error.faults.map(({ field }) => field)).toEqual([
        "shots",
        "openqasm",
        "openqasm",
      ]);
    }
  });
});
