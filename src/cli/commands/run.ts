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
  /** A file. */
  readonly sweep?: string;
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
  const bindings = options.sweep === undefined ? [] : await readSweep(world, options.sweep);
  if (typeof bindings === "number") return bindings;
  const handle = await client.submitJob({ ...toSpec(world, text, options), sweep: bindings }, { signal: world.interrupt });
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
  else world.stdout.write(resultText(world, result, bindings));
  return code;
}

/** A JSON list of objects, parameter to value; or the code to end with. */
async function readSweep(world: World, file: string): Promise<readonly Readonly<Record<string, number>>[] | number> {
  const text = await readInput(world, file);
  if (text === undefined) return exitCodes.notFound.code;
  const bindings = parseJson(text);
  const isBinding = (value: unknown): boolean =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === "number");
  if (Array.isArray(bindings) && bindings.length > 0 && bindings.every(isBinding)) return bindings;
  world.stderr.write(`error: "${file}" is not a JSON list of bindings, such as [{"theta": 0.1}, {"theta": 0.2}].\n`);
  return exitCodes.usage.code;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
