// Telemetry that nobody listens to: for the simulation and for tests that are about something else.

import { INVALID_SPAN_CONTEXT, trace } from "@opentelemetry/api";
import type { Telemetry } from "../../ports/telemetry.ts";

export function createNoTelemetry(): Telemetry {
  return {
    log() {},
    count() {},
    observe() {},
    gauge() {},
    span: (_name, _options, body) => body(trace.wrapSpanContext(INVALID_SPAN_CONTEXT)),
    traceparent: () => "",
  };
}
