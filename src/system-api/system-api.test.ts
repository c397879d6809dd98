import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { describe, expect, test } from "vitest";
import { eventFixture, jobFixture } from "../../test/fixtures/job.ts";
import { limits } from "../base/limits.ts";
import { ErrorDetailSchema } from "../gen/eigen/kernel/v1/errors_pb.ts";
import { JobSpecSchema } from "../gen/eigen/kernel/v1/jobs_pb.ts";
import { EigenKernelService } from "../gen/eigen/kernel/v1/service_pb.ts";
import { StoreOverloadedError, StoreUnavailableError } from "../ports/store.ts";
import { bell, type Changes, createTestApi, eventually, fakeQrtx, fakeRooms } from "./doors.test-support.ts";

function setup(changes: Changes = {}) {
  const qrtx = fakeQrtx(jobFixture(), eventFixture());
  return { qrtx, ...createTestApi(qrtx, changes) };
}

async function failureOf(promise: Promise<unknown>) {
  const error = ConnectError.from(
    await promise.then(
      () => "no failure",
      (reason: unknown) => reason,
    ),
  );
  return { error, detail: error.findDetails(ErrorDetailSchema)[0] };
}

const json = { "Content-Type": "application/json" };
const submitPath = "/eigen.kernel.v1.EigenKernelService/SubmitJob";
const spec = JSON.stringify({ openqasm: bell, shots: 5 });

describe("RPC doors", () => {
  test("a job submitted in binary, in JSON, by gRPC-Web and by REST arrives the same", async () => {
    const { qrtx, api, client, fetchApp } = setup();
    const fetch = ((input, init) => Promise.resolve(api.app.fetch(new Request(input, init)))) as typeof globalThis.fetch;
    const grpcWeb = createClient(EigenKernelService, createGrpcWebTransport({ baseUrl: "http://kernel.test", fetch }));
    await client.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 5 });
    await grpcWeb.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 5 });
    expect((await fetchApp(submitPath, { method: "POST", headers: json, body: spec })).status).toBe(200);
    expect((await fetchApp("/api/v1/jobs", { method: "POST", headers: json, body: spec })).status).toBe(200);
    expect(qrtx.submitted).toHaveLength(4);
    for (const request of qrtx.submitted) expect(request).toEqual(qrtx.submitted[0]);
  });

  test("every method of the contract is answered: built, or UNIMPLEMENTED with what will bring it", async () => {
    const { fetchApp } = setup();
    for (const method of EigenKernelService.methods.filter((candidate) => candidate.methodKind === "unary")) {
      const answer = await fetchApp(`/eigen.kernel.v1.EigenKernelService/${method.name}`, {
        method: "POST",
        headers: json,
        body: "{}",
      });
      const body = await answer.json();
      if (answer.status === 501) expect(body.details[0].debug.facts.brought_by, method.name).toMatch(/\w+/);
      else expect([200, 400, 404], method.name).toContain(answer.status);
    }
  });

  test("a gzipped request is read and a gzipped answer is given", async () => {
    const { fetchApp, qrtx } = setup();
    const packed = new Response(new Blob([spec]).stream().pipeThrough(new CompressionStream("gzip")));
    const body = new Uint8Array(await packed.arrayBuffer());
    const answer = await fetchApp(submitPath, { method: "POST", headers: { ...json, "Content-Encoding": "gzip" }, body });
    expect(answer.status).toBe(200);
    expect(qrtx.submitted[0]?.shots).toBe(5);
  });

  test("a small gzip that unpacks to more than a request may hold is refused before it is unpacked", async () => {
    const { fetchApp } = setup();
    const zeros = new Blob([new Uint8Array(64 * 1024 * 1024)]).stream().pipeThrough(new CompressionStream("gzip"));
    const body = new Uint8Array(await new Response(zeros).arrayBuffer());
    expect(body.byteLength).toBeLessThan(limits.requestBytesMax);
    const answer = await fetchApp(submitPath, { method: "POST", headers: { ...json, "Content-Encoding": "gzip" }, body });
    expect((await answer.json()).details[0].debug.code).toBe("request_too_large");
  });
});

