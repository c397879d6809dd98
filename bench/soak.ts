// `npm run soak -- --minutes M [--runtime bun|deno|node] [--json FILE]`: a kernel under a steady, bounded load, and how its memory, its open
// files and its write-ahead log change with the jobs it has run. Exits with 1 when a slope is steeper than its goal.

import { join } from "node:path";
import process from "node:process";
import { JobState } from "../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { type ServerRuntime, startKernel } from "../test/support/kernel.ts";
import { failWithUsage, readTextOptions } from "../test/support/options.ts";
import { fileMb, openFileCount, residentMb } from "../test/support/process.ts";
import { soakGoals } from "./goals.ts";
import { bell, connect, type KernelRpc } from "./support/load.ts";
import { type Measured, percentile, report } from "./support/report.ts";

const minutesMax = 7 * 24 * 60;
const usage = `npm run soak -- --minutes M (at most ${minutesMax}) [--runtime bun|deno|node] [--json FILE]`;
const values = readTextOptions(["minutes", "runtime", "json"], usage);
const minutes = Number(values.minutes ?? 5);
const runtime = (["bun", "deno", "node"] as const).find((name: ServerRuntime) => name === (values.runtime ?? "bun"));
if (runtime === undefined || !(minutes > 0 && minutes <= minutesMax)) failWithUsage(usage);

/** Jobs a second: well below what the kernel can, so that what grows is not a queue. */
const jobsPerSecond = 100;
const sampleMs = Math.min(2000, (minutes * 60_000) / 20);
/** Caches fill and code is compiled in the first part; slopes are taken after it, from so many samples at least. */
const warmShare = 0.25;
const warmJobCount = 2000;
const sampleCountMin = 10;

interface Sample {
  readonly jobs: number;
  readonly memoryMb: number;
  readonly files: number;
  readonly walMb: number;
  readonly databaseMb: number;
}

const kernel = await startKernel({ runtime, config: 'mode: "development"' });
process.stderr.write(`kernel ${kernel.pid} is under load for ${minutes} min\n`);
let isOver = false;
void kernel.ended.then((code) => {
  if (isOver) return;
  const how = `the kernel ended (${code ?? "by a signal"}) after ${jobs} jobs; its data stays in ${kernel.dataDir}`;
  process.stderr.write(`${how}\nits log ends with:\n${kernel.logs().slice(-2000)}\n`);
  process.exit(1);
});
const rpc = connect(kernel.target.baseUrl);
const samples: Sample[] = [];
const latencies: number[] = [];
const failures: string[] = [];
let jobs = 0;
const startMs = performance.now();
const endMs = startMs + minutes * 60_000;
const sampling = setInterval(() => samples.push(takeSample()), sampleMs);
await load();
clearInterval(sampling);
isOver = true;
await kernel.stop();

const steady = samples.slice(Math.floor(samples.length * warmShare)).filter((sample) => sample.jobs >= warmJobCount);
const isJudged = steady.length >= sampleCountMin;
const per1000 = (pick: (sample: Sample) => number) => slope(steady.map((sample) => [sample.jobs / 1000, pick(sample)]));
const memory = per1000(({ memoryMb }) => memoryMb);
const files = per1000((sample) => sample.files);
const late = latencies.slice(-Math.max(10, Math.floor(latencies.length / 5)));
const early = latencies.slice(0, late.length);
const slopes: Measured[] = [
  { goal: soakGoals.memory, value: memory.slope },
  { goal: soakGoals.files, value: files.slope },
];
const measured: Measured[] = [
  ...(isJudged ? slopes : []),
  { goal: soakGoals.wal, value: Math.max(...samples.map(({ walMb }) => walMb)) },
  { goal: soakGoals.failures, value: failures.length },
];
const slopeLines = {
  "memory slope": `${describe(memory)} MB per 1000 jobs; ${steady[0]?.memoryMb.toFixed(0)} to ${steady.at(-1)?.memoryMb.toFixed(0)} MB`,
  "open files slope": `${describe(files)} per 1000 jobs; ${steady[0]?.files} to ${steady.at(-1)?.files}`,
  "write-ahead log slope": `${describe(per1000(({ walMb }) => walMb))} MB per 1000 jobs`,
  "database slope": `${describe(per1000(({ databaseMb }) => databaseMb))} MB per 1000 jobs`,
};
const context = {
  load: `${jobs} jobs in ${minutes} min on ${runtime}, ${jobsPerSecond}/s wanted, each followed to its end; one in twenty cancelled, one in twenty lists`,
  ...(isJudged ? slopeLines : { slopes: `not judged: fewer than ${sampleCountMin} samples after ${warmJobCount} jobs` }),
  "Bell p95, first and last fifth": `${percentile(early, 0.95).toFixed(1)} and ${percentile(late, 0.95).toFixed(1)} ms`,
  ...(failures.length === 0 ? {} : { "first failure": failures[0] ?? "" }),
};
report("soak", measured, context, { jsonFile: values.json, isSmoke: false });
process.exit(measured.every(({ goal, value }) => value <= goal.goal) ? 0 : 1);

function takeSample(): Sample {
  const database = join(kernel.dataDir, "kernel.db");
  const { pid } = kernel;
  return {
    jobs,
    memoryMb: residentMb(pid),
    files: openFileCount(pid),
    walMb: fileMb(`${database}-wal`),
    databaseMb: fileMb(database),
  };
}

/** One job after another in each of a few loops, which together keep the pace. */
async function load(): Promise<void> {
  const loopCount = 10;
  const pauseMs = (1000 * loopCount) / jobsPerSecond;
  await Promise.all(
    Array.from({ length: loopCount }, async (_, loop) => {
      for (let turn = 0; performance.now() < endMs; turn++) {
        const turnMs = performance.now();
        await oneJob(rpc, (loop + turn) % 20).catch((error: unknown) => failures.push(String(error)));
        jobs++;
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, turnMs + pauseMs - performance.now())));
      }
    }),
  );
}

async function oneJob(client: KernelRpc, kind: number): Promise<void> {
  const submitMs = performance.now();
  const handle = await client.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1024 });
  if (kind === 0) {
    await client.cancelJob({ id: handle.jobId }).catch((error: unknown) => {
      if (!String(error).includes("failed_precondition")) throw error; // It had ended first.
    });
  }
  for await (const { state } of client.monitorJob({ id: handle.jobId })) {
    if (state === JobState.FAILED || state === JobState.DEAD) throw new Error(`${handle.jobId} ended as ${state}`);
  }
  latencies.push(performance.now() - submitMs);
  if (kind === 1) {
    for await (const _ of client.listJobs({ pageSize: 50 })) break;
  }
}

interface Slope {
  readonly slope: number;
  /** Half of the 95 % interval. */
  readonly error: number;
}

/** Least squares; the error is what the residuals leave open (Student's t taken as 2). */
function slope(points: readonly (readonly [number, number])[]): Slope {
  const count = points.length;
  const mean = (place: 0 | 1) => points.reduce((sum, point) => sum + point[place], 0) / count;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const rise = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const residual = points.reduce((sum, [x, y]) => sum + (y - meanY - rise * (x - meanX)) ** 2, 0) / Math.max(1, count - 2);
  return { slope: rise, error: 2 * Math.sqrt(residual / spread) };
}

function describe({ slope: rise, error }: Slope): string {
  return `${rise.toFixed(3)} ± ${error.toFixed(3)}`;
}
