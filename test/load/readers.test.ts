// Readers that stand still and clients that vanish: what they cost the kernel, and what they miss.

import { createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { limits } from "../../src/base/limits.ts";
import type { Event } from "../../src/gen/eigen/kernel/v1/events_pb.ts";
import { EigenKernelService } from "../../src/gen/eigen/kernel/v1/service_pb.ts";
import { createRestTransport } from "../api/rest-transport.ts";
import type { Target } from "../api/target.ts";
import { type RunningKernel, startKernel, whyMissing } from "../support/kernel.ts";
import { openFileCount, residentMb } from "../support/process.ts";
import { readGauge } from "./metrics.ts";
import { brokenRequests, openRaw, type RawClient, silentReaders } from "./raw-clients.ts";
import { bell, connect } from "./streams.ts";

const runtimes = ["bun", "deno", "node"] as const;
/** Four megabytes of events: more than the buffers of the operating system take for one connection. */
const jobCount = 2500;
const eventCount = 4 * jobCount;
const readersPerDoor = 10;
/** Two and a half megabytes a reader, garbage that is not collected yet included; to keep its events would take ten. */
const growthMbMax = 128;
const submit = { circuit: { case: "openqasm", value: bell }, shots: 10 } as const;
const waitMs = { timeout: 30_000 };

const transports: Readonly<Record<string, (target: Target) => Transport>> = {
  Connect: ({ baseUrl }) => createConnectTransport({ baseUrl }),
  "gRPC-Web": ({ baseUrl }) => createGrpcWebTransport({ baseUrl }),
  REST: ({ baseUrl }) => createRestTransport(baseUrl),
  "native gRPC": ({ grpcUrl }) => createGrpcTransport({ baseUrl: grpcUrl, idleConnectionTimeoutMs: 1000 }),
};

for (const runtime of runtimes) {
  const reason = whyMissing(runtime);
  describe.skipIf(reason !== undefined)(`on ${runtime}${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
    let kernel: RunningKernel;
    let filesAtBoot: number;
    beforeAll(async () => {
      kernel = await startKernel({ runtime });
      filesAtBoot = openFileCount(kernel.pid);
      await runJobs(kernel.target, jobCount);
    });
    afterAll(() => kernel.kill("SIGKILL"));
    const openStreams = () => readGauge(kernel.target, "open_streams");

    test("clients that vanish leave neither a stream nor an open file behind", async () => {
      const open: RawClient[] = [];
      for (let round = 0; round < 10; round++) {
        for (const openReader of Object.values(silentReaders)) open.push(await openReader(kernel.target));
        for (const request of Object.values(brokenRequests)) {
          for (const url of [kernel.target.baseUrl, kernel.target.grpcUrl]) open.push(await openRaw(url, request));
        }
      }
      await expect.poll(openStreams, waitMs).toBe(10 * Object.keys(silentReaders).length);
      expect(openFileCount(kernel.pid)).toBeGreaterThan(filesAtBoot + 50);
      for (const client of open) client.reset();
      await expect.poll(openStreams, waitMs).toBe(0);
      // A few for the database's readers and for what fetch keeps open to ask.
      await expect.poll(() => openFileCount(kernel.pid), waitMs).toBeLessThanOrEqual(filesAtBoot + 5);
      // Who goes away is not a mistake of the kernel.
      expect(kernel.logs()).not.toContain('"level":"error"');
    });

    test("readers that stand still cost little memory, miss nothing when they go on, and do not hold up the end", async () => {
      const before = residentMb(kernel.pid);
      const readers = Object.entries(transports).flatMap(([door, createTransport]) => {
        const client = createClient(EigenKernelService, createTransport(kernel.target));
        return Array.from({ length: readersPerDoor }, () => ({
          door,
          events: client.subscribeToEvents({ cursor: "0" })[Symbol.asyncIterator](),
        }));
      });
      const firsts = await Promise.all(readers.map(async ({ events }) => (await events.next()).value as Event));
      expect(new Set(firsts.map(({ cursor }) => cursor))).toEqual(new Set(["1"]));
      const openSocket = silentReaders["WebSocket over a full TCP window"];
      const sockets = await Promise.all(Array.from({ length: readersPerDoor }, () => openSocket(kernel.target)));
      await expect.poll(openStreams, waitMs).toBe(readers.length + sockets.length);
      // The world goes on, and the kernel with it.
      await runJobs(kernel.target, 100);
      const grownMb = residentMb(kernel.pid) - before;
      expect(grownMb).toBeLessThan(growthMbMax);

      for (const { door, events } of readers.filter((_reader, index) => index % readersPerDoor === 0)) {
        let cursor = 1;
        for (let next = await events.next(); !next.done; next = await events.next()) {
          const event: Event = next.value;
          if (event.payload.case !== "jobMoved") continue;
          expect(Number(event.cursor), door).toBe(cursor + 1);
          cursor++;
          if (cursor === eventCount + 400) break;
        }
        await events.return?.();
      }

      const startMs = performance.now();
      expect(await kernel.stop(), kernel.logs()).toBe(0);
      expect(performance.now() - startMs).toBeLessThan(limits.closeMs + limits.cutMs + 3000);
      for (const socket of sockets) socket.reset();
    });
  });
}

/** Submitted by a few clients at once; resolves when all have completed. */
async function runJobs(target: Target, count: number): Promise<void> {
  const rpc = connect(target);
  let left = count;
  const last = await Promise.all(
    Array.from({ length: 16 }, async () => {
      let jobId = "";
      while (left-- > 0) jobId = (await rpc.submitJob(submit)).jobId;
      return jobId;
    }),
  );
  for (const id of last) if (id !== "") for await (const _status of rpc.monitorJob({ id }));
  await vi.waitFor(async () => expect(await rpc.getSystemMetrics({})).toMatchObject({ queueLength: 0n }), waitMs);
}
