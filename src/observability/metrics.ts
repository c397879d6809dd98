// The kernel's metrics: written through the telemetry port, read by name, labels and window, or as Prometheus text.
// What was not measured has no value; it is never 0.

import { limits } from "../base/limits.ts";
import type { Clock } from "../ports/clock.ts";
import type { CounterName, GaugeName, HistogramName, Labels } from "../ports/telemetry.ts";
import { createBucketCounts, quantileMs } from "./buckets.ts";
import { type MetricName, type MetricRecord, metricCatalogue, metricNames } from "./catalogue.ts";
import { type Counter, createCounter } from "./counter.ts";
import { createHistogram, type Histogram } from "./histogram.ts";
import { createHostUsage, type HostStats } from "./host-usage.ts";
import { type PrometheusHistogram, toPrometheusText } from "./prometheus.ts";
import { createSeriesSet, type Series, type SeriesSet } from "./series.ts";
import { reachMs } from "./window.ts";

export interface MetricsOptions {
  readonly clock: Clock;
  readonly hostStats: () => HostStats;
}

export interface Metrics {
  count(name: CounterName, labels: Labels, by: number): void;
  observe(name: HistogramName, ms: number, labels: Labels): void;
  gauge(name: GaugeName, value: number, labels: Labels): void;
  names(): readonly string[];
  /**
   * Without labels: for each metric every label set, then its total, whose labels are empty. With labels: the label sets that
   * carry them; a metric that is computed from others has one point, over what carries them.
   */
  query(query: MetricQuery): readonly MetricPoint[];
  prometheusText(): string;
}

export interface MetricQuery {
  /** Empty: all. Unknown names are left out. */
  readonly names: readonly string[];
  /** Every label with its value. */
  readonly labels: Labels;
  /** Up to limits.metricWindowMsMax; how exactly it is kept is told in window.ts. */
  readonly windowMs: number;
}

export interface MetricPoint {
  readonly name: string;
  readonly labels: Labels;
  /** Undefined: not measured in the window. */
  readonly value: number | undefined;
  readonly unit: MetricRecord["unit"];
  readonly kind: MetricRecord["kind"];
  readonly help: string;
}

const prometheusWindowMs = 5 * 60 * 1000;
/** A rate over less is noise: one request in a kernel's first millisecond is not a thousand a second. */
const rateSpanMsMin = 1000;

interface Gauge {
  value: number;
}

/** Computes a metric from others, over the series that carry the labels; undefined: not measured. */
type Derivation = (windowMs: number, labels: Labels) => number | undefined;

interface Reading {
  readonly labels: Labels;
  readonly value: number | undefined;
}