describe("refusals", () => {
  test("field faults reach qrtx, which tells them together with its own", async () => {
    const { client, qrtx } = setup();
    const { error, detail } = await failureOf(client.submitJob({ shots: 0, id: "job name" }));
    expect(error.code).toBe(Code.InvalidArgument);
    expect(detail).toMatchObject({ code: "invalid_request", retryable: false });
    expect(detail?.faults.map((fault) => fault.field)).toEqual(["circuit", "id", "shots"]);
    expect(qrtx.submitted).toHaveLength(1);
  });

  test("JSON that cannot be read and rules that are broken come together, each field once", async () => {
    const { fetchApp } = setup();
    const body = JSON.stringify({ openqasm: bell, shots: "five", idd: "x", tags: { a: 1 } });
    const answer = await fetchApp("/api/v1/jobs", { method: "POST", headers: json, body });
    expect(answer.status).toBe(400);
    const fields = (await answer.json()).details[0].faults.map((fault: { field: string }) => fault.field);
    expect(fields).toEqual(["shots", "idd", "tags.a"]);
  });

  test.each([
    ["malformed JSON", json, '{"shots":', 400, "invalid_request"],
    ["JSON that is no object", json, "[1,2]", 400, "invalid_request"],
    ["binary that is none", { "Content-Type": "application/proto" }, "\xff\xff\xff", 400, "invalid_request"],
    ["a wrong content type", { "Content-Type": "text/plain" }, "{}", 415, "unsupported_media_type"],
    ["an unknown compression", { ...json, "Content-Encoding": "br" }, "{}", 400, "unsupported_media_type"],
    ["bytes that are no gzip", { ...json, "Content-Encoding": "gzip" }, "{}", 400, "invalid_request"],
    ["a cut-off body", { ...json, "Content-Length": "1000" }, spec, 400, "invalid_request"],
    ["a timeout that is none", { ...json, "Connect-Timeout-Ms": "soon" }, spec, 400, "invalid_request"],
  ])("%s is refused with its reason", async (_what, headers, body, status, code) => {
    const { fetchApp, qrtx, recorded } = setup();
    const answer = await fetchApp(submitPath, { method: "POST", headers, body });
    expect(answer.status).toBe(status);
    expect((await answer.json()).details[0].debug.code).toBe(code);
    expect(qrtx.submitted).toHaveLength(0);
    expect(recorded.logs).toEqual([]);
  });

  test("a body larger than a request may be is refused, announced or not", async () => {
    const { fetchApp, qrtx } = setup();
    for (const path of [submitPath, "/api/v1/jobs"]) {
      const chunk = new Uint8Array(1024 * 1024).fill(0x20);
      let left = 6;
      const body = new ReadableStream({
        pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()),
      });
      const answer = await fetchApp(path, { method: "POST", headers: json, body, duplex: "half" } as RequestInit);
      expect(answer.status).toBe(path === submitPath ? 429 : 413);
      const [detail] = (await answer.json()).details;
      expect(detail.code ?? detail.debug.code).toBe("request_too_large");
    }
    expect(qrtx.submitted).toHaveLength(0);
  });

  test("a body that breaks off in an error is its sender's matter, announced or not", async () => {
    const { fetchApp, recorded } = setup();
    for (const length of [{}, { "Content-Length": "1000" }]) {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('{"shots"')),
        pull: (controller) => controller.error(new TypeError("unexpected EOF")),
      });
      const headers = { ...json, ...length };
      const answer = await fetchApp(submitPath, { method: "POST", headers, body, duplex: "half" } as RequestInit);
      expect((await answer.json()).details[0].debug.faults[0].found).toBe("8 bytes");
    }
    expect(recorded.logs).toEqual([]);
  });

  test("a message cut off inside of its frame is refused, and so is a second one", async () => {
    const { fetchApp } = setup();
    const message = toBinary(JobSpecSchema, create(JobSpecSchema, { shots: 1 }));
    const frame = Uint8Array.from([0, 0, 0, 0, message.byteLength, ...message]);
    const post = async (body: Uint8Array<ArrayBuffer>) => {
      const headers = { "Content-Type": "application/grpc-web+proto" };
      return (await fetchApp(submitPath, { method: "POST", headers, body })).text();
    };
    expect(decodeURIComponent(await post(frame.slice(0, -1)))).toContain(`wanted ${message.byteLength} bytes`);
    expect(decodeURIComponent(await post(Uint8Array.from([...frame, ...frame])))).toContain("wanted one message");
    expect(decodeURIComponent(await post(new Uint8Array(0)))).toContain("wanted 5 bytes");
  });

  test("a mistake of the kernel is logged with its cause and told without it", async () => {
    const { client, qrtx, recorded } = setup();
    qrtx.onSubmit = () => Promise.reject(new Error("secret cause"));
    const { error, detail } = await failureOf(client.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1 }));
    expect(error.code).toBe(Code.Internal);
    expect(error.message).not.toContain("secret");
    expect(detail?.facts.trace_id).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(JSON.stringify(recorded.logs)).toContain("secret cause");
  });

  test.each([
    [new StoreUnavailableError(), "store_unavailable", 503],
    [new StoreOverloadedError(), "overloaded", 429],
  ])("%s becomes a refusal that says when to come back", async (thrown, code, status) => {
    const { fetchApp, qrtx } = setup();
    qrtx.onSubmit = () => Promise.reject(thrown);
    const answer = await fetchApp("/api/v1/jobs", { method: "POST", headers: json, body: spec });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("Retry-After")).toBe("1");
    expect((await answer.json()).details[0]).toMatchObject({ code, retryable: true, retryAfter: "1s" });
  });

  test("a room that this kernel does not run is named", async () => {
    const qrtx = fakeQrtx(jobFixture(), eventFixture());
    const off = { ...fakeRooms(qrtx), qrtx: undefined, circuits: undefined, drivers: undefined, metrics: undefined };
    const { client, api } = createTestApi(qrtx, { rooms: off });
    const calls = [
      client.getJobStatus({ id: "x" }),
      client.retrieveCircuit({ id: `circ_${"0".repeat(32)}` }),
      client.getDevice({ id: "x" }),
      client.getSystemMetrics({}),
    ];
    const details = await Promise.all(calls.map(async (call) => (await failureOf(call)).detail));
    expect(details.map((detail) => [detail?.code, detail?.facts.component])).toEqual(
      ["qrtx", "qfs", "driver-manager", "observability"].map((component) => ["component_off", component]),
    );
    expect((await api.metricsApp.fetch(new Request("http://kernel.test/metrics"))).status).toBe(503);
    expect(await client.getHealth({})).toMatchObject({ live: true, ready: true });
  });
});

