// Steps that come at once.

import { expect, test } from "vitest";
import { limits } from "../../base/limits.ts";
import { type Step, StoreUnavailableError } from "../../ports/store.ts";
import * as make from "../store.fixture.ts";
import type { Subject } from "./subject.ts";

export function togetherTests(subject: Subject): void {
  const { apply, everything, bring } = subject;

  test("of 50 kernels that claim one job exactly one wins, and the others learn who", async () => {
    await apply(make.submit(1));
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        subject.store.commit(make.claim(1, { holder: `kernel_${index}`, start: index % 2 === 0 })),
      ),
    );
    const won = outcomes.filter(({ kind }) => kind === "applied");
    expect(won).toHaveLength(1);
    const truth = await subject.store.findJobById(make.jobId(1));
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
    subject.clock.advance(10);
    const renew: Step = { kind: "renew", holder: "kernel_a", claims: [{ jobId: make.jobId(1), fence: 1 }], leaseMs: 10 };
    const [renewed, reaped] = await Promise.all([subject.store.commit(renew), subject.store.commit(make.reap())]);
    expect(renewed).toMatchObject({ kind: "applied", jobs: [{ id: make.jobId(1) }] });
    expect(reaped).toMatchObject({ kind: "applied", jobs: [{ id: make.jobId(2), state: "QUEUED" }] });
  });

  test("a stale step among twenty good ones is refused alone", async () => {
    for (let number = 0; number < 20; number++) await bring(number, "RUNNING");
    await bring(20, "QUEUED");
    const steps = Array.from({ length: 21 }, (_, number) => make.complete(number));
    const outcomes = await Promise.all(steps.map((step) => subject.store.commit(step)));
    expect(outcomes.map(({ kind }) => kind)).toEqual([...Array(20).fill("applied"), "refused"]);
  });

  test("a step that breaks an invariant among twenty good ones fails alone", async () => {
    for (let number = 0; number < 21; number++) await bring(number, "RUNNING");
    const tooLarge = { metadata: make.metadata, chunks: [new Uint8Array(limits.chunkBytesMax + 1)] };
    const steps = Array.from({ length: 21 }, (_, number) =>
      number === 7 ? make.complete(7, { result: tooLarge }) : make.complete(number),
    );
    const outcomes = await Promise.allSettled(steps.map((step) => subject.store.commit(step)));
    expect(outcomes.map(({ status }) => status).filter((status) => status === "rejected")).toHaveLength(1);
    expect(outcomes[7]).toMatchObject({ status: "rejected", reason: { name: "InvariantError" } });
    expect(await subject.store.countJobs()).toMatchObject({ COMPLETED: 20, RUNNING: 1 });
  });

  test("events are numbered without gaps, for every job and for all of them", async () => {
    await Promise.all(
      Array.from({ length: 40 }, async (_, number) => {
        await apply(make.submit(number));
        await Promise.all([subject.store.commit(make.claim(number, { start: true })), subject.store.commit(make.cancel(number))]);
        await subject.store.commit(make.complete(number));
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
    expect(await subject.store.isWritable()).toBe(true);
    expect(await subject.store.nowMs()).toBe(make.startMs);
    await subject.store.close();
    expect(await subject.store.isWritable()).toBe(false);
    await expect(subject.store.commit(make.submit(1))).rejects.toThrow(StoreUnavailableError);
    await expect(subject.store.findJob("local", "x")).rejects.toThrow(StoreUnavailableError);
  });
}
