// Every question to the store, written with drizzle. Those of the hot path are built once and run as prepared statements on the writer's
// connection, which never has a transaction open between two turns; the others go through the reader. Rows come as one JSON column
// (see rows.ts). States stand as literals in the SQL where a partial index answers: SQLite does not use one for a bound value.

import { and, asc, desc, eq, fillPlaceholders, gt, gte, inArray, lt, or, type Query, type SQL, sql } from "drizzle-orm";
import { QueryBuilder } from "drizzle-orm/sqlite-core";
import { checksumOf } from "../../base/checksum.ts";
import { InvariantError } from "../../base/invariant.ts";
import type { JobEvent } from "../../model/event.ts";
import { type Job, priorities } from "../../model/job.ts";
import type { EventFilter, JobFilter, KernelStore } from "../../ports/store.ts";
import type { Reader, Rows, SqlValue } from "./connection.ts";
import { toUnavailable } from "./failures.ts";
import {
  decodeEvent,
  decodeJob,
  decodeMetadata,
  eventJson,
  jobJson,
  parseCells,
  textOf,
  toldJobJson,
  verifySum,
} from "./rows.ts";
import { circuits, idempotency, jobCounts, jobEvents, jobs, resultChunks, results } from "./schema.ts";

/** The port's questions, and those that explaining a refusal asks. */
export interface Reads extends Omit<KernelStore, "commit" | "putCircuit" | "nowMs" | "isWritable" | "close"> {
  findJobByName(tenant: string, name: string): Promise<Job | undefined>;
  /** The newest events of one job, oldest first. */
  newestEvents(jobId: string, count: number): Promise<readonly JobEvent[]>;
  firstEvent(jobId: string): Promise<JobEvent | undefined>;
}

const jobColumn = { json: sql<string>`${sql.raw(jobJson)}` };
const toldJobColumn = { json: sql<string>`${sql.raw(toldJobJson)}` };
const eventColumn = { json: sql<string>`${sql.raw(eventJson)}` };
const asBytes = (text: SQL): SQL => sql`cast(${text} as blob)`;
const isQueued = sql`state = 'QUEUED'`;
const toJobs = (rows: Rows): Job[] => rows.map((row) => decodeJob(row[0]).job);
const toEvents = (rows: Rows): JobEvent[] => rows.map((row) => decodeEvent(row[0]));

type CircuitCells = [
  project: string,
  name: string,
  openqasm: string,
  qubitCount: number,
  metadata: string,
  createdAtMs: number,
  sum: string,
];

interface Question {
  toSQL(): Query;
}

