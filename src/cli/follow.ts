// Waits for a job and ends as it ends; whoever stops waiting is told how to go on.

import { type JobStatus, type KernelClient, KernelClientError } from "../client/index.ts";
import { exitCodeOf, exitCodeOfFailure, exitCodes } from "./exit-codes.ts";
import { printError } from "./output.ts";
import type { World } from "./world.ts";

export interface FollowInput {
  readonly world: World;
  readonly client: KernelClient;
  readonly jobId: string;
  /** Of the last status that was seen; empty: from the job's first. */
  readonly cursor: string;
  /** Longest wait; undefined: as long as it takes. */
  readonly waitMsMax?: number | undefined;
  readonly onStatus: (status: JobStatus) => void;
}

/** The exit code; a failure's reason is on stderr. */
export async function followJob({ world, client, jobId, cursor, waitMsMax, onStatus }: FollowInput): Promise<number> {
  const patience = waitMsMax === undefined ? undefined : AbortSignal.timeout(waitMsMax);
  const signal = patience === undefined ? world.interrupt : AbortSignal.any([world.interrupt, patience]);
  let last: JobStatus | undefined;
  try {
    for await (const status of client.monitorJob(jobId, { cursor, signal })) {
      last = status;
      onStatus(status);
    }
  } catch (error) {
    if (!(error instanceof KernelClientError)) throw error;
    const isTimeout = patience?.aborted === true && !world.interrupt.aborted;
    if (error.code === "canceled") {
      world.stderr.write(`${isTimeout ? "The time ran out" : "Stopped waiting"}; the job goes on.\n`);
    } else {
      printError(world, error);
    }
    const resumeAt = last?.cursor ?? cursor;
    const mayGoOn = error.code === "canceled" || error.retryable;
    if (mayGoOn) world.stderr.write(`Follow it: eigen jobs watch ${jobId}${resumeAt === "" ? "" : ` --cursor ${resumeAt}`}\n`);
    return isTimeout ? exitCodes.timeout.code : exitCodeOf(error);
  }
  // Nothing came: the cursor lies behind the job's last move.
  const { state } = last ?? (await client.getJobStatus(jobId));
  if (state.kind === "completed") return exitCodes.ok.code;
  if (state.kind !== "failed" && state.kind !== "dead") return exitCodes.jobFailed.code;
  printError(world, state.error);
  return exitCodeOfFailure(state.error);
}
