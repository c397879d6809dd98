import { setTimeout as sleep } from "node:timers/promises";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { limits } from "../../base/limits.ts";
import { createMetrics } from "../../observability/index.ts";
import type { LogLevel, Telemetry } from "../../ports/telemetry.ts";
import { installTracing, type Tracing } from "./install.ts";
import { createNoTelemetry } from "./none.ts";
import { createTelemetry } from "./telemetry.ts";

const hostStats = () => ({ cpuMs: 0, memoryBytes: 1, machineMemoryBytes: 4, coreCount: 2 });
const clock = { nowMs: () => 0, monotonicMs: () => 5000 };

let tracing: Tracing;
let lines: string[];
let telemetry: Telemetry;
const metrics = createMetrics({ clock, hostStats });

function create(leastLevel: LogLevel = "info"): Telemetry {
  return createTelemetry({ clock, metrics, leastLevel, logFormat: "json", writeLine: (line) => lines.push(line) });
}

beforeEach(() => {
  tracing = installTracing();
  lines = [];
  telemetry = create();
});
afterEach(() => tracing.uninstall());

const traceIdOf = (traceparent: string): string => traceparent.split("-")[1] ?? "";
const spanIdOf = (traceparent: string): string => traceparent.split("-")[2] ?? "";

/** Name of each span of a trace with its parent's name. */
function familyOf(traceId: string): string[] {
  const spans = tracing.spansOf(traceId);
  const nameOf = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  return spans.map((span) => `${span.name} < ${nameOf.get(span.parentSpanContext?.spanId ?? "") ?? "-"}`).toSorted();
}

test("one trace follows a job from the request over the queue to the worker and back", async () => {
  let inQueue = "";
  let atWorker = "";
  await telemetry.span("submit", {}, async () => {
    await telemetry.span("store", {}, async () => {
      await sleep(1);
    });
    inQueue = telemetry.traceparent();
  });
  // The tick knows nothing of the request but what the job's row says.
  expect(telemetry.traceparent()).toBe("");
  await telemetry.span("run", { traceparent: inQueue }, async () => {
    await sleep(1);
    atWorker = telemetry.traceparent();
  });
  await telemetry.span("compute", { traceparent: atWorker }, () => sleep(1));
  expect(new Set([inQueue, atWorker].map(traceIdOf)).size).toBe(1);
  expect(familyOf(traceIdOf(inQueue))).toEqual(["compute < run", "run < submit", "store < submit", "submit < -"]);
});

test("two jobs that run at once keep their traces apart", async () => {
  const run = (name: string): Promise<string> =>
    telemetry.span(name, {}, async () => {
      for (let step = 0; step < 5; step++) await telemetry.span(`${name}.${step}`, {}, () => sleep(1));
      telemetry.log("info", name);
      return traceIdOf(telemetry.traceparent());
    });
  const [left = "", right = ""] = await Promise.all([run("left"), run("right")]);
  expect(left).not.toBe(right);
  for (const [name, traceId] of Object.entries({ left, right })) {
    expect(tracing.spansOf(traceId).map((span) => span.name)).toEqual(
      [0, 1, 2, 3, 4].map((step) => `${name}.${step}`).concat(name),
    );
    expect(lines.filter((line) => line.includes(traceId)).map((line) => JSON.parse(line).message)).toEqual([name]);
  }
});

test("a log line carries the trace and span in which it was written, and none outside of one", async () => {
  telemetry.log("info", "before");
  const traceparent = await telemetry.span("job", {}, async () => {
    await sleep(1);
    telemetry.log("warn", "inside", { job_id: "job_01" });
    return telemetry.traceparent();
  });
  const [before, inside] = lines.map((line) => JSON.parse(line));
  expect(before).not.toHaveProperty("trace_id");
  expect([inside.trace_id, inside.span_id]).toEqual([traceIdOf(traceparent), spanIdOf(traceparent)]);
  expect(inside.fields).toEqual({ job_id: "job_01" });
});

test("lines below the least level are not written", () => {
  const quiet = create("warn");
  quiet.log("info", "no");
  quiet.log("error", "yes");
  expect(lines.map((line) => JSON.parse(line).message)).toEqual(["yes"]);
});

test("a span whose body fails ends as failed, tells the kind of error only, and lets the error through", async () => {
  let traceparent = "";
  const body = async () => {
    traceparent = telemetry.traceparent();
    throw new TypeError("SELECT secret FROM tenant");
  };
  await expect(telemetry.span("job", {}, body)).rejects.toThrow("SELECT secret");
  const [span] = tracing.spansOf(traceIdOf(traceparent));
  expect(span?.ended).toBe(true);
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
  expect(span?.attributes["error.type"]).toBe("TypeError");
  expect(JSON.stringify([span?.attributes, span?.events])).not.toContain("SELECT");
});

