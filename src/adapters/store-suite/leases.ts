// Leases: renewed, expired, reaped.

import { expect, test } from "vitest";
import * as make from "../store.fixture.ts";
import type { Subject } from "./subject.ts";

export function leaseTests(subject: Subject): void {
  const { apply, applyOne, bring } = subject;

  test("renewing lengthens what this kernel still holds and nothing else, without an event", async () => {
    await bring(1, "RUNNING");
    await bring(2, "SCHEDULED");
    await bring(3, "COMPLETED");
    await bring(4, "QUEUED");
    await apply(make.submit(5));
    await apply(make.claim(5, { holder: "kernel_b" }));
    subject.clock.advance(3_000);
    const seq = await subject.store.lastEventSeq();
    const claims = [5, 4, 3, 2, 1].map((number) => ({ jobId: make.jobId(number), fence: 1 }));
    claims.push({ jobId: make.jobId(1), fence: 2 });
    const { jobs, events } = await apply({ kind: "renew", holder: "kernel_a", claims, leaseMs: 10_000 });
    expect(jobs.map(({ id, leaseUntilMs }) => [id, leaseUntilMs])).toEqual([
      [make.jobId(2), make.startMs + 13_000],
      [make.jobId(1), make.startMs + 13_000],
    ]);
    expect(events).toEqual([]);
    expect(await subject.store.lastEventSeq()).toBe(seq);
    expect(await subject.store.findJobById(make.jobId(1))).toEqual(jobs[1]);
  });

  test("an expired lease is taken back, and the job keeps its place in the queue", async () => {
    for (const number of [1, 2, 3]) await apply(make.submit(number));
    await apply(make.claim(2, { leaseMs: 100, start: true }));
    await apply(make.claim(1, { leaseMs: 200 }));
    subject.clock.advance(99);
    expect(await apply(make.reap())).toEqual({ kind: "applied", jobs: [], events: [] });
    subject.clock.advance(1);
    const { jobs, events } = await apply(make.reap());
    expect(jobs).toMatchObject([{ id: make.jobId(2), state: "QUEUED", fence: 2, attempts: 1, holder: "", device: "" }]);
    expect(events).toMatchObject([{ from: "RUNNING", to: "QUEUED", fence: 2 }]);
    expect(await subject.store.commit(make.complete(2))).toMatchObject({ kind: "refused", reason: "stale" });
    subject.clock.advance(100);
    await apply(make.reap());
    expect((await subject.store.readyJobs(10)).map(({ id }) => id)).toEqual([1, 2, 3].map(make.jobId));
  });

  test("a job whose attempts are used up is DEAD with the cause", async () => {
    await apply(make.submit(1));
    for (const fence of [0, 2]) {
      await apply(make.claim(1, { fence, leaseMs: 10, start: fence === 2 }));
      subject.clock.advance(10);
      await apply(make.reap({ attemptCountMax: 2 }));
    }
    expect(await subject.store.findJobById(make.jobId(1))).toMatchObject({
      state: "DEAD",
      fence: 4,
      attempts: 2,
      holder: "",
      failure: { code: "too_many_attempts", facts: { attempts: 2, attempts_max: 2 } },
    });
    expect(await subject.store.lastEvent(make.jobId(1))).toMatchObject({ from: "RUNNING", to: "DEAD", fence: 4 });
  });

  test("a job that waited past its deadline is FAILED; one that runs past it is its holder's business", async () => {
    for (const number of [1, 2]) await apply(make.submit(number, { deadlineMs: make.startMs + 50 }));
    await apply(make.claim(2, { start: true }));
    subject.clock.advance(50);
    const { jobs } = await apply(make.reap());
    expect(jobs).toMatchObject([
      { id: make.jobId(1), state: "FAILED", fence: 1, failure: { code: "deadline_exceeded" }, endedAtMs: make.startMs + 50 },
    ]);
    expect(await subject.store.findJobById(make.jobId(2))).toMatchObject({ state: "RUNNING" });
  });

  test("reaping is bounded, oldest expiry first, leases before deadlines", async () => {
    for (const number of [1, 2, 3, 4])
      await apply(make.submit(number, { deadlineMs: number > 2 ? make.startMs + 10 - number : undefined }));
    await apply(make.claim(1, { leaseMs: 90 }));
    await apply(make.claim(2, { leaseMs: 80 }));
    subject.clock.advance(100);
    const first = await apply(make.reap({ limit: 3 }));
    expect(first.jobs.map(({ id }) => id)).toEqual([2, 1, 4].map(make.jobId));
    expect(first.events.map(({ jobId }) => jobId)).toEqual([2, 1, 4].map(make.jobId));
    expect((await apply(make.reap({ limit: 3 }))).jobs.map(({ id }) => id)).toEqual([make.jobId(3)]);
  });

  test("a lease that the clock left behind when it went back is shortened, and nothing else about its job changes", async () => {
    await apply(make.submit(1));
    const held = await applyOne(make.claim(1, { start: true, leaseMs: 300 }));
    subject.clock.advance(-3_600_000);
    expect((await apply(make.reap({ leaseMs: 300 }))).jobs).toEqual([]);
    const shortened = { ...held, leaseUntilMs: make.startMs - 3_600_000 + 300 };
    expect(await subject.store.findJobById(make.jobId(1))).toEqual(shortened);
    subject.clock.advance(299);
    expect((await apply(make.reap({ leaseMs: 300 }))).jobs).toEqual([]);
    subject.clock.advance(1);
    expect((await apply(make.reap({ leaseMs: 300 }))).jobs).toMatchObject([{ id: make.jobId(1), state: "QUEUED" }]);
  });

  test("old idempotency records are dropped, so their keys are free again", async () => {
    await apply(make.submit(1, { idempotencyKey: "old", requestHash: "h" }));
    subject.clock.advance(500);
    await apply(make.submit(2, { idempotencyKey: "new", requestHash: "h" }));
    subject.clock.advance(500);
    await apply(make.reap({ idempotencyKeptMs: 1_000 }));
    expect(await subject.store.findSubmission("local", "old")).toBeUndefined();
    expect(await subject.store.findSubmission("local", "new")).toBeDefined();
    await apply(make.submit(3, { idempotencyKey: "old", requestHash: "i" }));
  });

  test("the next expiry is the earliest lease or queued deadline", async () => {
    expect(await subject.store.nextExpiryMs()).toBeUndefined();
    await apply(make.submit(1, { deadlineMs: make.startMs + 500 }));
    await apply(make.submit(2));
    expect(await subject.store.nextExpiryMs()).toBe(make.startMs + 500);
    await apply(make.claim(2, { leaseMs: 300 }));
    expect(await subject.store.nextExpiryMs()).toBe(make.startMs + 300);
    await apply(make.cancel(2));
    await apply(make.claim(1, { leaseMs: 900 }));
    expect(await subject.store.nextExpiryMs()).toBe(make.startMs + 900);
  });

  test("attempts that were given back in peace do not count when a lease expires", async () => {
    await apply(make.submit(1));
    for (let round = 0; round < 3; round++) {
      await apply(make.claim(1, { fence: 2 * round, start: true }));
      await apply(make.end(1, { fence: 2 * round + 1, to: "QUEUED" }));
    }
    const held = await applyOne(make.claim(1, { fence: 6, start: true, leaseMs: 5 }));
    expect(held).toMatchObject({ attempts: 4, yields: 3 });
    subject.clock.advance(5);
    const [reaped] = (await apply(make.reap({ attemptCountMax: 2 }))).jobs;
    expect(reaped).toMatchObject({ state: "QUEUED", attempts: 4, yields: 3 });
  });
}
