// Counts as a bar chart in text. A pure function: the terminal, the demo and notebooks print what it returns.

import { limits } from "../base/limits.ts";
import type { Counts } from "./result.ts";

export interface HistogramOptions {
  /** Columns of the terminal. */
  readonly width?: number;
  /** Rows by bit string (the default) or by count, the most frequent first. */
  readonly sort?: "outcome" | "count";
  /** Bars to draw; the rarest outcomes are left out and summed up in one line. */
  readonly rowCountMax?: number;
  /** Only characters of ASCII. */
  readonly ascii?: boolean;
}

const barWidthMin = 8;
const barWidthMax = 60; // Longer bars are not easier to compare, and wide terminals would tear figures and bars apart.
const outcomeWidthMin = 8;
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** One row per outcome: bit string, shots, percent of all shots, and a bar whose full length is the most frequent outcome. */
export function drawHistogram(counts: Counts, options: HistogramOptions = {}): string {
  const { width = 100, sort = "outcome", rowCountMax = 32, ascii = false } = options;
  if (counts.size === 0) return "No outcomes: the circuit measures nothing.\n";
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || compare(a, b));
  const kept = byCount.slice(0, Math.max(1, Math.min(rowCountMax, limits.drawnOutcomeCountMax)));
  const shown = sort === "count" ? kept : [...kept].sort(([a], [b]) => compare(a, b));
  const shotCount = sum(byCount);
  const largest = byCount[0]?.[1] ?? 0;

  const shotWidth = Math.max("shots".length, String(largest).length);
  const figuresWidth = 2 + shotWidth + 2 + "100.0 %".length + 2;
  const outcomeWidth = Math.max(
    "outcome".length,
    Math.min(
      kept.reduce((longest, [outcome]) => Math.max(longest, outcome.length), 0),
      Math.max(outcomeWidthMin, width - figuresWidth - barWidthMin),
    ),
  );
  const barWidth = Math.min(barWidthMax, Math.max(barWidthMin, width - figuresWidth - outcomeWidth));

  const head = `${"outcome".padEnd(outcomeWidth)}  ${"shots".padStart(shotWidth)}  ${"share".padStart("100.0 %".length)}`;
  const rows = shown.map(([outcome, count]) => {
    const figures = `${String(count).padStart(shotWidth)}  ${percent(count, shotCount)}`;
    const bar = drawBar(largest === 0 ? 0 : (count / largest) * barWidth, ascii);
    return `${shorten(outcome, outcomeWidth, ascii).padEnd(outcomeWidth)}  ${figures}  ${bar}`.trimEnd();
  });
  return `${[head, ...rows, ...restLines(byCount.slice(kept.length), shotCount, ascii)].join("\n")}\n`;
}

function restLines(rest: readonly (readonly [string, number])[], shotCount: number, ascii: boolean): readonly string[] {
  if (rest.length === 0) return [];
  const restShots = sum(rest);
  const outcomes = rest.length === 1 ? "outcome" : "outcomes";
  return [`${ascii ? "..." : "…"} ${rest.length} more ${outcomes}, ${restShots} shots, ${percent(restShots, shotCount).trim()}`];
}

function sum(counts: readonly (readonly [string, number])[]): number {
  return counts.reduce((total, [, count]) => total + count, 0);
}

/** Code points, not a locale: the same picture everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function percent(count: number, total: number): string {
  return `${(total === 0 ? 0 : (100 * count) / total).toFixed(1).padStart(5)} %`;
}

function drawBar(length: number, ascii: boolean): string {
  if (ascii) return "#".repeat(length > 0 ? Math.max(1, Math.round(length)) : 0);
  // An outcome that was seen is never drawn as if it had not been.
  const steps = length > 0 ? Math.max(1, Math.round(length * 8)) : 0;
  return "█".repeat(Math.floor(steps / 8)) + (eighths[steps % 8] ?? "");
}

/** Keeps both ends: the highest and the lowest bits. */
function shorten(text: string, width: number, ascii: boolean): string {
  if (text.length <= width) return text;
  const gap = ascii ? ".." : "…";
  const tail = Math.floor((width - gap.length) / 2);
  return text.slice(0, width - gap.length - tail) + gap + text.slice(text.length - tail);
}
