import { expect, test } from "vitest";
import type { JobState } from "../model/job.ts";
import { attemptsAt } from "./streams.ts";

// A job that is given back, reclaimed and cancelled, with the fence that the store gives each move.
const history: readonly [JobState | undefined, JobState, number, number][] = [
  [undefined, "QUEUED", 0, 0],
  ["QUEUED", "SCHEDULED", 1, 1],
  ["SCHEDULED", "RUNNING", 1, 1],
  ["RUNNING", "QUEUED", 2, 1],
  ["QUEUED", "SCHEDULED", 3, 2],
  ["SCHEDULED", "RUNNING", 3, 2],
  ["RUNNING", "QUEUED", 4, 2],
  ["QUEUED", "CANCELLED", 5, 2],
];

test.each(history)("after %s to %s under fence %i the job had been claimed %i times", (from, to, fence, attempts) => {
  expect(attemptsAt({ from, to, fence })).toBe(attempts);
});

test.each<[JobState, JobState, number, number]>([
  ["RUNNING", "COMPLETED", 3, 2],
  ["RUNNING", "FAILED", 3, 2],
  ["RUNNING", "CANCELLED", 4, 2],
  ["RUNNING", "DEAD", 10, 5],
  ["QUEUED", "FAILED", 3, 1],
])("%s to %s under fence %i is attempt %i", (from, to, fence, attempts) => {
  expect(attemptsAt({ from, to, fence })).toBe(attempts);
});
