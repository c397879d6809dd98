// Cancelling, in every state.

import { expect, test } from "vitest";
import * as make from "../store.fixture.ts";
import type { Subject } from "./subject.ts";

export function cancelTests(subject: Subject): void {
  const { apply, bring } = subject;

  test("a job is cancelled from every state that is not terminal, and its holder becomes stale", async () => {
    for (const [index, from] of (["QUEUED", "SCHEDULED", "RUNNING"] as const).entries()) {
      await bring(index, from);
      const fence = from === "QUEUED" ? 0 : 1;
      const { jobs, events } = await apply(make.cancel(index));
      expect(jobs[0]).toMatchObject({ state: "CANCELLED", fence: fence + 1, holder: "", endedAtMs: make.startMs });
      expect(events).toMatchObject([{ from, to: "CANCELLED", fence: fence + 1, reason: "cancelled by its owner" }]);
      expect(await subject.store.commit(make.complete(index, { fence }))).toMatchObject({ kind: "refused", reason: "stale" });
    }
  });

  test("a second cancel is applied without an event", async () => {
    await bring(1, "CANCELLED");
    const job = await subject.store.findJobById(make.jobId(1));
    expect(await apply(make.cancel(1))).toEqual({ kind: "applied", jobs: [job], events: [] });
    expect(await subject.store.lastEventSeq()).toBe(2);
  });

  test("a job that has ended otherwise is refused", async () => {
    for (const [index, state] of (["COMPLETED", "FAILED", "DEAD"] as const).entries()) {
      await bring(index, state);
      expect(await subject.store.commit(make.cancel(index))).toMatchObject({ kind: "refused", reason: "ended", job: { state } });
    }
  });

  test("another tenant's or project's job is not found", async () => {
    await bring(1, "QUEUED");
    for (const other of [
      { tenant: "other", project: "default" },
      { tenant: "local", project: "other" },
    ]) {
      expect(await subject.store.commit(make.cancel(1, { owner: other }))).toEqual({
        kind: "refused",
        reason: "not_found",
        job: undefined,
      });
    }
    expect(await subject.store.findJob("other", make.jobId(1))).toBeUndefined();
  });
}
