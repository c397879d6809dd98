import { expect, test } from "vitest";
import { limits } from "../base/limits.ts";
import { createMetrics, type HostStats, type MetricPoint, metricNames } from "./index.ts";

const minute = 60_000;

function createFixture({ host = {} }: { readonly host?: Partial<HostStats> } = {}) {
  const time = { ms: 1000 };
  const stats = { cpuMs: 500, memoryBytes: 250, machineMemoryBytes: 1000, coreCount: 2, ...host };
  const clock = { nowMs: () => 1_767_225_600_000 + time.ms, monotonicMs: () => time.ms };
  const metrics = createMetrics({ clock, hostStats: () => stats });
  const points = (name: string, { labels = {}, windowMs = 5 * minute } = {}): readonly MetricPoint[] =>
    metrics.query({ names: [name], labels, windowMs });
  return {
    time,
    stats,
    metrics,
    points,
    /** The value for all label sets together. */
    total: (name: string, windowMs?: number) =>
      points(name, windowMs === undefined ? {} : { windowMs }).find(({ labels }) => Object.keys(labels).length === 0)?.value,
  };
}

test("the specification's KernelMetrics of this stage are all there by their names", () => {
  for (const name of [
    "jobs_processed_total",
    "job_processing_time_p95",
    "job_success_rate",
    "cpu_utilization",
    "memory_utilization",
    "scheduling_latency_p95",
    "queue_length",
    "circuit_store_latency",
    "api_request_latency",
    "api_throughput",
    "error_rate",
  ]) {
    expect(metricNames).toContain(name);
  }
});

test("in a kernel that did nothing, counters are 0 and all that was not measured has no value", () => {
  const { metrics } = createFixture();
  const points = metrics.query({ names: [], labels: {}, windowMs: 5 * minute });
  expect(points.map(({ name }) => name)).toEqual(metricNames);
  expect(points.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value])).toEqual([
    ["jobs_processed_total", 0],
    ["memory_utilization", 0.25],
    ["jobs_submitted_total", 0],
    ["jobs_reclaimed_total", 0],
    ["api_requests_total", 0],
    ["api_errors_total", 0],
  ]);
});

test("a counter is told by label set, then in all", () => {
  const { metrics, points } = createFixture();
  metrics.count("jobs_processed_total", { state: "COMPLETED" }, 3);
  metrics.count("jobs_processed_total", { state: "FAILED" }, 1);
  expect(points("jobs_processed_total").map(({ labels, value }) => [labels, value])).toEqual([
    [{ state: "COMPLETED" }, 3],
    [{ state: "FAILED" }, 1],
    [{}, 4],
  ]);
  const filtered = points("jobs_processed_total", { labels: { state: "FAILED" } });
  expect(filtered.map(({ labels, value }) => [labels, value])).toEqual([[{ state: "FAILED" }, 1]]);
});

test("cancelled jobs count neither for nor against the success rate", () => {
  const { metrics, total } = createFixture();
  metrics.count("jobs_processed_total", { state: "CANCELLED" }, 5);
  expect(total("job_success_rate")).toBeUndefined();
  metrics.count("jobs_processed_total", { state: "COMPLETED" }, 6);
  metrics.count("jobs_processed_total", { state: "FAILED" }, 1);
  metrics.count("jobs_processed_total", { state: "DEAD" }, 1);
  expect(total("job_success_rate")).toBe(0.75);
});

test("what left the window is no longer measured, the counter keeps it", () => {
  const { metrics, time, total } = createFixture();
  metrics.count("jobs_processed_total", { state: "FAILED" }, 1);
  metrics.observe("job_processing_time", 80, { state: "FAILED" });
  time.ms += 6 * minute;
  expect(total("job_success_rate")).toBeUndefined();
  expect(total("job_processing_time_p95")).toBeUndefined();
  expect(total("job_success_rate", 60 * minute)).toBe(0);
  expect(total("job_processing_time_p95", 60 * minute)).toBeCloseTo(0.08, 2);
  expect(total("jobs_processed_total")).toBe(1);
});

test("a percentile takes every label set together, or those that carry the query's labels", () => {
  const { metrics, points, total } = createFixture();
  for (let k = 0; k < 90; k++) metrics.observe("api_request_latency", 10, { method: "GetHealth" });
  for (let k = 0; k < 10; k++) metrics.observe("api_request_latency", 200, { method: "SubmitJob" });
  const near = (seconds: number) => expect.closeTo(seconds, seconds < 0.1 ? 3 : 2);
  expect(total("api_request_latency")).toEqual(near(0.2));
  const health = points("api_request_latency", { labels: { method: "GetHealth" } });
  expect(health.map(({ labels, value }) => [labels, value])).toEqual([[{ method: "GetHealth" }, near(0.01)]]);
  expect(points("api_request_latency", { labels: { method: "ListJobs" } })).toEqual([]);
  expect(points("cpu_utilization", { labels: { method: "GetHealth" } })).toEqual([]);
});

