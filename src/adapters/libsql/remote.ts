// A libSQL database behind HTTP (Hrana), for kernels without a file system: the same plans in one batch, which the server runs as one
// transaction. A reply may be lost after the commit; the writer then looks what was applied.

import { type Client, createClient, LibsqlError } from "@libsql/client/web";
import { limits } from "../../base/limits.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type KernelError, kernelError } from "../../model/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { KernelStore } from "../../ports/store.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import { type Connection, type Statement, UnreachableError } from "../sqlite/connection.ts";
import { codeOf, isDamage } from "../sqlite/failures.ts";
import { bringUpToDate } from "../sqlite/migrate.ts";
import { createSqliteStore } from "../sqlite/store.ts";
import { clientReader } from "./client-reader.ts";

export interface RemoteStoreOptions {
  /** `http:`, `https:` or `libsql:`. */
  readonly url: string;
  /** A secret; empty: none. */
  readonly authToken: string;
  readonly clock: Clock;
  readonly telemetry?: Telemetry | undefined;
}

export async function openRemoteStore(options: RemoteStoreOptions): Promise<Result<KernelStore, KernelError>> {
  const { url, clock, telemetry } = options;
  if (!isHttp(url)) {
    return err(kernelError("store_unavailable", { facts: { reason: "wanted an http:, https: or libsql: URL" } }));
  }
  const connection = openRemote(options);
  try {
    const refused = await bringUpToDate({ reader: connection, commit: connection.commit, clock, telemetry });
    if (refused === undefined) return ok(createSqliteStore({ connection, reader: connection, clock, telemetry }));
    await connection.close();
    return err(refused);
  } catch (error) {
    await connection.close();
    const code = codeOf(error);
    const reason = error instanceof UnreachableError ? error.message : code;
    telemetry?.log("error", "the store cannot be opened", { code, reason });
    return err(kernelError(isDamage(code) ? "store_corrupt" : "store_unavailable", { facts: { reason } }));
  }
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && ["http:", "https:", "libsql:"].includes(new URL(url).protocol);
}

function openRemote({ url, authToken }: Pick<RemoteStoreOptions, "url" | "authToken">): Connection {
  const client = createClient({
    url,
    ...(authToken === "" ? {} : { authToken }),
    concurrency: limits.remoteStoreRequestCountMax,
    // The client asks for a Request as well as for a URL.
    fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(limits.remoteStoreTimeoutMs) }),
  });
  const reader = clientReader(client);
  return {
    commit: (statements) => commit(client, statements).catch(translate),
    query: async (statement) => Promise.resolve(reader.query(statement)).catch(translate),
    close: () => reader.close(),
  };
}

async function commit(client: Client, statements: readonly Statement[]) {
  const batch = statements.map(({ sql, args }) => ({ sql, args: [...args] }));
  return (await client.batch(batch, "write")).map(({ rows }) => rows);
}

/** What SQLite said keeps its code; everything else (no network, a proxy's page, a timeout) leaves open what was done. */
function translate(error: unknown): never {
  if (error instanceof LibsqlError && error.code.startsWith("SQLITE_")) throw error;
  const status = statusOf(error);
  const said = status === undefined ? "did not answer" : `answered with HTTP status ${status}`;
  throw new UnreachableError(`the database behind HTTP ${said}`, { cause: error });
}

/** 401 for a token that is not taken; the text of such an answer is anybody's and goes nowhere. */
function statusOf(error: unknown): number | undefined {
  const cause = error instanceof Error ? (error.cause as { readonly status?: unknown } | undefined) : undefined;
  return typeof cause?.status === "number" ? cause.status : undefined;
}
