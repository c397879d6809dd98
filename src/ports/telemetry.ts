// What rooms tell about themselves. Nobody but the entry knows who listens.

import type { Attributes, Span } from "@opentelemetry/api";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Facts of a log line. Never a token, a key, an SQL parameter or a circuit's text. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Telemetry {
  log(level: LogLevel, message: string, fields?: LogFields): void;

  /** Adds to a counter. */
  count(name: CounterName, labels?: Labels, by?: number): void;
  /** Records one duration in milliseconds. */
  observe(name: HistogramName, milliseconds: number, labels?: Labels): void;
  /** Sets a gauge. */
  gauge(name: GaugeName, value: number, labels?: Labels): void;

  /**
   * Runs `body` in a span that is a child of `traceparent` (W3C; empty: of the active span) and gives it to the body.
   * The span ends, with the error if there is one, when the body settles.
   */
  span<T>(name: string, options: SpanOptions, body: (span: Span) => Promise<T>): Promise<T>;
  /** The active span as a W3C traceparent; empty when there is none. */
  traceparent(): string;
}

export interface SpanOptions {
  readonly traceparent?: string;
  readonly attributes?: Attributes;
}

export type Labels = Readonly<Record<string, string>>;

export type CounterName =
  | "jobs_processed_total"
  | "jobs_submitted_total"
  | "api_requests_total"
  | "api_errors_total"
  | "jobs_reclaimed_total";
export type HistogramName = "job_processing_time" | "scheduling_latency" | "circuit_store_latency" | "api_request_latency";
export type GaugeName = "queue_length" | "jobs_running" | "compute_slots" | "compute_slots_free" | "open_streams";