test("throughput is requests a second over the time that the window really covers", () => {
  const { metrics, time, total } = createFixture();
  expect(total("api_throughput")).toBeUndefined();
  // 10 requests a second for ten minutes.
  for (let second = 0; second < 600; second++) {
    metrics.count("api_requests_total", { method: "GetHealth" }, 10);
    time.ms += 1000;
  }
  expect(total("api_throughput")).toBeCloseTo(10, 5);
  expect(total("api_throughput", 2000)).toBeLessThanOrEqual(10);
  time.ms += 60 * minute;
  expect(total("api_throughput")).toBe(0);
});

test("the first request of a kernel does not look like a thousand a second", () => {
  const { metrics, time, total } = createFixture();
  time.ms += 1;
  metrics.count("api_requests_total", { method: "GetHealth" }, 1);
  expect(total("api_throughput")).toBe(1);
});

test("only the kernel's own faults count into the error rate, and it never exceeds 1", () => {
  const { metrics, total } = createFixture();
  metrics.count("api_requests_total", { method: "SubmitJob" }, 20);
  expect(total("error_rate")).toBe(0);
  metrics.count("api_errors_total", { method: "SubmitJob", code: "invalid_request", fault: "client" }, 8);
  metrics.count("api_errors_total", { method: "SubmitJob", code: "internal", fault: "kernel" }, 1);
  expect(total("error_rate")).toBe(0.05);
  metrics.count("api_errors_total", { method: "SubscribeToEvents", code: "internal", fault: "kernel" }, 99);
  expect(total("error_rate")).toBe(1);
});

test("processor use is the share of all cores between readings, and unknown until a second passed", () => {
  const { metrics, stats, time, total } = createFixture();
  expect(total("cpu_utilization")).toBeUndefined();
  time.ms += 2000;
  stats.cpuMs += 1000;
  expect(total("cpu_utilization")).toBe(0.25);
  // An idle half minute, with the readings that a ticking kernel takes.
  for (let second = 0; second < 30; second++) {
    time.ms += 1000;
    metrics.gauge("queue_length", 0, {});
  }
  expect(total("cpu_utilization", 10_000)).toBe(0);
  expect(total("cpu_utilization")).toBeCloseTo(1000 / (32_000 * 2), 5);
});

test("two readers do not shorten each other's window", () => {
  const { stats, time, total } = createFixture();
  for (let second = 0; second < 20; second++) {
    time.ms += 1000;
    stats.cpuMs += 400;
    if (second >= 1) expect(total("cpu_utilization", 5000)).toBeCloseTo(0.2, 5);
  }
});

test("a runtime that does not know its cores or memory leaves both unmeasured", () => {
  const { time, total } = createFixture({ host: { coreCount: 0, machineMemoryBytes: 0 } });
  time.ms += 5000;
  expect(total("cpu_utilization")).toBeUndefined();
  expect(total("memory_utilization")).toBeUndefined();
});

test("a gauge is what it was set to last", () => {
  const { metrics, total } = createFixture();
  metrics.gauge("queue_length", 3, {});
  metrics.gauge("queue_length", 0, {});
  expect(total("queue_length")).toBe(0);
});

test("three times the label sets that fit cost a bounded number of series and no count", () => {
  const { metrics, points, total } = createFixture();
  const sets = limits.metricSeriesMax * 3;
  for (let k = 0; k < sets; k++) metrics.count("api_requests_total", { method: `m${k}` }, 1);
  expect(points("api_requests_total")).toHaveLength(limits.metricSeriesMax + 2);
  expect(points("api_requests_total", { labels: { method: "other" } })[0]?.value).toBe(sets - limits.metricSeriesMax);
  expect(total("api_requests_total")).toBe(sets);
});

test("a duration that a clock set back made negative counts as 0; one that is no number is our mistake", () => {
  const { metrics, total } = createFixture();
  metrics.observe("scheduling_latency", -5, {});
  expect(total("scheduling_latency_p95")).toBeLessThan(0.00001);
  expect(() => metrics.observe("scheduling_latency", Number.NaN, {})).toThrow("a duration is a number");
  expect(() => metrics.count("jobs_submitted_total", {}, -1)).toThrow("a counter only rises");
});
