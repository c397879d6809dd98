// promtool itself reads a running kernel's text in test/outside/promtool.test.ts.

import { expect, test } from "vitest";
import { createMetrics } from "./index.ts";
import { toPrometheusText } from "./prometheus.ts";

const hostStats = () => ({ cpuMs: 0, memoryBytes: 1, machineMemoryBytes: 4, coreCount: 2 });

function createFixture() {
  return createMetrics({ clock: { nowMs: () => 0, monotonicMs: () => 5000 }, hostStats });
}

test("the text of a kernel that has worked is as looked at", async () => {
  const metrics = createFixture();
  metrics.count("jobs_submitted_total", {}, 3);
  metrics.count("jobs_processed_total", { state: "COMPLETED" }, 3);
  metrics.count("jobs_processed_total", { state: "FAILED" }, 1);
  for (const ms of [0.05, 0.1, 4, 4, 90, 2e6]) metrics.observe("job_processing_time", ms, { state: "COMPLETED" });
  metrics.observe("api_request_latency", 1, { method: "SubmitJob" });
  metrics.count("api_requests_total", { method: "SubmitJob" }, 1);
  metrics.gauge("queue_length", 7, {});
  await expect(metrics.prometheusText()).toMatchFileSnapshot("prometheus.golden.txt");
});

test("a metric without a value is left out, not written as 0", () => {
  const text = createFixture().prometheusText();
  expect(text).not.toContain("queue_length");
  expect(text).not.toContain("job_success_rate");
  expect(text).toContain("\njobs_submitted_total 0\n");
  expect(text).toContain("\nmemory_utilization 0.25\n");
});

test("a metric with labels has no unlabelled total beside them, which would count twice", () => {
  const metrics = createFixture();
  metrics.count("jobs_processed_total", { state: "COMPLETED" }, 3);
  const lines = metrics.prometheusText().split("\n");
  expect(lines.filter((line) => line.startsWith("jobs_processed_total"))).toEqual(['jobs_processed_total{state="COMPLETED"} 3']);
});

test("quotes, backslashes and line feeds in labels and help are escaped", () => {
  const text = toPrometheusText(
    [{ name: "x", labels: { a: 'say "hi"\\\n' }, value: 1, unit: "jobs", kind: "gauge", help: "one\\two\nthree" }],
    [],
  );
  expect(text).toBe('# HELP x one\\\\two\\nthree\n# TYPE x gauge\nx{a="say \\"hi\\"\\\\\\n"} 1\n');
});

test("every family is told once, its buckets rise and end with all samples", () => {
  const metrics = createFixture();
  for (let k = 0; k < 500; k++) metrics.observe("api_request_latency", 1.3 ** (k % 60) / 100, { method: `m${k % 3}` });
  const lines = metrics.prometheusText().split("\n");
  const types = lines.filter((line) => line.startsWith("# TYPE"));
  expect(new Set(types).size).toBe(types.length);
  const bucket = /^eigen_api_request_latency_seconds_bucket\{method="m1",le="([^"]+)"\} (\d+)$/;
  const counts = lines.flatMap((line) => bucket.exec(line)?.[2] ?? []).map(Number);
  expect(counts.length).toBeGreaterThan(10);
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect(lines).toContain(`eigen_api_request_latency_seconds_count{method="m1"} ${counts.at(-1)}`);
  expect(counts.at(-1)).toBe(167);
});
