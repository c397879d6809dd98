// Native gRPC over HTTP/2. Loaded only where it is wanted: browsers have no node:http2.

import type { Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { limits } from "../base/limits.ts";

export interface ClosableTransport {
  readonly transport: Transport;
  close(): void;
}

export function openGrpcTransport(baseUrl: string): ClosableTransport {
  const sessionManager = new Http2SessionManager(baseUrl);
  const transport = createGrpcTransport({ baseUrl, sessionManager, readMaxBytes: limits.clientReadBytesMax });
  return { transport, close: () => sessionManager.abort() };
}
