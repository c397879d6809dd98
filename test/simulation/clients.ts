// Clients of the simulated kernels. They write down what was acknowledged to them; only that, never a kernel's own view, is what the
// checker holds the store to.

import type { Result } from "../../src/base/result.ts";
import type { Kernel } from "../../src/entry/kernel.ts";
import type { KernelError } from "../../src/model/errors.ts";
import type { JobEvent } from "../../src/model/event.ts";
import type { Owner } from "../../src/model/job.ts";
import { isTerminal } from "../../src/model/job.ts";
import { noOutputs } from "../../src/model/simulation.ts";
import type { SubmitAnswer, SubmitRequest } from "../../src/qrtx/index.ts";
import type { Fleet, ServingKernel } from "./fleet.ts";
import { callOverNetwork, timeoutMs } from "./network.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { Process, World } from "./world.ts";

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

/** What a client has at hand. */
interface Client {
  readonly world: World;
  readonly fleet: Fleet;
  readonly self: Process;
  readonly random: SeededRandom;
}

/** Submits jobs one after another, cancels some, follows some. Resolves when every job of its own is acknowledged. */
export async function runClient(
  { world, fleet, self }: Omit<Client, "random">,
  jobCount: number,
  acknowledged: Acknowledged[],
  followers: Promise<void>[],
): Promise<void> {
  const random = world.random.fork();
  const client = { world, fleet, self, random };
  for (let k = 0; k < jobCount; k++) {
    await self.sleep(random.between(0, 4000));
    const request = drawRequest(client, `client-${self.address}-${k}`);
    const answer = await untilAnswered(client, (kernel) => kernel.qrtx.submit(request));
    const { idempotencyKey: key, shots } = request;
    if (!answer.ok) {
      // A clock jump may have overtaken the deadline before the first try arrived; nothing else may be refused.
      if (answer.error.code !== "deadline_passed") world.violations.push(`${key} was refused: ${answer.error.code}`);
      continue;
    }
    const entry = { jobId: answer.value.job.id, key, seed: request.seed ?? 0n, shots, isCancelled: false };
    acknowledged.push(entry);
    world.totals.acknowledged++;
    if (random.chance(0.2)) followers.push(cancelLater(client, entry, random.between(0, 5000)));
    if (random.chance(0.5)) followers.push(followJob(client, entry.jobId));
    if (random.chance(0.2)) followers.push(submitAgain(client, request, entry.jobId, random.between(0, 20_000)));
  }
}

function drawRequest({ world, random }: Client, key: string): SubmitRequest {
  const wallMs = world.time.nowMs();
  return {
    owner,
    name: random.chance(0.5) ? key : "",
    circuit: { openqasm: bell },
    shots: random.between(1, 2000),
    parameters: {},
    observables: [],
    seed: BigInt(random.between(0, 2 ** 31)),
    method: "automatic",
    precision: "double",
    outputs: noOutputs,
    sweep: [],
    requirements: { minQubits: 0, topology: { kind: "any" }, fidelityRequirement: 0, estimatedDurationMs: 0, device: "" },
    priority: random.chance(0.2) ? "HIGH" : "NORMAL",
    deadlineMs: random.chance(0.2) ? wallMs + random.between(2_000, 40_000) : undefined,
    tags: { key },
    idempotencyKey: key,
    faults: [],
  };
}

async function cancelLater(client: Client, entry: Acknowledged, delayMs: number): Promise<void> {
  await client.self.sleep(delayMs);
  const answer = await untilAnswered(client, (kernel) => kernel.qrtx.cancel(owner, entry.jobId));
  if (answer.ok) entry.isCancelled = true;
  else if (answer.error.code !== "job_already_ended")
    client.world.violations.push(`${entry.jobId}: cancel refused: ${answer.error.code}`);
}

/** The same key is the same job on every kernel, for as long as the key is kept; with another request it is a conflict. */
async function submitAgain(client: Client, request: SubmitRequest, jobId: string, delayMs: number): Promise<void> {
  const { world, self, random } = client;
  await self.sleep(delayMs);
  const isSame = random.chance(0.7);
  const again = isSame ? request : { ...request, shots: request.shots + 1 };
  const answer: Result<SubmitAnswer, KernelError> = await untilAnswered(client, (kernel) => kernel.qrtx.submit(again));
  const key = request.idempotencyKey;
  if (isSame) {
    world.totals.resubmitted++;
    const found = answer.ok ? answer.value.job.id : answer.error.code;
    if (found !== jobId) world.violations.push(`${key} is ${jobId}, and was answered with ${found}`);
  } else {
    world.totals.conflictsRefused++;
    const found = answer.ok ? answer.value.job.id : answer.error.code;
    if (found !== "idempotency_conflict") world.violations.push(`${key} with another request was answered with ${found}`);
  }
}