describe("the idempotency key", () => {
  const submit = async (field: string, header: string | undefined) => {
    const { qrtx, client } = setup();
    const headers = header === undefined ? {} : { "Idempotency-Key": header };
    const call = client.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1, idempotencyKey: field }, { headers });
    const faults = await call.then(
      () => [],
      (error: unknown) => ConnectError.from(error).findDetails(ErrorDetailSchema)[0]?.faults ?? [],
    );
    return { key: qrtx.submitted[0]?.idempotencyKey, faults };
  };

  test("is read from the message or the header", async () => {
    expect(await submit("a", undefined)).toEqual({ key: "a", faults: [] });
    expect(await submit("", "b")).toEqual({ key: "b", faults: [] });
    expect(await submit("c", "c")).toEqual({ key: "c", faults: [] });
  });

  test("must be the same in both, and obey its rule in either", async () => {
    expect((await submit("a", "b")).faults).toMatchObject([{ field: "idempotency_key" }]);
    expect((await submit("", "k".repeat(129))).faults).toMatchObject([{ field: "Idempotency-Key" }]);
  });
});

describe("limits", () => {
  test("one request more than the kernel works on at once is told to come back", async () => {
    const { client, qrtx } = setup({ options: { maxConcurrentRequests: 1 } });
    const gate = Promise.withResolvers<void>();
    qrtx.onSubmit = () => gate.promise;
    const submit = () => client.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1 });
    const first = submit();
    await eventually(() => qrtx.submitted.length === 1, "the first request is worked on");
    const { error, detail } = await failureOf(submit());
    expect(error.code).toBe(Code.ResourceExhausted);
    expect(detail).toMatchObject({ code: "overloaded", retryable: true });
    expect(await client.getHealth({}), "health is answered however busy the kernel is").toMatchObject({ live: true });
    gate.resolve();
    await first;
    await submit();
  });

  test("a request that takes too long is answered, and keeps its place until its work really ended", async () => {
    const { client, qrtx } = setup({ options: { maxConcurrentRequests: 1, requestTimeoutMs: 20 } });
    const gate = Promise.withResolvers<void>();
    qrtx.onSubmit = () => gate.promise;
    const submit = () => client.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1 });
    expect((await failureOf(submit())).detail?.code).toBe("request_timeout");
    expect((await failureOf(submit())).detail?.code).toBe("overloaded");
    gate.resolve();
    await gate.promise;
    await submit();
  });

  test("a body that never ends is cut by the request's time", async () => {
    const { fetchApp } = setup({ options: { requestTimeoutMs: 20 } });
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([0x7b])) });
    const answer = await fetchApp("/api/v1/jobs", { method: "POST", headers: json, body, duplex: "half" } as RequestInit);
    expect(answer.status).toBe(504);
  });

  test("a client's own timeout is kept", async () => {
    const { client, qrtx } = setup();
    qrtx.onSubmit = () => new Promise(() => {});
    const call = client.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1 }, { timeoutMs: 20 });
    expect((await failureOf(call)).error.code).toBe(Code.DeadlineExceeded);
  });
});

