// Installs OpenTelemetry for a process: W3C propagation, context that follows promises (AsyncLocalStorage, which Bun, Deno and Node have), and a
// tracer whose newest spans are kept in memory. Exporters come with the observability issue; until then the ring is what tests read.

import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { type ReadableSpan, type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { limits } from "../../base/limits.ts";

export interface Tracing {
  /** Ended spans of a trace, oldest first, as far as they are still kept. */
  spansOf(traceId: string): readonly ReadableSpan[];
  uninstall(): void;
}

export function installTracing(): Tracing {
  const recent: ReadableSpan[] = [];
  let next = 0;
  const processor: SpanProcessor = {
    onStart() {},
    onEnd(span) {
      recent[next] = span;
      next = (next + 1) % limits.recentSpanCountMax;
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const provider = new TracerProvider({ spanProcessors: [processor] });
  const contextManager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contextManager);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    spansOf: (traceId) =>
      [...recent.slice(next), ...recent.slice(0, next)].filter((span) => span.spanContext().traceId === traceId),
    uninstall() {
      context.disable();
      propagation.disable();
      trace.disable();
    },
  };
}
