// Streams that survive a broken connection: they go on after the last item that arrived, without a gap and without a repeat, because
// every item carries the cursor of its place in the kernel's one order of events.

import { KernelClientError, toClientError } from "./errors.ts";
import { canceled, type RetryPolicy, retryDelayMs, sleep } from "./retry.ts";

export interface ResumableStream<Item> {
  /** Decimal; empty: where the kernel starts by itself. */
  readonly cursor: string;
  open(cursor: string, signal: AbortSignal): AsyncIterable<Item>;
  cursorOf(item: Item): string;
  /** Whether nothing can follow this item. */
  isLast(item: Item): boolean;
  /** Asked when the stream ends without a last item: whether that is the end of it, or a connection that was cut. */
  isOver(): Promise<boolean>;
}

export interface ResumeOptions {
  readonly policy: RetryPolicy;
  readonly peer: string;
  readonly signal: AbortSignal | undefined;
  /** Whether the client was closed: then a broken stream is not opened again. */
  readonly isClosed: () => boolean;
}

export async function* followResuming<Item>(stream: ResumableStream<Item>, options: ResumeOptions): AsyncGenerator<Item> {
  const { policy, peer, signal, isClosed } = options;
  const isGivenUp = (): boolean => isClosed() || signal?.aborted === true;
  let cursor = stream.cursor;
  let failureCount = 0;
  let hasCome = false;
  for (;;) {
    if (isGivenUp()) throw canceled();
    // Aborted whenever the reading ends, also when the reader leaves: the call must not stay open behind its back.
    const call = new AbortController();
    const stop = (): void => call.abort();
    signal?.addEventListener("abort", stop, { once: true });
    let error: KernelClientError;
    try {
      for await (const item of stream.open(cursor, call.signal)) {
        failureCount = 0;
        hasCome = true;
        const next = stream.cursorOf(item);
        if (!isAfter(next, cursor)) continue;
        cursor = next;
        yield item;
        if (stream.isLast(item)) return;
      }
      if (await stream.isOver()) return;
      error = cutOff(peer);
    } catch (thrown) {
      error = toClientError(thrown, peer);
    } finally {
      signal?.removeEventListener("abort", stop);
      call.abort();
    }
    if (isGivenUp()) throw canceled();
    failureCount++;
    const delayMs = retryDelayMs(
      error,
      failureCount,
      policy,
      Math.random(),
      hasCome ? policy.resumeCountMax : policy.attemptCountMax,
    );
    if (delayMs === undefined) throw error;
    await sleep(delayMs, signal);
  }
}

/** Cursors are decimal numbers of up to 16 digits, so they compare as numbers. */
function isAfter(next: string, cursor: string): boolean {
  return cursor === "" || Number(next) > Number(cursor);
}

function cutOff(peer: string): KernelClientError {
  return new KernelClientError({
    code: "unreachable",
    rpc: "unavailable",
    text: `${peer} ended the stream before it was over.`,
    hint: "Follow it again from the last cursor.",
    retryable: true,
  });
}
