// The moves of a job, each guarded by its state and fence.

import { expect, test } from "vitest";
import { limits } from "../../base/limits.ts";
import { canMove, jobStates } from "../../model/job.ts";
import type { Step } from "../../ports/store.ts";
import * as make from "../store.fixture.ts";
import type { Subject } from "./subject.ts";

export function lifeTests(subject: Subject): void {
  const { apply, applyOne, everything, bring } = subject;

  test("claim, start and complete move a job, each with one event, and store its result", async () => {
    await apply(make.submit(1));
    subject.clock.advance(5);
    const claimed = await applyOne(make.claim(1));
    const held = { state: "SCHEDULED", fence: 1, attempts: 1, holder: "kernel_a", device: "sim" };
    expect(claimed).toMatchObject({ ...held, leaseUntilMs: make.startMs + 10_005, startedAtMs: undefined });
    subject.clock.advance(5);
    expect(await applyOne(make.start(1))).toEqual({
      ...claimed,
      state: "RUNNING",
      startedAtMs: make.startMs + 10,
      eventSeq: 3,
    });
    subject.clock.advance(5);
    const done = await applyOne(make.complete(1));
    expect(done).toMatchObject({
      state: "COMPLETED",
      fence: 1,
      holder: "",
      leaseUntilMs: 0,
      device: "sim",
      endedAtMs: make.startMs + 15,
    });
    expect(await subject.store.findJobById(done.id)).toEqual(done);
    expect(await subject.store.findResult(done.id)).toEqual({ jobId: done.id, metadata: make.metadata, chunkCount: 2 });
    expect(await subject.store.resultChunk(done.id, 0)).toEqual(new Uint8Array([1, 2, 0]));
    expect(await subject.store.resultChunk(done.id, 1)).toEqual(new Uint8Array([255, 4]));
    expect(await subject.store.resultChunk(done.id, 2)).toBeUndefined();
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
    const seq = await subject.store.lastEventSeq();
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
      const outcome = await subject.store.commit(step);
      const truth = await subject.store.findJobById("jobId" in step ? step.jobId : "");
      expect(outcome, JSON.stringify({ ...step, result: 0 })).toEqual({ kind: "refused", reason: "stale", job: truth });
    }
    expect(await subject.store.lastEventSeq()).toBe(seq);
    expect(await subject.store.findResult(make.jobId(3))).toBeUndefined();
  });

  test("a step for a job that does not exist is refused", async () => {
    const steps = [make.claim(9), make.claim(9, { start: true }), make.start(9), make.complete(9), make.end(9), make.cancel(9)];
    for (const step of steps) {
      expect(await subject.store.commit(step)).toEqual({ kind: "refused", reason: "not_found", job: undefined });
    }
    expect(await subject.store.findResult(make.jobId(9))).toBeUndefined();
  });

  test("a job whose deadline passed in the queue is not claimed any more", async () => {
    const job = await applyOne(make.submit(1, { deadlineMs: make.startMs + 10 }));
    subject.clock.advance(10);
    expect(await subject.store.commit(make.claim(1, { start: true }))).toEqual({
      kind: "refused",
      reason: "deadline_passed",
      job,
    });
  });

  test("a second completion is refused and the first result stays", async () => {
    await bring(1, "COMPLETED");
    const other = make.complete(1, { result: { metadata: { ...make.metadata, shots: 1 }, chunks: [new Uint8Array([9])] } });
    expect(await subject.store.commit(other)).toMatchObject({ kind: "refused", reason: "stale" });
    expect(await subject.store.findResult(make.jobId(1))).toEqual({
      jobId: make.jobId(1),
      metadata: make.metadata,
      chunkCount: 2,
    });
    expect(await subject.store.resultChunk(make.jobId(1), 0)).toEqual(new Uint8Array([1, 2, 0]));
  });

  test("a stored chunk is a copy: neither the writer's nor a reader's bytes change it", async () => {
    await bring(1, "RUNNING");
    const bytes = new Uint8Array([1, 2, 3]);
    await apply(make.complete(1, { result: { metadata: make.metadata, chunks: [bytes] } }));
    bytes[0] = 9;
    (await subject.store.resultChunk(make.jobId(1), 0))?.fill(8);
    expect(await subject.store.resultChunk(make.jobId(1), 0)).toEqual(new Uint8Array([1, 2, 3]));
  });

  test("a chunk above its limit breaks an invariant and leaves the job as it was", async () => {
    await bring(1, "RUNNING");
    const chunks = [new Uint8Array(1), new Uint8Array(limits.chunkBytesMax + 1)];
    await expect(subject.store.commit(make.complete(1, { result: { metadata: make.metadata, chunks } }))).rejects.toThrow(
      "invariant broken",
    );
    expect(await subject.store.findJobById(make.jobId(1))).toMatchObject({ state: "RUNNING" });
    expect(await subject.store.findResult(make.jobId(1))).toBeUndefined();
    await apply(make.complete(1, { result: { metadata: make.metadata, chunks: [new Uint8Array(limits.chunkBytesMax)] } }));
  });

  test("a job given back is QUEUED again under a higher fence, and its old holder is stale", async () => {
    await bring(1, "RUNNING");
    const back = await applyOne(make.end(1, { to: "QUEUED", failure: undefined, killedWorker: true }));
    const free = { state: "QUEUED", fence: 2, attempts: 1, workerKills: 1, holder: "", leaseUntilMs: 0, device: "" };
    expect(back).toMatchObject({ ...free, startedAtMs: undefined, endedAtMs: undefined, failure: undefined });
    expect(await subject.store.commit(make.complete(1))).toMatchObject({ kind: "refused", reason: "stale" });
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
    expect(await subject.store.findJobById(failed.id)).toEqual(failed);
  });

  test("every legal end is taken and every illegal one breaks an invariant without a trace", async () => {
    let number = 0;
    for (const from of jobStates) {
      for (const to of ["FAILED", "DEAD", "QUEUED"] as const) {
        await bring(++number, from);
        const seq = await subject.store.lastEventSeq();
        const fence = (await subject.store.findJobById(make.jobId(number)))?.fence ?? -1;
        const committed = subject.store.commit(make.end(number, { from, to, fence }));
        if (canMove(from, to))
          expect(await committed, `${from} to ${to}`).toMatchObject({ kind: "applied", jobs: [{ state: to }] });
        else await expect(committed, `${from} to ${to}`).rejects.toThrow("invariant broken");
        expect(await subject.store.lastEventSeq(), `${from} to ${to}`).toBe(seq + (canMove(from, to) ? 1 : 0));
      }
    }
  });
}
