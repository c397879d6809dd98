// Boots a kernel inside of a Durable Object: one object is one kernel. It computes where it answers, keeps its jobs in the object's own
// SQLite or in a libSQL database behind HTTP, and is woken by the object's alarm.

import { createInlinePool } from "../adapters/compute/inline-pool.ts";
import { type ObjectStorage, openObjectStore } from "../adapters/durable-object/index.ts";
import { openRemoteStore } from "../adapters/libsql/remote.ts";
import { installTracing } from "../adapters/otel/install.ts";
import { createTelemetry } from "../adapters/otel/telemetry.ts";
import { limits } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import { type KernelError, kernelError } from "../model/errors.ts";
import { createMetrics } from "../observability/index.ts";
import type { Clock, Entropy } from "../ports/clock.ts";
import type { KernelStore } from "../ports/store.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { Qrtx } from "../qrtx/index.ts";
import type { SimulatorModules } from "../simulator/index.ts";
import { assemble, guardHost } from "./assemble.ts";
import {
  checkServe,
  type EffectiveOptions,
  type KernelConfig,
  notInEffect,
  parseConfig,
  resolveComponents,
} from "./config/index.ts";
import { upgradeWebSocket } from "./platform-workerd.ts";

export interface EdgeAlarm {
  /** At most one is set: the newest. */
  setAlarm(atMs: number): Promise<void>;
}

export interface EdgeInput {
  readonly storage: ObjectStorage & EdgeAlarm;
  /** The engines, compiled by the bundler. */
  readonly modules: SimulatorModules;
  readonly page: string;
  /** Text variables and secrets of the worker. */
  readonly env: Readonly<Record<string, string>>;
}

export interface EdgeKernel {
  fetch(request: Request): Promise<Response>;
  /** To be called by the object's alarm; never rejects. */
  alarm(): Promise<void>;
}

export async function bootEdge({ storage, modules, page, env }: EdgeInput): Promise<Result<EdgeKernel, KernelError>> {
  const config = await readConfig(env);
  if (!config.ok) return config;
  const { options } = config.value;
  const running = resolveComponents([], options.componentSwitches);
  if (!running.ok) return running;
  const telemetry = createEdgeTelemetry(options);
  for (const { path, broughtBy } of notInEffect(config.value)) {
    telemetry.log("warn", "accepted, not in effect", { config_path: path, brought_by: broughtBy });
  }
  const opened = await openStore(storage, env, telemetry);
  if (!opened.ok) return opened;
  const { api, qrtx } = await assemble({
    world: { clock, entropy, store: opened.value, telemetry },
    metrics: telemetry.metrics,
    createCompute: async () =>
      createInlinePool({
        modules,
        elapsedMs: clock.monotonicMs,
        turn: () => sleep(0),
        stabilizerBytesMax: limits.edgeStabilizerBytesMax,
      }),
    simulatorQubitCountMax: limits.edgeQubitCountMax,
    options,
    running: running.value,
    sleep,
    upgradeWebSocket,
    page: async () => page,
    // An object is not told when it ends: its streams break off, and their readers resume at their cursors.
    shutdownSignal: new AbortController().signal,
    runtimeName: "workerd",
  });
  const pulse = qrtx === undefined ? undefined : createPulse(qrtx, storage);
  const answer = guardHost(options, (request) =>
    new URL(request.url).pathname === "/metrics" ? api.metricsApp.fetch(request) : api.app.fetch(request),
  );
  return ok({
    async fetch(request) {
      await pulse?.quicken();
      return answer(request);
    },
    alarm: async () => pulse?.beat(),
  });
}

/** KERNEL_CONFIG holds the configuration itself: there are no files. */
async function readConfig(env: EdgeInput["env"]): Promise<Result<KernelConfig, KernelError>> {
  const text = env.KERNEL_CONFIG ?? "kernel:\n  mode: development\n";
  const readText = (file: string): Promise<string> => Promise.reject(new Error(`there are no files on the edge: ${file}`));
  const config = await parseConfig(text, { source: "KERNEL_CONFIG", env, readText, coreCount: 1 });
  if (!config.ok) return config;
  const faults = checkServe(config.value);
  return faults.length === 0 ? config : err(kernelError("config_not_protected", { facts: { file: "KERNEL_CONFIG" }, faults }));
}

function openStore(
  storage: ObjectStorage,
  env: EdgeInput["env"],
  telemetry: Telemetry,
): Promise<Result<KernelStore, KernelError>> {
  const url = env.KERNEL_STORE_URL ?? "";
  if (url === "") return openObjectStore({ storage, clock, telemetry });
  return openRemoteStore({ url, authToken: env.KERNEL_STORE_TOKEN ?? "", clock, telemetry });
}

function createEdgeTelemetry({ logLevel }: EffectiveOptions) {
  installTracing();
  // workerd tells neither its processor time nor its memory.
  const metrics = createMetrics({ clock, hostStats: () => ({ cpuMs: 0, memoryBytes: 0, machineMemoryBytes: 0, coreCount: 0 }) });
  const leastLevel = logLevel === "trace" ? "debug" : logLevel;
  const sink = { logFormat: "json", writeLine: (line: string) => console.log(line) } as const;
  return { ...createTelemetry({ clock, metrics, leastLevel, ...sink }), metrics };
}

/** The heartbeat by alarm: once a second while something is under way, when a lease runs out, otherwise not at all. */
function createPulse(qrtx: Qrtx, alarms: EdgeAlarm) {
  // As far as this isolate knows; a new one sets it anew with its first request.
  let alarmAtMs: number | undefined;
  const setWithin = async (ms: number): Promise<void> => {
    const atMs = clock.nowMs() + ms;
    if (alarmAtMs !== undefined && alarmAtMs <= atMs) return;
    alarmAtMs = atMs;
    await alarms.setAlarm(atMs).catch((error: unknown) => {
      alarmAtMs = undefined; // It is not set: whoever comes next tries again.
      throw error;
    });
  };
  return {
    /** Before a request: whatever it leaves behind is looked after, also by the next isolate if this one dies. */
    quicken: () => setWithin(limits.tickIdleMs),
    async beat(): Promise<void> {
      alarmAtMs = undefined;
      const waitMs = await qrtx.tick();
      // A store that does not answer is asked again.
      const dueMs = await qrtx.untilDue().catch(() => waitMs);
      if (dueMs !== undefined) await setWithin(dueMs);
    },
  };
}

const startedMs = Date.now();
let latestMs = 0;
const clock: Clock = {
  nowMs: () => Date.now(),
  // workerd's performance.now() is its wall clock.
  monotonicMs() {
    latestMs = Math.max(latestMs, Date.now() - startedMs);
    return latestMs;
  },
};
const entropy: Entropy = { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) };

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}
