// kernel.observability: logs, metrics, traces, events. Short forms (metrics_port, tracing_exporter, events_backend) and the
// long sections say the same things; rules.ts refuses contradictions.

import { z } from "zod";
import { endpoint, flag, fraction, name, oneOf, pattern, port, section, wantedOf } from "./leaves.ts";

/** Ascending: the later one says less. */
export const logLevels = ["trace", "debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export const observabilitySection = section({
  enabled: flag(),
  metrics_port: port(),
  tracing_exporter: oneOf(["none", "jaeger", "opentelemetry"]),
  events_backend: oneOf(["none", "kafka"]),
  disable_external_exporters: flag(),
  log_level: oneOf(logLevels),
  metrics: section({
    prometheus: section({
      enabled: flag(),
      push_gateway: endpoint(),
      job_name: name("a job name"),
    }),
  }),
  tracing: section({
    opentelemetry: section({
      enabled: flag(),
      endpoint: endpoint(),
      service_name: name("a service name"),
      sampling_rate: fraction(),
    }),
  }),
  events: section({
    kafka: section({
      enabled: flag(),
      bootstrap_servers: pattern(
        /^[A-Za-z0-9._-]{1,255}:\d{1,5}(,[A-Za-z0-9._-]{1,255}:\d{1,5}){0,63}$/,
        "host:port, or several joined by commas",
      ),
      topic_prefix: name("a topic prefix"),
      acks: z.literal(["all", -1, 0, 1]).register(wantedOf, { wanted: "one of all, -1, 0, 1" }),
      compression: oneOf(["none", "gzip", "snappy", "lz4", "zstd"]),
    }),
  }),
});
