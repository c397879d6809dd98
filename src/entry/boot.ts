// Boots a kernel that serves: adapters picked by the configuration, rooms over them, doors on their ports, and the loop that ticks.

import { serveGrpc } from "../adapters/grpc/index.ts";
import { installTracing } from "../adapters/otel/install.ts";
import { createTelemetry } from "../adapters/otel/telemetry.ts";
import { limits } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { SimulatedDevice } from "../driver-manager/index.ts";
import { type KernelError, kernelError } from "../model/errors.ts";
import { createMetrics, type LogFormat } from "../observability/index.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { Qrtx } from "../qrtx/index.ts";
import { assemble, guardHost } from "./assemble.ts";
import type { Component, EffectiveOptions } from "./config/index.ts";
import { createComputePool, hostClock, hostEntropy, hostStats, loadPage, openStore, sleep } from "./host.ts";
import type { Fetch, HttpServer, Platform } from "./platform.ts";

export interface BootInput {
  readonly platform: Platform;
  readonly options: EffectiveOptions;
  /** What there is to run on; the ideal simulator when left out. */
  readonly devices?: readonly SimulatedDevice[] | undefined;
  /** Components that run, with what they need. */
  readonly running: ReadonlySet<Component>;
  readonly logFormat: LogFormat;
  readonly writeLog: (line: string) => void;
}

export interface BootedKernel {
  readonly telemetry: Telemetry;
  readonly ports: { readonly rest: number; readonly websocket: number; readonly grpc: number; readonly metrics: number };
  /** Drains, at most limits.drainMs, then closes everything. Idempotent. */
  close(): Promise<void>;
}

export async function boot(input: BootInput): Promise<Result<BootedKernel, KernelError>> {
  const { platform, options, running } = input;
  const tracing = installTracing();
  const metrics = createMetrics({ clock: hostClock, hostStats });
  const sink = { logFormat: input.logFormat, writeLine: input.writeLog };
  // The kernel has nothing finer to say than debug.
  const leastLevel = options.logLevel === "trace" ? "debug" : options.logLevel;
  const telemetry = createTelemetry({ clock: hostClock, metrics, leastLevel, ...sink });
  const shutdown = new AbortController();
  // What was opened, to be closed in reverse order: also when the boot fails half way.
  const closers: ((signal: AbortSignal) => Promise<void>)[] = [async () => tracing.uninstall()];

  const opened = await openStore(options, telemetry);
  if (!opened.ok) {
    tracing.uninstall();
    return opened;
  }
  const store = opened.value;
  closers.push(() => store.close());
  const { api, qrtx, compute } = await assemble({
    world: { clock: hostClock, entropy: hostEntropy, store, telemetry },
    metrics,
    createCompute: () => createComputePool(options),
    simulatorQubitCountMax: limits.simulatorQubitCountMax,
    devices: input.devices,
    options,
    running,
    sleep,
    upgradeWebSocket: platform.upgradeWebSocket,
    page: loadPage,
    shutdownSignal: shutdown.signal,
    runtimeName: platform.name,
  });
  if (compute !== undefined) closers.push(() => compute.close());
  if (qrtx !== undefined) closers.push((signal) => qrtx.drain(signal));
  try {
    const ports = await listen();
    if (qrtx !== undefined) void keepTicking(qrtx, shutdown.signal);
    return ok({ telemetry, ports, close: once(close) });
  } catch (error) {
    await close();
    const cause = error instanceof Error ? error.message : String(error);
    return err(kernelError("port_unavailable", { facts: { host: options.host, cause } }));
  }

  async function listen(): Promise<BootedKernel["ports"]> {
    const serve = async (port: number, fetch: Fetch): Promise<number> => {
      const server: HttpServer = await platform.serveHttp({
        host: options.host,
        port,
        fetch: guardHost(options, keepAlive(fetch)),
      });
      closers.push((signal) => server.close(signal));
      return server.port;
    };
    const { rest, websocket, grpc, metrics: metricsPort } = options.ports;
    const appFetch: Fetch = (request, env) => api.app.fetch(request, env);
    const grpcServer = await serveGrpc({
      handlers: api.grpcHandlers,
      host: options.host,
      port: grpc,
      keepAliveMs: limits.grpcKeepAliveMs,
    });
    closers.push((signal) => grpcServer.close(signal));
    return {
      rest: await serve(rest, appFetch),
      websocket: await serve(websocket, appFetch),
      metrics: await serve(metricsPort, (request, env) => api.metricsApp.fetch(request, env)),
      grpc: grpcServer.port,
    };
  }

  /** performance.network.keep_alive: false ends every connection after its answer. */
  function keepAlive(fetch: Fetch): Fetch {
    if (options.network.keepAlive) return fetch;
    return async (request, env) => {
      const response = await fetch(request, env);
      if (request.headers.get("upgrade") === null) response.headers.set("Connection", "close");
      return response;
    };
  }

  async function close(): Promise<void> {
    shutdown.abort();
    const patience = AbortSignal.timeout(limits.drainMs);
    for (const closer of closers.splice(0).reverse()) {
      await closer(patience).catch((error: unknown) => telemetry.log("warn", "closing failed", { cause: String(error) }));
    }
  }
}

/** The runtime's part of the heartbeat: commits wake the kernel by themselves, this is the slow fallback. */
async function keepTicking(qrtx: Qrtx, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await sleep(await qrtx.tick(), signal);
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => {
    result ??= action();
    return result;
  };
}
