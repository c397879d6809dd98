// One span per call, joined to the trace of its sender, and the doors' metrics. A stream's span lives as long as the stream
// does, and everything the stream does happens inside of it; its latency ends with its first message.

import { ConnectError, type Interceptor, type StreamRequest, type StreamResponse, type UnaryRequest } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import type { Clock } from "../../ports/clock.ts";
import type { SpanOptions, Telemetry } from "../../ports/telemetry.ts";
import { detailOf } from "../errors.ts";

export function telemetryInterceptor(telemetry: Telemetry, clock: Clock): Interceptor {
  return (next) => async (request) => {
    const method = request.method.name;
    const startedMs = clock.monotonicMs();
    const answered = () => {
      const ms = clock.monotonicMs() - startedMs;
      telemetry.observe("api_request_latency", ms, { method });
      telemetry.log("debug", "a request was answered", { method, ms });
    };
    const failed = (error: unknown) => {
      const code = error instanceof ConnectError ? (detailOf(error)?.code ?? codeToString(error.code)) : "internal";
      const rpcCode = error instanceof ConnectError ? codeToString(error.code) : "internal";
      telemetry.count("api_errors_total", { method, code, fault: kernelFaults.has(rpcCode) ? "kernel" : "client" });
    };
    telemetry.count("api_requests_total", { method });
    const options = spanOptions(request);
    if (request.stream) return streamInSpan(request, next as StreamNext, telemetry, options, { answered, failed });
    return telemetry.span(`${request.service.typeName}/${method}`, options, async () => {
      try {
        return await next(request);
      } catch (error) {
        failed(error);
        throw error;
      } finally {
        answered();
      }
    });
  };
}

/** Codes that count into error_rate: the kernel's fault, not the request's. */
const kernelFaults: ReadonlySet<string> = new Set(["internal", "unknown", "unavailable", "data_loss", "deadline_exceeded"]);

function spanOptions(request: UnaryRequest | StreamRequest): SpanOptions {
  const traceparent = request.header.get("traceparent");
  const attributes = { "rpc.system": "connect_rpc", "rpc.service": request.service.typeName, "rpc.method": request.method.name };
  return traceparent !== null && isTraceparent(traceparent) ? { traceparent, attributes } : { attributes };
}

/** Version 00 of W3C Trace Context; anything else starts a trace of its own. */
function isTraceparent(text: string): boolean {
  return /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(text);
}

type StreamNext = (request: StreamRequest) => Promise<StreamResponse>;
type Step = IteratorResult<unknown>;

interface Demand {
  readonly kind: "next" | "return";
  resolve(step: Step): void;
  reject(error: unknown): void;
}

interface Notes {
  answered(): void;
  failed(error: unknown): void;
}

/** The span's body steps the source whenever the reader asks for a message, so that each step runs in the span. */
function streamInSpan(
  request: StreamRequest,
  next: StreamNext,
  telemetry: Telemetry,
  options: SpanOptions,
  notes: Notes,
): Promise<StreamResponse> {
  const opened = Promise.withResolvers<StreamResponse>();
  const demands = createDemands();
  // Whoever leaves without a word (before the first message, say) leaves an aborted signal.
  request.signal.addEventListener("abort", () => demands.leave(), { once: true });
  const life = telemetry.span(`${request.service.typeName}/${request.method.name}`, options, async () => {
    let isAnswered = false;
    const answer = () => {
      if (!isAnswered) notes.answered();
      isAnswered = true;
    };
    try {
      const response = await next(request);
      opened.resolve({ ...response, message: demands.reader as StreamResponse["message"] });
      await serve(response.message, demands.take, answer);
    } catch (error) {
      notes.failed(error);
      opened.reject(error);
      throw error;
    } finally {
      answer();
      demands.end();
    }
  });
  // Its error went to the reader, or to whoever waits for `opened`.
  life.catch(() => {});
  return opened.promise;
}

async function serve(source: AsyncIterable<unknown>, take: () => Promise<Demand>, answer: () => void): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  for (;;) {
    const demand = await take();
    try {
      if (demand.kind === "return") {
        await iterator.return?.();
        return demand.resolve({ done: true, value: undefined });
      }
      const step = await iterator.next();
      answer();
      demand.resolve(step);
      if (step.done === true) return;
    } catch (error) {
      demand.reject(error);
      throw error;
    }
  }
}

/** Hands a reader's demands over to the span. At most three wait: a reader asks once, may give up while it waits, and leaves. */
function createDemands(): { reader: AsyncIterable<unknown>; take(): Promise<Demand>; leave(): void; end(): void } {
  const waiting: Demand[] = [];
  let wake: (() => void) | undefined;
  let isOver = false;
  const ask = (kind: Demand["kind"]): Promise<Step> => {
    if (isOver) return Promise.resolve({ done: true, value: undefined });
    const { promise, resolve, reject } = Promise.withResolvers<Step>();
    waiting.push({ kind, resolve, reject });
    wake?.();
    return promise;
  };
  const iterator: AsyncIterator<unknown> = { next: () => ask("next"), return: () => ask("return") };
  return {
    reader: { [Symbol.asyncIterator]: () => iterator },
    async take() {
      for (;;) {
        const demand = waiting.shift();
        if (demand !== undefined) return demand;
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
    },
    leave() {
      void ask("return").catch(() => {});
    },
    end() {
      isOver = true;
      for (const demand of waiting.splice(0)) demand.resolve({ done: true, value: undefined });
    },
  };
}
