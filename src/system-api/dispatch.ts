// Calls handlers through the interceptors: from connect's router for the RPC protocols, or directly for REST and WebSocket,
// so that every door does the same.

import { create, type Message } from "@bufbuild/protobuf";
import {
  type ConnectRouter,
  createContextValues,
  type HandlerContext,
  type Interceptor,
  type MethodImpl,
  type StreamRequest,
  type StreamResponse,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import { InvariantError } from "../base/invariant.ts";
import { EigenKernelService } from "../gen/eigen/kernel/v1/service_pb.ts";
import type { Identity } from "../ports/identity.ts";
import { type Call, faultsKey, type Handlers, type ReadRequest, requestKey } from "./call.ts";

export type KernelMethod = (typeof EigenKernelService)["methods"][number];

/** A call that did not come through connect. */
export interface DirectCall {
  readonly method: KernelMethod;
  readonly read: ReadRequest;
  readonly headers: Headers;
  readonly signal: AbortSignal;
  readonly url: string;
  readonly httpMethod: string;
}

export type DirectAnswer =
  | { readonly stream: false; readonly message: Message }
  | { readonly stream: true; readonly messages: AsyncIterable<Message> };

export interface Dispatch {
  /** Registers every method of the contract; those without a handler are answered by the interceptors. */
  register(router: ConnectRouter): void;
  /** Throws ConnectErrors only. */
  call(call: DirectCall): Promise<DirectAnswer>;
}

type AnyHandler = (request: Message, call: Call) => Promise<Message | AsyncIterable<Message>>;
type AnyRequest = UnaryRequest | StreamRequest;
type AnyResponse = UnaryResponse | StreamResponse;

export function createDispatch(handlers: Handlers, interceptors: readonly Interceptor[], identity: Identity): Dispatch {
  const table = handlers as unknown as Readonly<Record<string, AnyHandler>>;
  const chain = interceptors.reduceRight<(request: AnyRequest) => Promise<AnyResponse>>(
    (next, interceptor) => interceptor(next),
    (request) => invoke(table, request, identity),
  );
  return {
    register(router) {
      for (const method of EigenKernelService.methods) {
        router.rpc(method, toConnect(method, table[method.localName] ?? unbuilt, identity));
      }
    },
    async call({ method, read, headers, signal, url, httpMethod }) {
      const contextValues = createContextValues().set(requestKey, read);
      const common = { service: EigenKernelService, requestMethod: httpMethod, url, signal, header: headers, contextValues };
      const request = isStreaming(method)
        ? { ...common, stream: true, method, message: nothing() }
        : { ...common, stream: false, method, message: create(method.input) };
      const response = await chain(request as AnyRequest);
      return response.stream ? { stream: true, messages: response.message } : { stream: false, message: response.message };
    },
  };
}

export function isStreaming(method: KernelMethod): boolean {
  return method.methodKind === "server_streaming";
}

/** The end of the chain for calls that did not come through connect. */
async function invoke(
  table: Readonly<Record<string, AnyHandler>>,
  request: AnyRequest,
  identity: Identity,
): Promise<AnyResponse> {
  const handler = table[request.method.localName] ?? unbuilt;
  const { header: headers, signal } = request;
  const call = { owner: identity.identify(headers), headers, signal, faults: request.contextValues.get(faultsKey) };
  const common = { service: request.service, header: new Headers(), trailer: new Headers() };
  if (!request.stream) {
    const message = (await handler(request.message, call)) as Message;
    return { ...common, stream: false, method: request.method, message } as UnaryResponse;
  }
  const opened = await handler(await first(request.message), call);
  return { ...common, stream: true, method: request.method, message: opened as AsyncIterable<Message> } as StreamResponse;
}

function toConnect(method: KernelMethod, handler: AnyHandler, identity: Identity): MethodImpl<KernelMethod> {
  const toCall = (context: HandlerContext): Call => ({
    owner: identity.identify(context.requestHeader),
    headers: context.requestHeader,
    signal: context.signal,
    faults: context.values.get(faultsKey),
  });
  const implementation = isStreaming(method)
    ? async function* (request: Message, context: HandlerContext) {
        yield* (await handler(request, toCall(context))) as AsyncIterable<Message>;
      }
    : (request: Message, context: HandlerContext) => handler(request, toCall(context));
  return implementation as unknown as MethodImpl<KernelMethod>;
}

async function first(messages: AsyncIterable<Message>): Promise<Message> {
  for await (const message of messages) return message;
  throw new InvariantError("the request interceptor gives one message");
}

async function unbuilt(): Promise<never> {
  throw new InvariantError("an unbuilt method is answered before it is called");
}

async function* nothing(): AsyncIterable<Message> {}
