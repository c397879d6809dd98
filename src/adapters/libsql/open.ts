// Opens the embedded store. A file that exists is examined first through a read-only connection, which neither checkpoints nor
// migrates: a refused database stays as it is, byte for byte. Only then the writer opens it.

import { statSync } from "node:fs";
import { createClient } from "@libsql/client";
import { sha256Hex } from "../../base/hash.ts";
import { limits } from "../../base/limits.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type ErrorCode, type Facts, type KernelError, kernelError } from "../../model/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { KernelStore } from "../../ports/store.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import type { Reader } from "../sqlite/connection.ts";
import { codeOf, isDamage } from "../sqlite/failures.ts";
import { bringUpToDate, readStanding, type SchemaStanding } from "../sqlite/migrate.ts";
import { migrations } from "../sqlite/migrations.gen.ts";
import { textOf } from "../sqlite/rows.ts";
import { createSqliteStore } from "../sqlite/store.ts";
import { clientReader } from "./client-reader.ts";
import { type FileConnection, openFile } from "./file-connection.ts";

export interface LibsqlStoreOptions {
  /** `file:` and a path; the directory must exist. */
  readonly url: string;
  readonly clock: Clock;
  readonly telemetry?: Telemetry | undefined;
}

export async function openLibsqlStore({ url, clock, telemetry }: LibsqlStoreOptions): Promise<Result<KernelStore, KernelError>> {
  const path = pathOf(url);
  if (path === undefined) return refuse("store_unavailable", { url, reason: "wanted `file:` and a path" });
  const opened: Pick<Reader, "close">[] = [];
  const keep = <T extends Pick<Reader, "close">>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  try {
    const refused = await examine(path);
    if (refused !== undefined) return refuse(refused.code, { path, ...refused.facts });
    const connection = keep(openFile(path));
    setWriterPragmas(connection);
    const reader = keep(openReader(pathUrl(path)));
    const migrated = await bringUpToDate({ reader, commit: connection.commitOnce, clock, telemetry });
    if (migrated !== undefined) throw new Error(`found ${migrated.code}`); // Somebody wrote to it since it was examined.
    await setReaderPragmas(reader);
    return ok(createSqliteStore({ connection, reader, clock, telemetry }));
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
  const reader = openReader(readOnlyUrl(path));
  try {
    const damage = await findDamage(reader);
    if (damage !== undefined) return kernelError("store_corrupt", { facts: { reason: damage } });
    const standing = await readStanding(reader);
    return standing.kind === "refused" ? standing.error : await findStrangeSchema(reader, standing);
  } finally {
    reader.close();
  }
}

/** What SQLite itself finds: pages, indexes against their tables, constraints. Rows prove themselves when they are read. */
async function findDamage(reader: Reader): Promise<string | undefined> {
  const checked = await reader.query({ sql: "select cast(integrity_check as blob) from pragma_integrity_check(1)", args: [] });
  const verdict = textOf(checked[0]?.[0]);
  if (verdict !== "ok") return verdict;
  const orphans = await reader.query({ sql: "select 1 from pragma_foreign_key_check limit 1", args: [] });
  return orphans.length === 0 ? undefined : "a row belongs to another one that is not there";
}

/** A rule or an index whose text was changed would keep other promises than ours. And the counts must be those of the jobs. */
async function findStrangeSchema(reader: Reader, standing: SchemaStanding): Promise<KernelError | undefined> {
  const applied = migrations.length - (standing.kind === "behind" ? standing.missing.length : 0);
  const wanted = migrations[applied - 1]?.schemaHash;
  if (wanted === undefined) return undefined;
  const texts = await reader.query({ sql: schemaTexts, args: [] });
  const found = sha256Hex(JSON.stringify(texts.map((row) => Array.from(row, textOf))));
  if (found !== wanted)
    return kernelError("store_corrupt", { facts: { reason: "its tables or rules are not those of its migrations" } });
  const [counted] = await reader.query({ sql: miscounts, args: [] });
  return counted === undefined
    ? undefined
    : kernelError("store_corrupt", { facts: { reason: "its counts are not those of its jobs" } });
}

const schemaTexts =
  "select cast(type as blob), cast(name as blob), cast(tbl_name as blob), cast(sql as blob) from sqlite_master where sql is not null order by type, name";
const miscounts = `select 1 from job_counts where (queued, scheduled, running, completed, failed, cancelled, dead) is not (select
  ${["QUEUED", "SCHEDULED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "DEAD"].map((state) => `count(*) filter (where state = '${state}')`).join(", ")}
  from jobs)`;

const pageBytesMin = 512; // SQLite's smallest page; below it, SQLite takes some files for empty ones.

/** One connection: PRAGMAs reach only the connection that runs them. */
function openReader(url: string): Reader {
  return clientReader(createClient({ url, concurrency: 1, timeout: limits.storeBusyMs }));
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

function setWriterPragmas(connection: FileConnection): void {
  for (const pragma of writerPragmas) {
    connection.query({ sql: setText(pragma), args: [] });
    verify(pragma, connection.query({ sql: readText(pragma), args: [] })[0]?.[0]);
  }
}

async function setReaderPragmas(reader: Reader): Promise<void> {
  for (const pragma of readerPragmas) {
    await reader.query({ sql: setText(pragma), args: [] });
    verify(pragma, (await reader.query({ sql: readText(pragma), args: [] }))[0]?.[0]);
  }
}

const setText = ({ name, set }: Pragma): string => `pragma ${name} = ${set}`;
const readText = ({ name }: Pragma): string => `pragma ${name}`;

function verify({ name, wanted }: Pragma, actual: unknown): void {
  if (actual !== wanted) throw new Error(`pragma ${name}: wanted ${wanted}, found ${String(actual)}`);
}

/** Opening binds no user's value, so the driver's words are safe to show. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function refuse(code: ErrorCode, facts: Facts): Result<KernelStore, KernelError> {
  return err(kernelError(code, { facts }));
}