/** `hot` keeps its statements prepared, so it is asked only what is built once; `reader` everything else. */
export function createReads(reader: Pick<Reader, "query">, hot: Pick<Reader, "query">): Reads {
  const db = new QueryBuilder();
  const once = (question: Question): ((values?: Record<string, unknown>) => Promise<Rows>) => {
    const { sql: text, params } = question.toSQL();
    return async (values = {}) => hot.query({ sql: text, args: fillPlaceholders(params, values) as SqlValue[] });
  };
  const ask = async (question: Question): Promise<Rows> => {
    const { sql: text, params } = question.toSQL();
    return reader.query({ sql: text, args: params as SqlValue[] });
  };

  const jobByReference = once(
    db
      .select(toldJobColumn)
      .from(jobs)
      .where(
        and(
          eq(jobs.tenant, sql.placeholder("tenant")),
          or(eq(jobs.id, sql.placeholder("reference")), and(eq(jobs.name, sql.placeholder("reference")), sql`name <> ''`)),
        ),
      )
      .orderBy(desc(eq(jobs.id, sql.placeholder("reference")))) // A server id wins over a name that looks like it.
      .limit(1),
  );
  const jobById = once(
    db
      .select(jobColumn)
      .from(jobs)
      .where(eq(jobs.id, sql.placeholder("id"))),
  );
  const queued = db.select(jobColumn).from(jobs).where(isQueued).orderBy(asc(jobs.serviceRank), asc(jobs.number));
  const ready = once(queued.limit(sql.placeholder("limit")));
  const { queued: queuedCount, scheduled, running, completed, failed, cancelled, dead } = jobCounts;
  const counts = once(db.select({ queuedCount, scheduled, running, completed, failed, cancelled, dead }).from(jobCounts));
  const expiry = once(
    db
      .select({
        atMs: sql<number | null>`(select min(at_ms) from (
        select min(lease_until_ms) as at_ms from jobs where state in ('SCHEDULED', 'RUNNING')
        union all select min(deadline_ms) from jobs where state = 'QUEUED' and deadline_ms is not null))`,
      })
      .from(jobCounts),
  );
  const newestSeq = once(db.select({ seq: sql<number>`coalesce(max(seq), 0)` }).from(jobEvents));
  const resultRow = once(
    db
      .select({ json: asBytes(sql`json_array(${results.metadata}, ${results.chunkCount}, ${results.sum})`) })
      .from(results)
      .where(eq(results.jobId, sql.placeholder("id"))),
  );
  const chunkBytes = once(
    db
      .select({ bytes: resultChunks.bytes, sum: asBytes(sql`${resultChunks.sum}`) })
      .from(resultChunks)
      .where(and(eq(resultChunks.jobId, sql.placeholder("id")), eq(resultChunks.chunkIndex, sql.placeholder("index")))),
  );
  const eventsOfJob = once(
    db
      .select(eventColumn)
      .from(jobEvents)
      .where(eq(jobEvents.jobId, sql.placeholder("id")))
      .orderBy(desc(jobEvents.jobSeq))
      .limit(sql.placeholder("limit")),
  );
  const { project, name, openqasm, qubitCount, metadata, createdAtMs, sum } = circuits;
  const circuitCells = sql`json_array(${project}, ${name}, ${openqasm}, ${qubitCount}, ${metadata}, ${createdAtMs}, ${sum})`;
  const circuitRow = once(
    db
      .select({ json: asBytes(circuitCells) })
      .from(circuits)
      .where(and(eq(circuits.tenant, sql.placeholder("tenant")), eq(circuits.id, sql.placeholder("id")))),
  );

  const reads: Reads = {
    findJob: async (tenant, reference) => toJobs(await jobByReference({ tenant, reference }))[0],
    findJobById: async (id) => toJobs(await jobById({ id }))[0],
    findJobByName: async (tenant, name) => {
      const isNamed = and(eq(jobs.tenant, tenant), eq(jobs.name, name), sql`name <> ''`);
      return toJobs(await ask(db.select(jobColumn).from(jobs).where(isNamed)))[0];
    },
    findSubmission: async (tenant, key) => {
      const isSame = and(eq(idempotency.tenant, tenant), eq(idempotency.key, key));
      const { requestHash, jobId, sum } = idempotency;
      const job = sql`(select ${jobColumn.json} from jobs where id = ${jobId})`;
      const cells = asBytes(sql`json_array(${requestHash}, ${jobId}, ${sum})`);
      const [found] = await ask(db.select({ job, cells }).from(idempotency).where(isSame));
      if (found === undefined) return undefined;
      const [hash, id, stored] = parseCells(found[1]) as [string, string, string];
      verifySum(stored, () => checksumOf(tenant, key, hash, id), "submission");
      return { requestHash: hash, job: decodeJob(found[0]).job };
    },
    listJobs: async (filter) =>
      toJobs(
        await ask(
          db
            .select(toldJobColumn)
            .from(jobs)
            .where(and(...jobConditions(filter)))
            .orderBy(desc(jobs.id))
            .limit(filter.limit),
        ),
      ),
    readyJobs: async (limit) => toJobs(await ready({ limit })),
    countJobs: async () => {
      const [row] = await counts();
      if (row === undefined) throw new Error("job_counts is empty");
      const [QUEUED = 0, SCHEDULED = 0, RUNNING = 0, COMPLETED = 0, FAILED = 0, CANCELLED = 0, DEAD = 0] = Array.from(
        row,
        Number,
      );
      return { QUEUED, SCHEDULED, RUNNING, COMPLETED, FAILED, CANCELLED, DEAD };
    },
    countAhead: async (job) => {
      const rank = priorities.length - 1 - priorities.indexOf(job.spec.priority);
      const number = sql`(select number from jobs where id = ${job.id})`;
      const isAhead = and(isQueued, sql`(service_rank, number) < (${rank}, ${number})`);
      const [row] = await ask(db.select({ count: sql<number>`count(*)` }).from(jobs).where(isAhead));
      return Number(row?.[0] ?? 0);
    },
    nextExpiryMs: async () => {
      const atMs = (await expiry())[0]?.[0];
      return typeof atMs === "number" ? atMs : undefined;
    },
    eventsAfter: async (after, filter, limit) =>
      toEvents(
        await ask(
          db
            .select(eventColumn)
            .from(jobEvents)
            .where(and(...eventConditions(after, filter)))
            .orderBy(asc(jobEvents.seq))
            .limit(limit),
        ),
      ),
    newestEvents: async (jobId, count) => toEvents(await eventsOfJob({ id: jobId, limit: count })).reverse(),
    lastEvent: async (jobId) => (await reads.newestEvents(jobId, 1))[0],
    firstEvent: async (jobId) => {
      const isFirst = and(eq(jobEvents.jobId, jobId), eq(jobEvents.jobSeq, 1));
      return toEvents(await ask(db.select(eventColumn).from(jobEvents).where(isFirst)))[0];
    },
    lastEventSeq: async () => Number((await newestSeq())[0]?.[0] ?? 0),
    findResult: async (jobId) => {
      const [row] = await resultRow({ id: jobId });
      if (row === undefined) return undefined;
      const [metadata, chunkCount, sum] = parseCells(row[0]) as [string, number, string];
      verifySum(sum, () => checksumOf(jobId, metadata, chunkCount), "result");
      return { jobId, metadata: decodeMetadata(metadata), chunkCount };
    },
    resultChunk: async (jobId, index) => {
      const [row] = await chunkBytes({ id: jobId, index });
      const bytes = toBytes(row?.[0]);
      if (bytes !== undefined) verifySum(textOf(row?.[1]), () => checksumOf(jobId, index, bytes), "part of a result");
      return bytes;
    },
    findCircuit: async (tenant, id) => {
      const [row] = await circuitRow({ tenant, id });
      if (row === undefined) return undefined;
      const [project, name, openqasm, qubitCount, metadata, createdAtMs, sum] = parseCells(row[0]) as CircuitCells;
      const owner = { tenant, project };
      const parts = [tenant, id, project, name, openqasm, qubitCount, metadata, createdAtMs];
      verifySum(sum, () => checksumOf(...parts), "circuit");
      return { id, owner, name, openqasm, qubitCount, metadata: JSON.parse(metadata), createdAtMs };
    },
  };
  return withFailures(reads);
}

