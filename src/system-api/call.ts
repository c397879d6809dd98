// One call, whatever door it came through: what handlers get, what the interceptors pass on, and the table of handlers.

import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { createContextKey } from "@connectrpc/connect";
import type { EigenKernelService } from "../gen/eigen/kernel/v1/service_pb.ts";
import type { Fault } from "../model/errors.ts";
import type { Owner } from "../model/job.ts";
import type { Decoded } from "./decode/json.ts";
import { bodyWire, type ErrorWire } from "./errors.ts";

export interface Call {
  readonly owner: Owner;
  readonly headers: Headers;
  /** Fires when the client goes, its time is up, or the kernel shuts down. */
  readonly signal: AbortSignal;
  /** Faults of the request, for the methods that tell them together with their own (see mergesFaults); else empty. */
  readonly faults: readonly Fault[];
}

type Methods = (typeof EigenKernelService)["method"];

/** Methods that are listed with `brought_by` have no handler: the interceptor `unbuilt` answers them. */
type UnbuiltMethod =
  | "explainJob"
  | "estimateJob"
  | "allocateResources"
  | "releaseResources"
  | "getResourceMetrics"
  | "captureState"
  | "restoreState"
  | "getTraces"
  | "authenticate"
  | "authorize"
  | "auditLog";

export type BuiltMethod = Exclude<keyof Methods, UnbuiltMethod>;

type Answer<M extends { readonly methodKind: string; readonly output: DescMessage }> = M["methodKind"] extends "unary"
  ? Promise<MessageInitShape<M["output"]>>
  : Promise<AsyncIterable<MessageInitShape<M["output"]>>>;

/**
 * A handler answers a message, or with the stream it opened: a refusal to open comes before the first byte of the answer.
 * It throws KernelErrorException to refuse.
 */
export type Handlers = {
  readonly [Name in BuiltMethod]: (request: MessageShape<Methods[Name]["input"]>, call: Call) => Answer<Methods[Name]>;
};

/** Circuit faults, unbound parameters and field faults of these come together: their rooms tell all of them. */
export const mergesFaults: ReadonlySet<string> = new Set(["SubmitJob", "StoreCircuit"]);

/** Reads and decodes the request; called once, inside of the interceptors, so that a slow or bad body is an ordinary error. */
export type ReadRequest = () => Promise<Decoded>;

export const requestKey = createContextKey<ReadRequest | undefined>(undefined);
export const faultsKey = createContextKey<readonly Fault[]>([]);
export const wireKey = createContextKey<ErrorWire>(bodyWire);
