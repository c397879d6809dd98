// Prometheus' own linter reads what the metrics port serves.

import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { startKernel } from "../support/kernel.ts";
import { whyWithout } from "./install.ts";

const reason = whyWithout(["promtool", "--version"], ["prometheus"]);
const bell = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;';

test.skipIf(reason !== undefined)(
  `promtool check metrics has nothing to say about a kernel that has worked${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  async () => {
    const kernel = await startKernel({ runtime: "bun" });
    try {
      const jobs = `${kernel.target.baseUrl}/api/v1/jobs`;
      const headers = { "content-type": "application/json" };
      const submitted = await fetch(jobs, { method: "POST", headers, body: JSON.stringify({ openqasm: bell, shots: 10 }) });
      const { jobId } = (await submitted.json()) as { jobId: string };
      await (await fetch(`${jobs}/${jobId}/events`)).text();
      await (await fetch(jobs, { method: "POST", headers, body: "{}" })).text();
      const text = await (await fetch(`${kernel.target.metricsUrl}/metrics`)).text();
      expect(text).toContain('jobs_processed_total{state="COMPLETED"} 1');
      expect(text).toContain("eigen_job_processing_time_seconds_bucket");
      const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
      expect(`${stdout}${stderr}`).toBe("");
      expect(status).toBe(0);
    } finally {
      await kernel.stop();
    }
  },
);
