// The SQLite database inside of a Durable Object. Its calls are synchronous, and nothing that the object says leaves it before what it
// wrote is durable (output gates); commit() waits for that all the same, because an acknowledgement may take other ways.

import type { Connection, Rows, Statement } from "../sqlite/connection.ts";

// The few names of a Durable Object's storage that are used here; its own types would clash with those of Bun and Node.
export interface ObjectStorage {
  readonly sql: {
    exec(query: string, ...bindings: unknown[]): { raw(): { toArray(): unknown[][] } };
  };
  transactionSync<T>(body: () => T): T;
  /** Resolves when what was written is durable. */
  sync(): Promise<void>;
}

export function openObjectStorage(storage: ObjectStorage): Connection {
  const run = ({ sql, args }: Statement): Rows => {
    try {
      return storage.sql
        .exec(sql, ...args)
        .raw()
        .toArray();
    } catch (error) {
      throw withCode(error);
    }
  };
  return {
    async commit(statements) {
      const results = storage.transactionSync(() => statements.map(run));
      await storage.sync();
      return results;
    },
    query: run,
    close() {}, // It lives as long as its object.
  };
}

/** The runtime tells SQLite's code only in the message: "UNIQUE constraint failed: jobs.id: SQLITE_CONSTRAINT (extended: …)". */
function withCode(error: unknown): unknown {
  if (!(error instanceof Error) || "code" in error) return error;
  const code = /\bSQLITE_[A-Z_]+/.exec(error.message)?.[0];
  return code === undefined ? error : Object.assign(error, { code });
}
