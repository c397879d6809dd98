import { expect, test } from "vitest";
import { canMove, isTerminal, jobMoves, jobStates } from "./job.ts";

test("the terminal states are COMPLETED, FAILED, CANCELLED and DEAD", () => {
  expect(jobStates.filter(isTerminal)).toEqual(["COMPLETED", "FAILED", "CANCELLED", "DEAD"]);
});

test("every state can be reached from QUEUED, and every running state can end", () => {
  const reached = new Set(["QUEUED"]);
  for (let round = 0; round < jobStates.length; round++) {
    for (const from of jobStates) for (const to of jobStates) if (reached.has(from) && canMove(from, to)) reached.add(to);
  }
  expect(reached.size).toBe(jobStates.length);
});

test("every job that is not terminal can be cancelled, and can fail when its deadline passes", () => {
  for (const state of jobStates.filter((candidate) => !isTerminal(candidate))) {
    expect(canMove(state, "CANCELLED")).toBe(true);
    expect(canMove(state, "FAILED")).toBe(true);
  }
});

test("each move says why it happens", () => {
  for (const targets of Object.values(jobMoves))
    for (const reason of Object.values(targets)) expect(reason.length).toBeGreaterThan(10);
});
