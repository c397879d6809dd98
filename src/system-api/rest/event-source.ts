// Server-sent events (WHATWG HTML, 9.2) for GET /api/v1/events with `Accept: text/event-stream`: for whoever has neither WebSocket nor a
// stream of lines. Each event's id is its cursor; a browser sends the last one back when it reconnects, and so misses and repeats nothing.

import { toJsonString } from "@bufbuild/protobuf";
import { limits } from "../../base/limits.ts";
import { type Event, EventSchema } from "../../gen/eigen/kernel/v1/events_pb.ts";
import { detailOf } from "../errors.ts";
import { type ClientLink, streamOf } from "../web-response.ts";
import { asConnectError, errorAnswer, errorJson, restJson } from "./answers.ts";
import type { PathMatch } from "./routes.ts";

const eventSourceType = "text/event-stream";

export function isEventSource(request: Request, { route }: PathMatch): boolean {
  const accepts = request.headers.get("accept")?.toLowerCase().includes(eventSourceType) === true;
  return accepts && route.method.localName === "subscribeToEvents";
}

/** Where a stream that broke goes on: a reconnecting browser keeps the first URL, so what it saw last wins over the cursor in it. */
export function resumedUrl(request: Request, url: URL): URL {
  const lastId = request.headers.get("last-event-id");
  if (lastId === null || lastId === "") return url;
  const resumed = new URL(url);
  resumed.searchParams.set("cursor", lastId);
  return resumed;
}

/** A failure is an event named "failure"; the browser then reconnects, and is told by HTTP when that is no use. */
export function eventSourceAnswer(events: AsyncIterable<Event>, client: ClientLink): Response {
  const headers = { "Content-Type": eventSourceType, "Cache-Control": "no-store", "X-Accel-Buffering": "no" };
  return new Response(streamOf(frames(events), client), { headers });
}

/**
 * A refusal before the first event. One that will pass is told inside of a stream that ends at once: a browser that is answered with an
 * HTTP error never comes again.
 */
export function eventSourceRefusal(thrown: unknown, client: ClientLink): Response {
  const error = asConnectError(thrown);
  return detailOf(error)?.retryable === true ? eventSourceAnswer(failing(error), client) : errorAnswer(error);
}

// biome-ignore lint/correctness/useYield: it fails before it has anything to give.
async function* failing(error: unknown): AsyncIterable<Event> {
  throw error;
}

async function* frames(events: AsyncIterable<Event>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  try {
    yield encoder.encode(`retry: ${limits.eventSourceRetryMs}\n\n`);
    for await (const event of events) yield encoder.encode(frameOf(event));
  } catch (error) {
    yield encoder.encode(`event: failure\ndata: ${JSON.stringify({ error: errorJson(asConnectError(error)) })}\n\n`);
  }
}

/** A heartbeat has no data: it moves the browser's last id and fires nothing. */
function frameOf(event: Event): string {
  const id = `id: ${event.cursor}\n`;
  return event.payload.case === undefined ? `${id}\n` : `${id}data: ${toJsonString(EventSchema, event, restJson)}\n\n`;
}
