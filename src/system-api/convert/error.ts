// A refusal as the contract's ErrorDetail.

import { create } from "@bufbuild/protobuf";
import { type ErrorDetail, ErrorDetailSchema } from "../../gen/eigen/kernel/v1/errors_pb.ts";
import { errorCatalogue, type KernelError } from "../../model/errors.ts";
import { toDuration } from "./time.ts";

export function toErrorDetail(error: KernelError, retryAfterMs: number | undefined): ErrorDetail {
  const record = errorCatalogue[error.code];
  return create(ErrorDetailSchema, {
    code: error.code,
    message: record.text,
    hint: record.hint,
    facts: Object.fromEntries(Object.entries(error.facts).map(([name, value]) => [name, String(value)])),
    retryable: record.retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfter: toDuration(retryAfterMs) }),
    faults: error.faults.map((fault) => ({
      field: fault.field,
      wanted: fault.wanted,
      found: fault.found,
      hint: fault.hint,
      line: fault.line ?? 0,
      column: fault.column ?? 0,
      excerpt: fault.excerpt ?? "",
    })),
  });
}
