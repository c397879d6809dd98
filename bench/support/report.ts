// What every bench prints and writes: one line a bar, and with `--json FILE` the machine-readable form.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import os from "node:os";
import process from "node:process";
import type { Goal } from "../goals.ts";

export interface Measured {
  readonly goal: Goal;
  /** NaN when it could not be measured; then the bar is missed, and the file says null. */
  readonly value: number;
  /** Of repeated measurements: the lower and upper quartile. */
  readonly spread?: readonly [number, number];
}

export interface BenchOptions {
  readonly jsonFile: string | undefined;
  /** A short run that shows that the bench works; its numbers judge nothing. */
  readonly isSmoke: boolean;
}

export function readBenchOptions(argv: readonly string[]): BenchOptions {
  const place = argv.indexOf("--json");
  return { jsonFile: place >= 0 ? argv[place + 1] : undefined, isSmoke: argv.includes("--smoke") };
}

export function report(
  title: string,
  measured: readonly Measured[],
  context: Readonly<Record<string, string>>,
  options: BenchOptions,
): void {
  const machine = describeMachine();
  process.stdout.write(`\n${title}\n${machine}\n`);
  for (const [name, value] of Object.entries(context)) process.stdout.write(`${name}: ${value}\n`);
  const results = measured.map(({ goal, value, spread }) => {
    const pass = goal.better === "lower" ? value <= goal.goal : value >= goal.goal;
    const sign = goal.better === "lower" ? "<=" : ">=";
    const range = spread === undefined ? "" : `  (quartiles ${round(spread[0])} to ${round(spread[1])})`;
    process.stdout.write(
      `${pass ? "pass" : "MISS"}  ${goal.bar}: ${Number.isFinite(value) ? `${round(value)} ${goal.unit}` : "not measured"}  [goal ${sign} ${goal.goal}]${range}\n`,
    );
    return { bar: goal.bar, value: round(value), unit: goal.unit, goal: goal.goal, better: goal.better, pass };
  });
  if (options.jsonFile === undefined) return;
  writeFileSync(options.jsonFile, `${JSON.stringify({ machine, commit: readCommit(), results }, null, 2)}\n`);
}

/** The value below which this share of the samples lies (nearest rank). */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export function quartiles(samples: readonly number[]): readonly [number, number] {
  return [percentile(samples, 0.25), percentile(samples, 0.75)];
}

function describeMachine(): string {
  const [cpu] = os.cpus();
  return `${os.cpus().length} x ${cpu?.model.trim() ?? "unknown CPU"}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`;
}

function readCommit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
