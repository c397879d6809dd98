// What an error of the database means to the kernel. The cause is kept for the log; messages never carry SQL or its parameters.

import { InvariantError } from "../../base/invariant.ts";
import { StoreOverloadedError, StoreUnavailableError } from "../../ports/store.ts";
import { UnreachableError } from "./connection.ts";

/** Such as SQLITE_BUSY; for logs and messages. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Whether a statement itself was at fault: the batch was rolled back for certain, and would be again. */
export function isStatementFault(error: unknown): boolean {
  if (error instanceof UnreachableError) return false;
  const code = codeOf(error);
  if (!code.startsWith("SQLITE_")) return true; // A value that cannot be encoded or bound: refused before SQLite saw it.
  return /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH)/.test(code);
}

/** Whether the database itself is broken, or is none. */
export function isDamage(code: string): boolean {
  return code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT");
}

export function toUnavailable(error: unknown): StoreUnavailableError | StoreOverloadedError {
  if (error instanceof StoreUnavailableError || error instanceof StoreOverloadedError) return error;
  return new StoreUnavailableError(`the store did not answer (${codeOf(error)})`, { cause: error });
}

/** A step that breaks a constraint is a bug of the kernel: every user's mistake is refused by a guard. */
export function toInvariant(error: unknown): InvariantError {
  return new InvariantError(`invariant broken: the store's constraints hold (${codeOf(error)})`, { cause: error });
}
