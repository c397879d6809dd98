// The database's own rules, provoked by SQL that no step would send: they hold even against a kernel with a bug.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMove, type JobState, jobStates } from "../../model/job.ts";
import type { KernelStore } from "../../ports/store.ts";
import { type FileConnection, openFile } from "../libsql/file-connection.ts";
import { createTemporaryFile, openStore, type TemporaryFile } from "../libsql/testing.ts";
import * as make from "../store.fixture.ts";

let file: TemporaryFile;
let store: KernelStore;
let connection: FileConnection;
beforeEach(async () => {
  file = createTemporaryFile();
  store = await openStore(file.url, make.createManualClock());
  connection = openFile(file.path);
  connection.query({ sql: "pragma recursive_triggers = on", args: [] });
  connection.query({ sql: "pragma foreign_keys = on", args: [] });
});
afterEach(async () => {
  connection.close();
  await store.close();
  file.remove();
});

const run = (sql: string): void => {
  connection.commitOnce([{ sql, args: [] }]);
};

const nextEvent = "event_count = event_count + 1, event_seq = (select max(seq) + 1 from job_events)";

/** Sets a state directly, with every other column as that state needs it. */
function move(number: number, to: JobState): string {
  const isHeld = to === "SCHEDULED" || to === "RUNNING";
  const isEnded = to !== "QUEUED" && !isHeld;
  return `update jobs set state = '${to}', holder = '${isHeld ? "k" : ""}', lease_until_ms = ${isHeld ? 1 : 0},
    ended_at_ms = ${isEnded ? 1 : "null"}, started_at_ms = 1, ${nextEvent} where id = '${make.jobId(number)}'`;
}

const waysTo: Record<JobState, JobState[]> = {
  QUEUED: [],
  SCHEDULED: ["SCHEDULED"],
  RUNNING: ["SCHEDULED", "RUNNING"],
  COMPLETED: ["SCHEDULED", "RUNNING", "COMPLETED"],
  FAILED: ["FAILED"],
  CANCELLED: ["CANCELLED"],
  DEAD: ["SCHEDULED", "DEAD"],
};

test("the moves that the database allows are exactly those of the model's table", async () => {
  const allowed: string[] = [];
  let number = 0;
  for (const from of jobStates) {
    for (const to of jobStates) {
      await make.apply(store, make.submit(++number));
      for (const step of waysTo[from]) run(move(number, step));
      try {
        run(move(number, to));
        allowed.push(`${from}>${to}`);
      } catch (error) {
        expect(String(error), `${from} to ${to}`).toMatch(/not a legal move|a terminal state is final/);
      }
    }
  }
  const wanted = jobStates.flatMap((from) => jobStates.filter((to) => canMove(from, to)).map((to) => `${from}>${to}`));
  expect(allowed).toEqual(wanted);
});

