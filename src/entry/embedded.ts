// A kernel inside of another program: the demo, `eigen dev` and tests boot one without a configuration file.

import { readFile } from "node:fs/promises";
import os from "node:os";
import { ok, type Result } from "../base/result.ts";
import type { SimulatedDevice } from "../driver-manager/index.ts";
import { describeError, type KernelError } from "../model/errors.ts";
import { boot } from "./boot.ts";
import { type EffectiveOptions, parseConfig, resolveComponents } from "./config/index.ts";
import { createLogWriter } from "./host.ts";
import { currentPlatform } from "./platform.ts";

export interface EmbeddedOptions {
  readonly dataDir: string;
  /** Picks ports, given the usual ones; any free ones when left out. */
  readonly choosePorts?: (host: string, usual: EffectiveOptions["ports"]) => Promise<Partial<EffectiveOptions["ports"]>>;
  /** The ideal simulator when left out. */
  readonly devices?: readonly SimulatedDevice[];
}

export interface EmbeddedKernel {
  readonly restUrl: string;
  readonly grpcUrl: string;
  readonly webSocketUrl: string;
  readonly metricsUrl: string;
  /** Drains, then closes everything. */
  close(): Promise<void>;
}

const anyFree = { rest: 0, grpc: 0, websocket: 0, metrics: 0 };

/** Throws with the whole refusal when the kernel cannot boot. */
export async function bootKernel(options: EmbeddedOptions): Promise<EmbeddedKernel> {
  const booted = await tryBootKernel(options);
  if (!booted.ok) throw new Error(describeError(booted.error));
  return booted.value;
}

/** Log lines from warnings on go to stderr. */
export async function tryBootKernel(wanted: EmbeddedOptions): Promise<Result<EmbeddedKernel, KernelError>> {
  const text = [
    "kernel:",
    "  mode: development",
    "  observability: { log_level: warn }",
    `  storage: { data_dir: ${JSON.stringify(wanted.dataDir)} }`,
  ].join("\n");
  const readText = (file: string): Promise<string> => readFile(file, "utf8");
  // The surroundings of the caller must not change what is booted.
  const config = await parseConfig(text, { source: "embedded", env: {}, readText, coreCount: os.availableParallelism() });
  if (!config.ok) return config;
  const { options } = config.value;
  const running = resolveComponents([], options.componentSwitches);
  if (!running.ok) return running;
  const chosen = (await wanted.choosePorts?.(options.host, options.ports)) ?? anyFree;
  const booted = await boot({
    platform: await currentPlatform(options.network.keepAlive),
    options: { ...options, ports: { ...options.ports, ...chosen } },
    devices: wanted.devices,
    running: running.value,
    logFormat: "text",
    writeLog: createLogWriter(),
  });
  if (!booted.ok) return booted;
  const { ports, close } = booted.value;
  const at = (port: number): string => `${options.host}:${port}`;
  return ok({
    restUrl: `http://${at(ports.rest)}`,
    grpcUrl: `http://${at(ports.grpc)}`,
    webSocketUrl: `ws://${at(ports.websocket)}/api/v1/events`,
    metricsUrl: `http://${at(ports.metrics)}/metrics`,
    close,
  });
}
