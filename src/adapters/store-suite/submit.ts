// What a submit writes, and what it refuses.

import { expect, test } from "vitest";
import * as make from "../store.fixture.ts";
import type { Subject } from "./subject.ts";

export function submitTests(subject: Subject): void {
  const { apply, applyOne, everything } = subject;

  test("a submitted job is QUEUED, found by its id and its name, and has its first event", async () => {
    const step = make.submit(1, {
      spec: make.spec({ name: "bell", tags: { lab: "a" }, priority: "HIGH" }),
      circuit: make.circuit(),
      deadlineMs: make.startMs + 5,
    });
    const { jobs, events } = await apply(step);
    expect(jobs).toEqual([
      {
        id: step.id,
        owner: make.owner,
        spec: step.spec,
        state: "QUEUED",
        fence: 0,
        attempts: 0,
        workerKills: 0,
        yields: 0,
        holder: "",
        leaseUntilMs: 0,
        device: "",
        deadlineMs: make.startMs + 5,
        submittedAtMs: make.startMs,
        startedAtMs: undefined,
        endedAtMs: undefined,
        failure: undefined,
        traceparent: step.traceparent,
        eventSeq: 1,
      },
    ]);
    expect(events).toEqual([
      {
        seq: 1,
        jobSeq: 1,
        jobId: step.id,
        jobName: "bell",
        owner: make.owner,
        from: undefined,
        to: "QUEUED",
        reason: "submitted",
        device: "",
        fence: 0,
        atMs: make.startMs,
      },
    ]);
    expect(await subject.store.findJob("local", step.id)).toEqual(jobs[0]);
    expect(await subject.store.findJob("local", "bell")).toEqual(jobs[0]);
    expect(await subject.store.findJobById(step.id)).toEqual(jobs[0]);
    expect(await subject.store.lastEvent(step.id)).toEqual(events[0]);
    expect(await everything()).toEqual(events);
    expect(await subject.store.findCircuit("local", "circ_bell")).toEqual({ ...make.circuit(), createdAtMs: make.startMs });
  });

  test("the same id again is refused as stale with the job as it is", async () => {
    const job = await applyOne(make.submit(1));
    expect(await subject.store.commit(make.submit(1, { spec: make.spec({ shots: 1 }) }))).toEqual({
      kind: "refused",
      reason: "stale",
      job,
    });
    expect(await subject.store.lastEventSeq()).toBe(1);
  });

  test("a name is unique within its tenant, and jobs without a name do not collide", async () => {
    const job = await applyOne(make.submit(1, { spec: make.spec({ name: "x" }) }));
    const again = make.submit(2, { spec: make.spec({ name: "x" }) });
    expect(await subject.store.commit(again)).toEqual({ kind: "refused", reason: "name_taken", job });
    await apply({ ...again, owner: { tenant: "other", project: "default" } });
    await apply(make.submit(3));
    await apply(make.submit(4));
    expect(await subject.store.findJob("local", "")).toBeUndefined();
  });

  test("a key with the same request gives the first answer, also when that job has moved on", async () => {
    const step = make.submit(1, {
      idempotencyKey: "k",
      requestHash: "h",
      spec: make.spec({ name: "x" }),
      deadlineMs: make.startMs + 10,
    });
    await apply(step);
    const job = await applyOne(make.claim(1));
    subject.clock.advance(11);
    expect(await subject.store.commit({ ...step, id: make.jobId(2), queuedJobCountMax: 0 })).toEqual({ kind: "repeated", job });
    expect(await subject.store.findSubmission("local", "k")).toEqual({ requestHash: "h", job });
    expect(await subject.store.findSubmission("other", "k")).toBeUndefined();
    expect(await subject.store.lastEventSeq()).toBe(2);
  });

  test("a key with another request is a conflict, and another tenant's key is its own", async () => {
    const job = await applyOne(make.submit(1, { idempotencyKey: "k", requestHash: "h" }));
    const other = make.submit(2, { idempotencyKey: "k", requestHash: "i" });
    expect(await subject.store.commit(other)).toEqual({ kind: "refused", reason: "idempotency_conflict", job });
    await apply({ ...other, owner: { tenant: "other", project: "default" } });
  });

  test("a full queue refuses, and takes again when a job left it", async () => {
    await apply(make.submit(1, { queuedJobCountMax: 2 }));
    await apply(make.submit(2, { queuedJobCountMax: 2, owner: { tenant: "other", project: "p" } }));
    const third = make.submit(3, { queuedJobCountMax: 2, idempotencyKey: "k", requestHash: "h", circuit: make.circuit() });
    expect(await subject.store.commit(third)).toEqual({ kind: "refused", reason: "queue_full", job: undefined });
    expect(await subject.store.findSubmission("local", "k")).toBeUndefined();
    expect(await subject.store.findCircuit("local", "circ_bell")).toBeUndefined();
    await apply(make.claim(1));
    await apply(third);
    expect(await subject.store.findCircuit("local", "circ_bell")).toBeDefined();
  });

  test("a deadline that is not in the future is refused", async () => {
    const step = make.submit(1, { deadlineMs: make.startMs });
    expect(await subject.store.commit(step)).toEqual({ kind: "refused", reason: "deadline_passed", job: undefined });
    await apply({ ...step, deadlineMs: make.startMs + 1 });
  });

  test("a circuit is stored once per tenant: the first stays", async () => {
    await apply(make.submit(1, { circuit: make.circuit() }));
    subject.clock.advance(7);
    await apply(make.submit(2, { circuit: make.circuit({ name: "later" }) }));
    const first = { ...make.circuit(), createdAtMs: make.startMs };
    expect(await subject.store.putCircuit(make.circuit({ name: "later" }))).toEqual(first);
    const theirs = make.circuit({ owner: { tenant: "other", project: "p" } });
    expect(await subject.store.putCircuit(theirs)).toEqual({ ...theirs, createdAtMs: make.startMs + 7 });
    expect(await subject.store.findCircuit("local", "circ_bell")).toEqual(first);
    expect(await subject.store.findCircuit("local", "circ_none")).toBeUndefined();
  });

  test("a submit that claims makes the job RUNNING at once, with the events of all three moves", async () => {
    const circuit = make.circuit({ id: "circ_new" });
    const outcome = await apply(make.submit(1, { claim: make.firstClaim(), circuit, idempotencyKey: "k", requestHash: "h" }));
    const [job] = outcome.jobs;
    expect(job).toMatchObject({ state: "RUNNING", fence: 1, attempts: 1, holder: "kernel_a", startedAtMs: make.startMs });
    expect(outcome.events.map(({ from, to, fence }) => [from, to, fence])).toEqual([
      [undefined, "QUEUED", 0],
      ["QUEUED", "SCHEDULED", 1],
      ["SCHEDULED", "RUNNING", 1],
    ]);
    expect(await everything()).toEqual(outcome.events);
    expect(await subject.store.findJobById(make.jobId(1))).toEqual(job);
    expect(await subject.store.findCircuit(make.owner.tenant, "circ_new")).toBeDefined();
    expect((await subject.store.findSubmission(make.owner.tenant, "k"))?.job).toEqual(job);
  });

  test("a submit that claims leaves the job QUEUED while another one waits", async () => {
    await apply(make.submit(1));
    const { jobs, events } = await apply(make.submit(2, { claim: make.firstClaim() }));
    expect([jobs[0]?.state, jobs[0]?.fence, events.length]).toEqual(["QUEUED", 0, 1]);
  });

  test("a submit that claims a circuit that is stored already claims all the same", async () => {
    await apply(make.submit(1, { claim: make.firstClaim(), circuit: make.circuit() }));
    const { jobs } = await apply(make.submit(2, { claim: make.firstClaim(), circuit: make.circuit() }));
    expect(jobs[0]?.state).toBe("RUNNING");
  });

  test("a refused submit claims nothing", async () => {
    await apply(make.submit(1, { spec: make.spec({ name: "a" }), claim: make.firstClaim() }));
    const outcome = await subject.store.commit(make.submit(2, { spec: make.spec({ name: "a" }), claim: make.firstClaim() }));
    expect(outcome).toMatchObject({ kind: "refused", reason: "name_taken" });
    expect((await everything()).length).toBe(3);
  });
}
