// Holds the store to what the clients were told, and to the invariants of the architecture.

import { limits } from "../../src/base/limits.ts";
import type { JobEvent } from "../../src/model/event.ts";
import { canMove, isTerminal, type Job } from "../../src/model/job.ts";
import { decodeResultPart } from "../../src/model/result-codec.ts";
import type { KernelStore } from "../../src/ports/store.ts";
import { type Acknowledged, owner } from "./clients.ts";
import { hashText, type Totals } from "./coverage.ts";
import { expectedCounts } from "./simulated-compute.ts";
import type { World } from "./world.ts";

/** Appends to the world's violations; fills its totals. */
export async function checkHistory(
  store: KernelStore,
  { totals, violations, time, offsetMsMax }: World,
  acknowledged: readonly Acknowledged[],
): Promise<void> {
  const events = await readAllEvents(store);
  const byJob = Map.groupBy(events, ({ jobId }) => jobId);
  checkGlobalOrder(events, violations);
  for (const [jobId, history] of byJob) checkJobHistory(jobId, history, violations);

  const keyOf = new Map<string, string>();
  for (const entry of acknowledged) {
    const other = keyOf.get(entry.jobId);
    if (other !== undefined && other !== entry.key) violations.push(`${entry.jobId} answers both ${other} and ${entry.key}`);
    keyOf.set(entry.jobId, entry.key);
    const job = await store.findJobById(entry.jobId);
    if (job === undefined) violations.push(`${entry.jobId} was acknowledged and is lost`);
    else await checkEnd(store, job, entry, byJob.get(job.id) ?? [], totals, violations);
  }
  // Jobs whose acknowledgement was lost exist too; a key never made two.
  const jobOfKey = new Map<string, string>();
  for (const jobId of byJob.keys()) {
    const job = await store.findJobById(jobId);
    if (job === undefined) continue;
    const { key = "" } = job.spec.tags;
    const other = jobOfKey.get(key);
    if (other !== undefined) violations.push(`${key} made both ${other} and ${jobId}`);
    jobOfKey.set(key, jobId);
    checkDeadline(job, time.nowMs() + offsetMsMax, violations);
  }
  totals.events += events.length;
  for (const event of events) {
    if (event.from !== undefined && event.to === "QUEUED") totals.reclaims++;
    totals.historyHash = hashText(totals.historyHash, `${event.seq} ${event.jobSeq} ${event.jobId} ${event.to} ${event.atMs}`);
  }
}

async function readAllEvents(store: KernelStore): Promise<JobEvent[]> {
  const filter = { tenant: owner.tenant, project: owner.project, jobIds: [], states: [] };
  const events: JobEvent[] = [];
  for (;;) {
    const page = await store.eventsAfter(events.at(-1)?.seq ?? 0, filter, limits.eventPageSize);
    events.push(...page);
    if (page.length < limits.eventPageSize) return events;
  }
}

function checkGlobalOrder(events: readonly JobEvent[], violations: string[]): void {
  for (const [place, event] of events.entries()) {
    const previous = events[place - 1];
    if (previous !== undefined && event.seq <= previous.seq) violations.push(`event ${event.seq} follows ${previous.seq}`);
  }
}

function checkJobHistory(jobId: string, history: readonly JobEvent[], violations: string[]): void {
  for (const [place, event] of history.entries()) {
    const previous = history[place - 1];
    if (event.jobSeq !== place + 1) violations.push(`${jobId}: event ${place + 1} has number ${event.jobSeq}`);
    if (event.from !== previous?.to) violations.push(`${jobId}: moved from ${event.from} while it was ${previous?.to}`);
    if (previous === undefined) {
      if (event.to !== "QUEUED") violations.push(`${jobId}: began as ${event.to}`);
    } else {
      if (!canMove(previous.to, event.to)) violations.push(`${jobId}: ${previous.to} to ${event.to} is no move`);
      if (event.fence < previous.fence) violations.push(`${jobId}: its fence fell from ${previous.fence} to ${event.fence}`);
    }
  }
}

/** A deadline may be judged by any kernel's clock or by the store's, but by none before one of them had reached it. */
function checkDeadline({ id, failure, deadlineMs }: Job, latestMs: number, violations: string[]): void {
  if (failure?.code !== "deadline_exceeded") return;
  if (deadlineMs === undefined) violations.push(`${id} failed by a deadline that it did not have`);
  else if (deadlineMs > latestMs) violations.push(`${id} failed by a deadline that no clock has reached`);
}

async function checkEnd(
  store: KernelStore,
  job: Job,
  entry: Acknowledged,
  history: readonly JobEvent[],
  totals: Totals,
  violations: string[],
): Promise<void> {
  const last = history.at(-1);
  if (last?.to !== job.state || last.seq !== job.eventSeq) violations.push(`${job.id}: its last event is not its state`);
  if (!isTerminal(job.state)) violations.push(`${job.id} never ended: it is ${job.state}`);
  if (entry.isCancelled && job.state !== "CANCELLED")
    violations.push(`${job.id}: its cancel was acknowledged, and it is ${job.state}`);
  if (job.attempts > limits.attemptCountMax) violations.push(`${job.id} was started ${job.attempts} times`);
  const result = await store.findResult(job.id);
  if ((result !== undefined) !== (job.state === "COMPLETED"))
    violations.push(`${job.id} is ${job.state}, result: ${result !== undefined}`);
  if (result !== undefined) {
    const chunk = await store.resultChunk(job.id, 0);
    const actual = JSON.stringify([...decodeResultPart(chunk ?? new Uint8Array()).counts]);
    const wanted = JSON.stringify([...expectedCounts(entry.seed, entry.shots)]);
    if (actual !== wanted) violations.push(`${job.id}: its counts are ${actual}, not ${wanted}`);
  }
  switch (job.state) {
    case "COMPLETED":
      totals.completed++;
      break;
    case "FAILED":
      totals.failed++;
      break;
    case "CANCELLED":
      totals.cancelled++;
      break;
    case "DEAD":
      totals.dead++;
      break;
    default:
  }
}
