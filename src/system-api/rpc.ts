// The RPC protocols (Connect, gRPC-Web, native gRPC) over connect's handlers. Connect frames the answers; the one request
// message is read by decode/body.ts inside of the interceptors, so that a bad body is told like any other refusal.

import { createConnectRouter, createContextValues, type Interceptor } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { errorToJson } from "@connectrpc/connect/protocol-connect";
import { limits } from "../base/limits.ts";
import { EigenKernelService } from "../gen/eigen/kernel/v1/service_pb.ts";
import { type KernelError, kernelError } from "../model/errors.ts";
import { requestKey, wireKey } from "./call.ts";
import { type BodyFormat, readMessage } from "./decode/body.ts";
import type { Dispatch } from "./dispatch.ts";
import { bodyWire, type ErrorWire, refuse, toConnectError, trailerWire } from "./errors.ts";
import { registerGrpcHealth } from "./grpc-health.ts";
import { webGzip } from "./gzip.ts";
import type { SystemApiOptions } from "./options.ts";

/** One RPC at its path, for whatever serves HTTP. Never rejects for what a client sent. */
export interface RpcHandler {
  readonly requestPath: string;
  readonly isStreaming: boolean;
  handle(request: UniversalServerRequest): Promise<UniversalServerResponse>;
}

/** Connect and gRPC-Web: a fetch Response has no trailers, so native gRPC is not among them. */
export function createWebRpc(dispatch: Dispatch, interceptors: readonly Interceptor[]): readonly RpcHandler[] {
  const router = createConnectRouter({ ...routerOptions(interceptors), grpc: false });
  dispatch.register(router);
  return router.handlers.map((handler) => toRpcHandler(handler, bodyWire));
}

/** Native gRPC, with grpc.health.v1 beside the kernel's service. */
export function createGrpcRpc(
  dispatch: Dispatch,
  interceptors: readonly Interceptor[],
  api: SystemApiOptions,
): readonly RpcHandler[] {
  const router = createConnectRouter(routerOptions(interceptors));
  dispatch.register(router);
  registerGrpcHealth(router, api);
  return router.handlers.map((handler) => toRpcHandler(handler, trailerWire));
}

function routerOptions(interceptors: readonly Interceptor[]) {
  return { interceptors: [...interceptors], acceptCompression: [webGzip], readMaxBytes: limits.requestBytesMax };
}

function toRpcHandler(handler: UniversalHandler, wire: ErrorWire): RpcHandler {
  return {
    requestPath: handler.requestPath,
    isStreaming: handler.method.methodKind !== "unary",
    async handle(request) {
      if (request.method !== "POST") return plainError(methodNotAllowed(request.method), 405, { Allow: "POST" });
      const contentType = request.header.get("content-type") ?? "";
      if (contentType === "" || !handler.supportedContentType(contentType)) {
        return plainError(wrongContentType(contentType, handler), 415, {});
      }
      if (handler.service.typeName !== EigenKernelService.typeName) return handler(request);
      return handler(withReader(request, handler, contentType, wire));
    },
  };
}

/** The request as connect sees it: an empty message in the same format; the real one comes by `requestKey`. */
function withReader(
  request: UniversalServerRequest,
  handler: UniversalHandler,
  contentType: string,
  wire: ErrorWire,
): UniversalServerRequest {
  const format = bodyFormat(contentType, request.header);
  const bytes = request.body as AsyncIterable<Uint8Array>;
  const badTimeout = malformedTimeout(request.header);
  const contentLength = request.header.get("content-length");
  const read = async () => {
    if (badTimeout !== undefined) refuse("invalid_request", { faults: [badTimeout] });
    return readMessage(handler.method.input, { bytes, contentLength }, format);
  };
  const header = new Headers(request.header);
  for (const name of consumedHeaders) header.delete(name);
  if (badTimeout !== undefined) header.delete(badTimeout.field);
  const wireNow = contentType.startsWith("application/grpc") && !contentType.startsWith("application/grpc-web") ? wire : bodyWire;
  const contextValues = createContextValues().set(requestKey, read).set(wireKey, wireNow);
  return { ...request, header, body: emptyMessage(format), contextValues };
}

/** They describe the body that is read here. */
const consumedHeaders = ["content-length", "content-encoding", "connect-content-encoding", "grpc-encoding"];

function bodyFormat(contentType: string, header: Headers): BodyFormat {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  const encoding = type.endsWith("json") ? "json" : "binary";
  const isConnectStream = type.startsWith("application/connect+");
  const enveloped = isConnectStream || type.startsWith("application/grpc");
  const named = enveloped ? (isConnectStream ? "connect-content-encoding" : "grpc-encoding") : "content-encoding";
  return { encoding, enveloped, compression: header.get(named)?.toLowerCase() || "identity" };
}

async function* emptyMessage({ encoding, enveloped }: BodyFormat): AsyncIterable<Uint8Array> {
  const data = encoding === "json" ? [0x7b, 0x7d] : [];
  yield Uint8Array.from(enveloped ? [0, 0, 0, 0, data.length, ...data] : data);
}

function malformedTimeout(header: Headers) {
  for (const [field, pattern, wanted] of timeoutHeaders) {
    const found = header.get(field);
    if (found !== null && !pattern.test(found)) return { field, wanted, found: JSON.stringify(found.slice(0, 40)), hint: "" };
  }
  return undefined;
}

const timeoutHeaders = [
  ["connect-timeout-ms", /^\d{1,10}$/, "milliseconds, at most 10 digits"],
  ["grpc-timeout", /^\d{1,8}[HMSmun]$/, "at most 8 digits and a unit: H, M, S, m, u or n"],
] as const;

function methodNotAllowed(method: string): KernelError {
  return kernelError("invalid_request", {
    faults: [{ field: "", wanted: "POST", found: method, hint: "RPCs are called with POST." }],
  });
}

function wrongContentType(contentType: string, handler: UniversalHandler): KernelError {
  const known = handler.method.methodKind === "unary" ? unaryTypes : streamTypes;
  const wanted = known.filter((type) => handler.supportedContentType(type)).join(", ");
  return kernelError("unsupported_media_type", {
    facts: { wanted, actual: contentType === "" ? "none" : contentType.slice(0, 80) },
  });
}

const unaryTypes = ["application/json", "application/proto", "application/grpc-web+proto", "application/grpc+proto"];
const streamTypes = [
  "application/connect+json",
  "application/connect+proto",
  "application/grpc-web+proto",
  "application/grpc+proto",
];

/** An answer to something that is not a call of any protocol: Connect's error JSON, which its clients understand. */
function plainError(error: KernelError, status: number, headers: Record<string, string>): UniversalServerResponse {
  return {
    status,
    header: new Headers({ "Content-Type": "application/json", ...headers }),
    body: oneChunk(new TextEncoder().encode(JSON.stringify(errorToJson(toConnectError(error), undefined)))),
  };
}

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
