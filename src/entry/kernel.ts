// Puts the rooms together over an Env. The same function boots the kernel on every runtime and inside the simulation.

import { createSimulatorDriver, type DriverManager, idealSimulator, type SimulatedDevice } from "../driver-manager/index.ts";
import { createId } from "../model/ids.ts";
import type { Env } from "../ports/env.ts";
import { parseQasm } from "../qasm/index.ts";
import { type CircuitFs, createCircuitFs } from "../qfs/index.ts";
import { createQrtx, type Qrtx } from "../qrtx/index.ts";

export interface KernelOptions {
  /** Parsed circuits to keep. */
  readonly circuitCacheSize: number;
  readonly concurrentTaskCountMax: number;
  readonly queuedJobCountMax: number;
  /** Of a state vector in double precision: what one state may take follows from it. */
  readonly simulatorQubitCountMax: number;
  /** What there is to run on; the ideal simulator when left out. */
  readonly devices?: readonly SimulatedDevice[] | undefined;
}

export interface Kernel {
  readonly id: string;
  readonly qrtx: Qrtx;
  readonly circuits: CircuitFs;
  readonly drivers: DriverManager;
}

export async function createKernel(env: Env, options: KernelOptions): Promise<Kernel> {
  const { clock, entropy, store, telemetry } = env;
  const kernelId = createId("kernel", clock.nowMs(), (count) => entropy.bytes(count));
  const drivers = createDrivers(env, options);
  const circuits = createCircuits(env, options);
  const { concurrentTaskCountMax, queuedJobCountMax } = options;
  const limits = { concurrentTaskCountMax, queuedJobCountMax };
  const qrtx = await createQrtx({ store, circuits, drivers, clock, entropy, telemetry, kernelId, ...limits });
  return { id: kernelId, qrtx, circuits, drivers };
}

/** The rooms below QRTX can run without it: `--components qfs`, `--components driver-manager`. */
export function createDrivers({ compute }: Pick<Env, "compute">, options: KernelOptions): DriverManager {
  const { simulatorQubitCountMax, devices = [idealSimulator(simulatorQubitCountMax)] } = options;
  return createSimulatorDriver({ pool: compute, devices, stateBytesMax: 16 * 2 ** simulatorQubitCountMax });
}

export function createCircuits(
  { store, clock, telemetry }: Omit<Env, "compute">,
  { circuitCacheSize }: KernelOptions,
): CircuitFs {
  return createCircuitFs({ store, clock, telemetry, parse: parseQasm, cacheSize: circuitCacheSize });
}
