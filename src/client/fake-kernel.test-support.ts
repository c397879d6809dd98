// A kernel that only speaks: a router in this process whose answers, breaks and refusals a test decides.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createRouterTransport, type ServiceImpl } from "@connectrpc/connect";
import { ErrorDetailSchema } from "../gen/eigen/kernel/v1/errors_pb.ts";
import { JobResultSchema, type JobState, JobStatusSchema } from "../gen/eigen/kernel/v1/jobs_pb.ts";
import { EigenKernelService } from "../gen/eigen/kernel/v1/service_pb.ts";
import { type ClientOptions, KernelClient } from "./kernel-client.ts";

export type FakeKernel = Partial<ServiceImpl<typeof EigenKernelService>>;

export const jobId = "job_00000000000000000000000000";
export const submittedAtMs = 1_800_000_000_000;

/** Retries without waiting, unless a test says otherwise. */
export function connectTo(kernel: FakeKernel, options: ClientOptions = {}): KernelClient {
  const transport = createRouterTransport((router) => void router.service(EigenKernelService, kernel));
  return new KernelClient(transport, { ...options, retry: { delayMsFirst: 0, ...options.retry } }, "http://fake");
}

/** A move of the one job; `sequence` is its cursor too. */
export function status(state: JobState, sequence: number, rest: MessageInitShape<typeof JobStatusSchema> = {}) {
  return create(JobStatusSchema, {
    jobId,
    state,
    cursor: String(sequence),
    sequence: BigInt(sequence),
    at: timestampFromMs(submittedAtMs + sequence),
    submittedAt: timestampFromMs(submittedAtMs),
    ...rest,
  });
}

export function result(counts: Readonly<Record<string, bigint>>, rest: MessageInitShape<typeof JobResultSchema> = {}) {
  return create(JobResultSchema, {
    jobId,
    counts: { ...counts },
    shots: 1024,
    seed: 7n,
    device: "simulator",
    partCount: 1,
    ...rest,
  });
}

/** What a connection that breaks throws: no word from the kernel. */
export function broken(): ConnectError {
  return new ConnectError("socket hang up", Code.Aborted);
}

export function refusal(code: Code, detail: MessageInitShape<typeof ErrorDetailSchema>): ConnectError {
  return new ConnectError(detail.message ?? "", code, undefined, [{ desc: ErrorDetailSchema, value: detail }]);
}
