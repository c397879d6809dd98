// The text format of Prometheus, version 0.0.4 (prometheus.io, exposition formats). The specification's names stand as they are; beside
// them every duration is a proper histogram in seconds under `eigen_…_seconds`.

import { type Cumulative, edgesMs } from "./histogram.ts";
import type { MetricPoint } from "./metrics.ts";

export interface PrometheusHistogram extends Cumulative {
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
}

export function toPrometheusText(points: readonly MetricPoint[], histograms: readonly PrometheusHistogram[]): string {
  const lines: string[] = [];
  for (const [name, group] of Map.groupBy(points, (point) => point.name)) {
    const measured = group.filter(({ value }) => value !== undefined);
    const [first] = measured;
    if (first === undefined) continue;
    lines.push(`# HELP ${name} ${escapeHelp(first.help)}`, `# TYPE ${name} ${first.kind}`);
    for (const { labels, value } of measured) lines.push(`${name}${labelText(labels)} ${numberText(value ?? Number.NaN)}`);
  }
  for (const [name, group] of Map.groupBy(histograms, (histogram) => histogram.name)) {
    lines.push(`# HELP ${name} ${escapeHelp(group[0]?.help ?? "")}`, `# TYPE ${name} histogram`);
    for (const { labels, counts, count, sumMs } of group) {
      for (const [place, edgeMs] of edgesMs.entries()) {
        lines.push(`${name}_bucket${labelText({ ...labels, le: numberText(edgeMs / 1000) })} ${counts[place] ?? 0}`);
      }
      lines.push(`${name}_bucket${labelText({ ...labels, le: "+Inf" })} ${count}`);
      lines.push(`${name}_sum${labelText(labels)} ${numberText(sumMs / 1000)}`, `${name}_count${labelText(labels)} ${count}`);
    }
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
}
