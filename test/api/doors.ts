// One typed client for each door of a kernel.

import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { EigenKernelService } from "../../src/gen/eigen/kernel/v1/service_pb.ts";
import { createRestTransport } from "./rest-transport.ts";
import type { Target } from "./target.ts";

export type KernelClient = Client<typeof EigenKernelService>;

export const doorNames = ["Connect JSON", "Connect binary", "gRPC-Web", "native gRPC", "REST"] as const;
export type DoorName = (typeof doorNames)[number];

/** Undefined: this target has no such door. */
export async function openDoor(target: Target, door: DoorName): Promise<KernelClient | undefined> {
  const transport = await transportOf(target, door);
  return transport === undefined ? undefined : createClient(EigenKernelService, transport);
}

/** The client of checks that are not about doors. */
export function openDefaultDoor({ baseUrl, defaultDoor }: Target): KernelClient {
  const isGrpcWeb = defaultDoor === "gRPC-Web";
  const transport = isGrpcWeb ? createGrpcWebTransport({ baseUrl }) : createConnectTransport({ baseUrl, useBinaryFormat: true });
  return createClient(EigenKernelService, transport);
}

async function transportOf({ baseUrl, grpcUrl }: Target, door: DoorName): Promise<Transport | undefined> {
  switch (door) {
    case "Connect JSON":
      return createConnectTransport({ baseUrl });
    case "Connect binary":
      return createConnectTransport({ baseUrl, useBinaryFormat: true });
    case "gRPC-Web":
      return createGrpcWebTransport({ baseUrl });
    case "REST":
      return createRestTransport(baseUrl);
    case "native gRPC":
      return grpcUrl === "" ? undefined : grpcTransport(grpcUrl);
  }
}

/** Loaded only where it is used: it needs node:http2. One connection for all checks of one target. */
async function grpcTransport(baseUrl: string): Promise<Transport> {
  const { createGrpcTransport } = await import("@connectrpc/connect-node");
  let transport = grpcTransports.get(baseUrl);
  if (transport === undefined) {
    transport = createGrpcTransport({ baseUrl, idleConnectionTimeoutMs: 1000 });
    grpcTransports.set(baseUrl, transport);
  }
  return transport;
}

const grpcTransports = new Map<string, Transport>();
