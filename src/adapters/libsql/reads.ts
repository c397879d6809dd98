// Every question to the store, through drizzle on the reader client. Rows come as one JSON column (see rows.ts). States stand as
// literals in the SQL where a partial index answers: SQLite does not use one for a bound value.

import type { Client } from "@libsql/client";
import { and, asc, desc, eq, gt, gte, inArray, lt, or, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/libsql";
import type { JobEvent } from "../../model/event.ts";
import { type Job, priorities } from "../../model/job.ts";
import type { EventFilter, JobFilter, KernelStore } from "../../ports/store.ts";
import { toUnavailable } from "./failures.ts";
import { decodeEvent, decodeJob, decodeMetadata, eventJson, jobJson } from "./rows.ts";
import { circuits, idempotency, jobCounts, jobEvents, jobs, resultChunks, results } from "./schema.ts";

/** The port's questions, and those that explaining a refusal asks. */
export interface Reads extends Omit<KernelStore, "commit" | "putCircuit" | "nowMs" | "isWritable" | "close"> {
  findJobByName(tenant: string, name: string): Promise<Job | undefined>;
  /** The newest events of one job, oldest first. */
  newestEvents(jobId: string, count: number): Promise<readonly JobEvent[]>;
  firstEvent(jobId: string): Promise<JobEvent | undefined>;
}

const jobColumn = { json: sql<string>`${sql.raw(jobJson)}` };
const eventColumn = { json: sql<string>`${sql.raw(eventJson)}` };
const isQueued = sql`state = 'QUEUED'`;
const toJob = (row: { readonly json: string }): Job => decodeJob(row.json).job;
const toEvent = (row: { readonly json: string }): JobEvent => decodeEvent(row.json);

export function createReads(client: Client): Reads {
  const db = drizzle(client);

  // Status requests come most often: built once.
  const jobByReference = db
    .select(jobColumn)
    .from(jobs)
    .where(
      and(
        eq(jobs.tenant, sql.placeholder("tenant")),
        or(eq(jobs.id, sql.placeholder("reference")), and(eq(jobs.name, sql.placeholder("reference")), sql`name <> ''`)),
      ),
    )
    .orderBy(desc(eq(jobs.id, sql.placeholder("reference")))) // A server id wins over a name that looks like it.
    .limit(1)
    .prepare();
  const queued = db.select(jobColumn).from(jobs).where(isQueued).orderBy(asc(jobs.serviceRank), asc(jobs.number));
  const ready = queued.limit(sql.placeholder("limit")).prepare();
  const counts = db.select().from(jobCounts).prepare();
  const expiry = db
    .select({
      atMs: sql<number | null>`(select min(at_ms) from (
        select min(lease_until_ms) as at_ms from jobs where state in ('SCHEDULED', 'RUNNING')
        union all select min(deadline_ms) from jobs where state = 'QUEUED' and deadline_ms is not null))`,
    })
    .from(jobCounts)
    .prepare();
  const newestSeq = db.select({ seq: sql<number>`coalesce(max(seq), 0)` }).from(jobEvents).prepare();

  const reads: Reads = {
    findJob: async (tenant, reference) => (await jobByReference.all({ tenant, reference })).map(toJob)[0],
    findJobById: async (id) => (await db.select(jobColumn).from(jobs).where(eq(jobs.id, id))).map(toJob)[0],
    findJobByName: async (tenant, name) => {
      const isNamed = and(eq(jobs.tenant, tenant), eq(jobs.name, name), sql`name <> ''`);
      return (await db.select(jobColumn).from(jobs).where(isNamed)).map(toJob)[0];
    },
    findSubmission: async (tenant, key) => {
      const isSame = and(eq(idempotency.tenant, tenant), eq(idempotency.key, key));
      const json = sql<string>`(select ${jobColumn.json} from jobs where id = ${idempotency.jobId})`;
      const [found] = await db.select({ requestHash: idempotency.requestHash, json }).from(idempotency).where(isSame);
      return found && { requestHash: found.requestHash, job: toJob(found) };
    },
    listJobs: async (filter) =>
      (
        await db
          .select(jobColumn)
          .from(jobs)
          .where(and(...jobConditions(filter)))
          .orderBy(desc(jobs.id))
          .limit(filter.limit)
      ).map(toJob),
    readyJobs: async (limit) => (await ready.all({ limit })).map(toJob),
    countJobs: async () => {
      const [row] = await counts.all();
      if (row === undefined) throw new Error("job_counts is empty");
      return {
        QUEUED: row.queued,
        SCHEDULED: row.scheduled,
        RUNNING: row.running,
        COMPLETED: row.completed,
        FAILED: row.failed,
        CANCELLED: row.cancelled,
        DEAD: row.dead,
      };
    },
    countAhead: async (job) => {
      const rank = priorities.length - 1 - priorities.indexOf(job.spec.priority);
      const number = sql`(select number from jobs where id = ${job.id})`;
      const isAhead = and(isQueued, sql`(service_rank, number) < (${rank}, ${number})`);
      return (await db.select({ count: sql<number>`count(*)` }).from(jobs).where(isAhead))[0]?.count ?? 0;
    },
    nextExpiryMs: async () => (await expiry.all())[0]?.atMs ?? undefined,
    eventsAfter: async (after, filter, limit) =>
      (
        await db
          .select(eventColumn)
          .from(jobEvents)
          .where(and(...eventConditions(after, filter)))
          .orderBy(asc(jobEvents.seq))
          .limit(limit)
      ).map(toEvent),
    newestEvents: async (jobId, count) => {
      const newest = db.select(eventColumn).from(jobEvents).where(eq(jobEvents.jobId, jobId)).orderBy(desc(jobEvents.jobSeq));
      return (await newest.limit(count)).map(toEvent).reverse();
    },
    lastEvent: async (jobId) => (await reads.newestEvents(jobId, 1))[0],
    firstEvent: async (jobId) => {
      const isFirst = and(eq(jobEvents.jobId, jobId), eq(jobEvents.jobSeq, 1));
      return (await db.select(eventColumn).from(jobEvents).where(isFirst)).map(toEvent)[0];
    },
    lastEventSeq: async () => (await newestSeq.all())[0]?.seq ?? 0,
    findResult: async (jobId) => {
      const [row] = await db.select().from(results).where(eq(results.jobId, jobId));
      return row && { jobId, metadata: decodeMetadata(row.metadata), chunkCount: row.chunkCount };
    },
    resultChunk: async (jobId, index) => {
      const isChunk = and(eq(resultChunks.jobId, jobId), eq(resultChunks.chunkIndex, index));
      return (await db.select({ bytes: resultChunks.bytes }).from(resultChunks).where(isChunk))[0]?.bytes;
    },
    findCircuit: async (tenant, id) => {
      const [row] = await db
        .select()
        .from(circuits)
        .where(and(eq(circuits.tenant, tenant), eq(circuits.id, id)));
      if (row === undefined) return undefined;
      const { project, metadata, ...circuit } = row;
      const { id: circuitId, name, openqasm, qubitCount, createdAtMs } = circuit;
      const owner = { tenant, project };
      return { id: circuitId, owner, name, openqasm, qubitCount, metadata: JSON.parse(metadata), createdAtMs };
    },
  };
  return withFailures(reads);
}

function jobConditions(filter: JobFilter): (SQL | undefined)[] {
  const { states, namePrefix, submittedAfterMs, submittedBeforeMs, before } = filter;
  return [
    eq(jobs.tenant, filter.tenant),
    eq(jobs.project, filter.project),
    states.length === 0 ? undefined : inArray(jobs.state, [...states]),
    ...Object.entries(filter.tags).map(
      ([key, value]) =>
        sql`exists (select 1 from json_each(${jobs.spec}, '$.tags') as tag where tag.key = ${key} and tag.value = ${value})`,
    ),
    // Not LIKE: a prefix may hold its wildcards.
    namePrefix === "" ? undefined : sql`substr(${jobs.name}, 1, length(${namePrefix})) = ${namePrefix}`,
    submittedAfterMs === undefined ? undefined : gte(jobs.submittedAtMs, submittedAfterMs),
    submittedBeforeMs === undefined ? undefined : lt(jobs.submittedAtMs, submittedBeforeMs),
    before === undefined ? undefined : lt(jobs.id, before),
  ];
}

function eventConditions(after: number, { tenant, project, jobIds, states }: EventFilter): (SQL | undefined)[] {
  const ofJobs = jobIds.length > 0;
  return [
    // The plus keeps SQLite from walking every event of the tenant when those of a few jobs are asked for.
    ofJobs ? sql`+seq > ${after}` : gt(jobEvents.seq, after),
    ofJobs ? sql`+tenant = ${tenant}` : eq(jobEvents.tenant, tenant),
    eq(jobEvents.project, project),
    ofJobs ? inArray(jobEvents.jobId, [...jobIds]) : undefined,
    states.length === 0 ? undefined : inArray(jobEvents.toState, [...states]),
  ];
}

/** Every question of a store that cannot answer throws StoreUnavailableError, whatever the driver threw. */
function withFailures(reads: Reads): Reads {
  const guarded = Object.entries(reads).map(([name, read]: [string, (...args: never[]) => Promise<unknown>]) => [
    name,
    (...args: never[]) =>
      read(...args).catch((error: unknown) => {
        throw toUnavailable(error);
      }),
  ]);
  return Object.fromEntries(guarded) as Reads;
}
