// Opens the transport of a door.

import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import type { Door } from "./door.ts";
import type { ClosableTransport } from "./grpc-transport.ts";

export async function openTransport({ protocol, baseUrl }: Door): Promise<ClosableTransport> {
  if (protocol === "grpc") {
    const { openGrpcTransport } = await import("./grpc-transport.ts");
    return openGrpcTransport(baseUrl);
  }
  // The runtime's fetch owns the connections: there is nothing to close.
  const close = (): void => {};
  if (protocol === "grpc-web") return { transport: createGrpcWebTransport({ baseUrl }), close };
  return { transport: createConnectTransport({ baseUrl, useBinaryFormat: true }), close };
}
