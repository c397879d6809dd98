// What an error of libSQL means to the kernel. The cause is kept for the log; messages never carry SQL or its parameters.

import { DrizzleQueryError } from "drizzle-orm";
import { InvariantError } from "../../base/invariant.ts";
import { StoreOverloadedError, StoreUnavailableError } from "../../ports/store.ts";

/** libSQL's own error: drizzle wraps it in one whose message prints every parameter. */
export function causeOf(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? error.cause : error;
}

/** Such as SQLITE_BUSY; for logs and messages. */
export function codeOf(error: unknown): string {
  const cause = causeOf(error);
  if (!(cause instanceof Error)) return "unknown";
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.name;
}

/** Whether a statement itself was at fault: the batch was rolled back for certain, and would be again. */
export function isStatementFault(error: unknown): boolean {
  const code = codeOf(error);
  if (!code.startsWith("SQLITE_")) return true; // A value that cannot be encoded or bound: refused before SQLite saw it.
  return /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH)/.test(code);
}

export function toUnavailable(error: unknown): StoreUnavailableError | StoreOverloadedError {
  if (error instanceof StoreUnavailableError || error instanceof StoreOverloadedError) return error;
  return new StoreUnavailableError(`the store did not answer (${codeOf(error)})`, { cause: causeOf(error) });
}

/** A step that breaks a constraint is a bug of the kernel: every user's mistake is refused by a guard. */
export function toInvariant(error: unknown): InvariantError {
  return new InvariantError(`invariant broken: the store's constraints hold (${codeOf(error)})`, { cause: causeOf(error) });
}
