// The writer's connection: libSQL's driver itself, because it keeps statements prepared. @libsql/client, which stands on the same
// driver, prepares each statement anew, and with the triggers that took four fifths of a step (140 against 780 us a job, measured).
// Every call is synchronous, so a transaction never waits for anything else and nothing can slip into it.

import Database from "libsql";
import { limits } from "../../base/limits.ts";
import type { Connection, Rows, Statement } from "../sqlite/connection.ts";

export interface FileConnection extends Connection {
  commit(statements: readonly Statement[]): Rows[];
  query(statement: Statement): Rows;
  /** A transaction of statements that run once, such as migrations: they are not kept prepared. */
  commitOnce(statements: readonly Statement[]): void;
  close(): void;
}

interface Prepared {
  readonly statement: Database.Statement;
  readonly returnsRows: boolean;
}

export function openFile(path: string): FileConnection {
  const database = new Database(path, { timeout: limits.storeBusyMs });
  const prepared = new Map<string, Prepared>();

  const keep = (sql: string): Prepared => {
    const kept = prepared.get(sql) ?? prepare(database, sql);
    prepared.set(sql, kept);
    return kept;
  };
  const run = ({ sql, args, single = false }: Statement, { statement, returnsRows } = keep(sql)): Rows => {
    // Always one array: a lone Uint8Array as only argument aborts the process (libsql 0.5.29).
    if (returnsRows && single) {
      const row = statement.get(args) as unknown[] | undefined;
      return row === undefined ? [] : [row];
    }
    if (returnsRows) return statement.all(args) as unknown[][];
    statement.run(args);
    return [];
  };
  const transact = <T>(body: () => T): T => {
    run(begin);
    try {
      const result = body();
      run(commit);
      return result;
    } catch (error) {
      if (database.inTransaction) run(rollback);
      throw error;
    }
  };
  return {
    commit: (statements) => transact(() => statements.map((statement) => run(statement))),
    query: (statement) => run(statement),
    commitOnce: (statements) =>
      transact(() => {
        for (const statement of statements) run(statement, prepare(database, statement.sql));
      }),
    close: () => {
      if (!database.open) return;
      try {
        // Explicitly, because the driver's connection outlives close() until its prepared statements are collected.
        run(checkpoint);
      } catch {
        // A courtesy to whoever copies the file: the log that stays is replayed when it is opened again.
      }
      prepared.clear();
      database.close();
    },
  };
}

const begin: Statement = { sql: "begin immediate", args: [] };
const commit: Statement = { sql: "commit", args: [] };
const rollback: Statement = { sql: "rollback", args: [] };
const checkpoint: Statement = { sql: "pragma wal_checkpoint(truncate)", args: [] };

function prepare(database: Database.Database, sql: string): Prepared {
  const statement = database.prepare(sql);
  try {
    return { statement: statement.raw(true), returnsRows: true };
  } catch {
    return { statement, returnsRows: false }; // The driver refuses raw() on a statement without columns.
  }
}
