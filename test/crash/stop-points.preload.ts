// Loaded into a kernel before it starts: at the n-th time that its database reaches a named point, the process ends or stands still, at that
// very instruction. The product knows nothing of it. Also the planted bugs, which the checker must catch.

import { createRequire } from "node:module";
import process from "node:process";
import type Database from "libsql";
import { parsePlan, type StopPlan } from "./plan.ts";

type Prototype = { prepare(sql: string): Statement };
type Statement = {
  run(args?: unknown): unknown;
  get(args?: unknown): unknown;
  all(args?: unknown): unknown;
  raw(on: boolean): Statement;
};

const plan: StopPlan = parsePlan(process.env.EIGEN_CRASH_PLAN ?? "{}");
const library = createRequire(import.meta.url)("libsql") as typeof Database;
const prototype = library.prototype as unknown as Prototype;
const prepare = prototype.prepare;
let passedCount = 0;
let commitCount = 0;
let statementCount = 0;
let isInside = false;
/** The transaction under way stores the result of a job. */
let isCompletion = false;

function reach(point: StopPlan["point"]): void {
  if (point !== plan.point || ++passedCount !== plan.count) return;
  process.kill(process.pid, plan.signal);
}

prototype.prepare = function (this: unknown, sql: string): Statement {
  const statement = prepare.call(this as Prototype, sql);
  const kind = sql === "begin immediate" ? "begin" : sql === "commit" ? "commit" : "other";
  const completes = sql.includes("set state = 'COMPLETED'");
  const isJobInsert = sql.startsWith("insert into jobs");
  const isKeyInsert = sql.startsWith("insert into idempotency");
  const around = (act: (args: unknown) => unknown) => (args: unknown) => {
    if (kind === "begin") {
      isInside = true;
      statementCount = 0;
      isCompletion = false;
    }
    if (isInside && kind === "other" && ++statementCount === 2) reach("within_commit");
    if (completes) isCompletion = true;
    if (kind === "commit") {
      isInside = false;
      reach("before_commit");
      // Planted bug: every so many commits are taken back, and the caller is told that all is well.
      if (plan.bug === "skip_commit" && ++commitCount % 10 === 0) return prepare.call(this as Prototype, "rollback").run([]);
    }
    // Planted bug: the idempotency key is neither looked at nor kept.
    if (plan.bug === "forget_key" && isKeyInsert) return undefined;
    if (plan.bug === "forget_key" && isJobInsert) (args as unknown[])[idempotencyKeyPlace] = "";
    const result = act(args);
    if (kind === "commit") {
      reach("after_commit");
      if (isCompletion) reach("result_stored");
    }
    return result;
  };
  for (const name of ["run", "get", "all"] as const) {
    const act = statement[name].bind(statement);
    statement[name] = around(act);
  }
  return statement;
};

const idempotencyKeyPlace = 11; // Of insertJob in src/adapters/sqlite/sql.ts.
