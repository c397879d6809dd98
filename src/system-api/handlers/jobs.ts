// Jobs: submit, follow, list, fetch, cancel.

import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { JobSpecSchema } from "../../gen/eigen/kernel/v1/jobs_pb.ts";
import type { Fault } from "../../model/errors.ts";
import type { Handlers } from "../call.ts";
import {
  fromCursor,
  toJobFilter,
  toJobHandle,
  toJobInfo,
  toJobResult,
  toJobStatus,
  toJobStatusNow,
  toSubmitRequest,
} from "../convert/job.ts";
import { unwrap, unwrapMerged } from "../errors.ts";
import type { Rooms } from "../options.ts";
import { checkText, quoteShort } from "../rules.ts";
import { mapStream, need } from "./need.ts";

type JobHandlers = Pick<Handlers, "submitJob" | "cancelJob" | "getJobStatus" | "listJobs" | "monitorJob" | "getJobResult">;

export function jobHandlers({ qrtx }: Rooms): JobHandlers {
  return {
    async submitJob(spec, { owner, headers, faults }) {
      const key = idempotencyKey(spec.idempotencyKey, headers.get("idempotency-key"));
      const told = [...faults, ...key.faults];
      const request = { ...toSubmitRequest(spec, owner, told), idempotencyKey: key.value };
      return toJobHandle(unwrapMerged(await need(qrtx, "qrtx").submit(request), told));
    },

    async cancelJob({ id }, { owner }) {
      unwrap(await need(qrtx, "qrtx").cancel(owner, id));
      return create(EmptySchema);
    },

    async getJobStatus({ id }, { owner }) {
      return toJobStatusNow(unwrap(await need(qrtx, "qrtx").status(owner, id)));
    },

    async listJobs(filter, { owner }) {
      return mapStream(unwrap(await need(qrtx, "qrtx").list(toJobFilter(filter, owner))), toJobInfo);
    },

    async monitorJob({ id, cursor }, { owner, signal }) {
      return mapStream(unwrap(await need(qrtx, "qrtx").monitor(owner, id, fromCursor(cursor), signal)), toJobStatus);
    },

    async getJobResult({ id }, { owner }) {
      return mapStream(unwrap(await need(qrtx, "qrtx").result(owner, id)), toJobResult);
    },
  };
}

/** The key may come in the message or in the header; both are fine when they agree. */
function idempotencyKey(field: string, header: string | null): { value: string; faults: readonly Fault[] } {
  if (header === null || header === field) return { value: field, faults: [] };
  if (field !== "") {
    const hint = "Send the key once, or the same twice.";
    const fault = {
      field: "idempotency_key",
      wanted: `the Idempotency-Key header's ${quoteShort(header)}`,
      found: quoteShort(field),
      hint,
    };
    return { value: field, faults: [fault] };
  }
  return { value: header, faults: checkText(JobSpecSchema.field.idempotencyKey, header, "Idempotency-Key") };
}
