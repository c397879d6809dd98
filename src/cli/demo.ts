// `npm run demo`: boots a kernel on an embedded database in a fresh directory, runs real jobs through the real client over native gRPC,
// shows everything on the way, and ends with 0 only if all of it is as it must be.

import { rmSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import {
  drawCircuit,
  drawHistogram,
  type JobResult,
  type JobStatus,
  KernelClient,
  QuantumCircuit,
  type SystemMetrics,
} from "../client/index.ts";
import { bootKernel, type EmbeddedKernel } from "../entry/embedded.ts";
import { parseQasm } from "../qasm/index.ts";
import { type DemoJob, demoJobs, problemsOf } from "./demo-jobs.ts";
import { exitCodes } from "./exit-codes.ts";
import { fields, paint, table } from "./output.ts";
import { stateText } from "./show-job.ts";

const patienceMs = 60_000; // For the whole demo, which takes a second or two.
const linesMax = 30; // Of one circuit or its text: about a screen; the rest is for `eigen circuits draw`.
const width = Math.max(60, Math.min(process.stdout.columns || 100, 100));

const terminal = { env: process.env };
const stdout = { write: (text: string) => void process.stdout.write(text), isTty: process.stdout.isTTY === true };

interface DemoRun {
  readonly job: DemoJob;
  readonly result: JobResult;
  readonly last: JobStatus;
  readonly problems: readonly string[];
}

process.exit(await main());

async function main(): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), "eigen-demo-"));
  const quit = (): void => {
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(exitCodes.interrupted.code);
  };
  process.once("SIGINT", quit).once("SIGTERM", quit);
  const startMs = performance.now();
  let kernel: EmbeddedKernel | undefined;
  try {
    kernel = await bootKernel({ dataDir });
    return await demo(kernel, performance.now() - startMs, dataDir);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${paint(terminal, stdout, "red", "The demo failed:")} ${reason}\n`);
    return exitCodes.jobFailed.code;
  } finally {
    await kernel?.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function demo(kernel: EmbeddedKernel, bootMs: number, dataDir: string): Promise<number> {
  const client = await KernelClient.connect(kernel.grpcUrl, { protocol: "grpc" });
  const signal = AbortSignal.timeout(patienceMs);
  const { version, runtime, components } = await client.getHealth();
  print(paint(terminal, stdout, "bold", `Eigen OS Kernel ${version} on ${runtime}`));
  const running = components.filter((component) => component.running).map(({ name }) => name);
  const where: readonly (readonly [string, string])[] = [
    ["booted in", `${bootMs.toFixed(0)} ms: ${running.join(", ")}`],
    ["database", `${join(dataDir, "kernel.db")} (libSQL, embedded)`],
    ["native gRPC", `${kernel.grpcUrl} (this demo)`],
    ["other doors", `${kernel.restUrl} (REST, Connect, gRPC-Web, WebSocket)`],
  ];
  print(fields(where));

  const bell = new QuantumCircuit().h(0).cx(0, 1).measureAll().serialize();
  const runs: DemoRun[] = [];
  for (const job of await demoJobs(bell, readExample)) runs.push(await runJob(client, job, runs.length + 1, signal));
  const metrics = await client.getSystemMetrics();
  client.close();
  return summarize(runs, metrics);
}

function readExample(file: string): Promise<string> {
  return readFile(new URL(`../../${file}`, import.meta.url), "utf8");
}

async function runJob(client: KernelClient, job: DemoJob, number: number, signal: AbortSignal): Promise<DemoRun> {
  print(paint(terminal, stdout, "bold", rule(`${number}  ${job.title}`)));
  if (job.file !== undefined) print(`from ${job.file}`);
  const handle = await client.submitJob(job.spec, { signal });
  print(`submitted ${job.spec.shots} shots as ${handle.jobId} (${handle.name})\n`);

  const statuses: JobStatus[] = [];
  for await (const status of client.monitorJob(handle.jobId, { signal })) {
    statuses.push(status);
    // By the kernel's clock: when it happened, not when it was told.
    const since = `+${status.at.getTime() - status.submittedAt.getTime()} ms`.padStart(10);
    print(`${since}  ${stateText(terminal, stdout, status.state.kind, 9)}  ${status.reason}`);
  }
  const last = statuses.at(-1);
  if (last?.state.kind === "failed" || last?.state.kind === "dead") throw last.state.error;
  if (last?.state.kind !== "completed") throw new Error(`${handle.jobId} ended ${last?.state.kind ?? "without a status"}.`);
  const { result } = last.state;
  print(`\n${drawHistogram(result.counts, { width, rowCountMax: 16 })}`);
  showCompiled(result);
  showTimes(last, result);
  const states = statuses.map(({ state }) => state.kind);
  return { job, result, last, problems: problemsOf(job, states, result) };
}

function showCompiled(result: JobResult): void {
  const parsed = parseQasm(result.compiledOpenqasm);
  if (!parsed.ok) throw new Error("The compiled circuit cannot be read.");
  print(`compiled circuit (sha256 ${result.compiledHash.slice(0, 16)}…)`);
  print(head(drawCircuit(parsed.value, { width }), "\n\n"));
  print(head(result.compiledOpenqasm, "\n"));
}

function showTimes(last: JobStatus, result: JobResult): void {
  const { submittedAt, startedAt = submittedAt, endedAt = startedAt } = last;
  const ms = (from: Date, to: Date): string => `${to.getTime() - from.getTime()} ms`;
  print(
    fields([
      ["queue", ms(submittedAt, startedAt)],
      ["run", `${ms(startedAt, endedAt)}, ${result.simulatedMs.toFixed(2)} ms of them in ${result.engine} on ${result.device}`],
      ["total", ms(submittedAt, endedAt)],
      ["seed", `${result.seed} (the same seed gives the same counts)`],
      ["trace", last.traceId],
    ]),
  );
}

function summarize(runs: readonly DemoRun[], metrics: SystemMetrics): number {
  print(paint(terminal, stdout, "bold", rule("Summary")));
  const rows = runs.map(({ job, result, last, problems }) => [
    job.spec.id,
    [...result.counts.keys()].join(" "),
    result.shots,
    `${(last.endedAt ?? last.at).getTime() - last.submittedAt.getTime()} ms`,
    problems.length === 0 ? paint(terminal, stdout, "green", "as expected") : paint(terminal, stdout, "red", "NOT as expected"),
  ]);
  print(table(["JOB", "OUTCOMES", "SHOTS", "TOTAL", "RESULT"], rows));
  const percent = (value: number | undefined): string => (value === undefined ? "not measured" : `${(100 * value).toFixed(1)} %`);
  const ms = (seconds: number | undefined): string =>
    seconds === undefined ? "not measured" : `${(1000 * seconds).toFixed(1)} ms`;
  print(
    fields([
      ["jobs_processed_total", String(metrics.jobsProcessedTotal)],
      ["job_success_rate", percent(metrics.jobSuccessRate)],
      ["job_processing_time_p95", ms(metrics.jobProcessingTimeP95)],
      ["scheduling_latency_p95", ms(metrics.schedulingLatencyP95)],
      ["api_request_latency", ms(metrics.apiRequestLatency)],
      ["queue_length", String(metrics.queueLength)],
    ]),
  );
  const problems = runs.flatMap(({ job, problems: found }) => found.map((problem) => `${job.spec.id}: ${problem}`));
  if (metrics.jobsProcessedTotal !== runs.length) {
    problems.push(`the kernel counted ${metrics.jobsProcessedTotal} jobs, wanted ${runs.length}`);
  }
  if (problems.length === 0) {
    print("Next: `npm start` keeps a kernel up, `npx eigen run examples/circuits/teleport.qasm` runs a file on it.");
    return exitCodes.ok.code;
  }
  process.stderr.write(`The demo failed:\n${problems.join("\n")}\n`);
  return exitCodes.jobFailed.code;
}

function print(text = ""): void {
  stdout.write(`${text}\n`);
}

function rule(title: string): string {
  return `── ${title} ${"─".repeat(Math.max(2, width - title.length - 4))}`;
}

/** As many pieces of a text as fit a screen, at least one, and how many lines there are more. A folded drawing is cut between its folds. */
function head(text: string, separator: string): string {
  const pieces = text.trimEnd().split(separator);
  const shown = pieces.filter((_, index) => index === 0 || lineCount(pieces.slice(0, index + 1).join(separator)) <= linesMax);
  const rest = lineCount(pieces.join(separator)) - lineCount(shown.join(separator));
  return `${shown.join(separator)}\n${rest === 0 ? "" : `… ${rest} more lines\n`}`;
}

function lineCount(text: string): number {
  return text.split("\n").length;
}
