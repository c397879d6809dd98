// The same events as server-sent events, for clients without WebSocket.

import assert from "node:assert/strict";
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type Event, EventSchema } from "../../src/gen/eigen/kernel/v1/events_pb.ts";
import { JobState } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { bellSpec, check, finish, readUntil, uniqueName } from "./helpers.ts";
import type { Check, Target } from "./target.ts";

interface ServerSentEvent {
  /** The id that a browser would send back. */
  readonly lastId: string;
  /** Undefined for a frame without data. */
  readonly event: Event | undefined;
}

async function* serverSentEvents(
  { baseUrl }: Target,
  query: Record<string, string>,
  lastId: string,
  signal: AbortSignal,
): AsyncIterable<ServerSentEvent> {
  const headers = { Accept: "text/event-stream", ...(lastId === "" ? {} : { "Last-Event-ID": lastId }) };
  const answer = await fetch(`${baseUrl}/api/v1/events?${new URLSearchParams(query)}`, { headers, signal });
  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  let text = "";
  let id = lastId;
  const decoder = new TextDecoder();
  for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true });
    const frames = text.split("\n\n");
    text = frames.pop() ?? "";
    for (const frame of frames) {
      const fields = new Map(
        frame.split("\n").map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
      );
      id = fields.get("id") ?? id;
      const data = fields.get("data");
      yield { lastId: id, event: data === undefined ? undefined : fromJson(EventSchema, JSON.parse(data) as JsonValue) };
    }
  }
}

export const eventSourceChecks: readonly Check[] = [
  check("server-sent events equal those of SubscribeToEvents", async (client, target) => {
    const handle = await client.submitJob(bellSpec());
    await finish(client, handle);
    const query = { cursor: String(Number(handle.cursor) - 1), job_ids: handle.jobId };
    const isLast = (event: Event | undefined) => event?.payload.value?.toState === JobState.COMPLETED;
    const bySse = await readUntil(
      (signal) => serverSentEvents(target, query, "", signal),
      ({ event }) => isLast(event),
    );
    const subscription = { cursor: query.cursor, jobIds: [handle.jobId] };
    const byRpc = await readUntil((signal) => client.subscribeToEvents(subscription, { signal }), isLast);
    const sent = bySse.flatMap(({ event }) => (event === undefined ? [] : [event]));
    assert.deepEqual(
      sent,
      byRpc.filter(({ payload }) => payload.case !== undefined),
    );
    for (const { lastId, event } of bySse) if (event !== undefined) assert.equal(lastId, event.cursor);
  }),

  check("an EventSource goes on after the last id it saw, without a gap or a repeat", async (client, target) => {
    const name = uniqueName("source");
    const start = (await client.submitJob(bellSpec({ id: name }))).cursor;
    const cursor = String(Number(start) - 1);
    const isMove = ({ event }: ServerSentEvent) => event?.payload.value?.name === name;
    const query = { cursor };
    const first = await readUntil((signal) => serverSentEvents(target, query, "", signal), isMove);
    // A browser asks with the same URL again, and the id it saw last.
    const rest = await readUntil(
      (signal) => serverSentEvents(target, query, first.at(-1)?.lastId ?? "", signal),
      (sent) => isMove(sent) && sent.event?.payload.value?.toState === JobState.COMPLETED,
    );
    const sequences = [...first, ...rest].filter(isMove).map(({ event }) => Number(event?.payload.value?.sequence));
    assert.deepEqual(sequences, [1, 2, 3, 4]);
  }),
];
