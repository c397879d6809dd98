// The one writer: tasks that wait together share one transaction and so one fsync (group commit). Two open transactions of one
// process would block each other, and the event loop with them, for the whole busy timeout; so nothing else may write.

import { limits } from "../../base/limits.ts";
import type { Clock } from "../../ports/clock.ts";
import { StoreOverloadedError, StoreUnavailableError } from "../../ports/store.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import type { Connection, Rows, Statement } from "./connection.ts";
import { codeOf, isStatementFault, toInvariant, toUnavailable } from "./failures.ts";

export interface Plan<T> {
  readonly statements: readonly Statement[];
  /** Reads what each statement returned; undefined when the guard changed nothing. */
  readonly answer: (results: readonly Rows[]) => T | undefined;
}

export interface WriteTask<T> {
  readonly plan: (nowMs: number) => Plan<T> | Promise<Plan<T>>;
  /** Called after the commit when the guard changed nothing. `replyLost`: an earlier try of this task may have been committed. */
  readonly explain: (nowMs: number, replyLost: boolean) => Promise<T>;
}

export interface Writer {
  run<T>(task: WriteTask<T>): Promise<T>;
  /** Refuses new tasks and returns when those that wait are done. */
  stop(): Promise<void>;
}

interface Pending {
  readonly task: WriteTask<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface WriterOptions {
  readonly connection: Pick<Connection, "commit">;
  readonly clock: Clock;
  readonly telemetry: Telemetry | undefined;
}

export function createWriter({ connection, clock, telemetry }: WriterOptions): Writer {
  const waiting: Pending[] = [];
  let draining: Promise<void> | undefined;
  let open = true;
  let lastGroupSize = 0;
  let lastCommitMs = Number.NEGATIVE_INFINITY; // monotonic

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      // Callers that were just answered, and requests that came meanwhile, join the next group.
      for (let turn = 0; turn < limits.groupCommitTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
      await gather();
      const group = waiting.splice(0, limits.groupCommitStepMax);
      lastGroupSize = group.length;
      lastCommitMs = clock.monotonicMs();
      await commitGroup(group);
    }
    draining = undefined;
  };

  /** While many write at once, commits keep a distance: fewer and larger ones let all of them through sooner. A lone writer never waits. */
  const gather = async (): Promise<void> => {
    if (lastGroupSize < limits.groupCommitBusySize || waiting.length >= limits.groupCommitStepMax) return;
    const restMs = Math.min(lastCommitMs + limits.groupCommitDistanceMs - clock.monotonicMs(), limits.groupCommitDistanceMs);
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  };

  const commitGroup = async (group: readonly Pending[]): Promise<void> => {
    try {
      await commitTogether(group, false);
    } catch (error) {
      telemetry?.log("warn", "a grouped commit failed and is repeated task by task", {
        tasks: group.length,
        code: codeOf(error),
      });
      await commitOneByOne(group, !isStatementFault(error));
    }
  };

  const commitOneByOne = async (group: readonly Pending[], replyLost: boolean): Promise<void> => {
    let down: unknown;
    for (const pending of group) {
      if (down !== undefined) {
        pending.reject(toUnavailable(down));
        continue;
      }
      try {
        await commitTogether([pending], replyLost);
      } catch (error) {
        // A store that fails twice is not asked again for everybody else: each try may block for the busy timeout.
        if (!isStatementFault(error)) down = error;
        pending.reject(isStatementFault(error) ? toInvariant(error) : toUnavailable(error));
      }
    }
  };

  /** Throws when nothing, or nothing for certain, was committed; once it is, every task of the group is answered here. */
  const commitTogether = async (group: readonly Pending[], replyLost: boolean): Promise<void> => {
    const nowMs = clock.nowMs();
    const plans = await Promise.all(group.map(({ task }) => task.plan(nowMs)));
    const results = await connection.commit(plans.flatMap((plan) => plan.statements));

    let first = 0;
    const refused: Pending[] = [];
    for (const [index, pending] of group.entries()) {
      const plan = plans[index];
      const count = plan?.statements.length ?? 0;
      const own = results.slice(first, first + count);
      first += count;
      try {
        const answer = plan?.answer(own);
        if (answer === undefined) refused.push(pending);
        else pending.resolve(answer);
      } catch (error) {
        pending.reject(error); // Committed, so not to be repeated: an answer that cannot be read is a bug.
      }
    }
    for (const { task, resolve, reject } of refused) await task.explain(nowMs, replyLost).then(resolve, reject);
  };

  return {
    run: <T>(task: WriteTask<T>): Promise<T> => {
      if (!open) return Promise.reject(new StoreUnavailableError("the store is closed"));
      if (waiting.length >= limits.pendingCommitMax) {
        return Promise.reject(new StoreOverloadedError(`${limits.pendingCommitMax} steps wait for the store`));
      }
      return new Promise<T>((resolve, reject) => {
        waiting.push({ task, resolve: (value) => resolve(value as T), reject });
        draining ??= drain();
      });
    },
    stop: async () => {
      open = false;
      await draining;
    },
  };
}