export function createMetrics({ clock, hostStats }: MetricsOptions): Metrics {
  const bornMs = clock.monotonicMs();
  const counters = createInstruments<CounterName, Counter>(limits.metricSeriesMax, createCounter);
  const gauges = createInstruments<GaugeName, Gauge>(limits.metricSeriesMax, () => ({ value: 0 }));
  const histograms = createInstruments<HistogramName, Histogram>(limits.histogramSeriesMax, createHistogram);
  const host = createHostUsage(bornMs, hostStats);
  const derived = createDerivations();

  function createDerivations(): Partial<Record<MetricName, Derivation>> {
    const rise = (name: CounterName, windowMs: number, labels: Labels): number =>
      sumOf(counters.matching(name, labels), ({ value }) => value.rise(clock.monotonicMs(), windowMs));
    const p95 =
      (name: HistogramName): Derivation =>
      (windowMs, labels) => {
        const merged = createBucketCounts();
        for (const { value } of histograms.matching(name, labels)) value.collect(clock.monotonicMs(), windowMs, merged);
        const ms = quantileMs(merged, 0.95);
        // Buckets know it to 1 %: more digits would be made up, and differ between engines.
        return ms === undefined ? undefined : Number((ms / 1000).toPrecision(4));
      };
    return {
      job_processing_time_p95: p95("job_processing_time"),
      scheduling_latency_p95: p95("scheduling_latency"),
      circuit_store_latency: p95("circuit_store_latency"),
      api_request_latency: p95("api_request_latency"),
      job_success_rate(windowMs, labels) {
        const ended = (state: string): number => rise("jobs_processed_total", windowMs, { ...labels, state });
        const completed = ended("COMPLETED");
        return ratio(completed, completed + ended("FAILED") + ended("DEAD"));
      },
      api_throughput(windowMs, labels) {
        // Once there was a request, a window without one is a measured 0.
        if (counters.matching("api_requests_total", labels).length === 0) return undefined;
        const nowMs = clock.monotonicMs();
        const spanMs = Math.max(rateSpanMsMin, Math.min(nowMs - bornMs, reachMs(nowMs, windowMs)));
        return (1000 * rise("api_requests_total", windowMs, labels)) / spanMs;
      },
      error_rate(windowMs, labels) {
        const failed = rise("api_errors_total", windowMs, { ...labels, fault: "kernel" });
        const asked = rise("api_requests_total", windowMs, labels);
        // A request counts when it comes and its error when it fails: a long stream may do so a window later.
        return ratio(failed, Math.max(asked, failed));
      },
      cpu_utilization: (windowMs, labels) => (isEmpty(labels) ? host.cpu(clock.monotonicMs(), windowMs) : undefined),
      memory_utilization: (_windowMs, labels) => (isEmpty(labels) ? host.memory() : undefined),
    };
  }

  function query({ names, labels, windowMs }: MetricQuery): readonly MetricPoint[] {
    host.sample(clock.monotonicMs());
    const wanted = names.length === 0 ? metricNames : metricNames.filter((name) => names.includes(name));
    return wanted.flatMap((name) =>
      read(name, labels, windowMs).map((reading) => ({ name, ...metricCatalogue[name], ...reading })),
    );
  }

  function read(name: MetricName, labels: Labels, windowMs: number): readonly Reading[] {
    const derive = derived[name];
    if (derive === undefined) return isEmpty(labels) ? readAll(name) : readSeries(name, labels);
    const value = derive(windowMs, labels);
    // Labels that this metric does not carry: it has nothing to say about them.
    return value === undefined && !isEmpty(labels) ? [] : [{ labels, value }];
  }

  function readAll(name: MetricName): readonly Reading[] {
    const series = readSeries(name, {});
    // A counter begins at 0; a gauge that nobody set is not measured.
    const isMeasured = metricCatalogue[name].kind === "counter" || series.length > 0;
    const total = isMeasured ? sumOf(series, ({ value }) => value) : undefined;
    return [...series.filter((one) => !isEmpty(one.labels)), { labels: {}, value: total }];
  }

  function readSeries(name: MetricName, labels: Labels): readonly { readonly labels: Labels; readonly value: number }[] {
    return metricCatalogue[name].kind === "counter"
      ? counters.matching(name, labels).map((one) => ({ labels: one.labels, value: one.value.total }))
      : gauges.matching(name, labels).map((one) => ({ labels: one.labels, value: one.value.value }));
  }

  function prometheusText(): string {
    const points = query({ names: [], labels: {}, windowMs: prometheusWindowMs });
    // Prometheus adds label sets up itself: beside them a total would count twice.
    const labelled = new Set(points.filter(({ labels }) => !isEmpty(labels)).map(({ name }) => name));
    const exposed = points.filter(({ name, labels }) => !(isEmpty(labels) && labelled.has(name)));
    const cumulative = histograms.names().flatMap((name) =>
      histograms.matching(name, {}).map(
        ({ labels, value }): PrometheusHistogram => ({
          name: `eigen_${name}_seconds`,
          help: histogramHelp[name],
          labels,
          ...value.cumulative(),
        }),
      ),
    );
    return toPrometheusText(exposed, cumulative);
  }

  return {
    count: (name, labels, by) => counters.at(name, labels).add(clock.monotonicMs(), by),
    observe: (name, ms, labels) => histograms.at(name, labels).add(clock.monotonicMs(), ms),
    gauge(name, value, labels) {
      gauges.at(name, labels).value = value;
      host.sample(clock.monotonicMs());
    },
    names: () => metricNames,
    query,
    prometheusText,
  };
}

const histogramHelp: Readonly<Record<HistogramName, string>> = {
  job_processing_time: "Submit to terminal state.",
  scheduling_latency: "Submit to placed.",
  circuit_store_latency: "A circuit read and stored, alone or in one commit with its job.",
  api_request_latency: "Request to first response message.",
};

interface Instruments<Name extends string, T> {
  at(name: Name, labels: Labels): T;
  /** Of a name that nobody used: none. */
  matching(name: string, labels: Labels): readonly Series<T>[];
  names(): readonly Name[];
}

function createInstruments<Name extends string, T>(seriesCountMax: number, create: () => T): Instruments<Name, T> {
  const byName = new Map<string, SeriesSet<T>>();
  const used: Name[] = [];
  return {
    at(name, labels) {
      let set = byName.get(name);
      if (set === undefined) {
        set = createSeriesSet(seriesCountMax, create);
        byName.set(name, set);
        used.push(name);
      }
      return set.at(labels);
    },
    matching: (name, labels) => byName.get(name)?.matching(labels) ?? [],
    names: () => used,
  };
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

function isEmpty(labels: Labels): boolean {
  return Object.keys(labels).length === 0;
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
