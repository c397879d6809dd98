// One record, one line: JSON for machines, or a short text for a terminal. Values under names that promise a secret are left out,
// and no line is longer than limits.logLineBytesMax.

import { limits } from "../base/limits.ts";
import type { LogFields, LogLevel } from "../ports/telemetry.ts";

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

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const secretName = /secret|token|password|passwd|authorization|credential|cookie|private|api_?key/i;

export function isLoggable(level: LogLevel, least: LogLevel): boolean {
  return levels.indexOf(level) >= levels.indexOf(least);
}

/** Without the line feed. */
export function formatLogRecord(record: LogRecord, format: LogFormat): string {
  const fields = Object.entries(record.fields).filter(([, value]) => value !== undefined);
  const clean = fields.map(([name, value]) => [name, secretName.test(name) ? "[redacted]" : value] as const);
  const time = new Date(record.atMs).toISOString();
  if (format === "text") {
    const tail = clean.map(([name, value]) => ` ${name}=${String(value)}`).join("");
    return cut(
      `${time} ${record.level.toUpperCase().padEnd(5)} ${record.message}${tail}`.replace(/[\r\n]+/g, " "),
      limits.logLineBytesMax,
    );
  }
  const trace = record.traceId === "" ? {} : { trace_id: record.traceId, span_id: record.spanId };
  const head = { time, level: record.level, message: record.message, ...trace };
  const line = JSON.stringify({ ...head, ...Object.fromEntries(clean) });
  if (line.length <= limits.logLineBytesMax) return line;
  // Cut values, not the line: it must stay JSON.
  const share = Math.max(16, Math.floor(limits.logLineBytesMax / (2 * (clean.length + 1))));
  const short = clean.map(([name, value]) => [name, typeof value === "string" ? cut(value, share) : value]);
  return JSON.stringify({ ...head, message: cut(record.message, share), ...Object.fromEntries(short) });
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
