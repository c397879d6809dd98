// Holds the store to what the clients were told: nothing acknowledged is lost, nothing happens twice, no answer is wrong.

import Database from "libsql";
import { openLibsqlStore } from "../../src/adapters/libsql/index.ts";
import { limits } from "../../src/base/limits.ts";
import { bindAndSimplify } from "../../src/compiler/index.ts";
import type { Circuit } from "../../src/model/circuit.ts";
import { describeError } from "../../src/model/errors.ts";
import type { JobEvent } from "../../src/model/event.ts";
import { canMove, isTerminal, type Job } from "../../src/model/job.ts";
import { decodeResultPart } from "../../src/model/result-codec.ts";
import type { KernelStore } from "../../src/ports/store.ts";
import { parseQasm } from "../../src/qasm/index.ts";
import { createSimulator } from "../../src/simulator/index.ts";
import { loadSimulatorModules } from "../fixtures/wasm.ts";
import { circuits } from "./circuits.ts";
import { readLog, type Told } from "./client-log.ts";

export interface Totals {
  submitted: number;
  repeated: number;
  cancelled: number;
  completed: number;
  failed: number;
  dead: number;
  reclaims: number;
  events: number;
  streamItems: number;
  streamsResumed: number;
  resultsRead: number;
  /** Jobs whose acknowledgement no client ever got. */
  unacknowledged: number;
}

export function createTotals(): Totals {
  return {
    submitted: 0,
    repeated: 0,
    cancelled: 0,
    completed: 0,
    failed: 0,
    dead: 0,
    reclaims: 0,
    events: 0,
    streamItems: 0,
    streamsResumed: 0,
    resultsRead: 0,
    unacknowledged: 0,
  };
}

const owner = { tenant: "local", project: "default" };

/** What is wrong; adds to the totals. No kernel may hold the file. */
export async function check(file: string, logs: readonly string[], totals: Totals): Promise<readonly string[]> {
  const violations = [...damageOf(file)];
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  const opened = await openLibsqlStore({ url: `file:${file}`, clock });
  if (!opened.ok) return [...violations, describeError(opened.error)];
  const store = opened.value;
  const events = await readEvents(store);
  totals.events += events.length;
  const byJob = Map.groupBy(events, ({ jobId }) => jobId);
  for (const [place, { seq }] of events.entries()) if (seq !== place + 1) violations.push(`event ${place + 1} has number ${seq}`);
  for (const [jobId, history] of byJob) violations.push(...historyFaults(jobId, history, totals));

  const told = logs.map(readLog);
  const submitted = checkSubmits(told.flat(), totals, violations);
  totals.unacknowledged += [...byJob.keys()].filter((jobId) => !submitted.has(jobId)).length;
  const expected = await createExpectedCounts();
  for (const submit of submitted.values())
    await checkJob(store, submit, byJob.get(submit.jobId) ?? [], expected, violations, totals);
  for (const log of told) violations.push(...toldFaults(log, byJob, events, submitted, expected, totals));
  await store.close();
  return violations;
}

/** What SQLite itself says, and whether the counts are those of the jobs. */
function damageOf(file: string): readonly string[] {
  const database = new Database(file);
  try {
    const verdicts = database.prepare("pragma integrity_check").raw().all() as [string][];
    return verdicts.flatMap(([verdict]) => (verdict === "ok" ? [] : [verdict]));
  } finally {
    database.close();
  }
}

async function readEvents(store: KernelStore): Promise<readonly JobEvent[]> {
  const events: JobEvent[] = [];
  for (;;) {
    const page = await store.eventsAfter(events.at(-1)?.seq ?? 0, { ...owner, jobIds: [], states: [] }, limits.eventPageSize);
    events.push(...page);
    if (page.length < limits.eventPageSize) return events;
  }
}

function historyFaults(jobId: string, history: readonly JobEvent[], totals: Totals): readonly string[] {
  const faults: string[] = [];
  for (const [place, event] of history.entries()) {
    const previous = history[place - 1];
    if (event.jobSeq !== place + 1) faults.push(`${jobId}: event ${place + 1} has number ${event.jobSeq}`);
    if (event.from !== previous?.to) faults.push(`${jobId}: moved from ${event.from} while it was ${previous?.to}`);
    if (previous !== undefined && !canMove(previous.to, event.to))
      faults.push(`${jobId}: ${previous.to} to ${event.to} is no move`);
    if (previous !== undefined && event.fence < previous.fence) faults.push(`${jobId}: its fence fell`);
    if (previous !== undefined && event.to === "QUEUED") totals.reclaims++;
  }
  const ends = history.filter(({ to }) => isTerminal(to)).length;
  if (ends !== 1) faults.push(`${jobId}: it ended ${ends} times`);
  return faults;
}

type Submitted = Extract<Told, { kind: "submitted" }>;

/** Acknowledged jobs; one key is one job. */
function checkSubmits(told: readonly Told[], totals: Totals, violations: string[]): ReadonlyMap<string, Submitted> {
  const byKey = new Map<string, string>();
  const byJob = new Map<string, Submitted>();
  for (const entry of told) {
    if (entry.kind !== "submitted") continue;
    if (entry.repeated) totals.repeated++;
    const other = byKey.get(entry.key);
    if (other !== undefined && other !== entry.jobId) violations.push(`key ${entry.key} was given ${other} and ${entry.jobId}`);
    byKey.set(entry.key, entry.jobId);
    if (byJob.has(entry.jobId) && byJob.get(entry.jobId)?.key !== entry.key) violations.push(`${entry.jobId} answers two keys`);
    byJob.set(entry.jobId, entry);
  }
  totals.submitted += byJob.size;
  return byJob;
}

