// The door of the observability room.
export { type MetricName, type MetricRecord, metricCatalogue, metricNames } from "./catalogue.ts";
export type { HostStats } from "./host-usage.ts";
export { formatLogRecord, isLoggable, type LogFormat, type LogRecord } from "./log.ts";
export { createMetrics, type MetricPoint, type MetricQuery, type Metrics } from "./metrics.ts";
