// Clients as the network really has them, on bare sockets: they read nothing, send half a request, or vanish.

import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import type { Target } from "../api/target.ts";

export interface RawClient {
  /** Takes what has arrived and goes on reading; all bytes so far. */
  readAll(): Promise<Buffer>;
  /** The connection breaks off without a goodbye (RST). */
  reset(): void;
  /** Whether the kernel ended it, or it was reset. */
  isClosed(): boolean;
}

const subscribePath = "/eigen.kernel.v1.EigenKernelService/SubscribeToEvents";

export const silentReaders = {
  "Connect over a full TCP window": (target: Target) => {
    const json = JSON.stringify({ cursor: "0" });
    const body = Buffer.concat([Buffer.from([0, 0, 0, 0, json.length]), Buffer.from(json)]);
    const head = [`POST ${subscribePath} HTTP/1.1`, "Host: localhost", "Content-Type: application/connect+json"];
    return openRaw(
      target.baseUrl,
      Buffer.concat([Buffer.from(`${[...head, `Content-Length: ${body.length}`].join("\r\n")}\r\n\r\n`), body]),
    );
  },
  "NDJSON over a full TCP window": (target: Target) =>
    openRaw(target.baseUrl, "GET /api/v1/events?cursor=0 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  "WebSocket over a full TCP window": (target: Target) => {
    const head = ["GET /api/v1/events?cursor=0 HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade"];
    const key = ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
    return openRaw(target.wsUrl, `${[...head, ...key].join("\r\n")}\r\n\r\n`);
  },
  "native gRPC over a full HTTP/2 window": openGrpcReader,
} as const;

export const brokenRequests = {
  "nothing at all": "",
  "half a head": "POST /api/v1/jobs HTTP/1.1\r\nHost: local",
  "half a body":
    'POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"openqasm": "',
} as const;

/** A socket that sends this and then neither reads nor closes. */
export function openRaw(url: string, request: string | Buffer): Promise<RawClient> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let isClosed = false;
    const chunks: Buffer[] = [];
    const socket: Socket = connect({ port: Number(port), host: hostname }, () => {
      socket.pause();
      socket.on("data", (chunk: Buffer) => chunks.push(chunk));
      socket.pause();
      socket.write(request);
      resolve({
        async readAll() {
          if (isClosed) return Buffer.concat(chunks);
          socket.resume();
          await new Promise((done) => socket.once("close", done));
          return Buffer.concat(chunks);
        },
        reset: () => void socket.resetAndDestroy(),
        isClosed: () => isClosed,
      });
    });
    socket.on("error", reject);
    socket.on("close", () => {
      isClosed = true;
    });
  });
}

async function openGrpcReader({ grpcUrl }: Target): Promise<RawClient> {
  const session = connectHttp2(grpcUrl);
  session.on("error", () => {});
  const headers = { ":method": "POST", ":path": subscribePath, "content-type": "application/grpc+proto", te: "trailers" };
  const stream = session.request(headers);
  stream.on("error", () => {});
  let isClosed = false;
  session.on("close", () => {
    isClosed = true;
  });
  // SubscribeToEvents{cursor: "0"}; nobody reads the answer, so the stream's window of 64 KiB fills up.
  stream.end(Buffer.from([0, 0, 0, 0, 3, 0x0a, 1, 0x30]));
  await new Promise((resolve) => stream.once("response", resolve));
  return {
    async readAll() {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      if (!stream.closed) await new Promise((done) => stream.once("close", done));
      session.destroy();
      return Buffer.concat(chunks);
    },
    reset: () => session.destroy(),
    isClosed: () => isClosed,
  };
}
