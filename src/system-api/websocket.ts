// WebSocket /api/v1/events: the same events as SubscribeToEvents, one JSON text frame each. The stream is opened before the
// upgrade, so that a bad query is an ordinary HTTP error. It is read only as fast as the client takes it.

import { toJsonString } from "@bufbuild/protobuf";
import type { Context } from "hono";
import type { UpgradeWebSocket, WSContext } from "hono/ws";
import { limits } from "../base/limits.ts";
import { type Event, EventSchema } from "../gen/eigen/kernel/v1/events_pb.ts";
import { kernelError } from "../model/errors.ts";
import type { DirectCall, Dispatch } from "./dispatch.ts";
import { detailOf, toConnectError } from "./errors.ts";
import type { Sleep } from "./options.ts";
import { asConnectError, errorAnswer, errorJson, restJson } from "./rest/answers.ts";
import { restReader } from "./rest/rest.ts";
import { restRoutes } from "./rest/routes.ts";

export interface EventSocketOptions {
  readonly upgrade: UpgradeWebSocket;
  readonly dispatch: Dispatch;
  readonly sleep: Sleep;
  readonly isOriginAllowed: (origin: string, host: string) => boolean;
}

export function isUpgrade(request: Request): boolean {
  return request.method === "GET" && request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

export async function answerEventSocket(context: Context, options: EventSocketOptions): Promise<Response> {
  const request = context.req.raw;
  const url = new URL(request.url);
  const origin = request.headers.get("origin");
  // Browsers let any page open a WebSocket anywhere: the allow-list of CORS must be asked here.
  if (origin !== null && !options.isOriginAllowed(origin, url.host)) {
    return errorAnswer(toConnectError(kernelError("origin_not_allowed", { facts: { origin: origin.slice(0, 80) } })));
  }
  const client = new AbortController();
  try {
    const answer = await options.dispatch.call(eventCall(request, url, client.signal));
    if (!answer.stream) throw new Error("events are a stream");
    const socket = createEventSocket(answer.messages as AsyncIterable<Event>, client, options.sleep);
    return await options.upgrade(context, socket);
  } catch (error) {
    client.abort();
    return errorAnswer(error);
  }
}

function eventCall(request: Request, url: URL, signal: AbortSignal): DirectCall {
  const route = restRoutes.find(({ method }) => method.localName === "subscribeToEvents");
  if (route === undefined) throw new Error("the contract has SubscribeToEvents");
  const read = restReader(request, url, { route, values: [] });
  return { method: route.method, read, headers: request.headers, signal, url: request.url, httpMethod: request.method };
}

function createEventSocket(events: AsyncIterable<Event>, client: AbortController, sleep: Sleep) {
  const opened = new AbortController();
  // A client that vanishes during the upgrade never opens and never closes.
  void sleep(limits.socketOpenMsMax, opened.signal).then(() => {
    if (!opened.signal.aborted) client.abort();
  });
  return {
    onOpen(_event: unknown, socket: WSContext) {
      opened.abort();
      void pump(events, socket, client, sleep);
    },
    onClose() {
      opened.abort();
      client.abort();
    },
    onError() {
      opened.abort();
      client.abort();
    },
  };
}

async function pump(events: AsyncIterable<Event>, socket: WSContext, client: AbortController, sleep: Sleep): Promise<void> {
  try {
    let sentLength = 0;
    for await (const event of events) {
      const frame = toJsonString(EventSchema, event, restJson);
      socket.send(frame);
      sentLength += frame.length;
      if (!(await hasRoom(socket, sentLength, client.signal, sleep))) {
        return endSocket(socket, closeCodes.tooSlow, { code: "too_slow" });
      }
    }
    endSocket(socket, closeCodes.normal, {});
  } catch (thrown) {
    const error = asConnectError(thrown);
    const detail = detailOf(error);
    if (!client.signal.aborted) trySend(socket, JSON.stringify({ error: errorJson(error) }));
    endSocket(socket, detail?.retryable === true ? closeCodes.tryAgainLater : closeCodes.failed, {
      code: detail?.code ?? "internal",
    });
  } finally {
    client.abort();
  }
}

// RFC 6455 and the IANA registry of close codes.
const closeCodes = { normal: 1000, failed: 1011, tryAgainLater: 1013, tooSlow: 1013 } as const;

/** A close reason has room for 123 bytes: the code alone; the whole error was the last frame. */
function endSocket(socket: WSContext, code: number, reason: { readonly code?: string }): void {
  try {
    socket.close(code, JSON.stringify(reason));
  } catch {
    // It is closed already.
  }
}

function trySend(socket: WSContext, text: string): void {
  try {
    socket.send(text);
  } catch {
    // It is closed already.
  }
}

const roomPollMs = 20;

/** Waits while the socket holds more than it may; false when its reader stood still for too long, or may have. */
async function hasRoom(socket: WSContext, sentLength: number, signal: AbortSignal, sleep: Sleep): Promise<boolean> {
  if (bufferedBytes(socket.raw) === undefined) return sentLength <= limits.socketBlindBytesMax;
  for (
    let waitedMs = 0;
    (bufferedBytes(socket.raw) ?? 0) > limits.socketBufferedBytesMax && !signal.aborted;
    waitedMs += roomPollMs
  ) {
    if (waitedMs >= limits.socketStallMsMax) return false;
    await sleep(roomPollMs, signal);
  }
  return true;
}

/** Browsers' WebSocket (Deno, Node's ws) and Bun's name it differently; an edge socket does not tell: undefined. */
function bufferedBytes(raw: unknown): number | undefined {
  const socket = raw as { bufferedAmount?: unknown; getBufferedAmount?: () => number };
  if (typeof socket.getBufferedAmount === "function") return socket.getBufferedAmount();
  return typeof socket.bufferedAmount === "number" ? socket.bufferedAmount : undefined;
}
