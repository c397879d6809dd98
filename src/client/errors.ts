// What the client throws: the kernel's refusal with all its faults, or the reason why there was no answer.

import { Code, ConnectError } from "@connectrpc/connect";
import { type ErrorDetail, ErrorDetailSchema } from "../gen/eigen/kernel/v1/errors_pb.ts";
import { describeParts, errorCatalogue, type Fault } from "../model/errors.ts";
import { fromDuration } from "./times.ts";

/** The gRPC status codes by their names in the specification of gRPC. */
export type RpcStatus =
  | "canceled"
  | "unknown"
  | "invalid_argument"
  | "deadline_exceeded"
  | "not_found"
  | "already_exists"
  | "permission_denied"
  | "resource_exhausted"
  | "failed_precondition"
  | "aborted"
  | "out_of_range"
  | "unimplemented"
  | "internal"
  | "unavailable"
  | "data_loss"
  | "unauthenticated";

export interface KernelClientErrorInit {
  readonly code: string;
  readonly rpc: RpcStatus;
  /** One sentence. */
  readonly text: string;
  readonly hint: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly faults?: readonly Fault[];
  readonly retryable?: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly isFromKernel?: boolean;
  readonly cause?: unknown;
}

/** `message` is made for people: what, the facts, each fault on lines of its own, what to do. Programs read the other fields. */
export class KernelClientError extends Error {
  override readonly name = "KernelClientError";
  /** A code of the kernel's catalogue; "unreachable" when no kernel answered; else the name of the gRPC status. */
  readonly code: string;
  readonly rpc: RpcStatus;
  readonly hint: string;
  readonly facts: Readonly<Record<string, string>>;
  /** All that is wrong with the request, at once. */
  readonly faults: readonly Fault[];
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  /** When to try again at the earliest; undefined when the kernel did not say. */
  readonly retryAfterMs: number | undefined;
  /** False when no kernel said this: the connection failed, or the client refused by itself. */
  readonly isFromKernel: boolean;

  constructor(init: KernelClientErrorInit) {
    const { code, rpc, text, hint, facts = {}, faults = [], retryable = false, retryAfterMs, isFromKernel = false } = init;
    super(describeParts(text, facts, faults, hint), init.cause === undefined ? undefined : { cause: init.cause });
    this.code = code;
    this.rpc = rpc;
    this.hint = hint;
    this.facts = facts;
    this.faults = faults;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
    this.isFromKernel = isFromKernel;
  }
}

/** A request or circuit that the client can tell to be wrong without asking. */
export function refusal(code: "invalid_request" | "invalid_circuit", faults: readonly Fault[]): KernelClientError {
  const { rpc, text, hint } = errorCatalogue[code];
  return new KernelClientError({ code, rpc, text, hint, faults });
}

/** An answer that the contract rules out. */
export function contractBroken(text: string): KernelClientError {
  return new KernelClientError({ code: "internal", rpc: "internal", text, hint: "Use a client of the kernel's version." });
}

/** Whatever a call threw. `peer` names the other side in messages: its URL. */
export function toClientError(thrown: unknown, peer: string): KernelClientError {
  if (thrown instanceof KernelClientError) return thrown;
  const error = ConnectError.from(thrown);
  const [detail] = error.findDetails(ErrorDetailSchema);
  return detail === undefined ? withoutDetail(error, peer) : fromDetail(detail, statusOf(error.code), error);
}

/** Why a job FAILED or is DEAD, as the error that a caller who waited for its result gets. */
export function fromFailure(detail: ErrorDetail | undefined): KernelClientError {
  if (detail !== undefined) return fromDetail(detail, rpcOfCode(detail.code), undefined);
  const text = "The job ended without a result, and the kernel did not say why.";
  return new KernelClientError({
    code: "internal",
    rpc: "internal",
    text,
    hint: errorCatalogue.internal.hint,
    isFromKernel: true,
  });
}

function fromDetail(detail: ErrorDetail, rpc: RpcStatus, cause: unknown): KernelClientError {
  return new KernelClientError({
    code: detail.code,
    rpc,
    text: detail.message,
    hint: detail.hint,
    facts: detail.facts,
    faults: detail.faults.map(({ field, wanted, found, hint, line, column, excerpt }) => ({
      field,
      wanted,
      found,
      hint,
      ...(line === 0 ? {} : { line, column }),
      ...(excerpt === "" ? {} : { excerpt }),
    })),
    retryable: detail.retryable,
    retryAfterMs: detail.retryAfter === undefined ? undefined : fromDuration(detail.retryAfter),
    isFromKernel: true,
    cause,
  });
}

// What a connection that breaks or was never made looks like, over all protocols and runtimes. "canceled" is how HTTP/2 tells that the
// peer's process died; a caller that cancelled is recognised by its signal before this table is asked.
const connectionStatuses: ReadonlySet<RpcStatus> = new Set([
  "unavailable",
  "aborted",
  "canceled",
  "internal",
  "unknown",
  "data_loss",
]);

function withoutDetail(error: ConnectError, peer: string): KernelClientError {
  const rpc = statusOf(error.code);
  const cause = error.cause ?? error;
  if (connectionStatuses.has(rpc)) {
    const text = `No kernel answers at ${peer}, or the connection to it broke: ${sentence(error.rawMessage)}`;
    const hint =
      "Start one with `eigen serve`, or check the address. Native gRPC on another port than 50051 is written grpc://HOST:PORT.";
    return new KernelClientError({ code: "unreachable", rpc, text, hint, retryable: true, cause });
  }
  if (rpc === "deadline_exceeded") {
    const text = `${peer} took longer to answer than the client waits.`;
    const { hint } = errorCatalogue.request_timeout;
    return new KernelClientError({ code: "request_timeout", rpc, text, hint, retryable: true, cause });
  }
  const hint = rpc === "unimplemented" ? "Is this the address of a kernel, and of a port that speaks this protocol?" : "";
  return new KernelClientError({ code: rpc, rpc, text: `${peer} answered: ${sentence(error.rawMessage || rpc)}`, hint, cause });
}

/** With one full stop, whatever the transport ended it with. */
function sentence(text: string): string {
  return `${text.replace(/[.?!\s]+$/, "")}.`;
}

function rpcOfCode(code: string): RpcStatus {
  const record = Object.entries(errorCatalogue).find(([name]) => name === code);
  return record?.[1].rpc ?? "unknown";
}

/** Connect names its codes as TypeScript does; the wire, the catalogue and people use words with underscores. */
function statusOf(code: Code): RpcStatus {
  const name = Code[code] ?? "Unknown";
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase() as RpcStatus;
}
