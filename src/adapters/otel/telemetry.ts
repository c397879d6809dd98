// The telemetry port on the OpenTelemetry API: spans through whatever tracer is installed, metrics into the kernel's own registry, log lines
// joined to the active trace.

import {
  context,
  propagation,
  type Span,
  SpanStatusCode,
  type TextMapGetter,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";
import { formatLogRecord, isLoggable, type LogFormat, type Metrics } from "../../observability/index.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LogLevel, Telemetry } from "../../ports/telemetry.ts";

export interface TelemetryOptions {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly leastLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly writeLine: (line: string) => void;
}

interface TraceCarrier {
  traceparent?: string;
}

const getter: TextMapGetter<TraceCarrier> = {
  get: (carrier, key) => (key === "traceparent" ? carrier.traceparent : undefined),
  keys: () => ["traceparent"],
};
const setter: TextMapSetter<TraceCarrier> = {
  set(carrier, key, value) {
    if (key === "traceparent") carrier.traceparent = value;
  },
};

export function createTelemetry({ clock, metrics, leastLevel, logFormat, writeLine }: TelemetryOptions): Telemetry {
  const tracer = trace.getTracer("eigen-os-kernel");
  return {
    log(level, message, fields = {}) {
      if (!isLoggable(level, leastLevel)) return;
      const { traceId = "", spanId = "" } = trace.getActiveSpan()?.spanContext() ?? {};
      writeLine(formatLogRecord({ atMs: clock.nowMs(), level, message, fields, traceId, spanId }, logFormat));
    },
    count: (name, labels = {}, by = 1) => metrics.count(name, labels, by),
    observe: (name, ms, labels = {}) => metrics.observe(name, ms, labels),
    gauge: (name, value, labels = {}) => metrics.gauge(name, value, labels),
    span(name, { traceparent, attributes = {} }, body) {
      const active = context.active();
      const parent =
        traceparent === undefined || traceparent === "" ? active : propagation.extract(active, { traceparent }, getter);
      return tracer.startActiveSpan(name, { attributes }, parent, async (span) => {
        try {
          return await body(span);
        } catch (error) {
          markFailed(span, error);
          throw error;
        } finally {
          span.end();
        }
      });
    },
    traceparent() {
      const carrier: TraceCarrier = {};
      propagation.inject(context.active(), carrier, setter);
      return carrier.traceparent ?? "";
    },
  };
}

/** The name of the error only: messages may quote what a user sent. */
function markFailed(span: Span, error: unknown): void {
  const name = error instanceof Error ? error.name : "unknown";
  span.setAttribute("error.type", name);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
