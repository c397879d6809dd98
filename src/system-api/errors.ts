// One way from a refusal to the wire: KernelError -> ConnectError with the catalogue's RPC code and a typed ErrorDetail.
// Whatever else is thrown is our own mistake: logged with its cause, told as "internal", never shown.

import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import { type ErrorDetail, ErrorDetailSchema } from "../gen/eigen/kernel/v1/errors_pb.ts";
import { describeError, errorCatalogue, type Fault, type KernelError, kernelError, type RpcCode } from "../model/errors.ts";
import { StoreOverloadedError, StoreUnavailableError } from "../ports/store.ts";
import { toErrorDetail } from "./convert/error.ts";

/** Carries a refusal through code that can only throw. */
export class KernelErrorException extends Error {
  override readonly name = "KernelErrorException";
  readonly error: KernelError;

  constructor(error: KernelError) {
    super(error.code);
    this.error = error;
  }
}

export function refuse(...parameters: Parameters<typeof kernelError>): never {
  throw new KernelErrorException(kernelError(...parameters));
}

/** The value, or the refusal thrown. */
export function unwrap<T>(result: Result<T, KernelError>): T {
  if (!result.ok) throw new KernelErrorException(result.error);
  return result.value;
}

/**
 * The value, or the refusal of a room that was told the door's own faults. A room that judges the same field again tells the same
 * mistake twice: the door's word, which came first, is kept.
 */
export function unwrapMerged<T>(result: Result<T, KernelError>, told: readonly Fault[]): T {
  if (result.ok) return result.value;
  const { error } = result;
  const fields = new Set(told.map((fault) => fault.field));
  const faults = error.faults.filter((fault) => told.includes(fault) || !fields.has(fault.field));
  throw new KernelErrorException({ ...error, faults });
}

/** Refuses a request for all its faults at once; does nothing when there are none. */
export function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) refuse("invalid_request", { faults: faults.slice(0, limits.faultCountMax) });
}

const rpcCodes: Readonly<Record<RpcCode, Code>> = {
  invalid_argument: Code.InvalidArgument,
  not_found: Code.NotFound,
  already_exists: Code.AlreadyExists,
  failed_precondition: Code.FailedPrecondition,
  resource_exhausted: Code.ResourceExhausted,
  unimplemented: Code.Unimplemented,
  unavailable: Code.Unavailable,
  deadline_exceeded: Code.DeadlineExceeded,
  aborted: Code.Aborted,
  permission_denied: Code.PermissionDenied,
  unauthenticated: Code.Unauthenticated,
  internal: Code.Internal,
  canceled: Code.Canceled,
  out_of_range: Code.OutOfRange,
};

/** The refusal behind whatever was thrown; undefined: a mistake of ours. */
export function toKernelError(thrown: unknown): KernelError | undefined {
  if (thrown instanceof KernelErrorException) return thrown.error;
  if (thrown instanceof StoreOverloadedError) return kernelError("overloaded");
  if (thrown instanceof StoreUnavailableError) return kernelError("store_unavailable");
  if (thrown instanceof ConnectError && thrown.code === Code.DeadlineExceeded) return kernelError("request_timeout");
  return undefined;
}

/** When to try again, for retryable errors that do not say so themselves. */
const retryAfterMsDefault = 1000;

function retryAfterMs(error: KernelError): number | undefined {
  return errorCatalogue[error.code].retryable ? (error.retryAfterMs ?? retryAfterMsDefault) : undefined;
}

/** Where an error goes: native gRPC carries it in trailers, of which clients accept only a few KiB. */
export interface ErrorWire {
  readonly detailBytesMax: number;
  readonly messageLengthMax: number;
}

export const bodyWire: ErrorWire = { detailBytesMax: Number.POSITIVE_INFINITY, messageLengthMax: Number.POSITIVE_INFINITY };
export const trailerWire: ErrorWire = {
  detailBytesMax: limits.trailerDetailBytesMax,
  messageLengthMax: limits.trailerMessageLengthMax,
};

export function toConnectError(error: KernelError, wire: ErrorWire = bodyWire): ConnectError {
  const metadata = new Headers();
  const waitMs = retryAfterMs(error);
  if (waitMs !== undefined) metadata.set("Retry-After", String(Math.ceil(waitMs / 1000)));
  const detail = fitDetail(toErrorDetail(error, waitMs), wire.detailBytesMax);
  const message = cut(describeError(error), wire.messageLengthMax);
  const code = rpcCodes[errorCatalogue[error.code].rpc];
  return new ConnectError(message, code, metadata, [{ desc: ErrorDetailSchema, value: detail }]);
}

/** The typed detail of an error made by toConnectError. */
export function detailOf(error: ConnectError): ErrorDetail | undefined {
  return error.findDetails(ErrorDetailSchema)[0];
}

/** Keeps as many faults as fit, and says how many were left out. */
function fitDetail(detail: ErrorDetail, bytesMax: number): ErrorDetail {
  let kept = detail;
  while (kept.faults.length > 0 && toBinary(ErrorDetailSchema, kept).byteLength > bytesMax) {
    const faults = kept.faults.slice(0, Math.floor(kept.faults.length / 2));
    const left = String(detail.faults.length - faults.length);
    kept = create(ErrorDetailSchema, { ...detail, faults, facts: { ...detail.facts, faults_left_out: left } });
  }
  return kept;
}

function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}…`;
}
