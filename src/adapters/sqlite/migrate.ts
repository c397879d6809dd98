// Brings a database to this kernel's schema: the bundled migrations it has not seen, in one transaction, each remembered with its
// checksum. Nothing is written to a database that is newer, or that has another history.

import { type KernelError, kernelError } from "../../model/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import type { Reader, Rows, Statement } from "./connection.ts";
import { type Migration, migrations } from "./migrations.gen.ts";
import { textOf } from "./rows.ts";

/** How a database stands to this kernel's migrations. */
export type SchemaStanding =
  | { readonly kind: "current" }
  | { readonly kind: "behind"; readonly missing: readonly Migration[] }
  | { readonly kind: "refused"; readonly error: KernelError };

export async function readStanding(reader: Pick<Reader, "query">): Promise<SchemaStanding> {
  const ask = async (sql: string): Promise<Rows> => reader.query({ sql, args: [] });
  // A Durable Object keeps tables of its own under _cf_.
  const tables = await ask(
    "select cast(name as blob) from sqlite_master where type = 'table' and name not like 'sqlite$_%' escape '$' and name not like '$_cf$_%' escape '$'",
  );
  if (tables.length === 0) return { kind: "behind", missing: migrations };
  if (!tables.some((row) => textOf(row[0]) === "schema_version")) {
    return refusal("store_corrupt", { reason: "it is a database of another program: it has tables but no schema_version" });
  }
  const applied = await ask("select version, cast(checksum as blob) from schema_version order by version");
  const found = Number(applied.at(-1)?.[0] ?? 0);
  if (found > migrations.length) return refusal("store_newer", { found_version: found, known_version: migrations.length });
  for (const [index, row] of applied.entries()) {
    const known = migrations[index];
    if (Number(row[0]) !== known?.version || textOf(row[1]) !== known.checksum) {
      return refusal("store_corrupt", { reason: `migration ${Number(row[0])} is not the one this kernel knows` });
    }
  }
  const missing = migrations.slice(applied.length);
  return missing.length === 0 ? { kind: "current" } : { kind: "behind", missing };
}

export interface MigrationOptions {
  readonly reader: Pick<Reader, "query">;
  /** One transaction. */
  readonly commit: (statements: readonly Statement[]) => unknown;
  readonly clock: Clock;
  readonly telemetry?: Telemetry | undefined;
}

/** Applies what is missing; the reason when the database is not this kernel's to change. */
export async function bringUpToDate({ reader, commit, clock, telemetry }: MigrationOptions): Promise<KernelError | undefined> {
  const standing = await readStanding(reader);
  if (standing.kind === "refused") return standing.error;
  if (standing.kind === "current") return undefined;
  try {
    await commit(migrationStatements(standing.missing, clock.nowMs()));
  } catch (error) {
    // Another kernel that opened the same database at the same moment may have been first.
    if ((await readStanding(reader)).kind !== "current") throw error;
  }
  telemetry?.log("info", "the store was migrated", { migrations: standing.missing.map(({ name }) => name).join(", ") });
  return undefined;
}

/** The statements that bring a database from its standing to this kernel's, to be run in one transaction. */
export function migrationStatements(missing: readonly Migration[], nowMs: number): readonly Statement[] {
  return missing.flatMap((migration): Statement[] => [
    ...migration.statements.map((sql) => ({ sql, args: [] })),
    {
      sql: "insert into schema_version (version, name, checksum, applied_at_ms) values (?, ?, ?, ?)",
      args: [migration.version, migration.name, migration.checksum, nowMs],
    },
  ]);
}

function refusal(code: "store_corrupt" | "store_newer", facts: Readonly<Record<string, string | number>>): SchemaStanding {
  return { kind: "refused", error: kernelError(code, { facts }) };
}
