// Streams of events: first what the store has after the cursor, then each event as it is committed. The cursor is the event's
// global sequence number, so a stream that breaks goes on without a gap or a repeat.

import { limits } from "../base/limits.ts";
import type { JobEvent } from "../model/event.ts";
import { isTerminal, type Job } from "../model/job.ts";
import type { EventFilter, KernelStore } from "../ports/store.ts";
import type { JobUpdate, StreamItem } from "./door.ts";
import type { EventHub } from "./event-hub.ts";
import { findSmallResult } from "./results.ts";

export interface StreamContext {
  readonly store: KernelStore;
  readonly hub: EventHub;
  readonly nowMs: () => number;
}

export async function* followEvents(
  context: StreamContext,
  filter: EventFilter,
  {
    from,
    announces,
  }: { readonly from: number /** Tells its cursor at once, so that a reader knows it is live. */; readonly announces: boolean },
  signal: AbortSignal,
): AsyncGenerator<StreamItem> {
  const listener = context.hub.listen(undefined);
  const stop = (): void => listener.close();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  let cursor = from;
  try {
    if (announces) yield { kind: "heartbeat", cursor, atMs: context.nowMs() };
    for (;;) {
      const delivery = await listener.next();
      if (delivery.kind === "closed") return;
      if (delivery.kind === "read_store") {
        for await (const event of readFrom(context.store, filter, cursor)) {
          cursor = event.seq;
          yield { kind: "event", event };
        }
      } else if (delivery.kind === "events") {
        for (const { event } of delivery.events) {
          if (event.seq <= cursor) continue;
          cursor = event.seq;
          if (isWanted(filter, event)) yield { kind: "event", event };
        }
      } else {
        yield { kind: "heartbeat", cursor, atMs: context.nowMs() };
      }
    }
  } finally {
    signal.removeEventListener("abort", stop);
    listener.close();
  }
}

export async function* followJob(
  context: StreamContext,
  job: Job,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<JobUpdate> {
  const { store, hub } = context;
  const filter: EventFilter = { tenant: job.owner.tenant, project: job.owner.project, jobIds: [job.id], states: [] };
  const listener = hub.listen(job.id);
  const stop = (): void => listener.close();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  let cursor = after;
  try {
    for (;;) {
      const delivery = await listener.next();
      if (delivery.kind === "closed") return;
      if (delivery.kind === "idle") continue;
      if (delivery.kind === "events") {
        for (const { event, job: now } of delivery.events) {
          if (event.seq <= cursor) continue;
          cursor = event.seq;
          yield await toUpdate(store, now, event);
          if (isTerminal(event.to)) return;
        }
        continue;
      }
      for await (const event of readFrom(store, filter, cursor)) {
        cursor = event.seq;
        const now = (await store.findJob(job.owner.tenant, job.id)) ?? job;
        yield await toUpdate(store, now, event);
        if (isTerminal(event.to)) return;
      }
      // A cursor at or beyond the last event of a job that has ended: nothing will ever come.
      const now = await store.findJob(job.owner.tenant, job.id);
      if (now !== undefined && isTerminal(now.state) && cursor >= now.eventSeq) return;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    listener.close();
  }
}

/** The job as a reader of this event should see it, live or replayed: nothing that came later. */
async function toUpdate(store: KernelStore, now: Job, event: JobEvent): Promise<JobUpdate> {
  const job = asOf(now, event);
  return { job, event, result: event.to === "COMPLETED" ? await findSmallResult(store, job) : undefined };
}

function asOf(now: Job, event: JobEvent): Job {
  const known = { ...now, state: event.to, attempts: attemptsAt(event), device: event.device };
  if (isTerminal(event.to)) return known;
  return { ...known, startedAtMs: event.to === "RUNNING" ? event.atMs : undefined, endedAtMs: undefined, failure: undefined };
}

/** How often the job had been claimed: the fence rises with every claim, and once more when a claim ends without ending the job. */
export function attemptsAt({ fence, from, to }: Pick<JobEvent, "fence" | "from" | "to">): number {
  const isHeld = to === "SCHEDULED" || to === "RUNNING" || from === "SCHEDULED" || from === "RUNNING";
  return isHeld ? Math.ceil(fence / 2) : Math.floor(fence / 2);
}

async function* readFrom(store: KernelStore, filter: EventFilter, after: number): AsyncGenerator<JobEvent> {
  let cursor = after;
  for (;;) {
    const page = await store.eventsAfter(cursor, filter, limits.eventPageSize);
    for (const event of page) {
      cursor = event.seq;
      yield event;
    }
    if (page.length < limits.eventPageSize) return;
  }
}

function isWanted({ tenant, project, jobIds, states }: EventFilter, event: JobEvent): boolean {
  if (event.owner.tenant !== tenant || event.owner.project !== project) return false;
  if (jobIds.length > 0 && !jobIds.includes(event.jobId)) return false;
  return states.length === 0 || states.includes(event.to);
}
