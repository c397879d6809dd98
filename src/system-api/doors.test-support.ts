// A system API over small fakes, for the tests beside these files: no store, no clock but the test's, every span and count kept.

import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { INVALID_SPAN_CONTEXT, trace } from "@opentelemetry/api";
import { err, ok } from "../base/result.ts";
import type { DriverManager } from "../driver-manager/index.ts";
import { EigenKernelService } from "../gen/eigen/kernel/v1/service_pb.ts";
import type { Device } from "../model/device.ts";
import { kernelError } from "../model/errors.ts";
import type { JobEvent } from "../model/event.ts";
import type { Job } from "../model/job.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { CircuitFs } from "../qfs/index.ts";
import type { JobUpdate, Qrtx, StreamItem, SubmitRequest } from "../qrtx/index.ts";
import type { MetricsReader, Rooms, SystemApiOptions } from "./options.ts";
import { createSystemApi } from "./system-api.ts";

export const bell = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q -> c;';

export interface Recorded {
  readonly counts: { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
  readonly spans: { readonly name: string; readonly parent: string; failed: boolean; ended: boolean }[];
  readonly logs: { readonly message: string; readonly fields: unknown }[];
  readonly latencies: string[];
  openStreams: number;
}

function recordingTelemetry(): { telemetry: Telemetry; recorded: Recorded } {
  const recorded: Recorded = { counts: [], spans: [], logs: [], latencies: [], openStreams: 0 };
  const telemetry: Telemetry = {
    // What an operator would see at the usual level.
    log: (level, message, fields) => void (level !== "debug" && recorded.logs.push({ message, fields })),
    count: (name, labels = {}) => void recorded.counts.push({ name, labels }),
    observe: (_name, _ms, labels) => void recorded.latencies.push(labels?.method ?? ""),
    gauge: (name, value) => {
      if (name === "open_streams") recorded.openStreams = value;
    },
    async span(name, { traceparent = "" }, body) {
      const span = { name, parent: traceparent, failed: false, ended: false };
      recorded.spans.push(span);
      try {
        return await body(trace.wrapSpanContext(INVALID_SPAN_CONTEXT));
      } catch (error) {
        span.failed = true;
        throw error;
      } finally {
        span.ended = true;
      }
    },
    traceparent: () => "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  };
  return { telemetry, recorded };
}

const simulator: Device = {
  name: "simulator",
  description: "ideal",
  kind: "simulator",
  status: "online",
  qubitCount: 26,
  basisGates: ["h", "cx"],
  couplingMap: undefined,
  simulation: { stateBytesMax: 16 * 2 ** 26 },
  fidelity: 1,
  shotCountMax: 1_000_000,
  slotCount: 2,
};

export interface FakeQrtx extends Qrtx {
  readonly submitted: SubmitRequest[];
  /** Given to subscribers and monitors, in order; then the stream stays silent until it is left. */
  readonly items: StreamItem[];
  /** Streams that are being read now. */
  readonly open: { count: number };
  ready: boolean;
  /** Replaces submit, to make it slow or fail. */
  onSubmit: ((request: SubmitRequest) => Promise<void>) | undefined;
}

export function fakeQrtx(job: Job, event: JobEvent): FakeQrtx {
  const open = { count: 0 };
  const items: StreamItem[] = [];
  async function* silentAfter<T>(list: readonly T[], signal: AbortSignal): AsyncIterable<T> {
    open.count += 1;
    try {
      yield* list;
      if (!signal.aborted)
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    } finally {
      open.count -= 1;
    }
  }
  const found = (reference: string) => reference === job.id || (job.spec.name !== "" && reference === job.spec.name);
  const missing = (reference: string) => err(kernelError("job_not_found", { facts: { job: reference } }));
  const fake: FakeQrtx = {
    submitted: [],
    items,
    open,
    ready: true,
    onSubmit: undefined,
    async submit(request) {
      fake.submitted.push(request);
      await fake.onSubmit?.(request);
      if (request.faults.length > 0) return err(kernelError("invalid_request", { faults: request.faults }));
      return ok({ job, repeated: false });
    },
    cancel: async (_owner, reference) => (found(reference) ? ok(job) : missing(reference)),
    status: async (_owner, reference) =>
      found(reference) ? ok({ job, lastEvent: event, queuePosition: 3, result: undefined }) : missing(reference),
    list: async (filter) => ok(filter.limit === 1 ? [job] : [job, { ...job, id: "job_00000000000000000000000002" }]),
    result: async (_owner, reference) => (found(reference) ? err(kernelError("result_not_ready")) : missing(reference)),
    async monitor(_owner, reference, _after, signal) {
      if (!found(reference)) return missing(reference);
      const updates = items.flatMap((item): JobUpdate[] =>
        item.kind === "event" ? [{ job, event: item.event, result: undefined }] : [],
      );
      return ok(silentAfter(updates, signal));
    },
    async subscribe({ after }, signal) {
      if (after !== undefined && after > 1000)
        return err(kernelError("cursor_out_of_range", { facts: { wanted: "at most 1000" } }));
      return ok(silentAfter(items, signal));
    },
    untilDue: async () => undefined,
    tick: async () => 1000,
    drain: async () => {},
    readiness: async () => ({ ready: fake.ready, reason: fake.ready ? "" : "The store is not writable." }),
  };
  return fake;
}

const circuits: CircuitFs = {
  read: () => err([]),
  circuitOf: async (_owner, id) => err(kernelError("circuit_not_found", { facts: { circuit: id } })),
  load: async (_owner, id) => err(kernelError("circuit_not_found", { facts: { circuit: id } })),
  async store(owner, { openqasm, name, metadata, faults }) {
    if (faults.length > 0) return err(kernelError("invalid_request", { faults }));
    const stored = { id: `circ_${"0".repeat(32)}`, owner, name, openqasm, qubitCount: 2, metadata, createdAtMs: 0 };
    const circuit = {
      qubitCount: 2,
      bitCount: 2,
      qubitRegisters: [],
      bitRegisters: [],
      parameters: ["theta"],
      globalPhase: 0,
      operations: [],
    };
    return ok({ stored, circuit });
  },
};

const metrics: MetricsReader = {
  names: () => ["queue_length", "jobs_processed_total", "cpu_utilization"],
  query: ({ names }) =>
    [
      { name: "queue_length", labels: {}, value: 2, unit: "jobs", kind: "gauge" as const, help: "Jobs QUEUED now." },
      { name: "cpu_utilization", labels: {}, value: undefined, unit: "ratio", kind: "gauge" as const, help: "Of all cores." },
    ].filter(({ name }) => names.length === 0 || names.includes(name)),
  prometheusText: () => "# TYPE queue_length gauge\nqueue_length 2\n",
};

export function fakeRooms(qrtx: Qrtx): Rooms {
  const drivers: DriverManager = {
    devices: () => [simulator],
    device: (name) => (name === simulator.name ? simulator : undefined),
    freeSlots: () => 1,
    room: () => 1,
    reserve: () => undefined,
  };
  return { qrtx, circuits, drivers, metrics };
}

export type Changes = Partial<Omit<SystemApiOptions, "options">> & { readonly options?: Partial<SystemApiOptions["options"]> };

export function createTestApi(qrtx: Qrtx, changes: Changes = {}) {
  const { telemetry, recorded } = recordingTelemetry();
  let nowMs = 0;
  const api = createSystemApi({
    rooms: fakeRooms(qrtx),
    identity: { identify: () => ({ tenant: "local", project: "default" }) },
    telemetry,
    clock: { nowMs: () => nowMs++, monotonicMs: () => nowMs++ },
    sleep: sleepFor,
    components: () => [{ name: "qrtx", running: true, detail: "" }],
    openApi: { openapi: "3.1.0" },
    page: undefined,
    upgradeWebSocket: undefined,
    shutdownSignal: new AbortController().signal,
    ...changes,
    options: {
      maxConcurrentRequests: 100,
      requestTimeoutMs: 5000,
      corsAllowedOrigins: ["https://lab.example"],
      version: "0.1.0",
      runtimeName: "test",
      ...changes.options,
    },
  });
  const fetchApp = (path: string, init?: RequestInit) => api.app.fetch(new Request(`http://kernel.test${path}`, init));
  const transport = createConnectTransport({
    baseUrl: "http://kernel.test",
    useBinaryFormat: true,
    fetch: ((input, init) => Promise.resolve(api.app.fetch(new Request(input, init)))) as typeof fetch,
  });
  return { api, recorded, fetchApp, client: createClient(EigenKernelService, transport) };
}

/** Resolves after `ms` or when the signal aborts, whichever is first. */
export function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener("abort", done, { once: true });
  });
}

/** Waits until something becomes true; fails the test when it does not within two seconds. */
export async function eventually(isTrue: () => boolean, what: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never came true: ${what}`);
}
