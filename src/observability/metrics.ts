// The kernel's metrics: written through the telemetry port, read by name, labels and window, or as Prometheus text.
// What was not measured has no value; it is never 0.

import { limits } from "../base/limits.ts";
import type { Clock } from "../ports/clock.ts";
import type { CounterName, GaugeName, HistogramName, Labels } from "../ports/telemetry.ts";
import { type MetricName, metricCatalogue, metricNames } from "./catalogue.ts";
import { type PrometheusHistogram, toPrometheusText } from "./prometheus.ts";
import { createWindowCounter } from "./window-counter.ts";
import { createWindowHistogram, type WindowHistogram } from "./window-histogram.ts";

/** What the process uses, as its runtime tells. */
export interface HostStats {
  /** Processor time of the process since it started. */
  readonly cpuMs: number;
  /** Resident memory. */
  readonly memoryBytes: number;
  readonly machineMemoryBytes: number;
  readonly coreCount: number;
}

export interface MetricsOptions {
  readonly clock: Clock;
  readonly hostStats: () => HostStats;
}

export interface Metrics {
  count(name: CounterName, labels: Labels, by: number): void;
  observe(name: HistogramName, ms: number, labels: Labels): void;
  gauge(name: GaugeName, value: number, labels: Labels): void;
  names(): readonly string[];
  /** Series that match, then for a metric with labels and a query without, their total. */
  query(query: MetricQuery): readonly MetricPoint[];
  prometheusText(): string;
}

export interface MetricQuery {
  /** Empty: all. Unknown names are left out. */
  readonly names: readonly string[];
  readonly labels: Labels;
  readonly windowMs: number;
}

export interface MetricPoint {
  readonly name: string;
  readonly labels: Labels;
  /** Undefined: not measured in the window. */
  readonly value: number | undefined;
  readonly unit: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
}

/** Upper edges of the Prometheus buckets in milliseconds. */
const edgesMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000];
const windowMsDefault = 5 * 60 * 1000;

export function createMetrics({ clock, hostStats }: MetricsOptions): Metrics {
  const nowMs = (): number => clock.monotonicMs();
  const counters = createSeries(() => createWindowCounter(nowMs));
  const gauges = createSeries(() => ({ value: 0 }));
  const histograms = createSeries(() => createWindowHistogram(nowMs, edgesMs));
  // All label sets of a histogram together: percentiles cannot be added.
  const wholes = createSeries(() => createWindowHistogram(nowMs, edgesMs));
  const cpu = createCpuMeter(clock, hostStats);

  const rise = (name: CounterName, windowMs: number, labels: Labels = {}): number =>
    sumOf(counters.matching(name, labels), ({ value }) => value.over(windowMs).rise);
  const p95 = (name: HistogramName, windowMs: number): number | undefined => {
    const [whole] = wholes.matching(name, {});
    const summary = whole?.value.over(windowMs);
    return summary === undefined || summary.count === 0 ? undefined : summary.quantileMs(0.95) / 1000;
  };
  const ratio = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : part / whole);

  /** Metrics that are computed from others when they are read. */
  const derived: Partial<Record<MetricName, (windowMs: number) => number | undefined>> = {
    job_processing_time_p95: (windowMs) => p95("job_processing_time", windowMs),
    scheduling_latency_p95: (windowMs) => p95("scheduling_latency", windowMs),
    circuit_store_latency: (windowMs) => p95("circuit_store_latency", windowMs),
    api_request_latency: (windowMs) => p95("api_request_latency", windowMs),
    job_success_rate(windowMs) {
      const [completed = 0, failed = 0, dead = 0] = ["COMPLETED", "FAILED", "DEAD"].map((state) =>
        rise("jobs_processed_total", windowMs, { state }),
      );
      return ratio(completed, completed + failed + dead);
    },
    api_throughput(windowMs) {
      const series = counters.matching("api_requests_total", {});
      const spanMs = Math.max(...series.map(({ value }) => value.over(windowMs).spanMs));
      return series.length === 0 ? undefined : (1000 * rise("api_requests_total", windowMs)) / spanMs;
    },
    error_rate: (windowMs) =>
      ratio(rise("api_errors_total", windowMs, { fault: "kernel" }), rise("api_requests_total", windowMs)),
    cpu_utilization: () => cpu.read(),
    memory_utilization() {
      const { memoryBytes, machineMemoryBytes } = hostStats();
      return ratio(memoryBytes, machineMemoryBytes);
    },
  };

  function read(name: MetricName, labels: Labels, windowMs: number): MetricPoint[] {
    const { kind, unit, help } = metricCatalogue[name];
    const point = (pointLabels: Labels, value: number | undefined): MetricPoint => ({
      name,
      labels: pointLabels,
      value,
      unit,
      kind,
      help,
    });
    const isFiltered = Object.keys(labels).length > 0;
    const compute = derived[name];
    if (compute !== undefined) return isFiltered ? [] : [point({}, compute(windowMs))];
    const series: readonly { readonly labels: Labels; readonly value: number }[] =
      kind === "counter"
        ? counters.matching(name, labels).map(({ labels: own, value }) => ({ labels: own, value: value.total }))
        : gauges.matching(name, labels).map(({ labels: own, value }) => ({ labels: own, value: value.value }));
    const points = series
      .filter(({ labels: own }) => Object.keys(own).length > 0)
      .map(({ labels: own, value }) => point(own, value));
    if (isFiltered) return points;
    // A counter begins at 0; a gauge that nobody set is not measured.
    const total = kind === "counter" || series.length > 0 ? sumOf(series, ({ value }) => value) : undefined;
    return [...points, point({}, total)];
  }

  function query({ names, labels, windowMs }: MetricQuery): readonly MetricPoint[] {
    const wanted = names.length === 0 ? metricNames : metricNames.filter((name) => names.includes(name));
    return wanted.flatMap((name) => read(name, labels, windowMs));
  }

  return {
    count: (name, labels, by) => counters.at(name, labels).add(by),
    observe(name, ms, labels) {
      histograms.at(name, labels).record(ms);
      wholes.at(name, {}).record(ms);
    },
    gauge(name, value, labels) {
      gauges.at(name, labels).value = value;
    },
    names: () => metricNames,
    query,
    prometheusText() {
      const points = metricNames.flatMap((name) => {
        const read = query({ names: [name], labels: {}, windowMs: windowMsDefault });
        // Prometheus adds label sets up itself.
        return read.length > 1 ? read.slice(0, -1) : read;
      });
      const detailed: PrometheusHistogram[] = histograms.all().map(({ name, labels, value }) => ({
        name: `eigen_${name}_seconds`,
        help: histogramHelp[name as HistogramName],
        labels,
        edges: edgesMs.map((edge) => edge / 1000),
        ...toSeconds(value.cumulative(edgesMs)),
      }));
      return toPrometheusText(points, detailed);
    },
  };
}

