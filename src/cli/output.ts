// How commands print: tables for people, JSON for programs, colour only as an addition.

import { KernelClientError } from "../client/index.ts";
import type { Stream, World } from "./world.ts";

export type OutputFormat = "table" | "json";

const colors = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const;
export type Color = keyof typeof colors;

/** Coloured on a terminal whose user does not object (NO_COLOR). */
export function paint(world: Pick<World, "env">, stream: Stream, color: Color, text: string): string {
  const isWanted = stream.isTty && (world.env.NO_COLOR ?? "") === "" && world.env.TERM !== "dumb";
  return isWanted ? `\u001b[${colors[color]}m${text}\u001b[0m` : text;
}

/** One line to stderr while somebody watches; quiet when piped. */
export function progress(world: World, line: string): void {
  if (world.stderr.isTty) world.stderr.write(`${line}\n`);
}

export function printError(world: World, error: KernelClientError): void {
  const [head = "", ...rest] = error.message.split("\n");
  world.stderr.write(`${[paint(world, world.stderr, "red", `error: ${head}`), ...rest].join("\n")}\n`);
}

/** What programs read: 64-bit numbers and times as strings, maps as objects, errors as their fields. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, replaceValue, indent);
}

export function printJson({ stdout }: World, value: unknown): void {
  stdout.write(`${toJson(value, 2)}\n`);
}

function replaceValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof KernelClientError) {
    const { code, message, facts, faults, hint, retryable } = value;
    return { code, message, facts, faults, hint, retryable };
  }
  return value;
}

/** Columns as wide as their widest cell, two spaces apart; numbers to the right. */
export function table(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => lengthOf(line[column]))));
  const isRight = titles.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"));
  const drawn = lines.map((line) =>
    line
      .map((cell, column) => {
        const blank = " ".repeat((widths[column] ?? 0) - lengthOf(cell));
        return isRight[column] ? `${blank}${cell}` : `${cell}${blank}`;
      })
      .join("  ")
      .trimEnd(),
  );
  return `${drawn.join("\n")}\n`;
}

function lengthOf(cell: string | number | undefined): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no room.
  return [...String(cell ?? "").replace(/\u001b\[\d+m/g, "")].length;
}

/** Lines of a name and a value; those without a value are left out. */
export function fields(pairs: readonly (readonly [name: string, value: string])[]): string {
  const shown = pairs.filter(([, value]) => value !== "");
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join("");
}
