import { defineWebSocketHelper, WSContext, type WSEvents } from "hono/ws";
import { describe, expect, test } from "vitest";
import { eventFixture, jobFixture } from "../../test/fixtures/job.ts";
import { limits } from "../base/limits.ts";
import { createTestApi, eventually, fakeQrtx, sleepFor } from "./doors.test-support.ts";
import type { Sleep } from "./options.ts";

/** Stands for the runtime's upgrade: keeps the kernel's side of the socket and what it sent. */
function fakeUpgrade() {
  const sent: string[] = [];
  const closed: { code: number | undefined; reason: string | undefined }[] = [];
  const raw: { bufferedAmount: number | undefined } = { bufferedAmount: 0 };
  const socket = new WSContext({
    raw,
    readyState: 1,
    send: (frame) => void sent.push(String(frame)),
    close: (code, reason) => void closed.push({ code, reason }),
  });
  let events: WSEvents | undefined;
  const upgrade = defineWebSocketHelper((_context, given) => {
    events = given;
    return new Response(null, { status: 200 });
  });
  const open = () => events?.onOpen?.(new Event("open"), socket);
  // Not every Node has CloseEvent, and nothing of it is read.
  const close = () => events?.onClose?.(new Event("close") as CloseEvent, socket);
  return { upgrade, raw, sent, closed, open, close };
}

const upgradeHeaders = { Upgrade: "websocket", Connection: "Upgrade" };

function setup(sleep: Sleep = sleepFor) {
  const qrtx = fakeQrtx(jobFixture(), eventFixture());
  const fake = fakeUpgrade();
  return { qrtx, fake, ...createTestApi(qrtx, { upgradeWebSocket: fake.upgrade, sleep }) };
}

/** Time that passes at once, but for the watch over the opening and the request's own timeout. */
const hurry: Sleep = (ms, signal) => (ms < 1000 ? Promise.resolve() : sleepFor(ms, signal));

describe("WebSocket /api/v1/events", () => {
  test("sends each event as a JSON text frame, heartbeats too, and lets go when the client closes", async () => {
    const { fetchApp, qrtx, fake, recorded } = setup();
    qrtx.items.push({ kind: "event", event: eventFixture({ seq: 7 }) }, { kind: "heartbeat", cursor: 8, atMs: 0 });
    await fetchApp("/api/v1/events?cursor=0", { headers: upgradeHeaders });
    expect(recorded.openStreams).toBe(1);
    fake.open();
    await eventually(() => fake.sent.length === 2, "both frames were sent");
    expect(fake.sent.map((text) => JSON.parse(text))).toMatchObject([
      { cursor: "7", jobMoved: { sequence: "1" } },
      { cursor: "8" },
    ]);
    fake.close();
    await eventually(() => qrtx.open.count === 0 && recorded.openStreams === 0, "all is released");
  });

  test("a bad query is an ordinary HTTP error before the upgrade", async () => {
    const { fetchApp, recorded } = setup();
    const answer = await fetchApp("/api/v1/events?cursor=x&nothing=1", { headers: upgradeHeaders });
    expect(answer.status).toBe(400);
    expect((await answer.json()).details[0].faults).toHaveLength(2);
    expect((await fetchApp("/api/v1/events?cursor=5000", { headers: upgradeHeaders })).status).toBe(400);
    expect(recorded.openStreams).toBe(0);
  });

  test("a page that is not allowed cannot open one; the kernel's own page can", async () => {
    const { fetchApp, fake } = setup();
    const from = (origin: string) => fetchApp("/api/v1/events", { headers: { ...upgradeHeaders, Origin: origin } });
    const refused = await from("https://evil.example");
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("origin_not_allowed");
    expect((await from("https://lab.example")).status).toBe(200);
    expect((await from("http://kernel.test")).status).toBe(200);
    fake.close();
  });

  test("a shutdown is told in a last frame and by the close code for trying again", async () => {
    const shutdown = new AbortController();
    const qrtx = fakeQrtx(jobFixture(), eventFixture());
    const fake = fakeUpgrade();
    const { fetchApp } = createTestApi(qrtx, { upgradeWebSocket: fake.upgrade, shutdownSignal: shutdown.signal });
    await fetchApp("/api/v1/events", { headers: upgradeHeaders });
    fake.open();
    shutdown.abort();
    await eventually(() => fake.closed.length === 1, "the socket is closed");
    expect(JSON.parse(fake.sent[0] ?? "").error).toMatchObject({ code: "unavailable", details: [{ code: "shutting_down" }] });
    expect(fake.closed).toEqual([{ code: 1013, reason: '{"code":"shutting_down"}' }]);
  });

  test("a reader that stands still is waited for, then closed; the stream is not read on meanwhile", async () => {
    const { fetchApp, qrtx, fake, recorded } = setup(hurry);
    qrtx.items.push({ kind: "event", event: eventFixture({ seq: 1 }) }, { kind: "event", event: eventFixture({ seq: 2 }) });
    await fetchApp("/api/v1/events?cursor=0", { headers: upgradeHeaders });
    fake.raw.bufferedAmount = limits.socketBufferedBytesMax + 1;
    fake.open();
    await eventually(() => fake.closed.length === 1, "the socket is closed");
    expect(fake.sent).toHaveLength(1);
    expect(fake.closed).toEqual([{ code: 1013, reason: '{"code":"too_slow"}' }]);
    await eventually(() => recorded.openStreams === 0, "the place is free");
  });

  test("a reader that takes up again goes on where it was", async () => {
    const { fetchApp, qrtx, fake } = setup();
    qrtx.items.push({ kind: "event", event: eventFixture({ seq: 1 }) }, { kind: "event", event: eventFixture({ seq: 2 }) });
    await fetchApp("/api/v1/events?cursor=0", { headers: upgradeHeaders });
    fake.raw.bufferedAmount = limits.socketBufferedBytesMax + 1;
    fake.open();
    await sleepFor(60, new AbortController().signal);
    expect(fake.sent).toHaveLength(1);
    fake.raw.bufferedAmount = 0;
    await eventually(() => fake.sent.length === 2, "the second event was sent");
    fake.close();
  });

  test("a socket that does not tell what still waits is closed after so many bytes, to be resumed", async () => {
    const qrtx = fakeQrtx(jobFixture(), eventFixture());
    const fake = fakeUpgrade();
    fake.raw.bufferedAmount = undefined;
    const { fetchApp } = createTestApi(qrtx, { upgradeWebSocket: fake.upgrade });
    const reason = "r".repeat(limits.socketBlindBytesMax / 4);
    for (let seq = 1; seq <= 6; seq++) qrtx.items.push({ kind: "event", event: eventFixture({ seq, reason }) });
    await fetchApp("/api/v1/events?cursor=0", { headers: upgradeHeaders });
    fake.open();
    await eventually(() => fake.closed.length === 1, "the socket is closed");
    expect(fake.sent.map((text) => JSON.parse(text).cursor)).toEqual(["1", "2", "3", "4"]);
    expect(fake.closed).toEqual([{ code: 1013, reason: '{"code":"too_slow"}' }]);
  });

  test("a client that vanishes during the upgrade is let go", async () => {
    const { fetchApp, recorded } = setup((ms, signal) =>
      ms === limits.socketOpenMsMax ? Promise.resolve() : sleepFor(ms, signal),
    );
    await fetchApp("/api/v1/events?cursor=0", { headers: upgradeHeaders });
    await eventually(() => recorded.openStreams === 0, "the place is free");
  });
});
