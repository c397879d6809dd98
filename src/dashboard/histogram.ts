// Counts as bars, and as a table for who reads rather than looks. The most frequent outcomes; the rest is one line.

import type { Counts } from "../client/index.ts";
import { element, svg, table } from "./elements.ts";

const barCountMax = 32;
const rowPx = 22;
const letterPx = 8;
const barPx = 360;
const figurePx = 110;

export function histogram(counts: Counts, shots: number): HTMLElement {
  const ordered = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const shown = ordered.slice(0, barCountMax).sort(([a], [b]) => (a < b ? -1 : 1));
  const rest = ordered.slice(barCountMax).reduce((sum, [, count]) => sum + count, 0);
  const largest = ordered[0]?.[1] ?? 1;
  const labelPx = 12 + letterPx * Math.max(...shown.map(([outcome]) => cut(outcome).length));
  const percent = (count: number): string => `${((100 * count) / shots).toFixed(1)} %`;
  const rows = shown.map(([outcome, count]) => [element("code", {}, outcome), count.toLocaleString(), percent(count)]);
  if (rest > 0) rows.push([`${ordered.length - barCountMax} rarer outcomes`, rest.toLocaleString(), percent(rest)] as never);

  const bars = shown.flatMap(([outcome, count], place) => {
    const middle = place * rowPx + rowPx / 2;
    const width = String((barPx * count) / largest);
    return [
      svg("text", { x: String(labelPx - 8), y: String(middle), "text-anchor": "end", class: "outcome" }, cut(outcome)),
      svg("rect", { x: String(labelPx), y: String(place * rowPx + 3), width, height: String(rowPx - 6), rx: "2" }),
      svg("text", { x: String(labelPx + Number(width) + 8), y: String(middle) }, percent(count)),
    ];
  });
  const size = `0 0 ${labelPx + barPx + figurePx} ${shown.length * rowPx}`;
  const chart = svg(
    "svg",
    { viewBox: size, class: "histogram", role: "img", "aria-label": "Shots by outcome; the table has the figures" },
    ...bars,
  );
  const figures = element(
    "details",
    {},
    element("summary", {}, "As a table"),
    table(`${shots.toLocaleString()} shots`, ["Outcome", "Shots", "Share"], rows),
  );
  return element("figure", {}, chart as unknown as HTMLElement, figures);
}

/** Long bit strings keep their right end, where qubit 0 is. */
function cut(outcome: string): string {
  return outcome.length <= 22 ? outcome : `…${outcome.slice(-21)}`;
}
