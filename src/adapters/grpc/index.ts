// Native gRPC over HTTP/2 without TLS, by node:http2, which Bun, Deno and Node share. Frames that are none, clients that vanish
// and ports that are taken end what they concern and nothing else.

import { createServer, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import type { UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import { limits } from "../../base/limits.ts";

/** One RPC at its path. */
export interface GrpcHandler {
  readonly requestPath: string;
  handle(request: UniversalServerRequest): Promise<UniversalServerResponse>;
}

export interface GrpcServerOptions {
  readonly handlers: readonly GrpcHandler[];
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** A session that is silent this long is pinged, and closed if it does not answer as long again. */
  readonly keepAliveMs: number;
}

export interface GrpcServer {
  readonly port: number;
  /** Takes no new calls; resolves when the open ones ended, or cuts them off when the signal aborts. */
  close(signal: AbortSignal): Promise<void>;
}

/** Rejects when the port cannot be had. */
export function serveGrpc({ handlers, host, port, keepAliveMs }: GrpcServerOptions): Promise<GrpcServer> {
  const paths = new Map(handlers.map((handler) => [handler.requestPath, handler]));
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer({ settings: { maxConcurrentStreams: limits.grpcStreamsPerSessionMax } }, (request, response) => {
    // Without a listener a stream that breaks off would end the process.
    request.on("error", ignore);
    response.on("error", ignore);
    void answer(paths, request, response);
  });
  server.on("session", (session) => {
    session.on("error", ignore);
    if (sessions.size >= limits.grpcSessionCountMax) {
      session.destroy();
      return;
    }
    sessions.add(session);
    if ("Deno" in globalThis) destroyLater(session);
    session.setTimeout(keepAliveMs, () => probe(session, keepAliveMs));
    session.on("close", () => sessions.delete(session));
  });
  server.on("sessionError", ignore);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      server.on("error", ignore);
      const close = (signal: AbortSignal) => closeServer(server, sessions, signal);
      resolve({ port: (server.address() as AddressInfo).port, close });
    });
  });
}

async function answer(
  paths: ReadonlyMap<string, GrpcHandler>,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): Promise<void> {
  try {
    const handler = paths.get(request.url.split("?", 1)[0] ?? "");
    if (handler === undefined) answerUnknown(request, response);
    else
      await universalResponseToNodeResponse(
        await handler.handle(universalRequestFromNodeRequest(request, undefined, undefined)),
        response,
      );
  } catch {
    // The client went, or sent what HTTP/2 forbids: there is nobody to tell. Handlers tell their own failures.
    response.stream?.destroy();
  }
}

/** gRPC tells an unknown method in a header of an answer without a body ("Trailers-Only"). */
function answerUnknown(request: Http2ServerRequest, response: Http2ServerResponse): void {
  if ((request.headers["content-type"] ?? "").startsWith("application/grpc")) {
    const message = encodeURIComponent("there is no such method");
    response.writeHead(200, { "content-type": "application/grpc", "grpc-status": "12", "grpc-message": message });
  } else {
    response.writeHead(404);
  }
  response.end();
}

/** A peer that answers neither in time nor at all is gone, even if its TCP connection does not know. */
function probe(session: ServerHttp2Session, patienceMs: number): void {
  if (session.destroyed || session.closed) return;
  let isAnswered = false;
  const isSent = session.ping(() => {
    isAnswered = true;
  });
  const timer = setTimeout(() => {
    if (!isAnswered) session.destroy();
  }, patienceMs);
  timer.unref?.();
  if (!isSent) session.destroy();
}

function closeServer(
  server: ReturnType<typeof createServer>,
  sessions: ReadonlySet<ServerHttp2Session>,
  signal: AbortSignal,
): Promise<void> {
  const cut = () => {
    for (const session of sessions) session.destroy();
  };
  signal.addEventListener("abort", cut, { once: true });
  return new Promise((resolve) => {
    server.close(() => {
      signal.removeEventListener("abort", cut);
      resolve();
    });
    for (const session of sessions) session.close();
    if (signal.aborted) cut();
  });
}

/**
 * Deno 2.9 frees a session at once when `destroy` is called from within one of its own callbacks (a client's GOAWAY), and its nghttp2 goes
 * on to use it: the process dies. Outside of callbacks it is safe.
 */
function destroyLater(session: ServerHttp2Session): void {
  const destroy = session.destroy.bind(session);
  session.destroy = (...reason) => void setImmediate(() => destroy(...reason));
}

function ignore(): void {}