describe("a job", () => {
  beforeEach(async () => {
    await make.apply(store, make.submit(1, { spec: make.spec({ name: "x" }), deadlineMs: make.startMs + 1_000 }));
    await make.apply(store, make.claim(1, { start: true }));
  });

  test.each([
    ["its fence falls", "update jobs set fence = 0", "a fence never falls"],
    ["its attempts fall", "update jobs set attempts = 0", "attempts never fall"],
    ["more was given back than begun", "update jobs set yields = 2", "only an attempt can be given back"],
    ["its circuit changes", `update jobs set spec = '{}'`, "what was submitted never changes"],
    ["its deadline goes away", "update jobs set deadline_ms = null", "what was submitted never changes"],
    ["its owner changes", "update jobs set tenant = 'other'", "what was submitted never changes"],
    ["it moves without an event", "update jobs set state = 'QUEUED', holder = '', lease_until_ms = 0", "every move is one event"],
    ["an event has no move", "update jobs set event_count = event_count + 1", "an event is a move"],
    ["it is deleted", "delete from jobs", "never lost"],
    ["it is replaced", "insert or replace into jobs select * from jobs", "a job begins QUEUED"],
    ["nobody holds it while it runs", "update jobs set holder = '', lease_until_ms = 0", "jobs_held"],
    ["it has no lease while it runs", "update jobs set lease_until_ms = 0", "jobs_leased"],
    ["it has an end while it runs", "update jobs set ended_at_ms = 1", "jobs_ended"],
    ["its state is unknown", `update jobs set state = 'LOST', ${nextEvent}`, "not a legal move"],
    [
      "it has a result before it is COMPLETED",
      `insert into results values ('${make.jobId(1)}', 'local', 'default', 1, '{}', 0, '')`,
      "only a job that",
    ],
    [
      "another bears its name",
      `insert into jobs select 9, 'job_9', tenant, project, name, service_rank, spec, 'QUEUED', '', 0, 0, 0, '', 0, '',
      null, 1, null, null, null, '', 9, 1, 1, 0, '', '' from jobs`,
      "UNIQUE constraint failed: jobs.tenant, jobs.name",
    ],
  ])("cannot be written so that %s", (_title, sql, words) => {
    expect(() => run(sql)).toThrow(words);
  });
});

describe("what is done", () => {
  beforeEach(async () => {
    await make.apply(store, make.submit(1, { circuit: make.circuit() }));
    await make.apply(store, make.claim(1, { start: true }));
    await make.apply(store, make.complete(1));
  });

  test.each([
    ["a COMPLETED job", "update jobs set reason = 'other'", "a terminal state is final"],
    ["an event", "update job_events set reason = 'other' where seq = 1", "append only"],
    ["an event's existence", "delete from job_events where seq = 1", "append only"],
    [
      "an event by replacement",
      "insert or replace into job_events select * from job_events where seq = 1",
      "numbers rise in commit order",
    ],
    ["a result", "update results set metadata = '{}'", "immutable"],
    ["a result's existence", "delete from results", "immutable"],
    [
      "a result by replacement",
      "insert or replace into results select job_id, tenant, project, fence, '{}', 0, '' from results",
      "immutable",
    ],
    ["a chunk", "update result_chunks set bytes = x'00'", "immutable"],
    ["a chunk's existence", "delete from result_chunks", "immutable"],
    ["a circuit", "update circuits set openqasm = ''", "named by their content"],
  ])("stays: %s cannot be changed", (_title, sql, words) => {
    expect(() => run(sql)).toThrow(words);
  });

  test("a job has one result", () => {
    expect(() => run(`insert into results values ('${make.jobId(1)}', 'local', 'default', 1, '{}', 0, '')`)).toThrow(
      "results.job_id",
    );
  });

  test("an event number is not given twice, nor a lower one later", () => {
    const columns = "job_id, 9, tenant, project, job_name, from_state, to_state, reason, device, fence, at_ms, ''";
    expect(() => run(`insert into job_events select 0, ${columns} from job_events where seq = 4`)).toThrow("numbers rise");
  });

  test("the counts agree with the rows", async () => {
    const { COMPLETED } = await store.countJobs();
    expect(COMPLETED).toBe(1);
    expect(() => run("update job_counts set queued = -1")).toThrow("job_counts_positive");
  });
});

test("QUEUED to RUNNING is two moves in one update, with both events", async () => {
  await make.apply(store, make.submit(1));
  const events = `event_count = event_count + 2, event_seq = (select max(seq) + 2 from job_events)`;
  run(
    `update jobs set state = 'RUNNING', fence = 1, attempts = 1, holder = 'k', lease_until_ms = 1, started_at_ms = 1, ${events}`,
  );
  const moves = await store.eventsAfter(0, { ...make.owner, jobIds: [], states: [] }, 10);
  expect(moves.map(({ from, to }) => `${from ?? ""}>${to}`)).toEqual([">QUEUED", "QUEUED>SCHEDULED", "SCHEDULED>RUNNING"]);
});
