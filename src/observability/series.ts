// The series of one metric: what is kept for each set of labels, and for no more sets than the bound.

import { limits } from "../base/limits.ts";
import type { Labels } from "../ports/telemetry.ts";

/** The value of every label of the one series that takes what is beyond the bound. */
export const otherLabel = "other";

export interface Series<T> {
  readonly labels: Labels;
  readonly value: T;
}

export interface SeriesSet<T> {
  /** What is kept for these labels: made at the first call, shared ("other") when there are too many sets. */
  at(labels: Labels): T;
  /** The series that carry every label of the filter with its value, in the order of their first use. */
  matching(filter: Labels): readonly Series<T>[];
}

export function createSeriesSet<T>(countMax: number, create: () => T): SeriesSet<T> {
  const byKey = new Map<string, Series<T>>();
  let overflow: Series<T> | undefined;

  function add(key: string, labels: Labels): T {
    if (byKey.size >= countMax) {
      overflow ??= { labels: mapValues(labels, () => otherLabel), value: create() };
      return overflow.value;
    }
    const series = { labels: mapValues(labels, cutLabel), value: create() };
    byKey.set(key, series);
    return series.value;
  }

  return {
    at(labels) {
      const key = keyOf(labels);
      return byKey.get(key)?.value ?? add(key, labels);
    },
    matching(filter) {
      const wanted = Object.entries(filter);
      const all = overflow === undefined ? [...byKey.values()] : [...byKey.values(), overflow];
      return all.filter(({ labels }) => wanted.every(([name, value]) => labels[name] === value));
    },
  };
}

/** Equal for equal sets, whatever the order in which a caller wrote them. */
function keyOf(labels: Labels): string {
  const names = Object.keys(labels);
  if (names.length > 1) names.sort();
  let key = "";
  for (const name of names) key += `${name}\u0000${cutLabel(labels[name] ?? "")}\u0000`;
  return key;
}

function cutLabel(value: string): string {
  return value.length <= limits.metricLabelLengthMax ? value : value.slice(0, limits.metricLabelLengthMax);
}

function mapValues(labels: Labels, change: (value: string) => string): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, change(value)]));
}
