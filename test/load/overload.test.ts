// More clients than places: who is turned away is told a time after which there is room, and nobody is lost.

import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "vitest";
import { ErrorDetailSchema } from "../../src/gen/eigen/kernel/v1/errors_pb.ts";
import { JobState } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { slowCircuit } from "../fixtures/slow-circuit.ts";
import { type RunningKernel, startKernel, whyMissing } from "../support/kernel.ts";
import { bell, connect, type KernelRpc } from "./streams.ts";

const runtimes = ["bun", "deno", "node"] as const;
const queueSize = 20;
const clientCount = 60;
const jobsPerClient = 3;
/** Some ten milliseconds of work, so that places free at a rate that can be told. */
const openqasm = slowCircuit({ qubitCount: 16, layerCount: 50 });
const submit = { circuit: { case: "openqasm", value: openqasm }, shots: 10 } as const;

let kernel: RunningKernel | undefined;
afterEach(() => kernel?.kill("SIGKILL"));

describe.each(runtimes)("on %s", (runtime) => {
  test.skipIf(whyMissing(runtime) !== undefined)(
    "three times as many clients as places all get their jobs done by waiting as told, and then there is room at once",
    async () => {
      const config = `performance:\n  thread_pool:\n    queue_size: ${queueSize}\nqrtx:\n  max_concurrent_tasks: 1`;
      kernel = await startKernel({ runtime, config });
      const rpc = connect(kernel.target);
      const waitsMs: number[] = [];
      const perClient = await Promise.all(
        Array.from({ length: clientCount }, async () => {
          const ids: string[] = [];
          while (ids.length < jobsPerClient) ids.push(await submitAsTold(rpc, waitsMs));
          return ids;
        }),
      );
      const ids = perClient.flat();
      const states = await Promise.all(ids.map((id) => lastState(rpc, id)));

      expect(new Set(states)).toEqual(new Set([JobState.COMPLETED]));
      expect(new Set(ids).size).toBe(clientCount * jobsPerClient);
      // One runs, and one may be between the queue and the device.
      expect(waitsMs.length).toBeGreaterThanOrEqual(clientCount - queueSize - 2);
      // True: who comes back when told to mostly finds a place, first tries of others beside it.
      expect(waitsMs.length / ids.length).toBeLessThan(1);

      const { jobId } = await rpc.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 10 });
      expect(await lastState(rpc, jobId)).toBe(JobState.COMPLETED);
    },
  );
});

/** Comes back when it was told to, and no sooner. */
async function submitAsTold(rpc: KernelRpc, waitsMs: number[]): Promise<string> {
  for (;;) {
    try {
      return (await rpc.submitJob(submit)).jobId;
    } catch (thrown) {
      const [detail] = ConnectError.from(thrown).findDetails(ErrorDetailSchema);
      if (detail?.code !== "queue_full" || detail.retryAfter === undefined) throw thrown;
      const waitMs = Number(detail.retryAfter.seconds) * 1000 + detail.retryAfter.nanos / 1e6;
      waitsMs.push(waitMs);
      await sleep(waitMs);
    }
  }
}

async function lastState(rpc: KernelRpc, id: string): Promise<JobState> {
  let last: JobState = JobState.UNSPECIFIED;
  for await (const { state } of rpc.monitorJob({ id })) last = state;
  return last;
}
