// `npm run bench:kernel [-- --json FILE] [-- --smoke]`: the kernel as its users meet it. Boots real kernels on Bun with a real database
// file, and measures them from this process over loopback: latency of one Bell job, durable throughput beside a bare echo and a bare fsync
// in the same run, the doors behind a deep queue, and the time from spawn to the first response.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { JobState } from "../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { slowCircuit } from "../test/fixtures/slow-circuit.ts";
import { type RuntimeName, startKernel, whyMissing } from "../test/support/kernel.ts";
import { pickRuntime, root } from "../tools/runtime.mjs";
import { type Goal, kernelGoals } from "./goals.ts";
import { bell, connect, followCompletions, rate } from "./support/load.ts";
import { type Measured, percentile, quartiles, readBenchOptions, report } from "./support/report.ts";

const options = readBenchOptions(process.argv.slice(2));
// Keeps a worker busy for minutes: 24 qubits, 200 layers that do not cancel.
const slow = slowCircuit({ qubitCount: 24, layerCount: 800 });
const sizes = options.isSmoke
  ? { latencyJobs: 20, rounds: 1, roundJobs: 160, queuedJobs: 200, statusCalls: 50, boots: 1, fsyncs: 50 }
  : { latencyJobs: 300, rounds: 5, roundJobs: 3200, queuedJobs: 10_000, statusCalls: 500, boots: 7, fsyncs: 300 };

const measured: Measured[] = [];
const context: Record<string, string> = { mode: options.isSmoke ? "smoke: shows that the bench works, judges nothing" : "full" };
await measureFirstResponse("bun", kernelGoals.firstResponse);
await measureFirstResponse("workerd", kernelGoals.edgeFirstResponse);
await measureLatency();
await measureThroughput();
await measureDeepQueue();
report("bench:kernel", measured, context, options);
if (options.isSmoke && measured.some(({ value }) => !Number.isFinite(value) || value <= 0)) process.exit(1);
process.exit(0);

async function measureFirstResponse(runtime: RuntimeName, goal: Goal): Promise<void> {
  const missing = whyMissing(runtime);
  if (missing !== undefined) throw new Error(`this bench needs ${runtime}: ${missing}`);
  const times: number[] = [];
  // The first boot makes what is made once: the worker's bundle.
  for (let boot = -1; boot < sizes.boots; boot++) {
    const startMs = performance.now();
    const kernel = await startKernel({ runtime, config: 'mode: "development"' });
    const response = await fetch(`${kernel.target.baseUrl}/api/v1/health`);
    await response.text();
    if (response.status !== 200) throw new Error(`health answered ${response.status}`);
    if (boot >= 0) times.push(performance.now() - startMs);
    await kernel.stop();
  }
  measured.push({ goal, value: percentile(times, 0.5), spread: quartiles(times) });
}

async function measureLatency(): Promise<void> {
  const kernel = await startKernel({ runtime: "bun", config: 'mode: "development"' });
  const rpc = connect(kernel.target.baseUrl);
  const times: number[] = [];
  for (let k = -20; k < sizes.latencyJobs; k++) {
    const startMs = performance.now();
    const handle = await rpc.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1024 });
    let shots = 0;
    for await (const status of rpc.monitorJob({ id: handle.jobId })) {
      if (status.state !== JobState.COMPLETED) continue;
      for (const count of Object.values(status.result?.counts ?? {})) shots += Number(count);
    }
    if (shots !== 1024) throw new Error(`a Bell job gave ${shots} shots`);
    // The first twenty warm the runtime up.
    if (k >= 0) times.push(performance.now() - startMs);
  }
  await kernel.stop();
  measured.push({ goal: kernelGoals.bellP50, value: percentile(times, 0.5), spread: quartiles(times) });
  measured.push({ goal: kernelGoals.bellP95, value: percentile(times, 0.95) });
}

