// `eigen jobs`: list, get, watch, cancel, result.

import { type JobInfo, type JobStateWord, type KernelClient, KernelClientError } from "../../client/index.ts";
import { exitCodes } from "../exit-codes.ts";
import { followJob } from "../follow.ts";
import { type OutputFormat, printJson, table, toJson } from "../output.ts";
import { moveLine, resultText, stateText, statusJson, statusText } from "../show-job.ts";
import type { World } from "../world.ts";

export interface ListOptions {
  readonly state?: readonly JobStateWord[];
  readonly tag?: Readonly<Record<string, string>>;
  readonly namePrefix?: string;
  readonly limit: number;
}

export async function listJobs(world: World, client: KernelClient, options: ListOptions, format: OutputFormat): Promise<number> {
  const { state = [], tag = {}, namePrefix, limit } = options;
  const jobs: JobInfo[] = [];
  const filter = { states: state, tags: tag, ...(namePrefix === undefined ? {} : { namePrefix }) };
  if (limit > 0) {
    for await (const job of client.listJobs(filter, { signal: world.interrupt })) {
      jobs.push(job);
      if (jobs.length >= limit) break;
    }
  }
  if (format === "json")
    printJson(
      world,
      jobs.map((job) => ({ ...job, state: job.state.toUpperCase(), priority: job.priority.toUpperCase() })),
    );
  else if (jobs.length === 0) world.stderr.write("No jobs. Submit one with `eigen run FILE`.\n");
  else world.stdout.write(jobsTable(world, jobs));
  return exitCodes.ok.code;
}

function jobsTable(world: World, jobs: readonly JobInfo[]): string {
  const titles = ["JOB", "NAME", "STATE", "PRIORITY", "SHOTS", "DEVICE", "SUBMITTED"];
  const rows = jobs.map((job) => [
    job.jobId,
    job.name || "-",
    stateText(world, world.stdout, job.state),
    job.priority.toUpperCase(),
    job.shots,
    job.device || "-",
    job.submittedAt.toISOString(),
  ]);
  return table(titles, rows);
}

export async function getJob(world: World, client: KernelClient, id: string, format: OutputFormat): Promise<number> {
  const status = await client.getJobStatus(id);
  if (format === "json") printJson(world, statusJson(status));
  else world.stdout.write(statusText(world, status));
  return exitCodes.ok.code;
}

/** One line per move, as it happens; JSON one object per line. */
export async function watchJob(
  world: World,
  client: KernelClient,
  id: string,
  cursor: string,
  format: OutputFormat,
): Promise<number> {
  return followJob({
    world,
    client,
    jobId: id,
    cursor,
    onStatus(status) {
      world.stdout.write(`${format === "json" ? toJson(statusJson(status)) : moveLine(world, world.stdout, status)}\n`);
      if (format === "table" && status.state.kind === "completed")
        world.stdout.write(`\n${resultText(world, status.state.result)}`);
    },
  });
}

export async function cancelJob(world: World, client: KernelClient, id: string, format: OutputFormat): Promise<number> {
  await client.cancelJob(id);
  if (format === "json") printJson(world, { id, state: "CANCELLED" });
  else world.stdout.write(`${id} ${stateText(world, world.stdout, "cancelled")}\n`);
  return exitCodes.ok.code;
}

export async function showResult(world: World, client: KernelClient, id: string, format: OutputFormat): Promise<number> {
  try {
    const result = await client.getJobResult(id);
    if (format === "json") printJson(world, result);
    else world.stdout.write(resultText(world, result));
    return exitCodes.ok.code;
  } catch (error) {
    if (!(error instanceof KernelClientError) || error.code !== "job_has_no_result") throw error;
    world.stderr.write(`error: ${error.message}\n`);
    return exitCodes.jobFailed.code;
  }
}
