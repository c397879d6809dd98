// The tables of the embedded store. drizzle-kit turns this file into migrations (drizzle/), reads are typed by it.
// Every row carries its tenant and project. Rules about one row are CHECKs here; rules about a change (legal moves, fences that
// never fall, rows that never change) are triggers in drizzle/*_rules.sql.

import { sql } from "drizzle-orm";
import {
  check,
  customType,
  foreignKey,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";

/** libSQL gives blobs back as ArrayBuffer; drizzle's own blob type wants Node's Buffer. */
const bytes = customType<{ data: Uint8Array; driverData: ArrayBuffer | Uint8Array }>({
  dataType: () => "blob",
  fromDriver: (value) => new Uint8Array(value),
});

/** checksumOf() what the kernel wrote, compared at every reading; empty in rows of older kernels. */
const sum = { sum: text().notNull().default("") };

const owner = { tenant: text().notNull(), project: text().notNull() };

export const jobs = sqliteTable(
  "jobs",
  {
    /** Order of submission; a job that returns to the queue keeps its place. */
    number: integer().primaryKey(),
    id: text().notNull(),
    ...owner,
    name: text().notNull(),
    /** 0 is served first: CRITICAL 0, HIGH 1, NORMAL 2, LOW 3. */
    serviceRank: integer("service_rank").notNull(),
    /** JobSpec as JSON, the seed as decimal text. */
    spec: text().notNull(),
    state: text().notNull(),
    /** Why it is in this state; the trigger copies it into the event. */
    reason: text().notNull(),
    fence: integer().notNull(),
    attempts: integer().notNull(),
    workerKills: integer("worker_kills").notNull(),
    /** Attempts that a kernel gave back in peace. */
    yields: integer().notNull().default(0),
    holder: text().notNull(),
    leaseUntilMs: integer("lease_until_ms").notNull(),
    device: text().notNull(),
    deadlineMs: integer("deadline_ms"),
    submittedAtMs: integer("submitted_at_ms").notNull(),
    startedAtMs: integer("started_at_ms"),
    endedAtMs: integer("ended_at_ms"),
    /** JobFailure as JSON. */
    failure: text(),
    traceparent: text().notNull(),
    /** seq and job_seq of its newest event, and that event's time. */
    eventSeq: integer("event_seq").notNull(),
    eventCount: integer("event_count").notNull(),
    movedAtMs: integer("moved_at_ms").notNull(),
    /** Over what was submitted. What moves is held against the newest event. */
    ...sum,
    /** Of the spec, once more: a filter that meets a damaged spec must not pass it over. Empty in rows of older kernels. */
    tags: text().notNull().default(""),
  },
  (t) => [
    uniqueIndex("jobs_by_id").on(t.id),
    uniqueIndex("jobs_by_name").on(t.tenant, t.name).where(sql`name <> ''`),
    index("jobs_by_owner").on(t.tenant, t.project, t.id),
    index("jobs_by_owner_and_state").on(t.tenant, t.project, t.state, t.id),
    // Partial indexes: as small as the queue and the running set, however many jobs have ended.
    index("jobs_ready").on(t.serviceRank, t.number).where(sql`state = 'QUEUED'`),
    index("jobs_by_deadline").on(t.deadlineMs, t.id).where(sql`state = 'QUEUED' and deadline_ms is not null`),
    index("jobs_by_lease").on(t.leaseUntilMs, t.id).where(sql`state in ('SCHEDULED', 'RUNNING')`),
    check("jobs_state", sql`state in ('QUEUED', 'SCHEDULED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'DEAD')`),
    check("jobs_rank", sql`service_rank between 0 and 3`),
    check("jobs_held", sql`(state in ('SCHEDULED', 'RUNNING')) = (holder <> '')`),
    check("jobs_leased", sql`(holder = '') = (lease_until_ms = 0)`),
    check("jobs_ended", sql`(state in ('COMPLETED', 'FAILED', 'CANCELLED', 'DEAD')) = (ended_at_ms is not null)`),
    check("jobs_started", sql`state not in ('RUNNING', 'COMPLETED') or started_at_ms is not null`),
    check("jobs_attempts", sql`attempts between 0 and fence`),
  ],
);

/** The outbox: one row for every move, written by a trigger of `jobs` in the move's own statement. */
export const jobEvents = sqliteTable(
  "job_events",
  {
    seq: integer().primaryKey(),
    jobId: text("job_id")
      .notNull()
      .references(() => jobs.id),
    jobSeq: integer("job_seq").notNull(),
    ...owner,
    jobName: text("job_name").notNull(),
    fromState: text("from_state"),
    toState: text("to_state").notNull(),
    reason: text().notNull(),
    device: text().notNull(),
    fence: integer().notNull(),
    atMs: integer("at_ms").notNull(),
    /** The whole row once more, as JSON: SQL has no checksums, and no single flaw hits both. Empty in rows of older kernels. */
    mirror: text().notNull().default(""),
  },
  (t) => [
    uniqueIndex("job_events_by_job").on(t.jobId, t.jobSeq),
    index("job_events_by_owner").on(t.tenant, t.project, t.seq),
    check("job_events_first", sql`(job_seq = 1) = (from_state is null)`),
  ],
);

/** Jobs by state in one row, kept by triggers: a full queue is recognised without counting it. */
export const jobCounts = sqliteTable(
  "job_counts",
  {
    id: integer().primaryKey(),
    queued: integer().notNull(),
    scheduled: integer().notNull(),
    running: integer().notNull(),
    completed: integer().notNull(),
    failed: integer().notNull(),
    cancelled: integer().notNull(),
    dead: integer().notNull(),
  },
  () => [
    check("job_counts_single", sql`id = 1`),
    check("job_counts_positive", sql`min(queued, scheduled, running, completed, failed, cancelled, dead) >= 0`),
  ],
);

export const results = sqliteTable("results", {
  jobId: text("job_id")
    .primaryKey()
    .references(() => jobs.id),
  ...owner,
  fence: integer().notNull(),
  /** ResultMetadata as JSON, the seed as decimal text. */
  metadata: text().notNull(),
  chunkCount: integer("chunk_count").notNull(),
  ...sum,
});

export const resultChunks = sqliteTable(
  "result_chunks",
  {
    jobId: text("job_id")
      .notNull()
      .references(() => results.jobId),
    chunkIndex: integer("chunk_index").notNull(),
    ...owner,
    bytes: bytes().notNull(),
    ...sum,
  },
  (t) => [
    primaryKey({ columns: [t.jobId, t.chunkIndex] }),
    check("result_chunks_index", sql`chunk_index >= 0`),
    check("result_chunks_bytes", sql`length(bytes) <= 1048576`), // limits.chunkBytesMax
  ],
);

export const circuits = sqliteTable(
  "circuits",
  {
    id: text().notNull(),
    ...owner,
    name: text().notNull(),
    openqasm: text().notNull(),
    qubitCount: integer("qubit_count").notNull(),
    metadata: text().notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
    ...sum,
  },
  (t) => [primaryKey({ columns: [t.tenant, t.id] })],
);

export const idempotency = sqliteTable(
  "idempotency",
  {
    ...owner,
    key: text().notNull(),
    requestHash: text("request_hash").notNull(),
    jobId: text("job_id").notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
    ...sum,
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.key] }),
    index("idempotency_by_age").on(t.createdAtMs, t.tenant, t.key),
    foreignKey({ columns: [t.jobId], foreignColumns: [jobs.id] }),
  ],
);

/** One row that readiness rewrites: a write that succeeded, not one that should. */
export const heartbeat = sqliteTable("heartbeat", { id: integer().primaryKey(), atMs: integer("at_ms").notNull() }, () => [
  check("heartbeat_single", sql`id = 1`),
]);

/** The migrations this file has seen; a kernel refuses a file whose history is not its own. */
export const schemaVersion = sqliteTable("schema_version", {
  version: integer().primaryKey(),
  name: text().notNull(),
  /** SHA-256 of the migration's text, hex. */
  checksum: text().notNull(),
  appliedAtMs: integer("applied_at_ms").notNull(),
});
