// `eigen serve`: reads the configuration, boots, says where it listens, and stays until it is told to end.

import { readFile } from "node:fs/promises";
import os from "node:os";
import process from "node:process";
import { limits } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import { describeError, type KernelError, kernelError } from "../model/errors.ts";
import type { LogFormat } from "../observability/index.ts";
import { type BootedKernel, boot } from "./boot.ts";
import { checkServe, type KernelConfig, notInEffect, parseConfig, resolveComponents } from "./config/index.ts";
import { createLogWriter } from "./host.ts";
import { currentPlatform } from "./platform.ts";
import { untilSignalled } from "./signals.ts";

export interface ServeArguments {
  /** Path of the configuration; KERNEL_CONFIG, then built-in defaults for development when absent. */
  readonly config?: string | undefined;
  /** Names separated by commas; all when absent. */
  readonly components?: string | undefined;
  readonly logFormat?: LogFormat | undefined;
}

/** Exit codes as documented in docs/cli.md. */
const exitOk = 0;
const exitRefused = 3;
const exitInternal = 7;
const exitNotServable = 8;

interface Refusal {
  readonly error: KernelError;
  readonly exitCode: number;
}

export async function serve(args: ServeArguments): Promise<number> {
  const started = await start(args);
  if (!started.ok) {
    process.stderr.write(`${describeError(started.error.error)}\n`);
    return started.error.exitCode;
  }
  const { kernel, config } = started.value;
  announce(kernel, config);
  await untilSignalled();
  kernel.telemetry.log("info", "shutting down");
  // close() bounds each of its parts; this bounds what blocks the event loop between them.
  const last = setTimeout(() => process.exit(exitInternal), limits.shutdownMs);
  await kernel.close();
  clearTimeout(last);
  return exitOk;
}

async function start(args: ServeArguments): Promise<Result<{ kernel: BootedKernel; config: KernelConfig }, Refusal>> {
  const config = await readConfig(args.config ?? process.env.KERNEL_CONFIG);
  if (!config.ok) return refuse(config.error);
  const faults = checkServe(config.value);
  if (faults.length > 0) {
    return refuse(kernelError("config_not_protected", { facts: { file: config.value.source }, faults }), exitNotServable);
  }
  const names = (args.components ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const running = resolveComponents(names, config.value.options.componentSwitches);
  // Without names only the file can contradict itself, which `eigen config check` tells with the same code.
  if (!running.ok) return refuse(running.error, names.length === 0 ? exitNotServable : exitRefused);
  const platform = await currentPlatform(config.value.options.network.keepAlive);
  const logFormat = args.logFormat ?? (process.stderr.isTTY ? "text" : "json");
  const writeLog = createLogWriter();
  const booted = await boot({ platform, options: config.value.options, running: running.value, logFormat, writeLog });
  return booted.ok ? ok({ kernel: booted.value, config: config.value }) : refuse(booted.error);
}

function refuse(error: KernelError, exitCode: number = exitRefused): Result<never, Refusal> {
  return err({ error, exitCode });
}

export async function readConfig(path: string | undefined): Promise<Result<KernelConfig, KernelError>> {
  const input = { env: process.env, readText: (file: string) => readFile(file, "utf8"), coreCount: os.availableParallelism() };
  if (path === undefined) return parseConfig("kernel:\n  mode: development\n", { source: "built-in defaults", ...input });
  try {
    return await parseConfig(await readFile(path, "utf8"), { source: path, ...input });
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const fault = { field: "--config", wanted: "a file that can be read", found, hint: "Check the path." };
    return err(kernelError("config_invalid", { facts: { file: path }, faults: [fault] }));
  }
}

/** One line of JSON on stdout for programs that start a kernel; the same for people goes to the log. */
function announce({ telemetry, ports }: BootedKernel, config: KernelConfig): void {
  const { host } = config.options;
  for (const { path, broughtBy } of notInEffect(config)) {
    telemetry.log("warn", "accepted, not in effect", { config_path: path, brought_by: broughtBy });
  }
  telemetry.log("info", "ready", {
    rest: `http://${host}:${ports.rest}`,
    grpc: `http://${host}:${ports.grpc}`,
    websocket: `ws://${host}:${ports.websocket}/api/v1/events`,
    metrics: `http://${host}:${ports.metrics}/metrics`,
  });
  process.stdout.write(`${JSON.stringify({ ready: true, host, ports })}\n`);
}
