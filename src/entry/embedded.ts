// A kernel inside of another program: the demo and tests boot one without a configuration file, on any free ports.

import { readFile } from "node:fs/promises";
import os from "node:os";
import { describeError } from "../model/errors.ts";
import { boot } from "./boot.ts";
import { parseConfig, resolveComponents } from "./config/index.ts";
import { createLogWriter } from "./host.ts";
import { currentPlatform } from "./platform.ts";

export interface EmbeddedKernel {
  readonly restUrl: string;
  readonly grpcUrl: string;
  close(): Promise<void>;
}

/** Throws with the whole refusal when the kernel cannot boot. Log lines from warnings on go to stderr. */
export async function bootKernel({ dataDir }: { readonly dataDir: string }): Promise<EmbeddedKernel> {
  const text = [
    "kernel:",
    "  mode: development",
    "  network: { grpc_port: 0, rest_port: 0, websocket_port: 0 }",
    "  observability: { metrics_port: 0, log_level: warn }",
    `  storage: { data_dir: ${JSON.stringify(dataDir)} }`,
  ].join("\n");
  const readText = (file: string): Promise<string> => readFile(file, "utf8");
  // The surroundings of the caller must not change what is booted.
  const config = await parseConfig(text, { source: "embedded", env: {}, readText, coreCount: os.availableParallelism() });
  if (!config.ok) throw new Error(describeError(config.error));
  const running = resolveComponents([], config.value.options.componentSwitches);
  if (!running.ok) throw new Error(describeError(running.error));
  const booted = await boot({
    platform: await currentPlatform(config.value.options.network.keepAlive),
    options: config.value.options,
    running: running.value,
    logFormat: "text",
    writeLog: createLogWriter(),
  });
  if (!booted.ok) throw new Error(describeError(booted.error));
  const { ports, close } = booted.value;
  const { host } = config.value.options;
  return { restUrl: `http://${host}:${ports.rest}`, grpcUrl: `http://${host}:${ports.grpc}`, close };
}
