// The contract of the store port as tests, run against every adapter.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { limits } from "../base/limits.ts";
import { canMove, type JobState, jobStates } from "../model/job.ts";
import { type KernelStore, type Step, StoreUnavailableError } from "../ports/store.ts";
import * as make from "./store.fixture.ts";

export interface SuiteStore {
  readonly store: KernelStore;
  readonly clock: make.ManualClock;
  /** Closes the store and removes what it left. */
  dispose(): Promise<void>;
}

export function describeStore(adapter: string, open: () => Promise<SuiteStore>): void {
  let store: KernelStore;
  let clock: make.ManualClock;
  let dispose: () => Promise<void>;
  beforeEach(async () => {
    ({ store, clock, dispose } = await open());
  });
  afterEach(() => dispose());

  const apply = (step: Step) => make.apply(store, step);
  const applyOne = (step: Step) => make.applyOne(store, step);
  const everything = () => store.eventsAfter(0, { ...make.owner, jobIds: [], states: [] }, 10_000);

  /** Brings job `number` to a state by legal steps; it was claimed at most once. */
  const bring = async (number: number, state: JobState): Promise<void> => {
    await apply(make.submit(number));
    if (state === "QUEUED") return;
    if (state === "CANCELLED") await apply(make.cancel(number));
    else await apply(make.claim(number, { start: state !== "SCHEDULED" }));
    if (state === "COMPLETED") await apply(make.complete(number));
    if (state === "FAILED" || state === "DEAD") await apply(make.end(number, { to: state }));
  };

  describe(`${adapter}: submit`, () => {
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
      expect(await store.findJob("local", step.id)).toEqual(jobs[0]);
      expect(await store.findJob("local", "bell")).toEqual(jobs[0]);
      expect(await store.findJobById(step.id)).toEqual(jobs[0]);
      expect(await store.lastEvent(step.id)).toEqual(events[0]);
      expect(await everything()).toEqual(events);
      expect(await store.findCircuit("local", "circ_bell")).toEqual({ ...make.circuit(), createdAtMs: make.startMs });
    });

    test("the same id again is refused as stale with the job as it is", async () => {
      const job = await applyOne(make.submit(1));
      expect(await store.commit(make.submit(1, { spec: make.spec({ shots: 1 }) }))).toEqual({
        kind: "refused",
        reason: "stale",
        job,
      });
      expect(await store.lastEventSeq()).toBe(1);
    });

    test("a name is unique within its tenant, and jobs without a name do not collide", async () => {
      const job = await applyOne(make.submit(1, { spec: make.spec({ name: "x" }) }));
      const again = make.submit(2, { spec: make.spec({ name: "x" }) });
      expect(await store.commit(again)).toEqual({ kind: "refused", reason: "name_taken", job });
      await apply({ ...again, owner: { tenant: "other", project: "default" } });
      await apply(make.submit(3));
      await apply(make.submit(4));
      expect(await store.findJob("local", "")).toBeUndefined();
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
      clock.advance(11);
      expect(await store.commit({ ...step, id: make.jobId(2), queuedJobCountMax: 0 })).toEqual({ kind: "repeated", job });
      expect(await store.findSubmission("local", "k")).toEqual({ requestHash: "h", job });
      expect(await store.findSubmission("other", "k")).toBeUndefined();
      expect(await store.lastEventSeq()).toBe(2);
    });

    test("a key with another request is a conflict, and another tenant's key is its own", async () => {
      const job = await applyOne(make.submit(1, { idempotencyKey: "k", requestHash: "h" }));
      const other = make.submit(2, { idempotencyKey: "k", requestHash: "i" });
      expect(await store.commit(other)).toEqual({ kind: "refused", reason: "idempotency_conflict", job });
      await apply({ ...other, owner: { tenant: "other", project: "default" } });
    });

    test("a full queue refuses, and takes again when a job left it", async () => {
      await apply(make.submit(1, { queuedJobCountMax: 2 }));
      await apply(make.submit(2, { queuedJobCountMax: 2, owner: { tenant: "other", project: "p" } }));
      const third = make.submit(3, { queuedJobCountMax: 2, idempotencyKey: "k", requestHash: "h", circuit: make.circuit() });
      expect(await store.commit(third)).toEqual({ kind: "refused", reason: "queue_full", job: undefined });
      expect(await store.findSubmission("local", "k")).toBeUndefined();
      expect(await store.findCircuit("local", "circ_bell")).toBeUndefined();
      await apply(make.claim(1));
      await apply(third);
      expect(await store.findCircuit("local", "circ_bell")).toBeDefined();
    });

    test("a deadline that is not in the future is refused", async () => {
      const step = make.submit(1, { deadlineMs: make.startMs });
      expect(await store.commit(step)).toEqual({ kind: "refused", reason: "deadline_passed", job: undefined });
      await apply({ ...step, deadlineMs: make.startMs + 1 });
    });

    test("a circuit is stored once per tenant: the first stays", async () => {
      await apply(make.submit(1, { circuit: make.circuit() }));
      clock.advance(7);
      await apply(make.submit(2, { circuit: make.circuit({ name: "later" }) }));
      const first = { ...make.circuit(), createdAtMs: make.startMs };
      expect(await store.putCircuit(make.circuit({ name: "later" }))).toEqual(first);
      const theirs = make.circuit({ owner: { tenant: "other", project: "p" } });
      expect(await store.putCircuit(theirs)).toEqual({ ...theirs, createdAtMs: make.startMs + 7 });
      expect(await store.findCircuit("local", "circ_bell")).toEqual(first);
      expect(await store.findCircuit("local", "circ_none")).toBeUndefined();
    });
  });

  describe(`${adapter}: the life of a job`, () => {
    test("claim, start and complete move a job, each with one event, and store its result", async () => {
      await apply(make.submit(1));
      clock.advance(5);
      const claimed = await applyOne(make.claim(1));
      const held = { state: "SCHEDULED", fence: 1, attempts: 1, holder: "kernel_a", device: "sim" };
      expect(claimed).toMatchObject({ ...held, leaseUntilMs: make.startMs + 10_005, startedAtMs: undefined });
      clock.advance(5);
      expect(await applyOne(make.start(1))).toEqual({
        ...claimed,
        state: "RUNNING",
        startedAtMs: make.startMs + 10,
        eventSeq: 3,
      });
      clock.advance(5);
      const done = await applyOne(make.complete(1));
      expect(done).toMatchObject({
        state: "COMPLETED",
        fence: 1,
        holder: "",
        leaseUntilMs: 0,
        device: "sim",
        endedAtMs: make.startMs + 15,
      });
      expect(await store.findJobById(done.id)).toEqual(done);
      expect(await store.findResult(done.id)).toEqual({ jobId: done.id, metadata: make.metadata, chunkCount: 2 });
      expect(await store.resultChunk(done.id, 0)).toEqual(new Uint8Array([1, 2, 0]));
      expect(await store.resultChunk(done.id, 1)).toEqual(new Uint8Array([255, 4]));
      expect(await store.resultChunk(done.id, 2)).toBeUndefined();
      const moves = (await everything()).map(({ seq, jobSeq, from, to, fence, device, atMs }) => [
        seq,
        jobSeq,
        from,
        to,
        fence,
        device,
        atMs,
      ]);
      expect(moves).toEqual([
        [1, 1, undefined, "QUEUED", 0, "", make.startMs],
        [2, 2, "QUEUED", "SCHEDULED", 1, "sim", make.startMs + 5],
        [3, 3, "SCHEDULED", "RUNNING", 1, "sim", make.startMs + 10],
        [4, 4, "RUNNING", "COMPLETED", 1, "sim", make.startMs + 15],
      ]);
    });

    test("a claim that starts makes both moves at once", async () => {
      await apply(make.submit(1));
      const { jobs, events } = await apply(make.claim(1, { start: true }));
      expect(jobs).toHaveLength(1);
      expect(jobs[0]).toMatchObject({ state: "RUNNING", fence: 1, attempts: 1, startedAtMs: make.startMs, eventSeq: 3 });
      expect(events.map(({ jobSeq, from, to }) => [jobSeq, from, to])).toEqual([
        [2, "QUEUED", "SCHEDULED"],
        [3, "SCHEDULED", "RUNNING"],
      ]);
      expect(events).toEqual((await everything()).slice(1));
    });

    test("a step that names another fence or another state is refused with the truth and changes nothing", async () => {
      await bring(1, "QUEUED");
      await bring(2, "SCHEDULED");
      await bring(3, "RUNNING");
      const seq = await store.lastEventSeq();
      const stale: Step[] = [
        make.claim(1, { fence: 1 }),
        make.claim(1, { fence: 1, start: true }),
        make.claim(2, { fence: 1 }),
        make.claim(2, { fence: 0, start: true }),
        make.start(1, { fence: 0 }),
        make.start(2, { fence: 2 }),
        make.start(3),
        make.complete(1, { fence: 0 }),
        make.complete(2),
        make.complete(3, { fence: 2 }),
        make.end(3, { fence: 0 }),
        make.end(3, { from: "SCHEDULED" }),
        make.end(2),
      ];
      for (const step of stale) {
        const outcome = await store.commit(step);
        const truth = await store.findJobById("jobId" in step ? step.jobId : "");
        expect(outcome, JSON.stringify({ ...step, result: 0 })).toEqual({ kind: "refused", reason: "stale", job: truth });
      }
      expect(await store.lastEventSeq()).toBe(seq);
      expect(await store.findResult(make.jobId(3))).toBeUndefined();
    });

    test("a step for a job that does not exist is refused", async () => {
      const steps = [make.claim(9), make.claim(9, { start: true }), make.start(9), make.complete(9), make.end(9), make.cancel(9)];
      for (const step of steps) {
        expect(await store.commit(step)).toEqual({ kind: "refused", reason: "not_found", job: undefined });
      }
      expect(await store.findResult(make.jobId(9))).toBeUndefined();
    });

    test("a job whose deadline passed in the queue is not claimed any more", async () => {
      const job = await applyOne(make.submit(1, { deadlineMs: make.startMs + 10 }));
      clock.advance(10);
      expect(await store.commit(make.claim(1, { start: true }))).toEqual({ kind: "refused", reason: "deadline_passed", job });
    });

    test("a second completion is refused and the first result stays", async () => {
      await bring(1, "COMPLETED");
      const other = make.complete(1, { result: { metadata: { ...make.metadata, shots: 1 }, chunks: [new Uint8Array([9])] } });
      expect(await store.commit(other)).toMatchObject({ kind: "refused", reason: "stale" });
      expect(await store.findResult(make.jobId(1))).toEqual({ jobId: make.jobId(1), metadata: make.metadata, chunkCount: 2 });
      expect(await store.resultChunk(make.jobId(1), 0)).toEqual(new Uint8Array([1, 2, 0]));
    });

    test("a stored chunk is a copy: neither the writer's nor a reader's bytes change it", async () => {
      await bring(1, "RUNNING");
      const bytes = new Uint8Array([1, 2, 3]);
      await apply(make.complete(1, { result: { metadata: make.metadata, chunks: [bytes] } }));
      bytes[0] = 9;
      (await store.resultChunk(make.jobId(1), 0))?.fill(8);
      expect(await store.resultChunk(make.jobId(1), 0)).toEqual(new Uint8Array([1, 2, 3]));
    });

    test("a chunk above its limit breaks an invariant and leaves the job as it was", async () => {
      await bring(1, "RUNNING");
      const chunks = [new Uint8Array(1), new Uint8Array(limits.chunkBytesMax + 1)];
      await expect(store.commit(make.complete(1, { result: { metadata: make.metadata, chunks } }))).rejects.toThrow(
        "invariant broken",
      );
      expect(await store.findJobById(make.jobId(1))).toMatchObject({ state: "RUNNING" });
      expect(await store.findResult(make.jobId(1))).toBeUndefined();
      await apply(make.complete(1, { result: { metadata: make.metadata, chunks: [new Uint8Array(limits.chunkBytesMax)] } }));
    });

    test("a job given back is QUEUED again under a higher fence, and its old holder is stale", async () => {
      await bring(1, "RUNNING");
      const back = await applyOne(make.end(1, { to: "QUEUED", failure: undefined, killedWorker: true }));
      const free = { state: "QUEUED", fence: 2, attempts: 1, workerKills: 1, holder: "", leaseUntilMs: 0, device: "" };
      expect(back).toMatchObject({ ...free, startedAtMs: undefined, endedAtMs: undefined, failure: undefined });
      expect(await store.commit(make.complete(1))).toMatchObject({ kind: "refused", reason: "stale" });
      expect(await applyOne(make.claim(1, { fence: 2, start: true }))).toMatchObject({ fence: 3, attempts: 2, workerKills: 1 });
    });

    test("a job that fails keeps its failure with every fact", async () => {
      await bring(1, "RUNNING");
      const failure = {
        code: "invalid_circuit" as const,
        facts: { lines: 3, ok: false, where: "gate" },
        faults: [{ field: "openqasm", wanted: "a gate", found: "é\n", hint: "", line: 1, column: 2 }],
      };
      const failed = await applyOne(make.end(1, { failure, killedWorker: true }));
      expect(failed).toMatchObject({ state: "FAILED", fence: 1, workerKills: 1, holder: "", endedAtMs: make.startMs, failure });
      expect(await store.findJobById(failed.id)).toEqual(failed);
    });

    test("every legal end is taken and every illegal one breaks an invariant without a trace", async () => {
      let number = 0;
      for (const from of jobStates) {
        for (const to of ["FAILED", "DEAD", "QUEUED"] as const) {
          await bring(++number, from);
          const seq = await store.lastEventSeq();
          const fence = (await store.findJobById(make.jobId(number)))?.fence ?? -1;
          const committed = store.commit(make.end(number, { from, to, fence }));
          if (canMove(from, to))
            expect(await committed, `${from} to ${to}`).toMatchObject({ kind: "applied", jobs: [{ state: to }] });
          else await expect(committed, `${from} to ${to}`).rejects.toThrow("invariant broken");
          expect(await store.lastEventSeq(), `${from} to ${to}`).toBe(seq + (canMove(from, to) ? 1 : 0));
        }
      }
    });
  });

  describe(`${adapter}: cancel`, () => {
    test("a job is cancelled from every state that is not terminal, and its holder becomes stale", async () => {
      for (const [index, from] of (["QUEUED", "SCHEDULED", "RUNNING"] as const).entries()) {
        await bring(index, from);
        const fence = from === "QUEUED" ? 0 : 1;
        const { jobs, events } = await apply(make.cancel(index));
        expect(jobs[0]).toMatchObject({ state: "CANCELLED", fence: fence + 1, holder: "", endedAtMs: make.startMs });
        expect(events).toMatchObject([{ from, to: "CANCELLED", fence: fence + 1, reason: "cancelled by its owner" }]);
        expect(await store.commit(make.complete(index, { fence }))).toMatchObject({ kind: "refused", reason: "stale" });
      }
    });

    test("a second cancel is applied without an event", async () => {
      await bring(1, "CANCELLED");
      const job = await store.findJobById(make.jobId(1));
      expect(await apply(make.cancel(1))).toEqual({ kind: "applied", jobs: [job], events: [] });
      expect(await store.lastEventSeq()).toBe(2);
    });

    test("a job that has ended otherwise is refused", async () => {
      for (const [index, state] of (["COMPLETED", "FAILED", "DEAD"] as const).entries()) {
        await bring(index, state);
        expect(await store.commit(make.cancel(index))).toMatchObject({ kind: "refused", reason: "ended", job: { state } });
      }
    });

    test("another tenant's or project's job is not found", async () => {
      await bring(1, "QUEUED");
      for (const other of [
        { tenant: "other", project: "default" },
        { tenant: "local", project: "other" },
      ]) {
        expect(await store.commit(make.cancel(1, { owner: other }))).toEqual({
          kind: "refused",
          reason: "not_found",
          job: undefined,
        });
      }
      expect(await store.findJob("other", make.jobId(1))).toBeUndefined();
    });
  });

  describe(`${adapter}: leases`, () => {
    test("renewing lengthens what this kernel still holds and nothing else, without an event", async () => {
      await bring(1, "RUNNING");
      await bring(2, "SCHEDULED");
      await bring(3, "COMPLETED");
      await bring(4, "QUEUED");
      await apply(make.submit(5));
      await apply(make.claim(5, { holder: "kernel_b" }));
      clock.advance(3_000);
      const seq = await store.lastEventSeq();
      const claims = [5, 4, 3, 2, 1].map((number) => ({ jobId: make.jobId(number), fence: 1 }));
      claims.push({ jobId: make.jobId(1), fence: 2 });
      const { jobs, events } = await apply({ kind: "renew", holder: "kernel_a", claims, leaseMs: 10_000 });
      expect(jobs.map(({ id, leaseUntilMs }) => [id, leaseUntilMs])).toEqual([
        [make.jobId(2), make.startMs + 13_000],
        [make.jobId(1), make.startMs + 13_000],
      ]);
      expect(events).toEqual([]);
      expect(await store.lastEventSeq()).toBe(seq);
      expect(await store.findJobById(make.jobId(1))).toEqual(jobs[1]);
    });

    test("an expired lease is taken back, and the job keeps its place in the queue", async () => {
      for (const number of [1, 2, 3]) await apply(make.submit(number));
      await apply(make.claim(2, { leaseMs: 100, start: true }));
      await apply(make.claim(1, { leaseMs: 200 }));
      clock.advance(99);
      expect(await apply(make.reap())).toEqual({ kind: "applied", jobs: [], events: [] });
      clock.advance(1);
      const { jobs, events } = await apply(make.reap());
      expect(jobs).toMatchObject([{ id: make.jobId(2), state: "QUEUED", fence: 2, attempts: 1, holder: "", device: "" }]);
      expect(events).toMatchObject([{ from: "RUNNING", to: "QUEUED", fence: 2 }]);
      expect(await store.commit(make.complete(2))).toMatchObject({ kind: "refused", reason: "stale" });
      clock.advance(100);
      await apply(make.reap());
      expect((await store.readyJobs(10)).map(({ id }) => id)).toEqual([1, 2, 3].map(make.jobId));
    });

    test("a job whose attempts are used up is DEAD with the cause", async () => {
      await apply(make.submit(1));
      for (const fence of [0, 2]) {
        await apply(make.claim(1, { fence, leaseMs: 10, start: fence === 2 }));
        clock.advance(10);
        await apply(make.reap({ attemptCountMax: 2 }));
      }
      expect(await store.findJobById(make.jobId(1))).toMatchObject({
        state: "DEAD",
        fence: 4,
        attempts: 2,
        holder: "",
        failure: { code: "too_many_attempts", facts: { attempts: 2, attempts_max: 2 } },
      });
      expect(await store.lastEvent(make.jobId(1))).toMatchObject({ from: "RUNNING", to: "DEAD", fence: 4 });
    });

    test("a job that waited past its deadline is FAILED; one that runs past it is its holder's business", async () => {
      for (const number of [1, 2]) await apply(make.submit(number, { deadlineMs: make.startMs + 50 }));
      await apply(make.claim(2, { start: true }));
      clock.advance(50);
      const { jobs } = await apply(make.reap());
      expect(jobs).toMatchObject([
        { id: make.jobId(1), state: "FAILED", fence: 1, failure: { code: "deadline_exceeded" }, endedAtMs: make.startMs + 50 },
      ]);
      expect(await store.findJobById(make.jobId(2))).toMatchObject({ state: "RUNNING" });
    });

    test("reaping is bounded, oldest expiry first, leases before deadlines", async () => {
      for (const number of [1, 2, 3, 4])
        await apply(make.submit(number, { deadlineMs: number > 2 ? make.startMs + 10 - number : undefined }));
      await apply(make.claim(1, { leaseMs: 90 }));
      await apply(make.claim(2, { leaseMs: 80 }));
      clock.advance(100);
      const first = await apply(make.reap({ limit: 3 }));
      expect(first.jobs.map(({ id }) => id)).toEqual([2, 1, 4].map(make.jobId));
      expect(first.events.map(({ jobId }) => jobId)).toEqual([2, 1, 4].map(make.jobId));
      expect((await apply(make.reap({ limit: 3 }))).jobs.map(({ id }) => id)).toEqual([make.jobId(3)]);
    });

    test("old idempotency records are dropped, so their keys are free again", async () => {
      await apply(make.submit(1, { idempotencyKey: "old", requestHash: "h" }));
      clock.advance(500);
      await apply(make.submit(2, { idempotencyKey: "new", requestHash: "h" }));
      clock.advance(500);
      await apply(make.reap({ idempotencyKeptMs: 1_000 }));
      expect(await store.findSubmission("local", "old")).toBeUndefined();
      expect(await store.findSubmission("local", "new")).toBeDefined();
      await apply(make.submit(3, { idempotencyKey: "old", requestHash: "i" }));
    });

    test("the next expiry is the earliest lease or queued deadline", async () => {
      expect(await store.nextExpiryMs()).toBeUndefined();
      await apply(make.submit(1, { deadlineMs: make.startMs + 500 }));
      await apply(make.submit(2));
      expect(await store.nextExpiryMs()).toBe(make.startMs + 500);
      await apply(make.claim(2, { leaseMs: 300 }));
      expect(await store.nextExpiryMs()).toBe(make.startMs + 300);
      await apply(make.cancel(2));
      await apply(make.claim(1, { leaseMs: 900 }));
      expect(await store.nextExpiryMs()).toBe(make.startMs + 900);
    });
  });

  describe(`${adapter}: reading`, () => {
    test("ready jobs come by priority, then by submission, and each knows how many are ahead", async () => {
      const wanted = [4, 3, 1, 5, 2];
      for (const [index, priority] of (["NORMAL", "LOW", "HIGH", "CRITICAL", "NORMAL"] as const).entries()) {
        await apply(make.submit(index + 1, { spec: make.spec({ priority }) }));
      }
      await apply(make.submit(6, { spec: make.spec({ priority: "CRITICAL" }) }));
      await apply(make.claim(6));
      const ready = await store.readyJobs(10);
      expect(ready.map(({ id }) => id)).toEqual(wanted.map(make.jobId));
      expect(await Promise.all(ready.map((job) => store.countAhead(job)))).toEqual([0, 1, 2, 3, 4]);
      expect((await store.readyJobs(2)).map(({ id }) => id)).toEqual([4, 3].map(make.jobId));
    });

    test("jobs are counted by state", async () => {
      for (const [index, state] of jobStates.entries()) await bring(index, state);
      await apply(make.submit(20));
      expect(await store.countJobs()).toEqual({
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
        const page = await store.listJobs(make.jobFilter({ before, limit: 3 }));
        seen.push(...page.map(({ id }) => id));
        before = page.at(-1)?.id;
        if (page.length < 3) break;
      }
      expect(seen).toEqual([9, 6, 5, 4, 3, 2, 1].map(make.jobId));
    });

    test("a list filters by owner, state, tags, name and time", async () => {
      const tags = { "a.b": "1", 'q"$[0]': "x%" };
      await apply(make.submit(1, { spec: make.spec({ name: "run_1", tags }) }));
      clock.advance(10);
      await apply(make.submit(2, { spec: make.spec({ name: "runs", tags: { "a.b": "2" } }) }));
      clock.advance(10);
      await apply(make.submit(3, { spec: make.spec({ name: "RUN_2", tags: { "a.b": "1" } }) }));
      await apply(make.submit(4, { owner: { tenant: "local", project: "p" }, spec: make.spec({ name: "run_4", tags }) }));
      await apply(make.submit(5, { owner: { tenant: "other", project: "default" }, spec: make.spec({ name: "run_5", tags }) }));
      await apply(make.claim(2));
      const list = async (changes: Parameters<typeof make.jobFilter>[0]) =>
        (await store.listJobs(make.jobFilter(changes))).map(({ id }) => Number(id.slice(4)));
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
        (await store.eventsAfter(after, { ...make.owner, jobIds: [], states: [], ...changes }, limit)).map(({ seq }) => seq);
      expect(await read(0, {})).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await read(2, {}, 2)).toEqual([3, 4]);
      expect(await read(6, {})).toEqual([]);
      expect(await read(99, {})).toEqual([]);
      expect(await read(0, { jobIds: [make.jobId(2)] })).toEqual([5, 6]);
      expect(await read(1, { jobIds: [make.jobId(1), make.jobId(2)], states: ["QUEUED", "COMPLETED"] })).toEqual([4, 5]);
      expect(await read(0, { states: ["CANCELLED"] })).toEqual([6]);
      expect(await read(0, { jobIds: [make.jobId(3)] })).toEqual([]);
      expect(await read(0, { tenant: "other" })).toEqual([7]);
      expect(await store.lastEventSeq()).toBe(7);
    });

    test("what is not there is undefined, and an empty store has no events", async () => {
      expect(await store.findJob("local", "none")).toBeUndefined();
      expect(await store.findJobById(make.jobId(1))).toBeUndefined();
      expect(await store.lastEvent(make.jobId(1))).toBeUndefined();
      expect(await store.findResult(make.jobId(1))).toBeUndefined();
      expect(await store.resultChunk(make.jobId(1), 0)).toBeUndefined();
      expect(await store.lastEventSeq()).toBe(0);
    });

    test("a server id wins over a name that looks like it", async () => {
      await apply(make.submit(1, { spec: make.spec({ name: make.jobId(2) }) }));
      await apply(make.submit(2));
      expect((await store.findJob("local", make.jobId(2)))?.id).toBe(make.jobId(2));
    });
  });

  describe(`${adapter}: together`, () => {
    test("of 50 kernels that claim one job exactly one wins, and the others learn who", async () => {
      await apply(make.submit(1));
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          store.commit(make.claim(1, { holder: `kernel_${index}`, start: index % 2 === 0 })),
        ),
      );
      const won = outcomes.filter(({ kind }) => kind === "applied");
      expect(won).toHaveLength(1);
      const truth = await store.findJobById(make.jobId(1));
      expect(truth).toMatchObject({ fence: 1, attempts: 1 });
      for (const outcome of outcomes) {
        if (outcome.kind !== "applied") expect(outcome).toEqual({ kind: "refused", reason: "stale", job: truth });
      }
    });

    test("steps that come at once are applied in the order of the calls: a lease renewed in time is not reaped", async () => {
      for (const number of [1, 2]) {
        await apply(make.submit(number));
        await apply(make.claim(number, { leaseMs: 10, start: true }));
      }
      clock.advance(10);
      const renew: Step = { kind: "renew", holder: "kernel_a", claims: [{ jobId: make.jobId(1), fence: 1 }], leaseMs: 10 };
      const [renewed, reaped] = await Promise.all([store.commit(renew), store.commit(make.reap())]);
      expect(renewed).toMatchObject({ kind: "applied", jobs: [{ id: make.jobId(1) }] });
      expect(reaped).toMatchObject({ kind: "applied", jobs: [{ id: make.jobId(2), state: "QUEUED" }] });
    });

    test("a stale step among twenty good ones is refused alone", async () => {
      for (let number = 0; number < 20; number++) await bring(number, "RUNNING");
      await bring(20, "QUEUED");
      const steps = Array.from({ length: 21 }, (_, number) => make.complete(number));
      const outcomes = await Promise.all(steps.map((step) => store.commit(step)));
      expect(outcomes.map(({ kind }) => kind)).toEqual([...Array(20).fill("applied"), "refused"]);
    });

    test("a step that breaks an invariant among twenty good ones fails alone", async () => {
      for (let number = 0; number < 21; number++) await bring(number, "RUNNING");
      const tooLarge = { metadata: make.metadata, chunks: [new Uint8Array(limits.chunkBytesMax + 1)] };
      const steps = Array.from({ length: 21 }, (_, number) =>
        number === 7 ? make.complete(7, { result: tooLarge }) : make.complete(number),
      );
      const outcomes = await Promise.allSettled(steps.map((step) => store.commit(step)));
      expect(outcomes.map(({ status }) => status).filter((status) => status === "rejected")).toHaveLength(1);
      expect(outcomes[7]).toMatchObject({ status: "rejected", reason: { name: "InvariantError" } });
      expect(await store.countJobs()).toMatchObject({ COMPLETED: 20, RUNNING: 1 });
    });

    test("events are numbered without gaps, for every job and for all of them", async () => {
      await Promise.all(
        Array.from({ length: 40 }, async (_, number) => {
          await apply(make.submit(number));
          await Promise.all([store.commit(make.claim(number, { start: true })), store.commit(make.cancel(number))]);
          await store.commit(make.complete(number));
        }),
      );
      const events = await everything();
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      for (let number = 0; number < 40; number++) {
        const own = events.filter(({ jobId }) => jobId === make.jobId(number));
        expect(own.map(({ jobSeq }) => jobSeq)).toEqual(own.map((_, index) => index + 1));
        expect(own.slice(1).map(({ from }) => from)).toEqual(own.slice(0, -1).map(({ to }) => to));
      }
    });

    test("an open store is writable; a closed one says so to everybody", async () => {
      expect(await store.isWritable()).toBe(true);
      expect(await store.nowMs()).toBe(make.startMs);
      await store.close();
      expect(await store.isWritable()).toBe(false);
      await expect(store.commit(make.submit(1))).rejects.toThrow(StoreUnavailableError);
      await expect(store.findJob("local", "x")).rejects.toThrow(StoreUnavailableError);
    });
  });
}
