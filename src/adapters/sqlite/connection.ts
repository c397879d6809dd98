// How the store reaches a SQLite database: a file in this process (adapters/libsql), one behind HTTP (adapters/libsql/remote), or the
// storage of a Durable Object (adapters/durable-object). A file answers at once, others later: callers await both.

export type SqlValue = string | number | null | Uint8Array;
export type Rows = readonly ArrayLike<unknown>[];

export interface Statement {
  /** One of the constants of sql.ts where it comes often: a file keeps each text prepared as long as the connection lives. */
  readonly sql: string;
  readonly args: readonly SqlValue[];
  /** It returns one row or none: a file reads it in one call instead of four. A change that returns rows is done before its first row. */
  readonly single?: boolean;
}

/** Errors carry SQLite's code (`SQLITE_BUSY`) as `code`; one without was at fault itself, unless it is an UnreachableError. */
export interface Connection {
  /** All of them in one durable transaction, or none; throws what the first failing one threw. */
  commit(statements: readonly Statement[]): readonly Rows[] | Promise<readonly Rows[]>;
  /** Outside a transaction: for reads. */
  query(statement: Statement): Rows | Promise<Rows>;
  close(): void | Promise<void>;
}

/** A connection that only reads. */
export type Reader = Pick<Connection, "query" | "close">;

/** A database behind a network did not answer: whether it did what it was asked is not known. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
  readonly code = "UNREACHABLE";
}