describe("streams", () => {
  const move = (seq: number) => ({ kind: "event" as const, event: eventFixture({ seq }) });

  test("a stream that is left closes its source, its span and its place", async () => {
    const { client, qrtx, recorded } = setup();
    qrtx.items.push(move(1), move(2));
    const controller = new AbortController();
    for await (const event of client.subscribeToEvents({ cursor: "0" }, { signal: controller.signal })) {
      expect(recorded.openStreams).toBe(1);
      if (event.cursor === "2") break;
    }
    controller.abort();
    await eventually(() => qrtx.open.count === 0, "the source is closed");
    await eventually(() => recorded.openStreams === 0, "the place is free");
    await eventually(() => recorded.spans.every((span) => span.ended), "the span has ended");
  });

  test("a silent stream whose client aborts is closed, before its first message too", async () => {
    const { client, qrtx, recorded } = setup();
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of client.subscribeToEvents({}, { signal: controller.signal })) break;
    })();
    await eventually(() => qrtx.open.count === 1, "the stream is open");
    controller.abort();
    expect((await failureOf(reading)).error.code).toBe(Code.Canceled);
    await eventually(() => qrtx.open.count === 0 && recorded.openStreams === 0, "all is released");
    expect(recorded.logs).toEqual([]);
  });

  test("REST gives one JSON message a line, as it happens, and releases a reader that goes", async () => {
    const { fetchApp, qrtx, recorded } = setup();
    qrtx.items.push(move(1), move(2));
    const answer = await fetchApp("/api/v1/events?cursor=0");
    expect(answer.headers.get("Content-Type")).toBe("application/x-ndjson");
    const reader = answer.body?.getReader();
    const line = new TextDecoder().decode((await reader?.read())?.value);
    expect(JSON.parse(line)).toMatchObject({ cursor: "1", jobMoved: { toState: "JOB_STATE_QUEUED" } });
    await reader?.cancel();
    await eventually(() => qrtx.open.count === 0 && recorded.openStreams === 0, "all is released");
  });

  const eventSource = { headers: { Accept: "text/event-stream" } };

  test("an EventSource gets each event with its cursor as id, a heartbeat only moves the id, and it goes on after the last id it saw", async () => {
    const { fetchApp, qrtx, recorded } = setup();
    qrtx.items.push(move(1), { kind: "heartbeat", cursor: 7, atMs: 0 });
    const answer = await fetchApp("/api/v1/events?cursor=3", { headers: { ...eventSource.headers, "Last-Event-ID": "0" } });
    expect([answer.status, answer.headers.get("Content-Type")]).toEqual([200, "text/event-stream"]);
    const reader = answer.body?.getReader();
    const frame = async () => new TextDecoder().decode((await reader?.read())?.value);
    expect(await frame()).toBe(`retry: ${limits.eventSourceRetryMs}\n\n`);
    const [id, data, ...end] = (await frame()).split("\n");
    expect([id, end]).toEqual(["id: 1", ["", ""]]);
    expect(JSON.parse(data?.replace(/^data: /, "") ?? "")).toMatchObject({
      cursor: "1",
      jobMoved: { toState: "JOB_STATE_QUEUED" },
    });
    expect(await frame()).toBe("id: 7\n\n");
    await reader?.cancel();
    await eventually(() => qrtx.open.count === 0 && recorded.openStreams === 0, "all is released");
  });

  test("an EventSource whose last id is no cursor is refused before it opens; other streams stay lines", async () => {
    const { fetchApp } = setup();
    const refused = await fetchApp("/api/v1/events", { headers: { ...eventSource.headers, "Last-Event-ID": "five" } });
    expect(refused.status).toBe(400);
    expect((await refused.json()).details[0].faults[0].field).toBe("cursor");
    const lines = await fetchApp(`/api/v1/jobs/${jobFixture().id}/events`, eventSource);
    expect(lines.headers.get("Content-Type")).toBe("application/x-ndjson");
    await lines.body?.cancel();
  });

  test("an EventSource is told of a shutdown, and may come again", async () => {
    const shutdown = new AbortController();
    const { fetchApp } = setup({ shutdownSignal: shutdown.signal });
    const answer = await fetchApp("/api/v1/events?cursor=0", eventSource);
    shutdown.abort();
    const text = await answer.text();
    expect(text).toMatch(/^retry: .*\n\nevent: failure\ndata: \{.*\}\n\n$/s);
    expect(JSON.parse(/data: (.*)/.exec(text)?.[1] ?? "").error.details[0]).toMatchObject({
      code: "shutting_down",
      retryable: true,
    });
    // A browser that were answered with an HTTP error would never come again.
    const again = await fetchApp("/api/v1/events?cursor=0", eventSource);
    expect([again.status, await again.text()]).toEqual([200, text]);
    expect((await fetchApp("/api/v1/events?cursor=0")).status).toBe(503);
  });

  test("the page is served at / with its policy, where there is one", async () => {
    const { fetchApp } = setup({ page: async () => "<!doctype html><title>kernel</title>" });
    const answer = await fetchApp("/");
    expect([answer.status, answer.headers.get("Content-Type"), await answer.text()]).toEqual([
      200,
      "text/html; charset=UTF-8",
      "<!doctype html><title>kernel</title>",
    ]);
    expect(answer.headers.get("Content-Security-Policy")).toBe("frame-ancestors 'none'");
    expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect((await setup().fetchApp("/")).status).toBe(404);
  });

  test("a REST reader that goes before it read anything leaves nothing behind", async () => {
    const { fetchApp, recorded } = setup();
    const answer = await fetchApp("/api/v1/events?cursor=0");
    expect(recorded.openStreams).toBe(1);
    await answer.body?.cancel();
    await eventually(() => recorded.openStreams === 0, "the place is free");
    await eventually(() => recorded.spans.every((span) => span.ended), "the span has ended");
  });

  test("a refusal to open a stream is an ordinary HTTP error", async () => {
    const { fetchApp } = setup();
    const beyond = await fetchApp("/api/v1/events?cursor=2000");
    expect(beyond.status).toBe(400);
    expect((await beyond.json()).details[0].code).toBe("cursor_out_of_range");
    expect((await fetchApp("/api/v1/jobs/unknown/events")).status).toBe(404);
  });

  test("the kernel's shutdown ends streams with what to do", async () => {
    const shutdown = new AbortController();
    const { client, qrtx, recorded } = setup({ shutdownSignal: shutdown.signal });
    qrtx.items.push(move(1));
    const reading = (async () => {
      for await (const _ of client.subscribeToEvents({ cursor: "0" })) shutdown.abort();
    })();
    expect((await failureOf(reading)).detail).toMatchObject({ code: "shutting_down", retryable: true });
    expect(recorded.openStreams).toBe(0);
    expect((await client.getHealth({})).ready).toBe(false);
  });

  test("a live stream of metrics goes on at its interval until it is left", async () => {
    const { client } = setup();
    let count = 0;
    for await (const data of client.getMetrics({
      names: ["queue_length"],
      live: true,
      interval: { seconds: 0n, nanos: 100_000_000 },
    })) {
      expect(data.points).toMatchObject([{ name: "queue_length", value: 2 }]);
      if (++count === 3) break;
    }
    expect(count).toBe(3);
  });
});

