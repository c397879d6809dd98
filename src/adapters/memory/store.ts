// A KernelStore in plain maps: the reference model of the store port. It lives as long as its object does, so a simulated world
// keeps it across the crashes of its kernels; `use_in_memory_storage` runs a real kernel on it.

import { invariant } from "../../base/invariant.ts";
import type { JobEvent } from "../../model/event.ts";
import type { Job } from "../../model/job.ts";
import type { Clock } from "../../ports/clock.ts";
import {
  type EventFilter,
  type JobFilter,
  type KernelStore,
  type StoredCircuit,
  type StoredResult,
  StoreUnavailableError,
} from "../../ports/store.ts";
import { applyStep } from "./apply.ts";
import { compareService, createMemoryState, liveJobs, type MemoryState, pairKey } from "./state.ts";

export function createMemoryStore({ clock }: { readonly clock: Clock }): KernelStore {
  const state = createMemoryState();
  let open = true;
  const use = (): MemoryState => {
    if (!open) throw new StoreUnavailableError("the store is closed");
    return state;
  };
  return {
    commit: async (step) => applyStep(use(), step, clock.nowMs()),

    findJob: async (tenant, reference) => findJob(use(), tenant, reference),
    findJobById: async (jobId) => use().jobs.get(jobId)?.job,
    findSubmission: async (tenant, idempotencyKey) => findSubmission(use(), tenant, idempotencyKey),
    listJobs: async (filter) => listJobs(use(), filter),
    readyJobs: async (limit) => queuedJobs(use()).sort(compareService).slice(0, limit).map(toJob),
    countJobs: async () => ({ ...use().counts }),
    countAhead: async (job) => countAhead(use(), job),
    nextExpiryMs: async () => nextExpiryMs(use()),

    eventsAfter: async (after, filter, limit) => eventsAfter(use(), after, filter, limit),
    lastEventSeq: async () => use().events.length,
    lastEvent: async (jobId) => {
      const { jobs, events } = use();
      return events[(jobs.get(jobId)?.job.eventSeq ?? 0) - 1];
    },

    findResult: async (jobId) => findResult(use(), jobId),
    resultChunk: async (jobId, index) => use().results.get(jobId)?.chunks[index]?.slice(),

    putCircuit: async (circuit) => {
      const { circuits } = use();
      const key = pairKey(circuit.owner.tenant, circuit.id);
      if (!circuits.has(key)) circuits.set(key, { ...circuit, createdAtMs: clock.nowMs() });
      const stored = circuits.get(key);
      invariant(stored !== undefined, "a circuit just put is stored");
      return stored;
    },
    findCircuit: async (tenant, id): Promise<StoredCircuit | undefined> => use().circuits.get(pairKey(tenant, id)),

    nowMs: async () => clock.nowMs(),
    isWritable: async () => open,
    close: async () => {
      open = false;
    },
  };
}

function toJob({ job }: { readonly job: Job }): Job {
  return job;
}

function queuedJobs(state: MemoryState) {
  return liveJobs(state).filter(({ job }) => job.state === "QUEUED");
}

function findJob(state: MemoryState, tenant: string, reference: string): Job | undefined {
  const byId = state.jobs.get(reference)?.job;
  if (byId?.owner.tenant === tenant) return byId;
  return state.jobs.get(state.names.get(pairKey(tenant, reference)) ?? "")?.job;
}

function findSubmission(state: MemoryState, tenant: string, idempotencyKey: string) {
  const record = state.idempotency.get(pairKey(tenant, idempotencyKey));
  const job = state.jobs.get(record?.jobId ?? "")?.job;
  return record && job && { requestHash: record.requestHash, job };
}

function listJobs(state: MemoryState, filter: JobFilter): readonly Job[] {
  return [...state.jobs.values()]
    .map(toJob)
    .filter((job) => matchesJob(job, filter))
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, filter.limit);
}

function matchesJob(job: Job, filter: JobFilter): boolean {
  return (
    job.owner.tenant === filter.tenant &&
    job.owner.project === filter.project &&
    (filter.states.length === 0 || filter.states.includes(job.state)) &&
    Object.entries(filter.tags).every(([key, value]) => Object.hasOwn(job.spec.tags, key) && job.spec.tags[key] === value) &&
    job.spec.name.startsWith(filter.namePrefix) &&
    job.submittedAtMs >= (filter.submittedAfterMs ?? Number.NEGATIVE_INFINITY) &&
    job.submittedAtMs < (filter.submittedBeforeMs ?? Number.POSITIVE_INFINITY) &&
    (filter.before === undefined || job.id < filter.before)
  );
}

function countAhead(state: MemoryState, job: Job): number {
  const stored = state.jobs.get(job.id);
  if (stored === undefined) return 0;
  return queuedJobs(state).filter((other) => compareService(other, stored) < 0).length;
}

function nextExpiryMs(state: MemoryState): number | undefined {
  let next: number | undefined;
  for (const { job } of liveJobs(state)) {
    const expiryMs = job.state === "QUEUED" ? job.deadlineMs : job.leaseUntilMs;
    if (expiryMs !== undefined && (next === undefined || expiryMs < next)) next = expiryMs;
  }
  return next;
}

function eventsAfter(state: MemoryState, after: number, filter: EventFilter, limit: number): readonly JobEvent[] {
  const page: JobEvent[] = [];
  // events[i] has seq i + 1, so the first event with seq > after stands at index `after`.
  for (let index = Math.max(0, after); index < state.events.length && page.length < limit; index++) {
    const event = state.events[index];
    if (event !== undefined && matchesEvent(event, filter)) page.push(event);
  }
  return page;
}

function matchesEvent(event: JobEvent, filter: EventFilter): boolean {
  return (
    event.owner.tenant === filter.tenant &&
    event.owner.project === filter.project &&
    (filter.jobIds.length === 0 || filter.jobIds.includes(event.jobId)) &&
    (filter.states.length === 0 || filter.states.includes(event.to))
  );
}

function findResult(state: MemoryState, jobId: string): StoredResult | undefined {
  const result = state.results.get(jobId);
  return result && { jobId, metadata: result.metadata, chunkCount: result.chunks.length };
}