type ExpectedCounts = (submit: Submitted) => string;

/** What the simulator gives for it here, where nobody is killed. */
async function createExpectedCounts(): Promise<ExpectedCounts> {
  const simulator = createSimulator(await loadSimulatorModules());
  const compiled = circuits.map((text): Circuit => {
    const parsed = parseQasm(text);
    const bound = parsed.ok ? bindAndSimplify(parsed.value, {}) : undefined;
    if (bound?.ok !== true) throw new Error("a circuit of the load cannot be read");
    return bound.value.circuit;
  });
  return ({ circuit: place, shots, seed }) => {
    const circuit = compiled[place];
    if (circuit === undefined) throw new Error(`there is no circuit ${place}`);
    const { counts } = simulator.run({ id: "", circuit, shots, seed: BigInt(seed), observables: [] }, () => 0);
    return textOf(counts);
  };
}

function textOf(counts: Iterable<readonly [string, number | string]>): string {
  return JSON.stringify([...counts].map(([outcome, count]) => [outcome, Number(count)]).sort());
}

async function checkJob(
  store: KernelStore,
  submit: Submitted,
  history: readonly JobEvent[],
  expected: ExpectedCounts,
  violations: string[],
  totals: Totals,
): Promise<void> {
  const { jobId } = submit;
  const job: Job | undefined = await store.findJob(owner.tenant, jobId);
  if (job === undefined) {
    violations.push(`${jobId} was acknowledged and is lost`);
    return;
  }
  if (!isTerminal(job.state)) violations.push(`${jobId} never ended: it is ${job.state}`);
  if (job.state !== history.at(-1)?.to) violations.push(`${jobId}: its last event is not its state`);
  if (job.state === "FAILED") violations.push(`${jobId} failed: ${job.failure?.code}`);
  if (job.state === "COMPLETED") totals.completed++;
  else if (job.state === "CANCELLED") totals.cancelled++;
  else if (job.state === "DEAD") totals.dead++;
  else totals.failed++;
  const result = await store.findResult(jobId);
  if ((result !== undefined) !== (job.state === "COMPLETED"))
    violations.push(`${jobId} is ${job.state}, result: ${result !== undefined}`);
  if (result === undefined) return;
  const stored = textOf(decodeResultPart((await store.resultChunk(jobId, 0)) ?? new Uint8Array()).counts);
  if (stored !== expected(submit))
    violations.push(`${jobId}: its counts are ${stored.slice(0, 100)}, not ${expected(submit).slice(0, 100)}`);
}

/** One client's log against the store. */
function toldFaults(
  log: readonly Told[],
  byJob: ReadonlyMap<string, readonly JobEvent[]>,
  events: readonly JobEvent[],
  submitted: ReadonlyMap<string, Submitted>,
  expected: ExpectedCounts,
  totals: Totals,
): readonly string[] {
  const faults: string[] = [];
  const sequences = new Map<string, number>();
  let cursor = 0;
  let ownSeqMax = 0;
  for (const told of log) {
    if (told.kind === "resumed") totals.streamsResumed++;
    if (told.kind === "cancelled" && byJob.get(told.jobId)?.at(-1)?.to !== "CANCELLED") {
      faults.push(`${told.jobId}: its cancel was acknowledged, and it is ${byJob.get(told.jobId)?.at(-1)?.to}`);
    }
    if (told.kind === "result") {
      totals.resultsRead++;
      const submit = submitted.get(told.jobId);
      const counts = textOf(Object.entries(told.counts));
      if (submit !== undefined && counts !== expected(submit))
        faults.push(`${told.jobId}: its client read ${counts.slice(0, 100)}`);
    }
    if (told.kind === "moved") {
      totals.streamItems++;
      const before = sequences.get(told.jobId) ?? 0;
      if (told.sequence !== before + 1) faults.push(`${told.jobId}: its stream went from ${before} to ${told.sequence}`);
      sequences.set(told.jobId, told.sequence);
      const stored = byJob.get(told.jobId)?.[told.sequence - 1];
      ownSeqMax = Math.max(ownSeqMax, stored?.seq ?? 0);
      if (stored?.to !== told.to) faults.push(`${told.jobId}: move ${told.sequence} was told as ${told.to} and is ${stored?.to}`);
    }
    if (told.kind === "event") {
      totals.streamItems++;
      if (told.cursor !== cursor + 1) faults.push(`the stream of everything went from ${cursor} to ${told.cursor}`);
      cursor = told.cursor;
      const stored = events[told.cursor - 1];
      if (stored?.jobId !== told.jobId || stored.to !== told.to)
        faults.push(`event ${told.cursor} was told otherwise than it is stored`);
    }
  }
  if (cursor < ownSeqMax) faults.push(`the stream of everything ended at ${cursor}, and this client was told ${ownSeqMax}`);
  return faults;
}
