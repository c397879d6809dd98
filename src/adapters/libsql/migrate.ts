// Brings a database to this kernel's schema: the bundled migrations it has not seen, in one transaction, each remembered with its
// checksum. Nothing is written to a database that is newer, or that has another history.

import type { Client } from "@libsql/client";
import { type KernelError, kernelError } from "../../model/errors.ts";
import type { Connection, Statement } from "./connection.ts";
import { type Migration, migrations } from "./migrations.gen.ts";

/** How a database stands to this kernel's migrations. */
export type SchemaStanding =
  | { readonly kind: "current" }
  | { readonly kind: "behind"; readonly missing: readonly Migration[] }
  | { readonly kind: "refused"; readonly error: KernelError };

export async function readStanding(client: Pick<Client, "execute">): Promise<SchemaStanding> {
  const tables = await client.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'");
  if (tables.rows.length === 0) return { kind: "behind", missing: migrations };
  if (!tables.rows.some((row) => row[0] === "schema_version")) {
    return refusal("store_corrupt", { reason: "it is a database of another program: it has tables but no schema_version" });
  }
  const applied = await client.execute("select version, name, checksum from schema_version order by version");
  const found = Number(applied.rows.at(-1)?.[0] ?? 0);
  if (found > migrations.length) return refusal("store_newer", { found_version: found, known_version: migrations.length });
  for (const [index, row] of applied.rows.entries()) {
    const known = migrations[index];
    if (Number(row[0]) !== known?.version || row[2] !== known.checksum) {
      return refusal("store_corrupt", { reason: `migration ${String(row[1])} is not the one this kernel knows` });
    }
  }
  const missing = migrations.slice(applied.rows.length);
  return missing.length === 0 ? { kind: "current" } : { kind: "behind", missing };
}

export function migrate(connection: Pick<Connection, "commitOnce">, missing: readonly Migration[], nowMs: number): void {
  const statements = missing.flatMap((migration): Statement[] => [
    ...migration.statements.map((sql) => ({ sql, args: [] })),
    {
      sql: "insert into schema_version (version, name, checksum, applied_at_ms) values (?, ?, ?, ?)",
      args: [migration.version, migration.name, migration.checksum, nowMs],
    },
  ]);
  connection.commitOnce(statements);
}

function refusal(code: "store_corrupt" | "store_newer", facts: Readonly<Record<string, string | number>>): SchemaStanding {
  return { kind: "refused", error: kernelError(code, { facts }) };
}
