// When the client tries again by itself. Every call of the contract may be repeated: reads change nothing, cancelling twice is
// cancelling, circuits are stored by content, and a submit carries an idempotency key.

import { limits } from "../base/limits.ts";
import { KernelClientError } from "./errors.ts";

export interface RetryPolicy {
  /** Tries of one call, the first included; 1: no retries. */
  readonly attemptCountMax: number;
  /** The same for a stream that had brought something: its reader rather waits than starts again. */
  readonly resumeCountMax: number;
  /** Pause after the first failure; doubled each time. */
  readonly delayMsFirst: number;
  /** Longest pause. A kernel that asks for a longer one is not asked again: its answer is thrown. */
  readonly delayMsMax: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  attemptCountMax: limits.clientAttemptCountMax,
  resumeCountMax: limits.clientResumeCountMax,
  delayMsFirst: limits.clientRetryMsFirst,
  delayMsMax: limits.clientRetryMsMax,
};

/** Pause before the next try, or undefined when there is none. `random` lies in [0, 1). */
export function retryDelayMs(
  error: KernelClientError,
  failureCount: number,
  policy: RetryPolicy,
  random: number,
  attemptCountMax: number = policy.attemptCountMax,
): number | undefined {
  if (failureCount >= attemptCountMax || !isWorthRetrying(error)) return undefined;
  const whole = Math.min(policy.delayMsMax, policy.delayMsFirst * 2 ** (failureCount - 1));
  // Between half and whole, so that clients that failed together do not come back together.
  const jittered = whole * (0.5 + random / 2);
  const asked = error.retryAfterMs ?? 0;
  return asked > policy.delayMsMax ? undefined : Math.max(jittered, asked);
}

/** The kernel may call an answer retryable because the caller's world has to change first (a job has to end): that is the caller's wait. */
function isWorthRetrying(error: KernelClientError): boolean {
  if (!error.retryable) return false;
  if (!error.isFromKernel) return error.code === "unreachable";
  return error.rpc === "unavailable" || error.rpc === "resource_exhausted" || error.rpc === "aborted";
}

/** Rejects with "canceled" as soon as the signal aborts. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(canceled());
    const stop = (): void => {
      clearTimeout(timer);
      reject(canceled());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

export function canceled(): KernelClientError {
  return new KernelClientError({
    code: "canceled",
    rpc: "canceled",
    text: "The caller gave up waiting, or closed the client.",
    hint: "",
  });
}
