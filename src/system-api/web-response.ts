// Between the web's Request and Response and what connect speaks. A client that goes away is noticed by the request's signal
// or by the cancelled response, whichever the runtime offers; both end the call at once.

import type { UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";

/** A signal that fires when the client of a request goes, and the way to say so for a cancelled response. */
export interface ClientLink {
  readonly signal: AbortSignal;
  gone(): void;
}

export function linkClient(request: Request): ClientLink {
  const controller = new AbortController();
  const gone = () => controller.abort();
  if (request.signal.aborted) gone();
  else request.signal.addEventListener("abort", gone, { once: true });
  return { signal: controller.signal, gone };
}

export function toUniversalRequest(request: Request, client: ClientLink): UniversalServerRequest {
  return {
    httpVersion: "",
    method: request.method,
    url: request.url,
    header: request.headers,
    body: readStream(request.body),
    signal: client.signal,
  };
}

/** The bytes of a body. */
export async function* readStream(body: ReadableStream<Uint8Array> | null): AsyncIterable<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    reader.releaseLock();
  }
}

export async function toWebResponse(
  answer: UniversalServerResponse,
  isStreaming: boolean,
  client: ClientLink,
): Promise<Response> {
  const headers = answer.header ?? new Headers();
  const body = answer.body === undefined ? null : isStreaming ? streamOf(answer.body, client) : await collect(answer.body);
  const init: ResponseInit & { encodeBody?: "manual" } = { status: answer.status, headers };
  // Edge runtimes compress a body with Content-Encoding once more unless told that it is done.
  if (headers.has("content-encoding")) init.encodeBody = "manual";
  return new Response(body, init);
}

/** Pulls only when the client takes more; a client that goes ends the source. */
export function streamOf(chunks: AsyncIterable<Uint8Array>, client: ClientLink): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const step = await iterator.next();
        if (step.done === true) controller.close();
        else controller.enqueue(step.value as Uint8Array<ArrayBuffer>);
      },
      async cancel() {
        client.gone();
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<BodyInit> {
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of chunks) all.push(chunk as Uint8Array<ArrayBuffer>);
  const [only] = all;
  return all.length === 1 && only !== undefined ? only : new Blob(all);
}
