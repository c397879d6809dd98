// Installs OpenTelemetry for a process: W3C propagation, context that follows promises (AsyncLocalStorage, which Bun, Deno and Node have), and a
// tracer whose newest spans are kept in memory. Exporters come with the observability issue; until then the ring is what tests read.
//
// The OpenTelemetry API is one per process, and a process may hold several kernels (tests, embedded ones): the first to come installs it,
// the last to leave takes it away, and they share the ring.

import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { AlwaysOnSampler, type ReadableSpan, type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { limits } from "../../base/limits.ts";

export interface Tracing {
  /** Ended spans of a trace, oldest first, as far as they are still kept. */
  spansOf(traceId: string): readonly ReadableSpan[];
  /** Idempotent. */
  uninstall(): void;
}

interface SpanRing {
  add(span: ReadableSpan): void;
  oldestFirst(): readonly ReadableSpan[];
}

let installed: { readonly ring: SpanRing; holderCount: number } | undefined;

export function installTracing(): Tracing {
  installed ??= { ring: install(), holderCount: 0 };
  const held = installed;
  held.holderCount++;
  let isHolder = true;
  return {
    spansOf: (traceId) => held.ring.oldestFirst().filter((span) => span.spanContext().traceId === traceId),
    uninstall() {
      if (!isHolder) return;
      isHolder = false;
      held.holderCount--;
      if (held.holderCount > 0) return;
      installed = undefined;
      context.disable();
      propagation.disable();
      trace.disable();
    },
  };
}

function install(): SpanRing {
  const ring = createSpanRing(limits.recentSpanCountMax);
  const processor: SpanProcessor = {
    onStart() {},
    onEnd: ring.add,
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const provider = new TracerProvider({
    spanProcessors: [processor],
    // Also of callers who do not sample their own: what happened to a job must be found.
    sampler: new AlwaysOnSampler(),
    spanLimits: {
      attributeCountLimit: limits.spanAttributeCountMax,
      attributeValueLengthLimit: limits.spanAttributeLengthMax,
      eventCountLimit: limits.spanEventCountMax,
      linkCountLimit: limits.spanEventCountMax,
    },
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return ring;
}

function createSpanRing(countMax: number): SpanRing {
  const spans: ReadableSpan[] = [];
  let next = 0;
  return {
    add(span) {
      spans[next] = span;
      next = (next + 1) % countMax;
    },
    oldestFirst: () => [...spans.slice(next), ...spans.slice(0, next)],
  };
}
