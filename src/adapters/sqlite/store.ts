// The KernelStore over one SQLite database: a connection that writes in groups, and one that reads what was committed.

import { invariant } from "../../base/invariant.ts";
import { limits } from "../../base/limits.ts";
import { LruCache } from "../../base/lru-cache.ts";
import type { Clock } from "../../ports/clock.ts";
import { type KernelStore, type NewCircuit, type Step, type StoredCircuit, StoreUnavailableError } from "../../ports/store.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import type { Connection, Reader } from "./connection.ts";
import { circuitArgs } from "./plans.ts";
import { createReads, type Reads } from "./reads.ts";
import { decodeJob } from "./rows.ts";
import * as sql from "./sql.ts";
import { type StepContext, stepTask } from "./steps.ts";
import { createWriter, type Writer, type WriteTask } from "./writer.ts";

export interface SqliteStoreParts {
  readonly connection: Connection;
  /** For everything that is not asked often; may be the same connection. */
  readonly reader: Reader;
  readonly clock: Clock;
  readonly telemetry: Telemetry | undefined;
}

/** Both belong to the store from here on; the database is migrated. */
export function createSqliteStore({ connection, reader, clock, telemetry }: SqliteStoreParts): KernelStore {
  const writer = createWriter({ connection, clock, telemetry });
  let isOpen = true;
  /** The last step was not answered. */
  let isInDoubt = false;
  const whileOpen = (source: Reader): Pick<Reader, "query"> => ({
    query(statement) {
      if (!isOpen) throw new StoreUnavailableError("the store is closed");
      return source.query(statement);
    },
  });
  const reads = createReads(whileOpen(reader), whileOpen(connection));
  // Circuits are never deleted, so one that was committed once is there.
  const known = new LruCache<string, true>(limits.knownCircuitCountMax);
  const context: StepContext = {
    reads,
    isStored: (circuit) => known.get(circuitKey(circuit)) === true,
    findExpired: async ({ limit }, nowMs) => {
      const rows = await connection.query({ sql: sql.findExpired, args: [nowMs, limit] });
      return rows.map((row) => decodeJob(row[0]).job);
    },
  };
  const remember = (step: Step): void => {
    if (step.kind === "submit" && step.circuit !== undefined) known.set(circuitKey(step.circuit), true);
  };

  return {
    ...reads,
    commit: async (step) => {
      const outcome = await writer.run(stepTask(step, context)).catch((error: unknown) => {
        isInDoubt = error instanceof StoreUnavailableError;
        throw error;
      });
      isInDoubt = false;
      if (outcome.kind === "applied") remember(step);
      return outcome;
    },
    putCircuit: (circuit) => writer.run(circuitTask(circuit, reads)),
    nowMs: async () => clock.nowMs(),
    isWritable: async () => {
      // A full disk may still take one page where it does not take a step.
      for (let pages = isInDoubt ? limits.stepPagesMax : 1; pages > 0; pages--) {
        if (!(await beats(writer))) return false;
      }
      return true;
    },
    close: async () => {
      await writer.stop();
      isOpen = false;
      await reader.close();
      if (reader !== connection) await connection.close(); // Last, so that no reader keeps its checkpoint from emptying the log.
    },
  };
}

function beats(writer: Writer): Promise<boolean> {
  return writer.run(heartbeatTask).then(
    () => true,
    () => false,
  );
}

function circuitKey({ owner, id }: NewCircuit): string {
  return `${owner.tenant}\0${id}`;
}

function circuitTask(circuit: NewCircuit, reads: Reads): WriteTask<StoredCircuit> {
  return {
    plan: (nowMs) => ({ statements: [{ sql: sql.insertCircuit, args: circuitArgs(circuit, nowMs) }], answer: () => undefined }),
    explain: async () => {
      const stored = await reads.findCircuit(circuit.owner.tenant, circuit.id);
      invariant(stored !== undefined, "a circuit just committed is stored");
      return stored;
    },
  };
}

/** A write that succeeded says more about the disk than any question. */
const heartbeatTask: WriteTask<true> = {
  plan: (nowMs) => ({ statements: [{ sql: sql.beat, args: [nowMs] }], answer: () => true }),
  explain: async () => true,
};