/** Rounds of echo, fsync and jobs by turns, so that a slow moment of the machine hits all of them. */
async function measureThroughput(): Promise<void> {
  const kernel = await startKernel({ runtime: "bun", config: 'mode: "development"' });
  const echo = await startEcho();
  const rpc = connect(kernel.target.baseUrl);
  const echoRpc = connect(`http://127.0.0.1:${echo.port}`);
  const completed = await followCompletions(kernel.target.baseUrl);
  const jobRates: number[] = [];
  const echoRates: number[] = [];
  const fsyncTimes: number[] = [];
  for (let round = 0; round <= sizes.rounds; round++) {
    const jobRate = await rate(sizes.roundJobs, async () => {
      const handle = await rpc.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1024 });
      await completed.wait(handle.jobId);
    });
    const echoRate = await rate(sizes.roundJobs, async () => {
      const handle = await echoRpc.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1024 });
      if (handle.jobId !== "job_echo") throw new Error("the echo is broken");
    });
    fsyncTimes.push(...bareFsyncs());
    // The first round warms both up.
    if (round === 0 && !options.isSmoke) continue;
    jobRates.push(jobRate);
    echoRates.push(echoRate);
  }
  completed.close();
  echo.child.kill();
  await kernel.stop();
  context["bare Connect echo"] = `${Math.round(percentile(echoRates, 0.5))} requests/s`;
  context["bare 4 KiB write + fsync"] = `${percentile(fsyncTimes, 0.5).toFixed(2)} ms median`;
  measured.push({ goal: kernelGoals.throughput, value: percentile(jobRates, 0.5), spread: quartiles(jobRates) });
  const ratios = jobRates.map((jobRate, round) => jobRate / (echoRates[round] ?? Number.NaN));
  measured.push({ goal: kernelGoals.throughputOfEcho, value: percentile(ratios, 0.5), spread: quartiles(ratios) });
}

async function measureDeepQueue(): Promise<void> {
  const kernel = await startKernel({
    runtime: "bun",
    config: 'mode: "development"\nperformance:\n  thread_pool:\n    queue_size: 20000',
  });
  const rpc = connect(kernel.target.baseUrl);
  for (let k = 0; k < 8; k++) await rpc.submitJob({ circuit: { case: "openqasm", value: slow }, shots: 1 });
  const ids: string[] = [];
  const submitTimes: number[] = [];
  await rate(
    sizes.queuedJobs,
    async () => {
      const startMs = performance.now();
      const handle = await rpc.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1024 });
      submitTimes.push(performance.now() - startMs);
      ids.push(handle.jobId);
    },
    8,
  );
  const statusTimes: number[] = [];
  for (let k = 0; k < sizes.statusCalls; k++) {
    const id = ids[(k * 7919) % ids.length] ?? "";
    const startMs = performance.now();
    const status = await rpc.getJobStatus({ id });
    statusTimes.push(performance.now() - startMs);
    if (status.state !== JobState.QUEUED) throw new Error("the queue drained during the measurement");
  }
  await kernel.kill("SIGKILL");
  // With eight clients the tail of the last thousand submits is what a deep queue costs.
  const deep = submitTimes.slice(-Math.max(100, Math.floor(submitTimes.length / 10)));
  measured.push({ goal: kernelGoals.deepQueueSubmitP95, value: percentile(deep, 0.95), spread: quartiles(deep) });
  measured.push({ goal: kernelGoals.deepQueueStatusP95, value: percentile(statusTimes, 0.95), spread: quartiles(statusTimes) });
}

async function startEcho(): Promise<{ port: number; child: ChildProcess }> {
  const bun = pickRuntime(["bun"]);
  if (bun === undefined) throw new Error("this bench needs Bun");
  const child = spawn(bun.command, [join(root, "bench/support/echo-server.ts")], { stdio: ["ignore", "pipe", "inherit"] });
  if (child.stdout === null) throw new Error("the echo has no stdout");
  for await (const line of createInterface({ input: child.stdout })) {
    return { port: (JSON.parse(line) as { port: number }).port, child };
  }
  throw new Error("the echo did not start");
}

function bareFsyncs(): number[] {
  const directory = mkdtempSync(join(tmpdir(), "eigen-fsync-"));
  const file = openSync(join(directory, "file"), "w");
  const page = new Uint8Array(4096);
  const times: number[] = [];
  for (let k = 0; k < sizes.fsyncs; k++) {
    const startMs = performance.now();
    writeSync(file, page);
    fsyncSync(file);
    times.push(performance.now() - startMs);
  }
  closeSync(file);
  rmSync(directory, { recursive: true });
  return times;
}