describe("REST", () => {
  test("query parameters fill messages, lists and maps", async () => {
    const { fetchApp } = setup();
    const answer = await fetchApp("/api/v1/jobs?states=JOB_STATE_QUEUED&states=JOB_STATE_RUNNING&tags.team.name=a&page_size=1");
    expect(answer.status).toBe(200);
    expect((await answer.text()).trim().split("\n")).toHaveLength(1);
  });

  test("every bad query parameter is told", async () => {
    const { fetchApp } = setup();
    const answer = await fetchApp("/api/v1/jobs?state=x&page_size=many&page_size=2&tags=a&name_prefix.x=1&states=GONE");
    expect(answer.status).toBe(400);
    const faults = (await answer.json()).details[0].faults as { field: string }[];
    expect(faults.map((fault) => fault.field).sort()).toEqual(["name_prefix.x", "page_size", "state", "states[0]", "tags"]);
  });

  test("an unknown path, a wrong method and a contradiction of path and query are told", async () => {
    const { fetchApp } = setup();
    expect((await fetchApp("/api/v1/nothing")).status).toBe(404);
    expect((await fetchApp("/")).status).toBe(404);
    const wrong = await fetchApp("/api/v1/jobs", { method: "PUT" });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("Allow")?.split(", ").sort()).toEqual(["GET", "POST"]);
    // A HEAD is answered where a GET is, unless that is a stream, as a list of jobs is.
    expect((await fetchApp("/api/v1/jobs", { method: "HEAD" })).status).toBe(405);
    const ofOne = await fetchApp("/api/v1/health", { method: "PUT" });
    expect(ofOne.headers.get("Allow")?.split(", ").sort()).toEqual(["GET", "HEAD"]);
    expect((await fetchApp("/api/v1/health", { method: "HEAD" })).status).toBe(200);
    expect((await fetchApp("/api/v1/jobs/a?id=b")).status).toBe(400);
    expect((await fetchApp("/api/v1/jobs/%ff")).status).toBe(400);
  });

  test("a path that ends in a verb is not an object's", async () => {
    const { fetchApp } = setup();
    const answer = await fetchApp("/api/v1/jobs:estimate", { method: "POST", headers: json, body: spec });
    expect(answer.status).toBe(501);
    expect((await fetchApp("/api/v1/states/snap_1:restore", { method: "POST" })).status).toBe(501);
  });

  test("a job is found by its id, told with its zeros, and cancelled", async () => {
    const { fetchApp } = setup();
    const id = jobFixture().id;
    const status = await (await fetchApp(`/api/v1/jobs/${id}`)).json();
    expect(status).toMatchObject({ jobId: id, state: "JOB_STATE_QUEUED", queuePosition: "3", attempts: 0 });
    expect(await (await fetchApp(`/api/v1/jobs/${id}`, { method: "DELETE" })).json()).toEqual({});
    expect((await fetchApp("/api/v1/jobs/none", { method: "DELETE" })).status).toBe(404);
  });

  test("health answers 503 while the kernel takes no work", async () => {
    const { fetchApp, qrtx } = setup();
    expect((await fetchApp("/api/v1/health")).status).toBe(200);
    qrtx.ready = false;
    const answer = await fetchApp("/api/v1/health");
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ live: true, ready: false, reason: "The store is not writable." });
  });

  test("HEAD answers like GET without a body, and never opens a stream", async () => {
    const { fetchApp, recorded } = setup();
    expect((await fetchApp("/api/v1/health", { method: "HEAD" })).status).toBe(200);
    expect((await fetchApp("/api/v1/events", { method: "HEAD" })).status).toBe(405);
    expect(recorded.openStreams).toBe(0);
  });
});