/**
 * Reads a job's stream to its end, resuming at the cursor on any kernel whenever the kernel dies, the line breaks or the client moves:
 * no gap, no repeat.
 */
async function followJob(client: Client, jobId: string): Promise<void> {
  const { world, self, random } = client;
  let cursor = 0;
  let jobSeq = 0;
  let last: Process | undefined;
  for (;;) {
    const target = pickKernel(client);
    if (target === undefined) {
      await self.sleep(500);
      continue;
    }
    if (last !== undefined && last !== target.process) world.totals.streamsMovedToOtherKernel++;
    last = target.process;
    const abort = new AbortController();
    const outcome = await Promise.race([
      readStream(client, target, jobId, cursor, abort.signal, (event) => {
        if (event.jobSeq !== jobSeq + 1) world.violations.push(`${jobId}: a stream went from ${jobSeq} to ${event.jobSeq}`);
        jobSeq = event.jobSeq;
        cursor = event.seq;
        world.totals.streamItems++;
      }),
      target.process.death,
      // A client that moves on, as behind a load balancer. A healed world leaves streams where they are: they end by themselves.
      self.sleep(random.between(2_000, 30_000)).then(() => (world.rates.replyLost === 0 ? new Promise(() => {}) : "moved")),
    ]);
    abort.abort();
    if (outcome === "ended") return;
    world.totals.streamsResumed++;
    await self.sleep(random.between(0, 1000));
  }
}

async function readStream(
  { world, self }: Client,
  { process, kernel }: ServingKernel,
  jobId: string,
  cursor: number,
  signal: AbortSignal,
  accept: (event: JobEvent) => void,
): Promise<"ended" | "broken"> {
  try {
    if (world.network.isCut(self.address, process.address)) return "broken";
    await process.sleep(0);
    const stream = await kernel.qrtx.monitor(owner, jobId, cursor, signal);
    if (!stream.ok) {
      // Its job is known and its cursor was given out: there is nothing to refuse.
      world.violations.push(`${jobId}: a stream at ${cursor} was refused: ${stream.error.code}`);
      return "broken";
    }
    for await (const { event } of stream.value) {
      // The line breaks now and then, before an event arrives or after it did.
      if (signal.aborted || world.network.isCut(process.address, self.address)) return "broken";
      if (world.random.chance(world.rates.replyLost)) return "broken";
      accept(event);
      if (isTerminal(event.to)) return "ended";
      if (world.random.chance(world.rates.replyLost)) return "broken";
    }
    if (!signal.aborted) world.violations.push(`${jobId}: a stream at ${cursor} ended before its job did`);
    return "broken";
  } catch {
    return "broken";
  }
}

function pickKernel({ fleet, random }: Client): ServingKernel | undefined {
  const kernels = fleet.serving();
  return kernels[random.between(0, kernels.length)];
}

/** Repeats a call, on any kernel, until one answers it with something other than "try again". */
async function untilAnswered<T>(
  client: Client,
  act: (kernel: Kernel) => Promise<Result<T, KernelError>>,
): Promise<Result<T, KernelError>> {
  for (;;) {
    const target = pickKernel(client);
    if (target !== undefined) {
      const answer = await callKernel(client, target, act);
      if (answer !== undefined && (answer.ok || answer.error.retryAfterMs === undefined)) return answer;
    }
    await client.self.sleep(client.random.between(50, 1000));
  }
}

/** One try over the network; undefined when it was lost, timed out, or the kernel failed on it. */
function callKernel<T>(
  { world, self }: Client,
  { process, kernel }: ServingKernel,
  act: (kernel: Kernel) => Promise<T>,
): Promise<T | undefined> {
  const inside = (): Promise<T> => new Promise((resolve, reject) => process.deliver(0, () => act(kernel).then(resolve, reject)));
  const lost = (): Error => new Error("no answer");
  return callOverNetwork(world, { caller: self, to: process.address, act: inside, lost, patienceMs: 4 * timeoutMs }).catch(
    () => undefined,
  );
}
