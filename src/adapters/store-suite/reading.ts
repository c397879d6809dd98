// What a reader sees.

import { expect, test } from "vitest";
import { jobStates } from "../../model/job.ts";
import * as make from "../store.fixture.ts";
import type { Subject } from "./subject.ts";

export function readingTests(subject: Subject): void {
  const { apply, bring } = subject;

  test("ready jobs come by priority, then by submission, and each knows how many are ahead", async () => {
    const wanted = [4, 3, 1, 5, 2];
    for (const [index, priority] of (["NORMAL", "LOW", "HIGH", "CRITICAL", "NORMAL"] as const).entries()) {
      await apply(make.submit(index + 1, { spec: make.spec({ priority }) }));
    }
    await apply(make.submit(6, { spec: make.spec({ priority: "CRITICAL" }) }));
    await apply(make.claim(6));
    const ready = await subject.store.readyJobs(10);
    expect(ready.map(({ id }) => id)).toEqual(wanted.map(make.jobId));
    expect(await Promise.all(ready.map((job) => subject.store.countAhead(job)))).toEqual([0, 1, 2, 3, 4]);
    expect((await subject.store.readyJobs(2)).map(({ id }) => id)).toEqual([4, 3].map(make.jobId));
  });

  test("jobs are counted by state", async () => {
    for (const [index, state] of jobStates.entries()) await bring(index, state);
    await apply(make.submit(20));
    expect(await subject.store.countJobs()).toEqual({
      QUEUED: 2,
      SCHEDULED: 1,
      RUNNING: 1,
      COMPLETED: 1,
      FAILED: 1,
      CANCELLED: 1,
      DEAD: 1,
    });
  });

  test("a list is newest first and pages by id without gap or repeat", async () => {
    for (const number of [3, 1, 4, 5, 9, 2, 6]) await apply(make.submit(number));
    const seen: string[] = [];
    for (let before: string | undefined; ; ) {
      const page = await subject.store.listJobs(make.jobFilter({ before, limit: 3 }));
      seen.push(...page.map(({ id }) => id));
      before = page.at(-1)?.id;
      if (page.length < 3) break;
    }
    expect(seen).toEqual([9, 6, 5, 4, 3, 2, 1].map(make.jobId));
  });

  test("a list filters by owner, state, tags, name and time", async () => {
    const tags = { "a.b": "1", 'q"$[0]': "x%" };
    await apply(make.submit(1, { spec: make.spec({ name: "run_1", tags }) }));
    subject.clock.advance(10);
    await apply(make.submit(2, { spec: make.spec({ name: "runs", tags: { "a.b": "2" } }) }));
    subject.clock.advance(10);
    await apply(make.submit(3, { spec: make.spec({ name: "RUN_2", tags: { "a.b": "1" } }) }));
    await apply(make.submit(4, { owner: { tenant: "local", project: "p" }, spec: make.spec({ name: "run_4", tags }) }));
    await apply(make.submit(5, { owner: { tenant: "other", project: "default" }, spec: make.spec({ name: "run_5", tags }) }));
    await apply(make.claim(2));
    const list = async (changes: Parameters<typeof make.jobFilter>[0]) =>
      (await subject.store.listJobs(make.jobFilter(changes))).map(({ id }) => Number(id.slice(4)));
    expect(await list({})).toEqual([3, 2, 1]);
    expect(await list({ project: "p" })).toEqual([4]);
    expect(await list({ tenant: "other" })).toEqual([5]);
    expect(await list({ states: ["QUEUED"] })).toEqual([3, 1]);
    expect(await list({ states: ["SCHEDULED", "DEAD"] })).toEqual([2]);
    expect(await list({ tags: { "a.b": "1" } })).toEqual([3, 1]);
    expect(await list({ tags })).toEqual([1]);
    expect(await list({ tags: { "a.b": "1", c: "" } })).toEqual([]);
    expect(await list({ tags: { toString: "1" } })).toEqual([]);
    expect(await list({ namePrefix: "run_" })).toEqual([1]);
    expect(await list({ namePrefix: "run" })).toEqual([2, 1]);
    expect(await list({ submittedAfterMs: make.startMs + 10 })).toEqual([3, 2]);
    expect(await list({ submittedBeforeMs: make.startMs + 10 })).toEqual([1]);
    expect(
      await list({ submittedAfterMs: make.startMs, submittedBeforeMs: make.startMs + 20, states: ["QUEUED"], limit: 5 }),
    ).toEqual([1]);
  });

  test("events continue after a cursor and filter by owner, job and state", async () => {
    await bring(1, "COMPLETED");
    await bring(2, "CANCELLED");
    await apply(make.submit(3, { owner: { tenant: "other", project: "default" } }));
    const read = async (after: number, changes: object, limit = 100) =>
      (await subject.store.eventsAfter(after, { ...make.owner, jobIds: [], states: [], ...changes }, limit)).map(
        ({ seq }) => seq,
      );
    expect(await read(0, {})).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await read(2, {}, 2)).toEqual([3, 4]);
    expect(await read(6, {})).toEqual([]);
    expect(await read(99, {})).toEqual([]);
    expect(await read(0, { jobIds: [make.jobId(2)] })).toEqual([5, 6]);
    expect(await read(1, { jobIds: [make.jobId(1), make.jobId(2)], states: ["QUEUED", "COMPLETED"] })).toEqual([4, 5]);
    expect(await read(0, { states: ["CANCELLED"] })).toEqual([6]);
    expect(await read(0, { jobIds: [make.jobId(3)] })).toEqual([]);
    expect(await read(0, { tenant: "other" })).toEqual([7]);
    expect(await subject.store.lastEventSeq()).toBe(7);
  });

  test("what is not there is undefined, and an empty store has no events", async () => {
    expect(await subject.store.findJob("local", "none")).toBeUndefined();
    expect(await subject.store.findJobById(make.jobId(1))).toBeUndefined();
    expect(await subject.store.lastEvent(make.jobId(1))).toBeUndefined();
    expect(await subject.store.findResult(make.jobId(1))).toBeUndefined();
    expect(await subject.store.resultChunk(make.jobId(1), 0)).toBeUndefined();
    expect(await subject.store.lastEventSeq()).toBe(0);
  });

  test("a server id wins over a name that looks like it", async () => {
    await apply(make.submit(1, { spec: make.spec({ name: make.jobId(2) }) }));
    await apply(make.submit(2));
    expect((await subject.store.findJob("local", make.jobId(2)))?.id).toBe(make.jobId(2));
  });
}
