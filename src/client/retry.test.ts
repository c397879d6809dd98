import { expect, test } from "vitest";
import { KernelClientError } from "./errors.ts";
import { defaultRetryPolicy, retryDelayMs, sleep } from "./retry.ts";

const policy = { attemptCountMax: 6, resumeCountMax: 12, delayMsFirst: 100, delayMsMax: 1000 };
const unreachable = new KernelClientError({ code: "unreachable", rpc: "unavailable", text: "", hint: "", retryable: true });

test("pauses double up to the longest, drawn between half and whole, and end with the last try", () => {
  const pauses = (random: number) => [1, 2, 3, 4, 5, 6].map((count) => retryDelayMs(unreachable, count, policy, random));
  expect(pauses(0)).toEqual([50, 100, 200, 400, 500, undefined]);
  expect(pauses(1)).toEqual([100, 200, 400, 800, 1000, undefined]);
});

test.each([
  ["a kernel that shuts down", "shutting_down", "unavailable", true, true],
  ["an overloaded kernel", "overloaded", "resource_exhausted", true, true],
  ["a request that is too large", "request_too_large", "resource_exhausted", false, false],
  ["a bad request", "invalid_request", "invalid_argument", false, false],
  ["a job that has not ended", "result_not_ready", "failed_precondition", true, false],
  ["a request that took too long", "request_timeout", "deadline_exceeded", true, false],
] as const)("%s (%s) is retried: %s %s -> %s", (_, code, rpc, retryable, expected) => {
  const error = new KernelClientError({ code, rpc, text: "", hint: "", retryable, isFromKernel: true });
  expect(retryDelayMs(error, 1, policy, 0) !== undefined).toBe(expected);
});

test("all tries of one call take about as long as the policy promises", () => {
  const { attemptCountMax } = defaultRetryPolicy;
  const pauses = Array.from(
    { length: attemptCountMax },
    (_, index) => retryDelayMs(unreachable, index + 1, defaultRetryPolicy, 1) ?? 0,
  );
  expect(pauses.reduce((sum, pause) => sum + pause)).toBeLessThan(10_000);
});

test("a stream that had come is resumed across ten seconds without a network, whatever the draw", () => {
  const { resumeCountMax } = defaultRetryPolicy;
  const pauses = Array.from(
    { length: resumeCountMax },
    (_, index) => retryDelayMs(unreachable, index + 1, defaultRetryPolicy, 0, resumeCountMax) ?? 0,
  );
  const totalMs = pauses.reduce((sum, pause) => sum + pause);
  expect(totalMs).toBeGreaterThan(12_000);
  expect(totalMs).toBeLessThan(31_000);
  expect(pauses.at(-1)).toBe(0);
});

test("a sleep ends at once when its signal aborts, also when it had aborted before", async () => {
  const caller = new AbortController();
  const sleeping = sleep(60_000, caller.signal);
  caller.abort();
  await expect(sleeping).rejects.toMatchObject({ code: "canceled" });
  await expect(sleep(60_000, caller.signal)).rejects.toMatchObject({ code: "canceled" });
});
