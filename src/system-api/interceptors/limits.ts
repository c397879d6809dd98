// Keeps the doors bounded: how many requests are worked on at once, how long one may take, how many streams are open.
// What a client leaves behind is released when its work really ended, not when the client went.

import { Code, ConnectError, type Interceptor, type StreamResponse } from "@connectrpc/connect";
import { createWaitEstimate } from "../../base/wait-estimate.ts";
import { kernelError } from "../../model/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import { KernelErrorException, refuse } from "../errors.ts";
import type { Sleep } from "../options.ts";

export interface LimitOptions {
  readonly concurrentRequestsMax: number;
  readonly requestTimeoutMs: number;
  readonly streamCountMax: number;
  readonly sleep: Sleep;
  readonly clock: Clock;
  /** Ends every stream and refuses new ones: its clients resume at their cursors. */
  readonly shutdownSignal: AbortSignal;
  readonly telemetry: Telemetry;
}

export function limitInterceptor(options: LimitOptions): Interceptor {
  let requestCount = 0;
  let streamCount = 0;
  const now = () => options.clock.monotonicMs();
  const requestWait = createWaitEstimate(now());
  const streamWait = createWaitEstimate(now());
  const moveStreams = (by: number) => {
    streamCount += by;
    if (by < 0) streamWait.free(-by, now());
    options.telemetry.gauge("open_streams", streamCount);
  };
  return (next) => async (request) => {
    if (request.stream) {
      const shutdown = endsItself.has(request.method.name) ? undefined : options.shutdownSignal;
      if (shutdown?.aborted === true) refuse("shutting_down");
      if (streamCount >= options.streamCountMax) {
        refuse("overloaded", { facts: { open_streams_max: options.streamCountMax }, retryAfterMs: streamWait.next(now()) });
      }
      const scope = createScope(request.signal, shutdown);
      moveStreams(1);
      const close = () => {
        if (scope.close()) moveStreams(-1);
      };
      // A client may leave before it read anything: the stream below has then not begun and cannot clean up.
      scope.signal.addEventListener("abort", close, { once: true });
      try {
        const response = (await scope.race(next({ ...request, signal: scope.signal }))) as StreamResponse;
        return { ...response, message: iterate(response.message, scope, close) };
      } catch (error) {
        close();
        throw error;
      }
    }
    if (requestCount >= options.concurrentRequestsMax && !alwaysAnswered.has(request.method.name)) {
      const facts = { concurrent_requests_max: options.concurrentRequestsMax };
      refuse("overloaded", { facts, retryAfterMs: requestWait.next(now()) });
    }
    requestCount += 1;
    const scope = createScope(request.signal, undefined);
    const work = next({ ...request, signal: scope.signal });
    void options.sleep(options.requestTimeoutMs, scope.ended).then(
      () =>
        scope.fail(
          new KernelErrorException(
            kernelError("request_timeout", { facts: { wanted_ms: `at most ${options.requestTimeoutMs}` } }),
          ),
        ),
      () => {},
    );
    const release = () => {
      requestCount -= 1;
      requestWait.free(1, now());
    };
    work.then(release, release);
    try {
      return await scope.race(work);
    } finally {
      scope.close();
    }
  };
}

/** GetHealth and gRPC's Check: a kernel that is busy is not ill, and whoever restarts the ill must be able to tell. */
const alwaysAnswered: ReadonlySet<string> = new Set(["GetHealth", "Check"]);

/** gRPC's Watch says NOT_SERVING before it ends. */
const endsItself: ReadonlySet<string> = new Set(["Watch"]);

/** A call's own abort signal, which follows others and leaves no listener behind. */
interface Scope {
  readonly signal: AbortSignal;
  /** Aborted once the call is over, however it ended: for what only accompanies it. */
  readonly ended: AbortSignal;
  fail(reason: unknown): void;
  /** Settles as the work does, or rejects as soon as the signal aborts. */
  race<T>(work: Promise<T>): Promise<T>;
  /** True the first time. */
  close(): boolean;
}

/** One for all: to make an error for each call cost more than the rest of its scope. */
const callIsOver = new ConnectError("the call is over", Code.Canceled);

function createScope(client: AbortSignal, shutdown: AbortSignal | undefined): Scope {
  const controller = new AbortController();
  const ended = new AbortController();
  const onClient = () => controller.abort(reasonOf(client));
  const onShutdown = () => controller.abort(new KernelErrorException(kernelError("shutting_down")));
  if (client.aborted) onClient();
  client.addEventListener("abort", onClient, { once: true });
  shutdown?.addEventListener("abort", onShutdown, { once: true });
  let isOpen = true;
  return {
    signal: controller.signal,
    ended: ended.signal,
    fail: (reason) => {
      if (isOpen) controller.abort(reason);
    },
    race: (work) => raceAbort(work, controller.signal),
    close() {
      if (!isOpen) return false;
      isOpen = false;
      client.removeEventListener("abort", onClient);
      shutdown?.removeEventListener("abort", onShutdown);
      ended.abort(callIsOver);
      if (!controller.signal.aborted) controller.abort(callIsOver);
      return true;
    },
  };
}

/** A client's deadline arrives as connect's DeadlineExceeded; everything else means that the client went. */
function reasonOf(signal: AbortSignal): unknown {
  const { reason } = signal;
  return reason instanceof ConnectError || reason instanceof KernelErrorException
    ? reason
    : new ConnectError("the client went away", Code.Canceled);
}

async function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => {});
    throw signal.reason;
  }
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** The stream, ended at once by its scope even while its source is silent. */
async function* iterate<T>(source: AsyncIterable<T>, scope: Scope, close: () => void): AsyncIterable<T> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await scope.race(iterator.next());
      if (step.done === true) break;
      yield step.value;
    }
    // A source that follows the signal ends quietly; why it ended is the signal's to say.
    if (scope.signal.aborted) throw scope.signal.reason;
  } finally {
    close();
    // Not awaited: a source that ignores its signal would hold the client up.
    iterator.return?.()?.catch(() => {});
  }
}