const histogramHelp: Readonly<Record<HistogramName, string>> = {
  job_processing_time: "Submit to terminal state.",
  scheduling_latency: "Submit to placed.",
  circuit_store_latency: "StoreCircuit in the store.",
  api_request_latency: "Request to first response message.",
};

function toSeconds({ counts, count, sumMs }: ReturnType<WindowHistogram["cumulative"]>) {
  return { counts, count, sum: sumMs / 1000 };
}

interface Series<T> {
  /** The series of this label set, made when it is new. */
  at(name: string, labels: Labels): T;
  matching(name: string, labels: Labels): readonly { readonly labels: Labels; readonly value: T }[];
  all(): readonly { readonly name: string; readonly labels: Labels; readonly value: T }[];
}

/** At most limits.metricSeriesMax label sets a name; further ones share one, every value of it "other". */
function createSeries<T>(create: () => T): Series<T> {
  const byName = new Map<string, Map<string, { readonly labels: Labels; readonly value: T }>>();
  return {
    at(name, labels) {
      let sets = byName.get(name);
      if (sets === undefined) {
        sets = new Map();
        byName.set(name, sets);
      }
      const key = keyOf(labels);
      const known = sets.get(key);
      if (known !== undefined) return known.value;
      const isFull = sets.size >= limits.metricSeriesMax;
      const own = isFull ? Object.fromEntries(Object.keys(labels).map((label) => [label, "other"])) : labels;
      const ownKey = keyOf(own);
      const entry = sets.get(ownKey) ?? { labels: own, value: create() };
      sets.set(ownKey, entry);
      return entry.value;
    },
    matching(name, labels) {
      const wanted = Object.entries(labels);
      return [...(byName.get(name)?.values() ?? [])].filter((entry) =>
        wanted.every(([label, value]) => entry.labels[label] === value),
      );
    },
    all: () => [...byName].flatMap(([name, sets]) => [...sets.values()].map((entry) => ({ name, ...entry }))),
  };
}

function keyOf(labels: Labels): string {
  let key = "";
  for (const [label, value] of Object.entries(labels)) key += `${label}\u0000${value}\u0000`;
  return key;
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}

/** Utilisation between two readings at least a second apart; undefined until then. */
function createCpuMeter(clock: Clock, hostStats: () => HostStats): { read(): number | undefined } {
  let atMs = clock.monotonicMs();
  let { cpuMs } = hostStats();
  let last: number | undefined;
  return {
    read() {
      const elapsedMs = clock.monotonicMs() - atMs;
      if (elapsedMs < 1000) return last;
      const now = hostStats();
      last = Math.max(0, (now.cpuMs - cpuMs) / (elapsedMs * now.coreCount));
      atMs = clock.monotonicMs();
      cpuMs = now.cpuMs;
      return last;
    },
  };
}
