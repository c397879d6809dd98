// Carries fresh events from the commit that made them to the streams that wait for them, so that nobody polls the store.
//
// Each listener has a small bounded buffer. When it overflows, or the hub cannot be sure that it saw every event (another kernel wrote
// some), the listener is told to read the store from its cursor instead: the store is the truth, the hub only saves the trip.

import { limits } from "../base/limits.ts";
import type { JobEvent } from "../model/event.ts";
import type { Job } from "../model/job.ts";

export interface PublishedEvent {
  readonly event: JobEvent;
  /** The job as it was right after the commit. */
  readonly job: Job;
}

/** What a listener has to do next. */
export type Delivery =
  | { readonly kind: "events"; readonly events: readonly PublishedEvent[] }
  /** Events may have been missed: read the store from the cursor. */
  | { readonly kind: "read_store" }
  | { readonly kind: "idle" }
  | { readonly kind: "closed" };

export interface Listener {
  /** Resolves when there is something to do, after `idleMs` without, or when closed. At most one call at a time. */
  next(): Promise<Delivery>;
  /** Ends the stream: a waiting next() resolves with "closed". */
  close(): void;
}

export interface EventHub {
  /** jobId undefined: every event. The first next() says "read_store", so that what happened before is seen. */
  listen(jobId: string | undefined): Listener;
  /** Events of one commit, in order. */
  publish(events: readonly JobEvent[], jobs: readonly Job[]): void;
  /** Tells the newest event of the store: if the hub did not see it, every listener reads the store. */
  catchUp(lastSeq: number): void;
  /** Wakes listeners that have waited long enough to send a heartbeat. */
  heartbeat(): void;
  readonly lastSeq: number;
  readonly listenerCount: number;
  closeAll(): void;
}

interface ListenerState {
  readonly jobId: string | undefined;
  buffer: PublishedEvent[];
  mustReadStore: boolean;
  isIdle: boolean;
  isClosed: boolean;
  wake: (() => void) | undefined;
}

export function createEventHub(initialSeq: number): EventHub {
  let lastSeq = initialSeq;
  const listeners = new Set<ListenerState>();
  // byJob[id]: those of `listeners` that follow one job, so that a move does not visit every stream.
  const byJob = new Map<string, Set<ListenerState>>();
  const followers = new Set<ListenerState>();

  function signal(listener: ListenerState): void {
    listener.wake?.();
    listener.wake = undefined;
  }

  function tellToReadStore(): void {
    for (const listener of listeners) {
      listener.mustReadStore = true;
      listener.buffer = [];
      signal(listener);
    }
  }

  function deliver(listener: ListenerState, published: PublishedEvent): void {
    if (listener.mustReadStore) return;
    if (listener.buffer.length >= limits.streamBufferEventMax) {
      listener.mustReadStore = true;
      listener.buffer = [];
    } else {
      listener.buffer.push(published);
    }
    signal(listener);
  }

  function take(listener: ListenerState): Delivery | undefined {
    if (listener.isClosed) return { kind: "closed" };
    if (listener.mustReadStore) {
      listener.mustReadStore = false;
      return { kind: "read_store" };
    }
    if (listener.buffer.length > 0) {
      const events = listener.buffer;
      listener.buffer = [];
      return { kind: "events", events };
    }
    if (listener.isIdle) {
      listener.isIdle = false;
      return { kind: "idle" };
    }
    return undefined;
  }

  function remove(listener: ListenerState): void {
    listener.isClosed = true;
    listener.buffer = [];
    listeners.delete(listener);
    followers.delete(listener);
    if (listener.jobId !== undefined) {
      const set = byJob.get(listener.jobId);
      set?.delete(listener);
      if (set?.size === 0) byJob.delete(listener.jobId);
    }
    signal(listener);
  }

  return {
    listen(jobId) {
      const state: ListenerState = { jobId, buffer: [], mustReadStore: true, isIdle: false, isClosed: false, wake: undefined };
      listeners.add(state);
      if (jobId === undefined) followers.add(state);
      else byJob.set(jobId, (byJob.get(jobId) ?? new Set()).add(state));
      return {
        async next() {
          for (;;) {
            const delivery = take(state);
            if (delivery !== undefined) return delivery;
            await new Promise<void>((resolve) => {
              state.wake = resolve;
            });
          }
        },
        close: () => remove(state),
      };
    },

    publish(events, jobs) {
      for (const event of events) {
        if (event.seq <= lastSeq) continue;
        const isNext = event.seq === lastSeq + 1;
        lastSeq = event.seq;
        if (!isNext) {
          tellToReadStore();
          continue;
        }
        const job = jobs.find((candidate) => candidate.id === event.jobId);
        if (job === undefined) {
          tellToReadStore();
          continue;
        }
        const published = { event, job };
        for (const listener of byJob.get(event.jobId) ?? []) deliver(listener, published);
        for (const listener of followers) deliver(listener, published);
      }
    },

    catchUp(storeSeq) {
      if (storeSeq <= lastSeq) return;
      lastSeq = storeSeq;
      tellToReadStore();
    },

    heartbeat() {
      for (const listener of listeners) {
        listener.isIdle = true;
        signal(listener);
      }
    },

    get lastSeq() {
      return lastSeq;
    },
    get listenerCount() {
      return listeners.size;
    },
    closeAll() {
      for (const listener of [...listeners]) remove(listener);
    },
  };
}
