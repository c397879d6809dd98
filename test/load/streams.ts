// Event streams through every door, kept open in number: what each has seen, and how it ended.

import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type Client, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { ErrorDetailSchema } from "../../src/gen/eigen/kernel/v1/errors_pb.ts";
import { type Event, EventSchema } from "../../src/gen/eigen/kernel/v1/events_pb.ts";
import { EigenKernelService } from "../../src/gen/eigen/kernel/v1/service_pb.ts";
import { createRestTransport } from "../api/rest-transport.ts";
import type { Target } from "../api/target.ts";

export type KernelRpc = Client<typeof EigenKernelService>;

export const streamDoors = ["Connect", "gRPC-Web", "REST", "native gRPC", "WebSocket"] as const;
export type StreamDoor = (typeof streamDoors)[number];

export const bell = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;';

export interface EventStream {
  readonly door: StreamDoor;
  /** Cursors of the events that came, in their order. */
  readonly cursors: number[];
  /** The newest cursor, a heartbeat's included: where to resume. */
  cursor(): string;
  /** The catalogue's code that ended it; "closed" after close(), "ended" without a reason. */
  readonly ended: Promise<string>;
  close(): void;
}

export function connect({ baseUrl }: Pick<Target, "baseUrl">): KernelRpc {
  return createClient(EigenKernelService, createConnectTransport({ baseUrl, useBinaryFormat: true }));
}

/** Streams share a gRPC connection, as many as a well-behaved client puts on one. */
const streamsPerConnection = 100;

export function createStreamOpener(target: Target) {
  let grpc: Transport | undefined;
  let grpcStreamCount = 0;
  const transportOf = (door: Exclude<StreamDoor, "WebSocket">): Transport => {
    switch (door) {
      case "Connect":
        return createConnectTransport({ baseUrl: target.baseUrl, useBinaryFormat: true });
      case "gRPC-Web":
        return createGrpcWebTransport({ baseUrl: target.baseUrl });
      case "REST":
        return createRestTransport(target.baseUrl);
      case "native gRPC":
        if (grpc === undefined || grpcStreamCount++ % streamsPerConnection === 0) {
          grpc = createGrpcTransport({ baseUrl: target.grpcUrl, idleConnectionTimeoutMs: 1000 });
        }
        return grpc;
    }
  };
  return (door: StreamDoor, from: string): EventStream => {
    const leave = new AbortController();
    const events =
      door === "WebSocket"
        ? socketEvents(target.wsUrl, from, leave.signal)
        : createClient(EigenKernelService, transportOf(door)).subscribeToEvents({ cursor: from }, { signal: leave.signal });
    const cursors: number[] = [];
    let cursor = from;
    const read = async (): Promise<string> => {
      try {
        for await (const event of events) {
          cursor = String(event.cursor);
          if (event.payload.case === "jobMoved") cursors.push(Number(event.cursor));
        }
        return leave.signal.aborted ? "closed" : "ended";
      } catch (error) {
        return leave.signal.aborted ? "closed" : codeOf(error);
      }
    };
    return { door, cursors, cursor: () => cursor, ended: read(), close: () => leave.abort() };
  };
}

function codeOf(error: unknown): string {
  if (error instanceof SocketEnd) return error.message;
  return ConnectError.from(error).findDetails(ErrorDetailSchema)[0]?.code ?? String(error);
}

class SocketEnd extends Error {}

async function* socketEvents(wsUrl: string, cursor: string, signal: AbortSignal): AsyncIterable<Event> {
  const socket = new WebSocket(`${wsUrl}/api/v1/events?cursor=${cursor}`);
  const frames: string[] = [];
  let wake = Promise.withResolvers<void>();
  let isOver = false;
  socket.onmessage = ({ data }) => {
    frames.push(String(data));
    wake.resolve();
  };
  socket.onerror = () => wake.resolve();
  socket.onclose = () => {
    isOver = true;
    wake.resolve();
  };
  signal.addEventListener("abort", () => socket.close(), { once: true });
  while (!isOver || frames.length > 0) {
    const frame = frames.shift();
    if (frame === undefined) {
      await wake.promise;
      wake = Promise.withResolvers();
      continue;
    }
    const json = JSON.parse(frame) as JsonValue & { error?: { details: { code: string }[] } };
    if (json.error !== undefined) throw new SocketEnd(json.error.details[0]?.code);
    yield fromJson(EventSchema, json);
  }
}