/** The driver gives blobs as Buffer or ArrayBuffer, depending on the runtime. */
function toBytes(blob: unknown): Uint8Array | undefined {
  if (blob instanceof ArrayBuffer) return new Uint8Array(blob);
  return blob instanceof Uint8Array ? new Uint8Array(blob.buffer, blob.byteOffset, blob.byteLength) : undefined;
}

function jobConditions(filter: JobFilter): (SQL | undefined)[] {
  const { states, namePrefix, submittedAfterMs, submittedBeforeMs, before } = filter;
  return [
    eq(jobs.tenant, filter.tenant),
    eq(jobs.project, filter.project),
    states.length === 0 ? undefined : inArray(jobs.state, [...states]),
    ...Object.entries(filter.tags).map(([key, value]) =>
      orDamaged(
        sql`exists (select 1 from json_each(${jobs.spec}, '$.tags') as tag where tag.key = ${key} and tag.value = ${value})`,
        sql`${jobs.tags} <> '' and ${jobs.tags} is not ${jobs.spec} ->> '$.tags'`,
      ),
    ),
    // Not LIKE: a prefix may hold its wildcards.
    namePrefix === "" ? undefined : sql`substr(${jobs.name}, 1, length(${namePrefix})) = ${namePrefix}`,
    submittedAfterMs === undefined ? undefined : orDamaged(gte(jobs.submittedAtMs, submittedAfterMs), isMisdated),
    submittedBeforeMs === undefined ? undefined : orDamaged(lt(jobs.submittedAtMs, submittedBeforeMs), isMisdated),
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
    states.length === 0
      ? undefined
      : orDamaged(
          inArray(jobEvents.toState, [...states]),
          sql`${jobEvents.mirror} <> '' and ${jobEvents.mirror} ->> 7 is not to_state`,
        ),
  ];
}

/** A filter may meet a row that is not what was written: it lets it pass, and whoever decodes it notices. Indexes were checked at opening. */
function orDamaged(matches: SQL, isDamaged: SQL): SQL {
  return sql`(${matches} or ${isDamaged})`;
}

const isMisdated = sql`submitted_at_ms is not (select at_ms from job_events where job_id = jobs.id and job_seq = 1)`;

/** Every question of a store that cannot answer throws StoreUnavailableError, whatever the driver threw. */
function withFailures(reads: Reads): Reads {
  const guarded = Object.entries(reads).map(([name, read]: [string, (...args: never[]) => Promise<unknown>]) => [
    name,
    (...args: never[]) =>
      read(...args).catch((error: unknown) => {
        // A row that is not what was written: asking again would not help.
        throw error instanceof InvariantError ? error : toUnavailable(error);
      }),
  ]);
  return Object.fromEntries(guarded) as Reads;
}
