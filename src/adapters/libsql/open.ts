// Opens the embedded store. A file that exists is examined first through a read-only connection, which neither checkpoints nor
// migrates: a refused database stays as it is, byte for byte. Only then the writer opens it.

import { statSync } from "node:fs";
import { type Client, createClient } from "@libsql/client";
import { limits } from "../../base/limits.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type ErrorCode, type Facts, type KernelError, kernelError } from "../../model/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { KernelStore } from "../../ports/store.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import { type Connection, openConnection } from "./connection.ts";
import { codeOf } from "./failures.ts";
import { migrate, readStanding } from "./migrate.ts";
import { createLibsqlStore } from "./store.ts";

export interface LibsqlStoreOptions {
  /** `file:` and a path; the directory must exist. */
  readonly url: string;
  readonly clock: Clock;
  readonly telemetry?: Telemetry | undefined;
}

export async function openLibsqlStore({ url, clock, telemetry }: LibsqlStoreOptions): Promise<Result<KernelStore, KernelError>> {
  const path = pathOf(url);
  if (path === undefined) return refuse("store_unavailable", { url, reason: "wanted `file:` and a path" });
  const opened: { close(): void }[] = [];
  const keep = <T extends { close(): void }>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  try {
    const refused = await examine(path);
    if (refused !== undefined) return refuse(refused.code, { path, ...refused.facts });
    const connection = keep(openConnection(path));
    setWriterPragmas(connection);
    const reader = keep(openClient(pathUrl(path)));
    await bringUpToDate(connection, reader, clock, telemetry);
    await setReaderPragmas(reader);
    return ok(createLibsqlStore({ connection, reader, clock, telemetry }));
  } catch (error) {
    for (const resource of opened) resource.close();
    const code = codeOf(error);
    telemetry?.log("error", "the store cannot be opened", { code });
    return refuse(isDamage(code) ? "store_corrupt" : "store_unavailable", { path, reason: reasonOf(error) });
  }
}

/** The path of a `file:` URL; undefined for other URLs and for `file::memory:`, which dies with its connection. */
function pathOf(url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  const path = decodeURIComponent(url.slice("file:".length).replace(/^\/\/(?=\/)/, ""));
  return path === "" || path.startsWith(":") ? undefined : path;
}

function pathUrl(path: string): string {
  return `file:${encodeURIComponent(path)}`;
}

/** The client takes no options in a file URL, but hands SQLite the path as it is, and SQLite reads `file:…?mode=ro` as its own. */
function readOnlyUrl(path: string): string {
  return pathUrl(`file:${encodeURI(path).replaceAll("?", "%3f").replaceAll("#", "%23")}?mode=ro`);
}

/** SQLite makes an empty file a database; anything longer must be one already. Throws when there is no answer. */
async function examine(path: string): Promise<KernelError | undefined> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || (found.isFile() && found.size === 0)) return undefined;
  if (!found.isFile()) return kernelError("store_unavailable", { facts: { reason: "it is not a file" } });
  if (found.size < pageBytesMin) return kernelError("store_corrupt", { facts: { reason: `it has only ${found.size} bytes` } });
  const client = openClient(readOnlyUrl(path));
  try {
    const { rows } = await client.execute("pragma quick_check(1)");
    const verdict = String(rows[0]?.[0]);
    if (verdict !== "ok") return kernelError("store_corrupt", { facts: { reason: verdict } });
    const standing = await readStanding(client);
    return standing.kind === "refused" ? standing.error : undefined;
  } finally {
    client.close();
  }
}

const pageBytesMin = 512; // SQLite's smallest page; below it, SQLite takes some files for empty ones.

/** One connection: PRAGMAs reach only the connection that runs them. */
function openClient(url: string): Client {
  return createClient({ url, concurrency: 1, timeout: limits.storeBusyMs });
}

async function bringUpToDate(
  connection: Connection,
  reader: Client,
  clock: Clock,
  telemetry: Telemetry | undefined,
): Promise<void> {
  const standing = await readStanding(reader);
  if (standing.kind !== "behind") return;
  try {
    migrate(connection, standing.missing, clock.nowMs());
  } catch (error) {
    // Another kernel that opened the same file at the same moment may have been first.
    if ((await readStanding(reader)).kind !== "current") throw error;
  }
  telemetry?.log("info", "the store was migrated", { migrations: standing.missing.map(({ name }) => name).join(", ") });
}

interface Pragma {
  readonly name: string;
  readonly set: string;
  /** What reading it back must give. */
  readonly wanted: string | number;
}

const writerPragmas: readonly Pragma[] = [
  { name: "journal_mode", set: "wal", wanted: "wal" },
  { name: "synchronous", set: "full", wanted: 2 }, // An acknowledged step survives a power cut.
  { name: "foreign_keys", set: "on", wanted: 1 },
  { name: "recursive_triggers", set: "on", wanted: 1 }, // So that INSERT OR REPLACE cannot pass by the delete triggers.
  { name: "busy_timeout", set: `${limits.storeBusyMs}`, wanted: limits.storeBusyMs },
  { name: "wal_autocheckpoint", set: `${limits.walPagesMax}`, wanted: limits.walPagesMax },
];

const readerPragmas: readonly Pragma[] = [
  { name: "query_only", set: "on", wanted: 1 },
  { name: "busy_timeout", set: `${limits.storeBusyMs}`, wanted: limits.storeBusyMs },
];

function setWriterPragmas(connection: Connection): void {
  for (const pragma of writerPragmas) {
    connection.query({ sql: setText(pragma), args: [] });
    verify(pragma, connection.query({ sql: readText(pragma), args: [] })[0]?.[0]);
  }
}

async function setReaderPragmas(client: Client): Promise<void> {
  for (const pragma of readerPragmas) {
    await client.execute(setText(pragma));
    verify(pragma, (await client.execute(readText(pragma))).rows[0]?.[0]);
  }
}

const setText = ({ name, set }: Pragma): string => `pragma ${name} = ${set}`;
const readText = ({ name }: Pragma): string => `pragma ${name}`;

function verify({ name, wanted }: Pragma, actual: unknown): void {
  if (actual !== wanted) throw new Error(`pragma ${name}: wanted ${wanted}, found ${String(actual)}`);
}

function isDamage(code: string): boolean {
  return code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT");
}

/** Opening binds no user's value, so the driver's words are safe to show. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function refuse(code: ErrorCode, facts: Facts): Result<KernelStore, KernelError> {
  return err(kernelError(code, { facts }));
}
