// Reads a metric as Prometheus would.

import type { Target } from "../api/target.ts";

export async function readGauge({ metricsUrl }: Target, name: string): Promise<number> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  if (line === undefined) throw new Error(`there is no metric ${name}`);
  return Number(line.split(" ")[1]);
}
