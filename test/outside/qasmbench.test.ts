// The small circuits of QASMBench, which nobody here wrote: each runs on a real kernel, and its counts must come from the distribution that
// the plain dense-matrix reference computes.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseQasm } from "../../src/qasm/index.ts";
import { root } from "../../tools/runtime.mjs";
import { outcomeDistribution } from "../oracle/outcome-distribution.ts";
import { type RunningKernel, startKernel } from "../support/kernel.ts";

const folder = join(root, "../shared/data/circuits/qasmbench/small");
const reason = existsSync(folder) ? undefined : "the public circuits are not beside this checkout";
const names = reason === undefined ? readdirSync(folder).filter((name) => name.endsWith(".qasm")) : [];
/** It declares `reg` and uses `q`: the suite's own defect, which must be refused. */
const defective = "vqe_uccsd_n6.qasm";
const shots = 8192;

describe.skipIf(reason !== undefined)(`QASMBench small${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  let kernel: RunningKernel;
  beforeAll(async () => {
    kernel = await startKernel({ runtime: "bun" });
  });
  afterAll(() => kernel?.stop());

  async function submit(name: string): Promise<Response> {
    const openqasm = readFileSync(join(folder, name), "utf8");
    const body = JSON.stringify({ openqasm, shots, seed: "2026" });
    return fetch(`${kernel.target.baseUrl}/api/v1/jobs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
  }

  test("there are circuits to run", () => {
    expect(names.length).toBeGreaterThan(20);
  });

  test.each(names.filter((name) => name !== defective))("%s samples the distribution of the dense reference", async (name) => {
    const submitted = await submit(name);
    expect(submitted.status, await submitted.clone().text()).toBe(200);
    const { jobId } = (await submitted.json()) as { jobId: string };
    await (await fetch(`${kernel.target.baseUrl}/api/v1/jobs/${jobId}/events`)).text();
    const result = (await (await fetch(`${kernel.target.baseUrl}/api/v1/jobs/${jobId}/result`)).json()) as {
      counts: Record<string, string>;
    };
    const circuit = parseQasm(readFileSync(join(folder, name), "utf8"));
    if (!circuit.ok) throw new Error(JSON.stringify(circuit.error));
    const wanted = outcomeDistribution(circuit.value);
    let total = 0;
    for (const [outcome, count] of Object.entries(result.counts)) {
      total += Number(count);
      // Nothing that cannot happen may be measured.
      expect(wanted.get(outcome) ?? 0, `${outcome} is impossible`).toBeGreaterThan(1e-12);
    }
    expect(total).toBe(wanted.size === 0 ? 0 : shots);
    for (const [outcome, probability] of wanted) {
      const actual = Number(result.counts[outcome] ?? 0) / shots;
      // Six standard errors, and six counts for the rare ones, whose distribution has a long tail.
      const error = Math.sqrt(Math.max(0, probability * (1 - probability)) / shots);
      expect(Math.abs(actual - probability), outcome).toBeLessThan(6 * error + 6 / shots);
    }
  });

  test(`${defective} is refused with line and column`, async () => {
    const refused = await submit(defective);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toMatch(/"line":\s*2286/);
  });
});
