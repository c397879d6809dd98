// One record, one line: JSON for machines, or a short text for a terminal. Values under names that promise a secret are left out,
// no line is longer than limits.logLineBytesMax, and no value can begin a new line, pass for another field or drive a terminal.

import { limits } from "../base/limits.ts";
import type { LogFields, LogLevel } from "../ports/telemetry.ts";
import { clip, escapeControls, quote, utf8Bytes } from "./quote.ts";

export interface LogRecord {
  readonly atMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
  /** 32 hex digits; empty outside of a trace. */
  readonly traceId: string;
  readonly spanId: string;
}

export type LogFormat = "json" | "text";

type Value = string | number | boolean;

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const redacted = "[redacted]";
/** A field's name is taken apart into words, so that `apiKey`, `api_key` and `API-Keys` are secrets and `monkey` is not. */
const secretWords = new Set(
  "secret token password passwd passphrase pwd authorization auth bearer jwt credential cookie key apikey private".split(" "),
);
const messageBytesMax = limits.logLineBytesMax / 4; // The rest is for the fields.
const droppedNoteBytesMax = 32; // `,"dropped_fields":` and a count.
const valueBytesMin = 16; // A shorter piece of a value tells nothing.

export function isLoggable(level: LogLevel, least: LogLevel): boolean {
  return levels.indexOf(level) >= levels.indexOf(least);
}

/** Without the line feed. */
export function formatLogRecord(record: LogRecord, format: LogFormat): string {
  const clean = {
    ...record,
    message: clip(record.message, messageBytesMax),
    fields: Object.entries(record.fields).flatMap(([name, value]): Field[] =>
      value === undefined ? [] : [[clip(name, limits.logNameLengthMax), isSecretName(name) ? redacted : value]],
    ),
    time: new Date(record.atMs).toISOString(),
  };
  return format === "json" ? toJsonLine(clean) : toTextLine(clean);
}

type Field = readonly [name: string, value: Value];

interface CleanRecord extends Omit<LogRecord, "fields"> {
  readonly fields: readonly Field[];
  readonly time: string;
}

function isSecretName(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return words.split(/[^a-z0-9]+/).some((word) => secretWords.has(word) || secretWords.has(word.replace(/s$/, "")));
}

/** The fields stand in an object of their own, so that none can pass for the level or the trace. */
function toJsonLine({ time, level, message, traceId, spanId, fields }: CleanRecord): string {
  const trace = traceId === "" ? "" : `,"trace_id":${quote(traceId)},"span_id":${quote(spanId)}`;
  const head = `{"time":"${time}","level":"${level}","message":${quote(message)}${trace}`;
  const show = ([name, value]: Field): string => `${quote(name)}:${jsonValue(value)}`;
  const tail = fitFields(fields, limits.logLineBytesMax - utf8Bytes(head) - utf8Bytes(',"fields":{}}'), show).join(",");
  return tail === "" ? `${head}}` : `${head},"fields":{${tail}}}`;
}

/** `2026-01-02T03:04:05.678Z INFO  job done trace_id=0af7… job_id=job_01 cause="out of memory"`. */
function toTextLine({ time, level, message, traceId, fields }: CleanRecord): string {
  const trace = traceId === "" ? "" : ` trace_id=${escapeControls(traceId)}`;
  const head = `${time} ${level.toUpperCase().padEnd(5)} ${escapeControls(message)}${trace}`;
  const show = ([name, value]: Field): string => `${escapeControls(name)}=${textValue(value)}`;
  return [head, ...fitFields(fields, limits.logLineBytesMax - utf8Bytes(head), show)].join(" ");
}

/** As many fields as fit, the last of them cut, and how many did not. */
function fitFields(fields: readonly Field[], bytesMax: number, show: (field: Field) => string): readonly string[] {
  const parts: string[] = [];
  let room = bytesMax - droppedNoteBytesMax;
  for (const [index, field] of fields.entries()) {
    const part = fitField(field, room - 1, show);
    if (part === undefined) return [...parts, show(["dropped_fields", fields.length - index])];
    parts.push(part);
    room -= utf8Bytes(part) + 1;
  }
  return parts;
}

function fitField([name, value]: Field, room: number, show: (field: Field) => string): string | undefined {
  const whole = show([name, value]);
  if (utf8Bytes(whole) <= room) return whole;
  const valueRoom = room - utf8Bytes(show([name, ""]));
  return typeof value === "string" && valueRoom >= valueBytesMin ? show([name, clip(value, valueRoom)]) : undefined;
}

function jsonValue(value: Value): string {
  // JSON has no NaN and no infinities.
  return typeof value === "string" || (typeof value === "number" && !Number.isFinite(value))
    ? quote(String(value))
    : String(value);
}

function textValue(value: Value): string {
  const text = String(value);
  return /^[\w.:/+@%[\]-]+$/.test(text) ? text : quote(text);
}
