// A client in a process of its own, which outlives every kernel: submits, follows, cancels and reads results through the real protocol, asks
// again until it is answered, and writes down what it was told. SIGTERM: begins nothing new, ends when all is told.

import { closeSync, openSync, writeSync } from "node:fs";
import process from "node:process";
import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { type JobHandle, JobState } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { EigenKernelService } from "../../src/gen/eigen/kernel/v1/service_pb.ts";
import { isTerminal } from "../../src/model/job.ts";
import { createSeededRandom } from "../simulation/seeded-random.ts";
import { circuits } from "./circuits.ts";
import type { Told } from "./client-log.ts";

type Rpc = Client<typeof EigenKernelService>;

/** Also of a stream, which then goes on at its cursor. */
const callMsMax = 15_000;
const [name = "", logPath = "", seedText = "1", ...urls] = process.argv.slice(2);
const random = createSeededRandom(Number(seedText));
const log = openSync(logPath, "a");
const kernels: readonly Rpc[] = urls.map((baseUrl) =>
  createClient(EigenKernelService, createConnectTransport({ baseUrl, useBinaryFormat: true, defaultTimeoutMs: callMsMax })),
);
// A kill leaves what was running to its lease: many jobs wait for that while others go on.
const jobLoopCount = 16;
let isEnding = false;
process.on("SIGTERM", () => {
  isEnding = true;
});

/** Synchronous: on disk's way before the next line of this program runs. */
function tell(told: Told): void {
  writeSync(log, `${JSON.stringify(told)}\n`);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks whichever kernel answers, until one does; a refusal that will not change is thrown. */
async function untilAnswered<T>(ask: (rpc: Rpc) => Promise<T>): Promise<T> {
  for (let turn = random.between(0, kernels.length); ; turn++) {
    const rpc = kernels[turn % kernels.length];
    if (rpc === undefined) throw new Error("no kernel is known");
    try {
      return await ask(rpc);
    } catch (error) {
      if (isFinal(error)) throw error;
      await pause(random.between(5, 60));
    }
  }
}

/** The kernel answered, and would answer the same again. */
function isFinal(error: unknown): boolean {
  const text = String(error);
  return /\[(invalid_argument|not_found|already_exists|failed_precondition|permission_denied|unimplemented|internal|data_loss)\]/.test(
    text,
  );
}

async function submitOne(number: number): Promise<void> {
  const key = `${name}-${number}`;
  const circuit = random.between(0, circuits.length);
  const shots = random.between(1, 500);
  const seed = BigInt(random.between(0, 2 ** 31));
  const spec = {
    // With a name of its own, or with nothing but its key to tell it from others.
    id: random.chance(0.5) ? key : "",
    circuit: { case: "openqasm", value: circuits[circuit] ?? "" },
    shots,
    seed,
    idempotencyKey: key,
  } as const;
  const handle = await untilAnswered((rpc) => rpc.submitJob(spec));
  const { jobId, repeated } = handle;
  tell({ kind: "submitted", key, jobId, circuit, shots, seed: String(seed), repeated });
  // Now and then the same once more, as a client does that lost the answer.
  if (random.chance(0.2)) {
    const again = await untilAnswered((rpc) => rpc.submitJob(spec));
    tell({ kind: "submitted", key, jobId: again.jobId, circuit, shots, seed: String(seed), repeated: again.repeated });
  }
  if (random.chance(0.15)) await cancel(jobId);
  const last = await follow(handle);
  if (last !== JobState.COMPLETED) return;
  const counts: Record<string, string> = {};
  await untilAnswered(async (rpc) => {
    for await (const part of rpc.getJobResult({ id: jobId })) {
      for (const [outcome, count] of Object.entries(part.counts)) counts[outcome] = String(count);
    }
  });
  tell({ kind: "result", jobId, counts });
}

async function cancel(jobId: string): Promise<void> {
  try {
    await untilAnswered((rpc) => rpc.cancelJob({ id: jobId }));
    tell({ kind: "cancelled", jobId });
  } catch (error) {
    // It had ended first.
    if (!String(error).includes("failed_precondition")) throw error;
  }
}

/** The stream of one job, resumed at its cursor whenever it breaks; the state in which it ended. */
async function follow({ jobId }: JobHandle): Promise<JobState> {
  let cursor = "";
  for (;;) {
    const last = await untilAnswered(async (rpc) => {
      for await (const status of rpc.monitorJob({ id: jobId, cursor })) {
        tell({ kind: "moved", jobId, sequence: Number(status.sequence), to: nameOf(status.state) });
        cursor = status.cursor;
        if (isEnd(status.state)) return status.state;
      }
      return undefined;
    });
    if (last !== undefined) return last;
  }
}

function nameOf(state: JobState): string {
  return Object.entries(JobState).find(([, value]) => value === state)?.[0] ?? "";
}

function isEnd(state: JobState): boolean {
  return isTerminal(nameOf(state) as Parameters<typeof isTerminal>[0]);
}

/** Everything that happens, from the first event on. */
async function watch(signal: AbortSignal): Promise<void> {
  let cursor = "0";
  while (!signal.aborted) {
    await untilAnswered(async (rpc) => {
      if (signal.aborted) return;
      if (cursor !== "0") tell({ kind: "resumed" });
      for await (const event of rpc.subscribeToEvents({ cursor }, { signal, timeoutMs: 0 })) {
        cursor = event.cursor;
        const { case: what, value } = event.payload;
        if (what !== "jobMoved") continue;
        const { jobId, sequence, toState } = value;
        tell({ kind: "event", cursor: Number(cursor), jobId, sequence: Number(sequence), to: nameOf(toState) });
      }
    }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

async function loop(first: number): Promise<void> {
  for (let number = first; !isEnding; number += jobLoopCount) await submitOne(number);
}

const watching = new AbortController();
const watched = watch(watching.signal);
await Promise.all(Array.from({ length: jobLoopCount }, (_, first) => loop(first)));
// What this client was told of its own jobs is told to its watcher too.
await pause(1500);
watching.abort();
await watched;
tell({ kind: "done" });
closeSync(log);
process.exit(0);
