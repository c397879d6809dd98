// The store on the SQLite of a real Durable Object against the contract of the store port. Statements and rows travel over HTTP, so that
// the suite can own the clock.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type ObjectStorageServer, startObjectStorage } from "../../../test/support/object-storage.ts";
import { codeOf, isStatementFault } from "../sqlite/failures.ts";
import { bringUpToDate, readStanding } from "../sqlite/migrate.ts";
import { createSqliteStore } from "../sqlite/store.ts";
import * as make from "../store.fixture.ts";
import { describeStore } from "../store-suite/index.ts";

let server: ObjectStorageServer;
let objectCount = 0;
beforeAll(async () => {
  server = await startObjectStorage();
});
afterAll(() => server.close());

async function openFresh() {
  const clock = make.createManualClock();
  const connection = server.connect(`object-${objectCount++}`);
  const refused = await bringUpToDate({ reader: connection, commit: connection.commit, clock });
  if (refused !== undefined) throw new Error(refused.code);
  return { clock, connection, store: createSqliteStore({ connection, reader: connection, clock, telemetry: undefined }) };
}

describeStore("durable object", async () => {
  const { store, clock } = await openFresh();
  return { store, clock, dispose: () => store.close() };
});

test("the tables of the runtime itself are not taken for another program's", async () => {
  const { connection } = await openFresh();
  expect(await readStanding(connection)).toEqual({ kind: "current" });
});

test("a broken rule is told with SQLite's code, and nothing of its transaction stays", async () => {
  const { connection, store } = await openFresh();
  const error = await Promise.resolve(
    connection.commit([
      { sql: "update heartbeat set at_ms = 77", args: [] },
      { sql: "insert into heartbeat (id, at_ms) values (2, 0)", args: [] },
    ]),
  ).catch((thrown: unknown) => thrown);
  expect(codeOf(error)).toBe("SQLITE_CONSTRAINT");
  expect(isStatementFault(error)).toBe(true);
  expect(await connection.query({ sql: "select at_ms from heartbeat", args: [] })).toEqual([[0]]);
  expect(await store.isWritable()).toBe(true);
});