test("a body gets its span and what it notes there is kept, within bounds", async () => {
  const traceId = await telemetry.span("job", { attributes: { "job.id": "job_01" } }, async (span) => {
    span.setAttribute("long", "x".repeat(limits.spanAttributeLengthMax * 2));
    for (let k = 0; k < limits.spanAttributeCountMax * 2; k++) span.setAttribute(`k${k}`, k);
    for (let k = 0; k < limits.spanEventCountMax * 2; k++) span.addEvent(`e${k}`);
    return span.spanContext().traceId;
  });
  const [span] = tracing.spansOf(traceId);
  expect(span?.attributes["job.id"]).toBe("job_01");
  expect(String(span?.attributes.long)).toHaveLength(limits.spanAttributeLengthMax);
  expect(Object.keys(span?.attributes ?? {})).toHaveLength(limits.spanAttributeCountMax);
  expect(span?.events).toHaveLength(limits.spanEventCountMax);
});

test("a caller who does not sample its own trace still gets its job's trace", async () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  await telemetry.span("job", { traceparent: `00-${traceId}-b7ad6b7169203331-00` }, async () => {
    expect(telemetry.traceparent()).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  });
  expect(tracing.spansOf(traceId).map((span) => [span.name, span.parentSpanContext?.spanId])).toEqual([
    ["job", "b7ad6b7169203331"],
  ]);
});

test.each([
  "nonsense",
  "00-00000000000000000000000000000000-b7ad6b7169203331-01",
  "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
])("a traceparent that is none (%s) begins a trace of its own", async (traceparent) => {
  const own = await telemetry.span("job", { traceparent }, async () => telemetry.traceparent());
  expect(own).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(traceparent).not.toContain(traceIdOf(own));
});

test("only the newest spans are kept", async () => {
  const first = await telemetry.span("first", {}, async (span) => span.spanContext().traceId);
  for (let k = 0; k < limits.recentSpanCountMax - 1; k++) await telemetry.span("more", {}, async () => {});
  expect(tracing.spansOf(first)).toHaveLength(1);
  await telemetry.span("one too many", {}, async () => {});
  expect(tracing.spansOf(first)).toHaveLength(0);
});

test("the spans of a trace come in the order in which they ended, also across the end of the ring", async () => {
  for (let k = 0; k < limits.recentSpanCountMax - 2; k++) await telemetry.span("more", {}, async () => {});
  const traceId = await telemetry.span("last", {}, async (span) => {
    for (const name of ["a", "b", "c"]) await telemetry.span(name, {}, async () => {});
    return span.spanContext().traceId;
  });
  expect(tracing.spansOf(traceId).map((span) => span.name)).toEqual(["a", "b", "c", "last"]);
});

test("a kernel that closes leaves the tracing of another one in the same process alone", async () => {
  const other = installTracing();
  other.uninstall();
  other.uninstall();
  const traceId = await telemetry.span("outer", {}, async (span) => {
    await sleep(1);
    await telemetry.span("inner", {}, async () => {});
    return span.spanContext().traceId;
  });
  expect(familyOf(traceId)).toEqual(["inner < outer", "outer < -"]);
});

test("after the last kernel closed nothing records, and the next one starts afresh", async () => {
  tracing.uninstall();
  await create().span("nobody", {}, async (span) => expect(span.isRecording()).toBe(false));
  tracing = installTracing();
  await create().span("somebody", {}, async (span) => expect(span.isRecording()).toBe(true));
});

test("counts, durations and gauges reach the metrics", () => {
  telemetry.count("jobs_submitted_total");
  telemetry.count("jobs_submitted_total", {}, 2);
  telemetry.observe("circuit_store_latency", 4, { method: "StoreCircuit" });
  telemetry.gauge("jobs_running", 6);
  const values = metrics.query({
    names: ["jobs_submitted_total", "circuit_store_latency", "jobs_running"],
    labels: {},
    windowMs: 60_000,
  });
  expect(Object.fromEntries(values.map(({ name, value }) => [name, value]))).toEqual({
    jobs_submitted_total: 3,
    circuit_store_latency: expect.closeTo(0.004, 4),
    jobs_running: 6,
  });
});

test("no telemetry runs the body, in no span", async () => {
  const none = createNoTelemetry();
  expect(await none.span("job", {}, async (span) => [span.isRecording(), none.traceparent(), trace.getActiveSpan()])).toEqual([
    false,
    "",
    undefined,
  ]);
});
