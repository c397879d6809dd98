// Every move of a job is one event, written with it in one transaction. Streams, metrics and audits read the same events.

import type { JobState, Owner } from "./job.ts";

export interface JobEvent {
  /** Global, strictly increasing; its decimal form is the cursor that every stream shares. */
  readonly seq: number;
  /** 1, 2, 3, … within the job: no gaps. */
  readonly jobSeq: number;
  readonly jobId: string;
  readonly jobName: string;
  readonly owner: Owner;
  /** Undefined for the first event. */
  readonly from: JobState | undefined;
  readonly to: JobState;
  /** For people: why it moved. */
  readonly reason: string;
  readonly device: string;
  readonly fence: number;
  /** By the store's clock, epoch milliseconds. */
  readonly atMs: number;
}
