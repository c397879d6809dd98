// The WebSocket door: the same events, the same cursor.

import assert from "node:assert/strict";
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type Event, EventSchema } from "../../src/gen/eigen/kernel/v1/events_pb.ts";
import { JobState } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { untilNoStreams } from "./behaviour.suite.ts";
import { bellSpec, check, finish, readUntil, uniqueName } from "./helpers.ts";
import type { Check, Target } from "./target.ts";

/** The socket's events, in order; rejects when it is not opened. Leaving the loop or aborting closes the socket. */
async function* socketEvents({ wsUrl }: Target, query: Record<string, string>, signal: AbortSignal): AsyncIterable<Event> {
  const socket = new WebSocket(`${wsUrl}/api/v1/events?${new URLSearchParams(query)}`);
  const frames: string[] = [];
  let wake = Promise.withResolvers<void>();
  let failure: string | undefined;
  let isOver = false;
  const notice = () => wake.resolve();
  socket.onmessage = ({ data }) => {
    frames.push(String(data));
    notice();
  };
  socket.onerror = () => {
    failure = "the socket failed";
    notice();
  };
  socket.onclose = () => {
    isOver = true;
    notice();
  };
  signal.addEventListener("abort", () => socket.close(), { once: true });
  try {
    for (;;) {
      const frame = frames.shift();
      if (frame !== undefined) yield fromJson(EventSchema, JSON.parse(frame) as JsonValue);
      else if (failure !== undefined) throw new Error(failure);
      else if (isOver) return;
      else {
        await wake.promise;
        wake = Promise.withResolvers();
      }
    }
  } finally {
    socket.close();
  }
}

export const websocketChecks: readonly Check[] = [
  check("WebSocket events equal those of SubscribeToEvents", async (client, target) => {
    const handle = await client.submitJob(bellSpec());
    await finish(client, handle);
    const query = { cursor: String(Number(handle.cursor) - 1), job_ids: handle.jobId };
    const isLast = (event: Event) => event.payload.value?.toState === JobState.COMPLETED;
    const bySocket = await readUntil((signal) => socketEvents(target, query, signal), isLast);
    const subscription = { cursor: query.cursor, jobIds: [handle.jobId] };
    const byRpc = await readUntil((signal) => client.subscribeToEvents(subscription, { signal }), isLast);
    const moves = (list: readonly Event[]) => list.filter((event) => event.payload.case !== undefined);
    assert.deepEqual(moves(bySocket), moves(byRpc));
  }),

  check("a WebSocket is pushed what happens and can be resumed at its cursor", async (client, target) => {
    const start = (await client.submitJob(bellSpec())).cursor;
    const name = uniqueName("socket");
    const isRunning = (event: Event) => event.payload.value?.name === name && event.payload.value.toState === JobState.RUNNING;
    const isCompleted = (event: Event) =>
      event.payload.value?.name === name && event.payload.value.toState === JobState.COMPLETED;
    const first = readUntil((signal) => socketEvents(target, { cursor: start }, signal), isRunning);
    const [seen] = await Promise.all([first, client.submitJob(bellSpec({ id: name }))]);
    const cursor = seen.at(-1)?.cursor ?? "";
    const rest = await readUntil(
      (signal) => socketEvents(target, { cursor, states: "JOB_STATE_COMPLETED" }, signal),
      isCompleted,
    );
    assert.ok(rest.every((event) => Number(event.cursor) > Number(cursor)));
    if (target.metricsUrl !== "") await untilNoStreams(target.metricsUrl);
  }),

  check("a WebSocket with a bad query is refused before it opens, with every fault", async (_client, target) => {
    await assert.rejects(
      readUntil(
        (signal) => socketEvents(target, { cursor: "x" }, signal),
        () => true,
      ),
    );
    const headers = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    const answer = await rawUpgrade(target, "/api/v1/events?cursor=x&nothing=1", headers);
    assert.match(answer, /^HTTP\/1\.1 400 /);
    const [, body = ""] = answer.split("\r\n\r\n");
    // Node's server answers a refused upgrade without its body; the same query without the upgrade tells there.
    if (body === "") return;
    assert.match(body, /"field":"cursor"/);
    assert.match(body, /"field":"nothing"/);
  }),

  check("a page of another site cannot open a WebSocket", async (_client, target) => {
    const headers = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      Origin: "https://evil.example",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    assert.match(await rawUpgrade(target, "/api/v1/events", headers), /^HTTP\/1\.1 403 /);
  }),
];

/** fetch may not send these headers: the answer as it comes over a plain connection. */
async function rawUpgrade({ wsUrl }: Target, path: string, headers: Record<string, string>): Promise<string> {
  const { connect } = await import("node:net");
  const { hostname, port, host } = new URL(wsUrl);
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "",
    "",
  ];
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(Number(port), hostname, () => socket.write(lines.join("\r\n")));
    const timer = setTimeout(() => socket.destroy(), 500);
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}
