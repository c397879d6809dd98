// `npm run bench:memory [-- --json FILE] [-- --smoke]`: how much a kernel's memory grows with the jobs it has run, as an operator sees it.

import process from "node:process";
import { startKernel } from "../test/support/kernel.ts";
import { residentMb } from "../test/support/process.ts";
import { memoryGoals } from "./goals.ts";
import { bell, connect, followCompletions, rate } from "./support/load.ts";
import { type Measured, percentile, readBenchOptions, report } from "./support/report.ts";

const options = readBenchOptions(process.argv.slice(2));
const [warmJobs, allJobs] = options.isSmoke ? [100, 200] : [2_000, 20_000];
/** Readings of an idle kernel, one every so many milliseconds: their median is its level. */
const readingCount = 12;
const readingMs = 500;

const measured: Measured[] = [];
const context: Record<string, string> = {};
for (const runtime of ["bun", "deno"] as const) {
  const kernel = await startKernel({ runtime, config: 'mode: "development"' });
  const rpc = connect(kernel.target.baseUrl);
  const completed = await followCompletions(kernel.target.baseUrl);
  const run = (count: number) =>
    rate(count, async () => {
      const handle = await rpc.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1024 });
      await completed.wait(handle.jobId);
    });
  await run(warmJobs);
  const warmMb = await levelMb(kernel.pid);
  await run(allJobs - warmJobs);
  const endMb = await levelMb(kernel.pid);
  completed.close();
  await kernel.stop();
  context[`${runtime}: resident memory`] =
    `${warmMb.toFixed(0)} MB after ${warmJobs} jobs, ${endMb.toFixed(0)} MB after ${allJobs}`;
  measured.push({ goal: memoryGoals[runtime], value: endMb - warmMb });
}
report("bench:memory", measured, context, options);

async function levelMb(pid: number): Promise<number> {
  const readings: number[] = [];
  for (let reading = 0; reading < readingCount; reading++) {
    await new Promise((resolve) => setTimeout(resolve, readingMs));
    readings.push(residentMb(pid));
  }
  return percentile(readings, 0.5);
}