describe("metrics and devices", () => {
  test("an unmeasured value is absent, never zero", async () => {
    const { client } = setup();
    const metrics = await client.getSystemMetrics({});
    expect(metrics.queueLength).toBe(2n);
    expect(metrics.cpuUtilization).toBeUndefined();
  });

  test("an unknown metric is refused by name", async () => {
    const { client } = setup();
    const read = (async () => {
      for await (const _ of client.getMetrics({ names: ["queue_length", "nothing"] }));
    })();
    expect((await failureOf(read)).detail).toMatchObject({ code: "metric_not_found", faults: [{ field: "names[1]" }] });
  });

  test("devices are filtered by what is asked for", async () => {
    const { client } = setup();
    const list = async (minQubits: number) => {
      const names: string[] = [];
      for await (const device of client.listDevices({ minQubits })) names.push(device.name);
      return names;
    };
    expect(await list(26)).toEqual(["simulator"]);
    expect(await list(27)).toEqual([]);
    expect((await failureOf(client.getDevice({ id: "none" }))).detail?.code).toBe("device_not_found");
  });

  test("Prometheus reads its text on its own port", async () => {
    const { api } = setup();
    const answer = await api.metricsApp.fetch(new Request("http://kernel.test/metrics"));
    expect(answer.headers.get("Content-Type")).toContain("version=0.0.4");
    expect(await answer.text()).toContain("queue_length 2");
  });
});

