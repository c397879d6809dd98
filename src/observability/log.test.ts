import { expect, test } from "vitest";
import { createSeededRandom } from "../../test/simulation/seeded-random.ts";
import { limits } from "../base/limits.ts";
import type { LogFields } from "../ports/telemetry.ts";
import { formatLogRecord, isLoggable, type LogRecord } from "./index.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";

function record(overrides: Partial<LogRecord> = {}): LogRecord {
  return {
    atMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    level: "info",
    message: "job done",
    fields: {},
    traceId: "",
    spanId: "",
    ...overrides,
  };
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
const jsonOf = (overrides: Partial<LogRecord>) => JSON.parse(formatLogRecord(record(overrides), "json"));

test("a record is one line of JSON, with its trace and its fields in an object of their own", () => {
  const fields = { job_id: "job_01", shots: 1024, ok: true, none: undefined };
  expect(formatLogRecord(record({ fields, traceId, spanId: "b7ad6b7169203331" }), "json")).toBe(
    `{"time":"2026-01-02T03:04:05.678Z","level":"info","message":"job done","trace_id":"${traceId}","span_id":"b7ad6b7169203331","fields":{"job_id":"job_01","shots":1024,"ok":true}}`,
  );
  expect(formatLogRecord(record(), "json")).toBe('{"time":"2026-01-02T03:04:05.678Z","level":"info","message":"job done"}');
});

test("a record for people is one line that can be read aloud", () => {
  const fields = { job_id: "job_01", cause: "out of memory", ratio: 0.5 };
  expect(formatLogRecord(record({ level: "warn", fields, traceId, spanId: "b7ad6b7169203331" }), "text")).toBe(
    `2026-01-02T03:04:05.678Z WARN  job done trace_id=${traceId} job_id=job_01 cause="out of memory" ratio=0.5`,
  );
});

test.each([
  "password",
  "db_password",
  "authToken",
  "auth_token",
  "token",
  "accessTokens",
  "Authorization",
  "api_key",
  "apiKey",
  "API-KEYS",
  "apikey",
  "key",
  "idempotency_key",
  "clientSecret",
  "private.pem",
  "set-cookie",
  "credentials",
])("the value of a field called %s is never written", (name) => {
  const fields: LogFields = { [name]: "hunter2" };
  for (const format of ["json", "text"] as const) {
    const line = formatLogRecord(record({ fields }), format);
    expect(line).not.toContain("hunter2");
    expect(line).toContain("[redacted]");
  }
});

test.each(["monkey", "keyboard", "author", "tokenizer_name", "job_id", "passed"])("a field called %s is written", (name) => {
  expect(jsonOf({ fields: { [name]: "bananas" } }).fields[name]).toBe("bananas");
});

test("a field cannot pass for the level, the message or the trace", () => {
  const parsed = jsonOf({
    fields: { level: "error", message: "forged", trace_id: "00", time: "never" },
    traceId,
    spanId: "b7ad6b7169203331",
  });
  expect([parsed.level, parsed.message, parsed.trace_id]).toEqual(["info", "job done", traceId]);
});

test("nothing in a text line begins a new line, leaves its quotes or drives the terminal", () => {
  const evil = 'a\n2026-01-02T03:04:05.678Z ERROR forged\r\u001b[2J\u009b31m\u202e"x" y=1';
  const line = formatLogRecord(record({ message: evil, fields: { "na\nme": evil, y: "2" } }), "text");
  expect(line).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
  expect(line).toContain('\\"x\\" y=1" y=2');
});

test("numbers that JSON does not have are written as their names", () => {
  expect(jsonOf({ fields: { a: Number.NaN, b: Number.NEGATIVE_INFINITY } }).fields).toEqual({ a: "NaN", b: "-Infinity" });
});

test("a line that would be too long is cut in its values and says which fields it dropped", () => {
  const parsed = jsonOf({ message: "m".repeat(20_000), fields: { first: "é".repeat(20_000), second: "x", third: 3 } });
  expect(parsed.message).toMatch(/^m+…$/);
  expect(parsed.fields.first).toMatch(/^é+…$/);
  expect(parsed.fields.dropped_fields).toBe(2);
});

test("whatever is logged, the line keeps to its bound and stays one record, in 400 seeded records", () => {
  const alphabet = ["a", "é", "😀", "\ud800", '"', "\\", "\n", "\u0001", "\u2028", "\u009b", " "];
  let cut = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const random = createSeededRandom(seed);
    const text = (most: number): string =>
      Array.from({ length: random.between(0, most) }, () => alphabet[random.between(0, alphabet.length)]).join("");
    const most = 10 ** random.between(1, 5);
    const names = Array.from({ length: random.between(0, 60) }, (_, index) => `${text(90)}${index}`);
    const fields = Object.fromEntries(names.map((name) => [name, random.chance(0.7) ? text(most) : random.next()]));
    const one = record({ message: text(most), fields, ...(random.chance(0.5) ? { traceId, spanId: "b7ad6b7169203331" } : {}) });
    const json = formatLogRecord(one, "json");
    const plain = formatLogRecord(one, "text");
    expect(bytesOf(json), `seed ${seed}`).toBeLessThanOrEqual(limits.logLineBytesMax);
    expect(bytesOf(plain), `seed ${seed}`).toBeLessThanOrEqual(limits.logLineBytesMax);
    expect(JSON.parse(json).level, `seed ${seed}`).toBe("info");
    expect(`${json}${plain}`.split("\n"), `seed ${seed}`).toHaveLength(1);
    if (json.includes("dropped_fields")) cut++;
  }
  expect(cut).toBeGreaterThan(20);
});

test("a level shows itself and what is graver", () => {
  const shown = (["debug", "info", "warn", "error"] as const).filter((level) => isLoggable(level, "warn"));
  expect(shown).toEqual(["warn", "error"]);
});
