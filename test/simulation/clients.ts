// Clients of the simulated kernel. They write down what was acknowledged to them; only that, never the kernel's own view, is what the
// checker holds the store to.

import type { Result } from "../../src/base/result.ts";
import type { Kernel } from "../../src/entry/kernel.ts";
import type { KernelError } from "../../src/model/errors.ts";
import type { JobEvent } from "../../src/model/event.ts";
import type { Owner } from "../../src/model/job.ts";
import { isTerminal } from "../../src/model/job.ts";
import type { SubmitRequest } from "../../src/qrtx/index.ts";
import { callOverNetwork, Process, timeoutMs, type World } from "./world.ts";

export interface ServingKernel {
  readonly process: Process;
  readonly kernel: Kernel;
}

export interface Acknowledged {
  readonly jobId: string;
  readonly key: string;
  readonly seed: bigint;
  readonly shots: number;
  /** A cancel was acknowledged: the job must be CANCELLED. */
  isCancelled: boolean;
}

export const owner: Owner = { tenant: "local", project: "default" };

const bell = 'OPENQASM 3; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;';

/** Submits jobs one after another, cancels some, follows some. Resolves when every job of its own is acknowledged. */
export async function runClient(
  world: World,
  serving: () => ServingKernel | undefined,
  clientIndex: number,
  jobCount: number,
  acknowledged: Acknowledged[],
  followers: Promise<void>[],
): Promise<void> {
  const self = new Process(world);
  const random = world.random.fork();
  for (let k = 0; k < jobCount; k++) {
    await self.sleep(random.between(0, 4000));
    const key = `client-${clientIndex}-${k}`;
    const shots = random.between(1, 2000);
    const seed = BigInt(random.between(0, 2 ** 31));
    const deadlineMs = random.chance(0.1) ? world.time.nowMs() + world.wallOffsetMs + random.between(5_000, 60_000) : undefined;
    const request: SubmitRequest = {
      owner,
      name: random.chance(0.5) ? key : "",
      circuit: { openqasm: bell },
      shots,
      parameters: {},
      observables: [],
      seed,
      requirements: { minQubits: 0, topology: { kind: "any" }, fidelityRequirement: 0, estimatedDurationMs: 0, device: "" },
      priority: random.chance(0.2) ? "HIGH" : "NORMAL",
      deadlineMs,
      tags: {},
      idempotencyKey: key,
      faults: [],
    };
    const answer = await untilAnswered(world, self, serving, (kernel) => kernel.qrtx.submit(request));
    if (!answer.ok) {
      // A clock jump may have overtaken the deadline before the first try arrived; nothing else may be refused.
      if (answer.error.code !== "deadline_passed") world.violations.push(`${key} was refused: ${answer.error.code}`);
      continue;
    }
    const entry = { jobId: answer.value.job.id, key, seed, shots, isCancelled: false };
    acknowledged.push(entry);
    world.totals.acknowledged++;
    if (random.chance(0.2)) followers.push(cancelLater(world, self, serving, entry, random.between(0, 5000)));
    if (random.chance(0.4)) followers.push(followJob(world, self, serving, entry.jobId));
  }
}

async function cancelLater(
  world: World,
  self: Process,
  serving: () => ServingKernel | undefined,
  entry: Acknowledged,
  delayMs: number,
): Promise<void> {
  await self.sleep(delayMs);
  const answer = await untilAnswered(world, self, serving, (kernel) => kernel.qrtx.cancel(owner, entry.jobId));
  if (answer.ok) entry.isCancelled = true;
  else if (answer.error.code !== "job_already_ended")
    world.violations.push(`${entry.jobId}: cancel refused: ${answer.error.code}`);
}

/** Reads a job's stream to its end, resuming at the cursor whenever the kernel dies or the line breaks: no gap, no repeat. */
async function followJob(world: World, self: Process, serving: () => ServingKernel | undefined, jobId: string): Promise<void> {
  let cursor = 0;
  let jobSeq = 0;
  for (;;) {
    const target = serving();
    if (target === undefined) {
      await self.sleep(500);
      continue;
    }
    const abort = new AbortController();
    const last = await Promise.race([
      readStream(target, jobId, cursor, abort.signal, (event) => {
        if (event.jobSeq !== jobSeq + 1) world.violations.push(`${jobId}: a stream went from ${jobSeq} to ${event.jobSeq}`);
        jobSeq = event.jobSeq;
        cursor = event.seq;
        world.totals.streamItems++;
        // The line breaks now and then.
        return !world.random.chance(world.rates.replyLost);
      }),
      target.process.death,
    ]);
    abort.abort();
    if (last === "ended") return;
    world.totals.streamsResumed++;
    await self.sleep(world.random.between(0, 1000));
  }
}

async function readStream(
  { kernel }: ServingKernel,
  jobId: string,
  cursor: number,
  signal: AbortSignal,
  accept: (event: JobEvent) => boolean,
): Promise<"ended" | "broken"> {
  try {
    const stream = await kernel.qrtx.monitor(owner, jobId, cursor, signal);
    if (!stream.ok) return "broken";
    for await (const { event } of stream.value) {
      const goesOn = accept(event);
      if (isTerminal(event.to)) return "ended";
      if (!goesOn) return "broken";
    }
    return "ended";
  } catch {
    return "broken";
  }
}

/** Repeats a call until somebody answers it with something other than "try again". */
async function untilAnswered<T>(
  world: World,
  self: Process,
  serving: () => ServingKernel | undefined,
  act: (kernel: Kernel) => Promise<Result<T, KernelError>>,
): Promise<Result<T, KernelError>> {
  for (;;) {
    const target = serving();
    if (target !== undefined) {
      const answer = await callKernel(world, self, target, act);
      if (answer !== undefined && (answer.ok || answer.error.retryAfterMs === undefined)) return answer;
    }
    await self.sleep(world.random.between(50, 1000));
  }
}

/** One try over the network; undefined when it was lost, timed out, or the kernel failed on it. */
async function callKernel<T>(
  world: World,
  self: Process,
  { process, kernel }: ServingKernel,
  act: (kernel: Kernel) => Promise<T>,
): Promise<T | undefined> {
  const inside = (): Promise<T> => new Promise((resolve, reject) => process.deliver(0, () => act(kernel).then(resolve, reject)));
  const call = callOverNetwork(world, self, inside, () => new Error("no answer")).catch(() => undefined);
  return Promise.race([call, self.sleep(4 * timeoutMs).then(() => undefined)]);
}
