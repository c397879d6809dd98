import { expect, test } from "vitest";
import { eventFixture, jobFixture } from "../../test/fixtures/job.ts";
import { limits } from "../base/limits.ts";
import { createEventHub, type Delivery, type Listener } from "./event-hub.ts";

const job = jobFixture();

async function afterStart(listener: Listener): Promise<Listener> {
  expect(await listener.next()).toEqual({ kind: "read_store" });
  return listener;
}

function seqs(delivery: Delivery): number[] {
  return delivery.kind === "events" ? delivery.events.map(({ event }) => event.seq) : [];
}

test("a listener reads the store first and then gets each event of its job", async () => {
  const hub = createEventHub(0);
  const listener = await afterStart(hub.listen(job.id));
  const waiting = listener.next();
  hub.publish([eventFixture({ seq: 1 })], [job]);
  hub.publish([eventFixture({ seq: 2, jobId: "job_other" })], [jobFixture({ id: "job_other" })]);
  hub.publish([eventFixture({ seq: 3 })], [job]);
  expect(seqs(await waiting)).toEqual([1, 3]);
});

test("a listener without a job gets the events of all jobs", async () => {
  const hub = createEventHub(0);
  const listener = await afterStart(hub.listen(undefined));
  hub.publish([eventFixture({ seq: 1 })], [job]);
  hub.publish([eventFixture({ seq: 2, jobId: "job_other" })], [jobFixture({ id: "job_other" })]);
  expect(seqs(await listener.next())).toEqual([1, 2]);
});

test("a listener that falls behind is sent to the store instead of growing", async () => {
  const hub = createEventHub(0);
  const listener = await afterStart(hub.listen(job.id));
  for (let seq = 1; seq <= limits.streamBufferEventMax + 10; seq++) hub.publish([eventFixture({ seq })], [job]);
  expect(await listener.next()).toEqual({ kind: "read_store" });
  hub.publish([eventFixture({ seq: limits.streamBufferEventMax + 11 })], [job]);
  expect(seqs(await listener.next())).toEqual([limits.streamBufferEventMax + 11]);
});

test("a gap in the numbers sends everybody to the store", async () => {
  const hub = createEventHub(0);
  const listener = await afterStart(hub.listen(job.id));
  hub.publish([eventFixture({ seq: 5 })], [job]);
  expect(await listener.next()).toEqual({ kind: "read_store" });
  expect(hub.lastSeq).toBe(5);
});

test("events that another kernel wrote are caught up from the store, once", async () => {
  const hub = createEventHub(3);
  const listener = await afterStart(hub.listen(undefined));
  hub.catchUp(3);
  hub.catchUp(7);
  expect(await listener.next()).toEqual({ kind: "read_store" });
  hub.publish([eventFixture({ seq: 7 })], [job]);
  hub.publish([eventFixture({ seq: 8 })], [job]);
  expect(seqs(await listener.next())).toEqual([8]);
});

test("a silent listener wakes for a heartbeat, and a closed one ends at once", async () => {
  const hub = createEventHub(0);
  const listener = await afterStart(hub.listen(undefined));
  const waiting = listener.next();
  hub.heartbeat();
  expect(await waiting).toEqual({ kind: "idle" });
  const last = listener.next();
  hub.closeAll();
  expect(await last).toEqual({ kind: "closed" });
  expect(hub.listenerCount).toBe(0);
});

test("a closed listener is forgotten", () => {
  const hub = createEventHub(0);
  const listener = hub.listen(job.id);
  expect(hub.listenerCount).toBe(1);
  listener.close();
  listener.close();
  expect(hub.listenerCount).toBe(0);
});
