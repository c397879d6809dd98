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
import { createComputePool, hostClock, hostEntropy, hostStats, loadPage, openStore, sleep, widestState } from "./host.ts";
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
  /** Drains, then closes everything, in limits.shutdownMs at most whatever clients and jobs do. Idempotent. */
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
  const drained = new AbortController();
  let isOpen = false;
  const doors: ((signal: AbortSignal) => Promise<void>)[] = [];
  // What was opened below the doors, to be closed in reverse order: also when the boot fails half way.
  const closers: (() => Promise<void>)[] = [async () => tracing.uninstall()];

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
    simulatorQubitCountMax: widestState(),
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
  try {
    const ports = await listen();
    if (qrtx !== undefined) void keepTicking(qrtx, drained.signal);
    isOpen = true;
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
      doors.push((signal) => server.close(signal));
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
    doors.push((signal) => grpcServer.close(signal));
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

  /**
   * Readiness goes off and streams end at once; the doors stay open while jobs end, so that load balancers see the one and clients fetch
   * results of the other. What does not end in time is given back, cut off, or left to its lease.
   */
  async function close(): Promise<void> {
    shutdown.abort();
    await attempt("draining", Promise.all([drainJobs(), sleep(noticeMs(), drained.signal)]));
    drained.abort();
    const patience = AbortSignal.timeout(limits.closeMs);
    await Promise.all(
      doors.splice(0).map((door) => attempt("closing a door", within(limits.closeMs + limits.cutMs, door(patience)))),
    );
    for (const closer of closers.splice(0).reverse()) await attempt("closing", within(limits.closeMs, closer()));
  }

  async function drainJobs(): Promise<void> {
    if (qrtx === undefined) return;
    await within(limits.drainMs + limits.giveBackMs, qrtx.drain(AbortSignal.timeout(limits.drainMs)));
  }

  /** A person at a terminal does not wait for a load balancer. */
  function noticeMs(): number {
    const isSeen = isOpen && options.mode !== "development" && options.mode !== "test";
    return isSeen ? limits.drainNoticeMs : 0;
  }

  async function attempt(what: string, work: Promise<unknown>): Promise<void> {
    await work.catch((error: unknown) => telemetry.log("warn", `${what} failed`, { cause: String(error) }));
  }
}

/** The runtime's part of the heartbeat: commits wake the kernel by themselves, this is the slow fallback. */
async function keepTicking(qrtx: Qrtx, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await sleep(await qrtx.tick(), signal);
}

/** Rejects when the work takes longer; it goes on unheard. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const ended = new AbortController();
  const tooLong = sleep(ms, ended.signal).then(() => {
    if (!ended.signal.aborted) throw new Error(`it took longer than ${ms} ms`);
  });
  await Promise.race([work, tooLong]).finally(() => ended.abort());
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => {
    result ??= action();
    return result;
  };
}
