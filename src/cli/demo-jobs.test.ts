import { expect, test } from "vitest";
import { demoJobs, problemsOf } from "./demo-jobs.ts";

const bell = { shares: { "00": 0.5, "11": 0.5 }, spec: { shots: 1024 } };
const moves = ["queued", "scheduled", "running", "completed"] as const;
const counts = (entries: Readonly<Record<string, number>>) => ({ counts: new Map(Object.entries(entries)) });

test("a fair Bell run has no problems", () => {
  expect(problemsOf(bell, moves, counts({ "00": 530, "11": 494 }))).toEqual([]);
});

test("an outcome that a Bell pair cannot have is a problem, however rare", () => {
  expect(problemsOf(bell, moves, counts({ "00": 530, "11": 493, "01": 1 }))).toEqual(["01 was counted 1 times, wanted never"]);
});

test("a coin that is not fair, lost shots and a skipped state are told together", () => {
  const problems = problemsOf(bell, ["queued", "completed"], counts({ "00": 1000, "11": 20 }));
  expect([...problems].sort()).toEqual([
    "00 was counted 1000 times, wanted about 512",
    "1020 shots were counted, wanted 1024",
    "11 was counted 20 times, wanted about 512",
    "it moved queued → completed",
  ]);
});

test("a certain outcome may not miss a single shot", () => {
  const certain = { shares: { "1": 1 }, spec: { shots: 10 } };
  expect(problemsOf(certain, moves, counts({ "1": 10 }))).toEqual([]);
  expect(problemsOf(certain, moves, counts({ "1": 9 }))).not.toEqual([]);
});

test("the first job is the specification's, to the last field", async () => {
  const [first] = await demoJobs("the bell circuit", async () => "");
  expect(first?.spec).toEqual({
    id: "test_job_001",
    circuit: "the bell circuit",
    shots: 1024,
    priority: "normal",
    requirements: { minQubits: 2, topology: "linear", fidelityRequirement: 0.99, estimatedDuration: "5s" },
  });
});
