// What the parts of the suite work with: always the store of the test that runs now.

import type { JobEvent } from "../../model/event.ts";
import type { Job, JobState } from "../../model/job.ts";
import type { KernelStore, Step } from "../../ports/store.ts";
import * as make from "../store.fixture.ts";

export interface SuiteStore {
  readonly store: KernelStore;
  readonly clock: make.ManualClock;
  /** Closes the store and removes what it left. */
  dispose(): Promise<void>;
}

export interface Subject {
  readonly store: KernelStore;
  readonly clock: make.ManualClock;
  apply(step: Step): ReturnType<typeof make.apply>;
  applyOne(step: Step): Promise<Job>;
  everything(): Promise<readonly JobEvent[]>;
  /** Brings job `number` to a state by legal steps; it was claimed at most once. */
  bring(number: number, state: JobState): Promise<void>;
}

export function createSubject(now: () => SuiteStore): Subject {
  const apply = (step: Step) => make.apply(now().store, step);
  return {
    get store() {
      return now().store;
    },
    get clock() {
      return now().clock;
    },
    apply,
    applyOne: (step) => make.applyOne(now().store, step),
    everything: () => now().store.eventsAfter(0, { ...make.owner, jobIds: [], states: [] }, 10_000),
    async bring(number, state) {
      await apply(make.submit(number));
      if (state === "QUEUED") return;
      if (state === "CANCELLED") await apply(make.cancel(number));
      else await apply(make.claim(number, { start: state !== "SCHEDULED" }));
      if (state === "COMPLETED") await apply(make.complete(number));
      if (state === "FAILED" || state === "DEAD") await apply(make.end(number, { to: state }));
    },
  };
}
