// The kernel's doors: one set of handlers and interceptors behind Connect, gRPC-Web, native gRPC, REST, WebSocket and metrics.

import { Hono } from "hono";
import { limits } from "../base/limits.ts";
import { corsFor, isOriginAllowed } from "./cors.ts";
import { createDispatch, type Dispatch } from "./dispatch.ts";
import { circuitHandlers } from "./handlers/circuits.ts";
import { deviceHandlers } from "./handlers/devices.ts";
import { eventHandlers } from "./handlers/events.ts";
import { healthHandlers } from "./handlers/health.ts";
import { jobHandlers } from "./handlers/jobs.ts";
import { metricHandlers } from "./handlers/metrics.ts";
import { errorInterceptor } from "./interceptors/errors.ts";
import { limitInterceptor } from "./interceptors/limits.ts";
import { requestInterceptor } from "./interceptors/request.ts";
import { telemetryInterceptor } from "./interceptors/telemetry.ts";
import type { SystemApiOptions } from "./options.ts";
import { createPageAnswer } from "./page.ts";
import { answerRest, notFound } from "./rest/rest.ts";
import { createGrpcRpc, createWebRpc, type RpcHandler } from "./rpc.ts";
import { linkClient, toUniversalRequest, toWebResponse } from "./web-response.ts";
import { answerEventSocket, isUpgrade } from "./websocket.ts";

export interface SystemApi {
  /** Connect, gRPC-Web, REST, WebSocket and the OpenAPI description, for any HTTP server. */
  readonly app: Hono;
  /** GET /metrics for Prometheus. */
  readonly metricsApp: Hono;
  /** Native gRPC with grpc.health.v1, for an HTTP/2 server (src/adapters/grpc). */
  readonly grpcHandlers: readonly RpcHandler[];
}

export function createSystemApi(api: SystemApiOptions): SystemApi {
  const { rooms, telemetry, clock, sleep, shutdownSignal, identity } = api;
  const interceptors = [
    telemetryInterceptor(telemetry, clock),
    errorInterceptor(telemetry),
    limitInterceptor({
      concurrentRequestsMax: api.options.maxConcurrentRequests,
      requestTimeoutMs: api.options.requestTimeoutMs,
      streamCountMax: limits.streamCountMax,
      sleep,
      clock,
      shutdownSignal,
      telemetry,
    }),
    requestInterceptor,
  ];
  const handlers = {
    ...jobHandlers(rooms),
    ...circuitHandlers(rooms),
    ...deviceHandlers(rooms),
    ...metricHandlers(rooms, clock, sleep),
    ...eventHandlers(rooms),
    ...healthHandlers(api),
  };
  const dispatch = createDispatch(handlers, interceptors, identity);
  return {
    app: createApp(api, dispatch, createWebRpc(dispatch, interceptors)),
    metricsApp: createMetricsApp(api),
    grpcHandlers: createGrpcRpc(dispatch, interceptors, api),
  };
}

function createApp(api: SystemApiOptions, dispatch: Dispatch, rpcs: readonly RpcHandler[]): Hono {
  const app = new Hono();
  const { corsAllowedOrigins } = api.options;
  const { upgradeWebSocket: upgrade } = api;
  if (upgrade !== undefined) {
    const isAllowed = (origin: string, host: string) => isOriginAllowed(corsAllowedOrigins, origin, host);
    const options = { upgrade, dispatch, sleep: api.sleep, isOriginAllowed: isAllowed };
    // Before anything that touches the answer: a runtime wants its own answer to an upgrade back as it is.
    app.use("/api/v1/events", (context, next) => (isUpgrade(context.req.raw) ? answerEventSocket(context, options) : next()));
  }
  app.use(corsFor(corsAllowedOrigins));
  app.use(async (context, next) => {
    await next();
    context.header("X-Content-Type-Options", "nosniff");
  });
  for (const rpc of rpcs) {
    app.all(rpc.requestPath, async (context) => {
      const client = linkClient(context.req.raw);
      return toWebResponse(await rpc.handle(toUniversalRequest(context.req.raw, client)), rpc.isStreaming, client);
    });
  }
  if (api.page !== undefined) {
    const answerPage = createPageAnswer(api.page);
    app.get("/", (context) => answerPage(context.req.raw));
  }
  app.get("/api/v1/openapi.json", (context) => context.json(api.openApi));
  app.all("/api/v1/*", (context) => answerRest(context.req.raw, dispatch));
  app.notFound((context) => notFound(context.req.path));
  return app;
}

function createMetricsApp({ rooms }: SystemApiOptions): Hono {
  const app = new Hono();
  app.get("/metrics", (context) => {
    if (rooms.metrics === undefined) return context.text("This kernel runs without observability.\n", 503);
    return context.body(rooms.metrics.prometheusText(), 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
  });
  app.notFound((context) => context.text("Metrics are at /metrics.\n", 404));
  return app;
}
