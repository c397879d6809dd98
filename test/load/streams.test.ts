// A kernel with a thousand open streams.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JobState } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { type RunningKernel, startKernel, whyMissing } from "../support/kernel.ts";
import { readGauge } from "./metrics.ts";
import { bell, connect, createStreamOpener, type EventStream, streamDoors } from "./streams.ts";

const runtimes = ["bun", "deno"] as const;
const streamCount = 1000;
const jobCount = 25;
const eventsPerJob = 4;
const submit = { circuit: { case: "openqasm", value: bell }, shots: 10 } as const;

for (const runtime of runtimes) {
  const reason = whyMissing(runtime);
  describe.skipIf(reason !== undefined)(`on ${runtime}${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
    let kernel: RunningKernel;
    beforeAll(async () => {
      kernel = await startKernel({ runtime });
    });
    afterAll(async () => {
      await kernel.kill("SIGKILL");
    });

    test(`${streamCount} streams through every door each see every event, once and in order, and the doors stay open beside them`, async () => {
      const rpc = connect(kernel.target);
      const open = createStreamOpener(kernel.target);
      const streams: EventStream[] = [];
      for (let k = 0; k < streamCount; k++) {
        streams.push(open(streamDoors[k % streamDoors.length] ?? "Connect", "0"));
        // A client opens what it needs; nobody opens a thousand in one moment.
        if (k % 100 === 99) await expect.poll(() => readGauge(kernel.target, "open_streams"), { timeout: 20_000 }).toBe(k + 1);
      }
      let eventCount = 0;
      for (let k = 0; k < jobCount; k++) {
        const { jobId } = await rpc.submitJob(submit);
        eventCount += eventsPerJob;
        for await (const { state } of rpc.monitorJob({ id: jobId })) if (state === JobState.COMPLETED) break;
      }
      const all = Array.from({ length: eventCount }, (_, index) => index + 1);
      await expect.poll(() => streams.every(({ cursors }) => cursors.length >= eventCount), { timeout: 30_000 }).toBe(true);
      for (const { cursors, door } of streams) expect(cursors, door).toEqual(all);
      for (const stream of streams) stream.close();
      expect(new Set(await Promise.all(streams.map(({ ended }) => ended)))).toEqual(new Set(["closed"]));
      await expect.poll(() => readGauge(kernel.target, "open_streams"), { timeout: 20_000 }).toBe(0);
    });
  });
}
