// Rooms and doors over what a runtime has opened: the same on a server and on the edge.

import type { UpgradeWebSocket } from "hono/ws";
import type { SimulatedDevice } from "../driver-manager/index.ts";
import type { Metrics } from "../observability/index.ts";
import type { ComputePool } from "../ports/compute.ts";
import type { Env } from "../ports/env.ts";
import type { Qrtx } from "../qrtx/index.ts";
import { createLocalIdentity } from "../security/index.ts";
import { createSystemApi, type SystemApi } from "../system-api/index.ts";
import { type Component, components, type EffectiveOptions } from "./config/index.ts";
import { createCircuits, createDrivers, createKernel } from "./kernel.ts";
import { openApi, version } from "./product.ts";

export interface AssembleInput {
  readonly world: Omit<Env, "compute">;
  readonly metrics: Metrics;
  /** Called once, if something runs circuits. */
  readonly createCompute: () => Promise<ComputePool>;
  readonly simulatorQubitCountMax: number;
  /** What there is to run on; the ideal simulator when left out. */
  readonly devices?: readonly SimulatedDevice[] | undefined;
  readonly options: EffectiveOptions;
  readonly running: ReadonlySet<Component>;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly upgradeWebSocket: UpgradeWebSocket;
  /** The built page. */
  readonly page: () => Promise<string>;
  readonly shutdownSignal: AbortSignal;
  /** "Bun 1.4.5" and the like. */
  readonly runtimeName: string;
}

export interface Assembled {
  readonly api: SystemApi;
  /** Undefined when it does not run. */
  readonly qrtx: Qrtx | undefined;
  readonly compute: ComputePool | undefined;
}

export async function assemble(input: AssembleInput): Promise<Assembled> {
  const { world, metrics, options, running, sleep, upgradeWebSocket, shutdownSignal, runtimeName } = input;
  const runs = (component: Component): boolean => running.has(component);
  const compute = runs("driver-manager") ? await input.createCompute() : undefined;
  if (compute !== undefined) world.telemetry.gauge("compute_slots", compute.slotCount);
  const { qrtx, circuits, drivers } = await createRooms();
  const api = createSystemApi({
    rooms: { qrtx, circuits, drivers, metrics: runs("observability") ? metrics : undefined },
    identity: createLocalIdentity(),
    telemetry: world.telemetry,
    clock: world.clock,
    sleep,
    components: () => components.map((name) => ({ name, running: runs(name), detail: runs(name) ? "" : "off" })),
    openApi,
    page: input.page,
    upgradeWebSocket,
    shutdownSignal,
    options: { ...options.network, version, runtimeName },
  });
  return { api, qrtx, compute };

  async function createRooms() {
    const kernelOptions = {
      circuitCacheSize: options.circuitCacheSize,
      concurrentTaskCountMax: options.maxConcurrentTasks,
      queuedJobCountMax: options.threadPool.queueSize,
      simulatorQubitCountMax: input.simulatorQubitCountMax,
      devices: input.devices,
    };
    if (compute !== undefined && runs("qrtx")) return createKernel({ ...world, compute }, kernelOptions);
    return {
      qrtx: undefined,
      circuits: runs("qfs") ? createCircuits(world, kernelOptions) : undefined,
      drivers: compute && createDrivers({ compute }, kernelOptions),
    };
  }
}

const localNames: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

type Answer<Rest extends readonly unknown[]> = (request: Request, ...rest: Rest) => Response | Promise<Response>;

/**
 * Nobody signs in to a development kernel, so a page of another site must not reach it by pointing its own name at this machine (DNS
 * rebinding): only this machine's names are answered.
 */
export function guardHost<Rest extends readonly unknown[]>({ mode, host }: EffectiveOptions, answer: Answer<Rest>): Answer<Rest> {
  if (mode !== "development" && mode !== "test") return answer;
  return (request, ...rest) => {
    const { hostname } = new URL(request.url);
    if (localNames.has(hostname) || hostname === host) return answer(request, ...rest);
    return new Response(`A ${mode} kernel answers only under this machine's own names.\n`, { status: 403 });
  };
}
