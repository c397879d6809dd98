// A browser that loses its network for ten seconds: its streams go on at their cursor, without a gap and without a repeat.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KernelClient } from "../../../src/client/index.ts";
import { type RunningKernel, startKernel } from "../../support/kernel.ts";
import { type OpenPage, openTestOrigin, whyNoChromium } from "./chromium.ts";
import { createNetwork } from "./network.ts";
import type { TestPage } from "./page.ts";

declare const testPage: TestPage;

const ways = ["connect", "grpc-web", "EventSource"] as const;
const outageMs = 10_000;
const jobsEach = 5;
const movesOfJob = 4; // QUEUED, SCHEDULED, RUNNING, COMPLETED
const skipped = whyNoChromium === undefined ? "" : ` (skipped: ${whyNoChromium})`;

describe.skipIf(whyNoChromium !== undefined)(`a lost network${skipped}`, () => {
  let origin: Awaited<ReturnType<typeof openTestOrigin>> | undefined;
  let kernel: RunningKernel | undefined;
  beforeAll(async () => {
    origin = await openTestOrigin();
    kernel = await startKernel({ runtime: "bun", allowedOrigins: [origin.origin] });
  });
  afterAll(async () => {
    await origin?.close();
    expect(await kernel?.stop(), kernel?.logs()).toBe(0);
  });

  test("ten seconds without a network cost neither a gap nor a repeat, over Connect, gRPC-Web and EventSource", async () => {
    if (origin === undefined || kernel === undefined) throw new Error("the kernel or Chromium did not start");
    const network = await createNetwork(kernel.target.baseUrl);
    // Stays connected: jobs move while the pages hear nothing.
    const local = await KernelClient.connect(kernel.target.baseUrl, { protocol: "connect" });
    const pages: { readonly way: (typeof ways)[number]; readonly open: OpenPage }[] = [];
    try {
      for (const way of ways) pages.push({ way, open: await origin.load() });
      const seen = ({ page }: OpenPage) => page.evaluate(() => [...testPage.seen]);
      const until = async (count: number) => {
        for (const { open } of pages) {
          await open.page.waitForFunction((wanted) => testPage.seen.length >= wanted, count, { timeout: 20_000 });
        }
      };
      for (const { way, open } of pages) {
        await open.page.evaluate(([url, by]) => testPage.follow(url, by, "0"), [network.url, way] as const);
      }
      const [first] = pages;
      // Submitted by a page over each protocol of browsers.
      for (const protocol of ["connect", "grpc-web"] as const) {
        await first?.open.page.evaluate(([url, by]) => testPage.submit(url, by, `by-${by}`), [network.url, protocol] as const);
      }
      await until(2 * movesOfJob);

      network.cut();
      for (const { open } of pages) await open.context.setOffline(true);
      expect(network.cutCount(), "each page had its stream open through the network").toBeGreaterThanOrEqual(ways.length);
      const before = await Promise.all(pages.map(({ open }) => seen(open)));
      const lostAtMs = Date.now();
      await runJobs(local, jobsEach);
      await new Promise((resolve) => setTimeout(resolve, lostAtMs + outageMs - Date.now()));
      expect(await Promise.all(pages.map(({ open }) => seen(open))), "nothing came meanwhile").toEqual(before);
      for (const { open } of pages) await open.context.setOffline(false);
      network.restore();
      await runJobs(local, jobsEach);

      const total = (2 + 2 * jobsEach) * movesOfJob;
      await until(total);
      const wanted = Array.from({ length: total }, (_, index) => String(index + 1));
      for (const { way, open } of pages) {
        expect(await seen(open), way).toEqual(wanted);
        if (way !== "EventSource") expect(await open.page.evaluate(() => testPage.failures), way).toEqual([]);
      }
    } finally {
      for (const { open } of pages) await open.close();
      network.close();
      local.close();
    }
  });
});

async function runJobs(client: KernelClient, count: number): Promise<void> {
  const circuit = "OPENQASM 3.0; qubit q; bit c; c = measure q;";
  for (let index = 0; index < count; index++) await client.runJob({ circuit, shots: 10 });
}
