// What the writer does when the store fails under it: groups that abort, replies that are lost, a store that does not answer.

import { createClient } from "@libsql/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { limits } from "../../base/limits.ts";
import { type KernelStore, type Step, StoreOverloadedError, StoreUnavailableError } from "../../ports/store.ts";
import { clientReader } from "../libsql/client-reader.ts";
import { type FileConnection, openFile } from "../libsql/file-connection.ts";
import { createTemporaryFile, openStore, type TemporaryFile } from "../libsql/testing.ts";
import * as make from "../store.fixture.ts";
import type { Connection } from "./connection.ts";
import { createSqliteStore } from "./store.ts";

let file: TemporaryFile;
let connection: FileConnection;
let store: KernelStore;
let commits: number;
/** Called around each commit; may throw before or after it. */
let fault: { before?: () => void; after?: () => void };

beforeEach(async () => {
  file = createTemporaryFile();
  await (await openStore(file.url, make.createManualClock())).close();
  connection = openFile(file.path);
  commits = 0;
  fault = {};
  const faulty: Connection = {
    ...connection,
    commit: (statements) => {
      fault.before?.();
      const results = connection.commit(statements);
      commits++;
      fault.after?.();
      return results;
    },
  };
  const reader = clientReader(createClient({ url: file.url, concurrency: 1 }));
  store = createSqliteStore({ connection: faulty, reader, clock: make.createManualClock(), telemetry: undefined });
});
afterEach(async () => {
  await store.close();
  file.remove();
});

const sqliteError = (code: string): Error => Object.assign(new Error(`${code}: secret parameters`), { code });

/** A fault that happens once. */
function once(code: string): () => void {
  let happened = false;
  return () => {
    if (happened) return;
    happened = true;
    throw sqliteError(code);
  };
}

test("steps that wait together share one commit", async () => {
  await Promise.all(Array.from({ length: 40 }, (_, number) => make.apply(store, make.submit(number))));
  expect(commits).toBe(1);
});

test("a group holds at most limits.groupCommitStepMax steps", async () => {
  const count = limits.groupCommitStepMax + 1;
  await Promise.all(Array.from({ length: count }, (_, number) => make.apply(store, make.submit(number))));
  expect(commits).toBe(2);
});

test("fifty claims of one job cost one commit: a stale step does not abort its group", async () => {
  await make.apply(store, make.submit(1));
  commits = 0;
  await Promise.all(Array.from({ length: 50 }, (_, index) => store.commit(make.claim(1, { holder: `kernel_${index}` }))));
  expect(commits).toBe(1);
});

test("a group that aborts is repeated step by step, in order", async () => {
  await make.apply(store, make.submit(0));
  await make.apply(store, make.claim(0, { start: true }));
  commits = 0;
  const poison = make.complete(0, { result: { metadata: make.metadata, chunks: [new Uint8Array(limits.chunkBytesMax + 1)] } });
  const outcomes = await Promise.allSettled([make.submit(1), poison, make.submit(2)].map((step) => store.commit(step)));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(commits).toBe(2);
  expect((await store.readyJobs(9)).map(({ id }) => id)).toEqual([make.jobId(1), make.jobId(2)]);
});

test("a reply lost after the commit is read again: every step of the group is answered as applied, once", async () => {
  for (const number of [1, 2, 3, 4, 5]) await make.apply(store, make.submit(number));
  for (const number of [2, 3, 4]) await make.apply(store, make.claim(number, { start: number !== 2 }));
  const before = await store.lastEventSeq();
  const steps: Step[] = [
    make.claim(1, { start: true }),
    make.start(2),
    make.complete(3),
    make.end(4, { to: "QUEUED", failure: undefined }),
    make.cancel(5),
    make.submit(6, { idempotencyKey: "k", requestHash: "h" }),
    make.claim(3), // Stale whatever the reply.
  ];
  fault = { after: once("SQLITE_IOERR") };
  const outcomes = await Promise.all(steps.map((step) => store.commit(step)));
  expect(outcomes.map(({ kind }) => kind)).toEqual([...Array(6).fill("applied"), "refused"]);
  const answered = outcomes.flatMap((outcome) => (outcome.kind === "applied" ? outcome.events : []));
  expect(answered).toEqual(await store.eventsAfter(before, { ...make.owner, jobIds: [], states: [] }, 100));
  expect(answered).toHaveLength(7);
  for (const outcome of outcomes) {
    for (const job of outcome.kind === "applied" ? outcome.jobs : []) expect(await store.findJobById(job.id)).toEqual(job);
  }
});

test("a store that fails before the commit is asked once more, and then every step is told so", async () => {
  fault = { before: once("SQLITE_BUSY") };
  await make.apply(store, make.submit(1));
  let tries = 0;
  fault = {
    before: () => {
      tries++;
      throw sqliteError("SQLITE_BUSY");
    },
  };
  const outcomes = await Promise.allSettled([2, 3, 4].map((number) => store.commit(make.submit(number))));
  expect(tries).toBe(2);
  for (const outcome of outcomes) {
    const { reason } = outcome as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(StoreUnavailableError);
    expect(reason.message).toContain("SQLITE_BUSY");
    expect(reason.message).not.toContain("secret");
    expect(reason.cause).toBeInstanceOf(Error);
  }
  expect(await store.isWritable()).toBe(false);
  fault = {};
  expect(await store.isWritable()).toBe(true);
});

test("beyond limits.pendingCommitMax waiting steps the store refuses more, and does what it took", async () => {
  const circuit = make.circuit();
  const taken = Array.from({ length: limits.pendingCommitMax }, () => store.putCircuit(circuit));
  await expect(store.commit(make.submit(1))).rejects.toThrow(StoreOverloadedError);
  await Promise.all(taken);
  await make.apply(store, make.submit(1));
});

test("a value that cannot be encoded fails its own step only", async () => {
  const unwritable = make.submit(1, { spec: make.spec({ parameters: { theta: 1n as unknown as number } }) });
  const outcomes = await Promise.allSettled([store.commit(unwritable), store.commit(make.submit(2))]);
  expect(outcomes).toMatchObject([{ status: "rejected", reason: { name: "InvariantError" } }, { status: "fulfilled" }]);
});

test("an error of a read names no parameter, in its message or in its causes", async () => {
  connection.commitOnce([{ sql: "drop table circuits", args: [] }]);
  const error = await store.findCircuit("secret_tenant", "secret_id").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreUnavailableError);
  const words: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) words.push(cause.message);
  expect(words.length).toBeGreaterThan(1);
  expect(words.join()).not.toContain("secret");
});

test("while many steps come at once, those that come a moment later share the next commit", async () => {
  await Promise.all(Array.from({ length: limits.groupCommitBusySize }, (_, number) => make.apply(store, make.submit(number))));
  const first = make.apply(store, make.submit(100));
  // Later than the turns of the event loop for which any group waits.
  for (let turn = 0; turn < 2 * limits.groupCommitTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([first, make.apply(store, make.submit(101))]);
  expect(commits).toBe(2);
});

test("a lone step never waits for others", async () => {
  await make.apply(store, make.submit(1));
  const first = make.apply(store, make.submit(2));
  for (let turn = 0; turn < 2 * limits.groupCommitTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([first, make.apply(store, make.submit(3))]);
  expect(commits).toBe(3);
});
