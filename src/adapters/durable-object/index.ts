// The store on the storage of a Durable Object: one object is one kernel with one database.

import { err, ok, type Result } from "../../base/result.ts";
import { type KernelError, kernelError } from "../../model/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { KernelStore } from "../../ports/store.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import { codeOf, isDamage } from "../sqlite/failures.ts";
import { bringUpToDate } from "../sqlite/migrate.ts";
import { createSqliteStore } from "../sqlite/store.ts";
import { type ObjectStorage, openObjectStorage } from "./connection.ts";

export type { ObjectStorage } from "./connection.ts";

export interface ObjectStoreOptions {
  readonly storage: ObjectStorage;
  readonly clock: Clock;
  readonly telemetry?: Telemetry | undefined;
}

export async function openObjectStore({
  storage,
  clock,
  telemetry,
}: ObjectStoreOptions): Promise<Result<KernelStore, KernelError>> {
  const connection = openObjectStorage(storage);
  try {
    const refused = await bringUpToDate({ reader: connection, commit: connection.commit, clock, telemetry });
    return refused === undefined ? ok(createSqliteStore({ connection, reader: connection, clock, telemetry })) : err(refused);
  } catch (error) {
    const code = codeOf(error);
    telemetry?.log("error", "the store cannot be opened", { code });
    return err(kernelError(isDamage(code) ? "store_corrupt" : "store_unavailable", { facts: { reason: code } }));
  }
}