describe("pages", () => {
  const preflight = { method: "OPTIONS", headers: { Origin: "https://lab.example", "Access-Control-Request-Method": "POST" } };

  test("an allowed page may call and read what gRPC-Web and retries need", async () => {
    const { fetchApp } = setup();
    const asked = await fetchApp(submitPath, preflight);
    expect(asked.status).toBe(204);
    expect(asked.headers.get("Access-Control-Allow-Headers")).toContain("Idempotency-Key");
    const answer = await fetchApp("/api/v1/health", { headers: { Origin: "https://lab.example" } });
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("https://lab.example");
    expect(answer.headers.get("Access-Control-Expose-Headers")).toContain("Grpc-Status-Details-Bin");
    expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
  });

  test("any other page may not", async () => {
    const { fetchApp } = setup();
    const answer = await fetchApp("/api/v1/health", { headers: { Origin: "https://evil.example" } });
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBeNull();
  });
});

describe("telemetry", () => {
  test("a call joins its sender's trace and counts by method; a malformed traceparent starts its own", async () => {
    const { client, recorded } = setup();
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await client.getHealth({}, { headers: { traceparent } });
    await client.getHealth({}, { headers: { traceparent: "00-zz" } });
    expect(recorded.spans.map((span) => span.parent)).toEqual([traceparent, ""]);
    expect(recorded.latencies).toEqual(["GetHealth", "GetHealth"]);
    expect(recorded.counts.map(({ name }) => name)).toEqual(["api_requests_total", "api_requests_total"]);
  });

  test("a refusal counts as the client's fault and a failure as the kernel's", async () => {
    const { client, qrtx, recorded } = setup();
    await failureOf(client.getJobStatus({ id: "none" }));
    qrtx.onSubmit = () => Promise.reject(new Error("broken"));
    await failureOf(client.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1 }));
    const errors = recorded.counts.filter(({ name }) => name === "api_errors_total").map(({ labels }) => labels);
    expect(errors).toEqual([
      { method: "GetJobStatus", code: "job_not_found", fault: "client" },
      { method: "SubmitJob", code: "internal", fault: "kernel" },
    ]);
    expect(recorded.spans.map((span) => span.failed)).toEqual([true, true]);
  });
});
