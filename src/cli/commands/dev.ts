// `eigen dev`: a kernel to try things on, without a configuration, until it is told to end.

import { type KernelClient, KernelClientError, type KernelEvent } from "../../client/index.ts";
import type { DevArguments, DevKernel } from "../../entry/dev.ts";
import { describeError } from "../../model/errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { fields, type OutputFormat, printError, printJson, progress } from "../output.ts";
import { stateText } from "../show-job.ts";
import type { World } from "../world.ts";
import { devicesTable } from "./devices.ts";

export async function runDev(world: World, args: DevArguments, format: OutputFormat): Promise<number> {
  // From now on a signal ends it in peace, also one that comes while it boots.
  const told = world.untilSignalled();
  const booted = await world.bootDev(args);
  if (!booted.ok) {
    world.stderr.write(`${describeError(booted.error)}\n`);
    return exitCodes.refused.code;
  }
  const kernel = booted.value;
  const client = await world.connect(kernel.restUrl);
  const leave = new AbortController();
  try {
    await announce(world, client, kernel, format);
    const following = world.stderr.isTty ? followMoves(world, client, leave.signal) : undefined;
    await told;
    progress(world, "ending: jobs that run are given back");
    leave.abort();
    await following;
  } finally {
    client.close();
    await kernel.close();
  }
  return exitCodes.ok.code;
}

async function announce(world: World, client: KernelClient, kernel: DevKernel, format: OutputFormat): Promise<void> {
  const { restUrl, grpcUrl, webSocketUrl, metricsUrl, dataDir, isDataKept } = kernel;
  const devices = await client.listDevices();
  const page = `${restUrl}/`;
  if (format === "json") {
    const names = devices.map(({ name }) => name);
    printJson(world, { page, restUrl, grpcUrl, webSocketUrl, metricsUrl, dataDir, isDataKept, devices: names });
    return;
  }
  const where = fields([
    ["page", page],
    ["REST", `${restUrl}/api/v1 (Connect and gRPC-Web on the same port)`],
    ["native gRPC", grpcUrl],
    ["WebSocket", webSocketUrl],
    ["metrics", metricsUrl],
    ["data", `${dataDir} (${isDataKept ? "kept" : "removed at the end; --data-dir keeps it"})`],
  ]);
  world.stdout.write(`${where}\n${devicesTable(devices)}`);
  progress(world, `\nTry: EIGEN_URL=${restUrl} eigen run examples/circuits/teleport.qasm\nCtrl-C ends it. Moves of jobs:`);
}

async function followMoves(world: World, client: KernelClient, signal: AbortSignal): Promise<void> {
  try {
    for await (const event of client.subscribeToEvents({ signal })) progress(world, moveText(world, event));
  } catch (error) {
    if (!(error instanceof KernelClientError)) throw error;
    // The kernel goes on without anybody who looks.
    if (error.code !== "canceled") printError(world, error);
  }
}

function moveText(world: World, { at, jobId, name, to, device, reason }: KernelEvent): string {
  const who = name === "" ? jobId : `${jobId} ${name}`;
  const where = device === "" ? "" : `${device}: `;
  return `${at.toISOString()}  ${who}  ${stateText(world, world.stderr, to, 9)}  ${where}${reason}`;
}
