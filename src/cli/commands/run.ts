// `eigen run`: a file in, its counts out.

import type { JobResult, JobSpec, KernelClient, Method, Precision, Priority } from "../../client/index.ts";
import type { Observable } from "../../model/result.ts";
import { exitCodes } from "../exit-codes.ts";
import { followJob } from "../follow.ts";
import { type OutputFormat, printJson, progress } from "../output.ts";
import { moveLine, resultText } from "../show-job.ts";
import type { World } from "../world.ts";
import { readInput } from "./read-input.ts";

export interface RunOptions {
  readonly shots: number;
  readonly seed?: bigint;
  readonly device?: string;
  readonly id?: string;
  readonly priority: Priority;
  readonly method: Method;
  readonly precision: Precision;
  readonly param?: Readonly<Record<string, number>>;
  readonly observable?: readonly Observable[];
  readonly estimate?: readonly Observable[];
  readonly memory?: boolean;
  readonly probabilities?: readonly (readonly number[])[];
  readonly finalState?: boolean;
  readonly tag?: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout?: number;
}

// A job that passes its deadline is told so by the kernel; this much later the kernel is taken to be silent.
const deadlineGraceMs = 5_000;

export async function runFile(
  world: World,
  client: KernelClient,
  file: string,
  options: RunOptions,
  format: OutputFormat,
): Promise<number> {
  const text = await readInput(world, file);
  if (text === undefined) return exitCodes.notFound.code;
  const handle = await client.submitJob(toSpec(world, text, options), { signal: world.interrupt });
  progress(world, `${handle.jobId} ${handle.name}`.trimEnd());
  let result: JobResult | undefined;
  const code = await followJob({
    world,
    client,
    jobId: handle.jobId,
    cursor: "",
    waitMsMax: options.timeout === undefined ? undefined : options.timeout + deadlineGraceMs,
    onStatus(status) {
      progress(world, moveLine(world, world.stderr, status));
      if (status.state.kind === "completed") result = status.state.result;
    },
  });
  if (result === undefined) return code;
  if (format === "json") printJson(world, result);
  else world.stdout.write(resultText(world, result));
  return code;
}

function toSpec(world: World, circuit: string, options: RunOptions): JobSpec {
  const {
    shots,
    seed,
    device,
    id,
    priority,
    method,
    precision,
    param = {},
    observable = [],
    estimate = [],
    memory = false,
    probabilities = [],
    finalState = false,
    tag = {},
    timeout,
  } = options;
  return {
    circuit,
    shots,
    priority,
    method,
    precision,
    parameters: param,
    observables: [...observable, ...estimate],
    memory,
    probabilities,
    finalState,
    tags: tag,
    ...(id === undefined ? {} : { id }),
    ...(seed === undefined ? {} : { seed }),
    ...(device === undefined ? {} : { requirements: { device } }),
    ...(timeout === undefined ? {} : { deadline: new Date(world.nowMs() + timeout) }),
  };
}
