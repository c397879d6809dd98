// Metrics by name, label and window, and the key metrics of the specification.

import { create } from "@bufbuild/protobuf";
import { suggest } from "../../base/suggest.ts";
import {
  type MetricData,
  MetricDataSchema,
  type MetricsQuery,
  type SystemMetrics,
  SystemMetricsSchema,
} from "../../gen/eigen/kernel/v1/metrics_pb.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Handlers } from "../call.ts";
import { fromDuration, toTimestamp } from "../convert/time.ts";
import { refuse } from "../errors.ts";
import type { MetricReading, MetricsReader, MetricsReadQuery, Rooms, Sleep } from "../options.ts";
import { need } from "./need.ts";

/** What the contract's comments promise for an absent window and interval. */
const windowMsDefault = 5 * 60 * 1000;
const intervalMsDefault = 1000;

export function metricHandlers(
  { metrics }: Rooms,
  clock: Clock,
  sleep: Sleep,
): Pick<Handlers, "getMetrics" | "getSystemMetrics"> {
  return {
    async getMetrics(query, { signal }) {
      const reader = need(metrics, "observability");
      refuseUnknown(query.names, reader);
      const read = () => toMetricData(reader.query(toReadQuery(query)), clock.nowMs());
      const intervalMs = query.interval === undefined ? intervalMsDefault : fromDuration(query.interval);
      return readings(read, query.live ? intervalMs : undefined, sleep, signal);
    },

    async getSystemMetrics({ window }) {
      const reader = need(metrics, "observability");
      const windowMs = window === undefined ? windowMsDefault : fromDuration(window);
      return toSystemMetrics(reader.query({ names: systemMetricNames, labels: {}, windowMs }), clock.nowMs());
    },
  };
}

function refuseUnknown(names: readonly string[], reader: MetricsReader): void {
  const known = new Set(reader.names());
  const faults = names.flatMap((name, index) => {
    if (known.has(name)) return [];
    const near = suggest(name, known);
    const hint = near === undefined ? "Ask without names for every metric." : `Did you mean ${near}?`;
    return [{ field: `names[${index}]`, wanted: "the name of a metric", found: JSON.stringify(name), hint }];
  });
  if (faults.length > 0) refuse("metric_not_found", { faults });
}

async function* readings(
  read: () => MetricData,
  intervalMs: number | undefined,
  sleep: Sleep,
  signal: AbortSignal,
): AsyncIterable<MetricData> {
  yield read();
  while (intervalMs !== undefined && !signal.aborted) {
    await sleep(intervalMs, signal);
    if (!signal.aborted) yield read();
  }
}

function toReadQuery(query: MetricsQuery): MetricsReadQuery {
  const windowMs = query.window === undefined ? windowMsDefault : fromDuration(query.window);
  return { names: query.names, labels: query.labels, windowMs };
}

function toMetricData(points: readonly MetricReading[], nowMs: number): MetricData {
  return create(MetricDataSchema, {
    at: toTimestamp(nowMs),
    points: points.map(({ name, labels, value, unit, kind, help }) => ({
      name,
      labels: { ...labels },
      ...(value === undefined ? {} : { value }),
      unit,
      kind,
      help,
    })),
  });
}

/** Every field of SystemMetrics but `at` is the metric of its name. */
const systemMetricNames = SystemMetricsSchema.fields.map((field) => field.name).filter((name) => name !== "at");

function toSystemMetrics(points: readonly MetricReading[], nowMs: number): SystemMetrics {
  // A metric with labels is told by label set, then in all.
  const totals = points.filter(({ labels }) => Object.keys(labels).length === 0);
  const values = new Map(totals.map((point) => [point.name, point.value]));
  const known: Record<string, number | bigint> = {};
  for (const field of SystemMetricsSchema.fields) {
    const value = values.get(field.name);
    if (value !== undefined) known[field.localName] = isWhole(field.name) ? BigInt(Math.round(value)) : value;
  }
  return create(SystemMetricsSchema, { at: toTimestamp(nowMs), ...known });
}

function isWhole(name: string): boolean {
  return name === "jobs_processed_total" || name === "queue_length";
}
