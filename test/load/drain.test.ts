// What a load balancer, the clients and the next kernel see of a kernel that is told to end while it is busy.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, expect, test } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { ErrorDetailSchema } from "../../src/gen/eigen/kernel/v1/errors_pb.ts";
import { JobState } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { slowCircuit } from "../fixtures/slow-circuit.ts";
import { type KernelSetup, type RunningKernel, startKernel, whyMissing } from "../support/kernel.ts";
import { brokenRequests, openRaw, silentReaders } from "./raw-clients.ts";
import { bell, connect, createStreamOpener, streamDoors } from "./streams.ts";

const runtimes = ["bun", "deno", "node"] as const;

const someSeconds = slowCircuit({ qubitCount: 22, layerCount: 40 });
const minutes = slowCircuit({ qubitCount: 24, layerCount: 800 });

const folders: string[] = [];
const kernels: RunningKernel[] = [];
afterEach(async () => {
  for (const kernel of kernels.splice(0)) await kernel.kill("SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function start(setup: KernelSetup): Promise<RunningKernel> {
  const kernel = await startKernel(setup);
  kernels.push(kernel);
  return kernel;
}

function freshDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), "eigen-drain-"));
  folders.push(folder);
  return join(folder, "data");
}

async function submit(kernel: RunningKernel, openqasm: string): Promise<string> {
  return (await connect(kernel.target).submitJob({ circuit: { case: "openqasm", value: openqasm }, shots: 10 })).jobId;
}

async function untilRunning(kernel: RunningKernel, jobId: string): Promise<void> {
  for await (const { state } of connect(kernel.target).monitorJob({ id: jobId })) if (state === JobState.RUNNING) return;
}

test.each(runtimes)(
  "on %s it is seen as not ready while it still answers, and every stream goes on at its cursor on the next kernel",
  async (runtime) => {
    if (whyMissing(runtime) !== undefined) return expect(whyMissing(runtime)).toBeDefined();
    const dataDir = freshDataDir();
    const first = await start({ runtime, dataDir, config: "qrtx:\n  max_concurrent_tasks: 1" });
    const ids = [await submit(first, bell), await submit(first, someSeconds)];
    await untilRunning(first, ids[1] ?? "");
    for (let k = 0; k < 20; k++) ids.push(await submit(first, bell));
    const open = createStreamOpener(first.target);
    const streams = streamDoors.flatMap((door) => [open(door, "0"), open(door, "0")]);
    await expect.poll(() => streams.every(({ cursors }) => cursors.length >= 20)).toBe(true);
    const health = createClient(Health, createGrpcTransport({ baseUrl: first.target.grpcUrl, idleConnectionTimeoutMs: 100 }));
    const watched: Status[] = [];
    const watch = (async () => {
      for await (const { status } of health.watch({})) watched.push(status);
    })();
    watch.catch(() => {});
    await expect.poll(() => watched).toEqual([Status.SERVING]);

    const stopped = first.stop();
    // Each stream is told why it ends, while the job that runs goes on.
    expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual(streams.map(() => "shutting_down"));
    const answer = await fetch(`${first.target.baseUrl}/api/v1/health`);
    expect([answer.status, await answer.json()]).toMatchObject([503, { live: true, ready: false }]);
    expect((await health.check({})).status).toBe(Status.NOT_SERVING);
    await expect(watch).rejects.toThrow(/shutting down/);
    expect(watched).toEqual([Status.SERVING, Status.NOT_SERVING]);
    const refusal = ConnectError.from(await submit(first, bell).catch((error: unknown) => error));
    expect(refusal.findDetails(ErrorDetailSchema)[0]).toMatchObject({ code: "shutting_down", retryable: true });
    expect(Number(refusal.metadata.get("Retry-After"))).toBeGreaterThan(0);
    expect((await connect(first.target).getJobStatus({ id: ids[1] ?? "" })).state).toBe(JobState.RUNNING);
    expect(await stopped, first.logs()).toBe(0);

    const second = await start({ runtime, dataDir });
    const reopen = createStreamOpener(second.target);
    const resumed = streams.map((stream) => reopen(stream.door, stream.cursor()));
    const ended: JobState[] = [];
    for (const id of ids) {
      for await (const status of connect(second.target).monitorJob({ id })) {
        if (id === ids[1]) ended.push(status.state);
        else if (status.state === JobState.COMPLETED) break;
      }
    }
    // It ran once: its kernel waited for it.
    expect(ended).toEqual([JobState.QUEUED, JobState.SCHEDULED, JobState.RUNNING, JobState.COMPLETED]);
    const eventCount = 4 * ids.length;
    const all = Array.from({ length: eventCount }, (_, index) => index + 1);
    await expect.poll(() => resumed.every((stream) => stream.cursor() === String(eventCount))).toBe(true);
    for (const [index, stream] of streams.entries()) {
      expect([...stream.cursors, ...(resumed[index]?.cursors ?? [])], stream.door).toEqual(all);
    }
    for (const stream of resumed) stream.close();
    expect(await second.stop()).toBe(0);
  },
);

test.each(runtimes)("on %s clients that neither read nor close do not hold it up", async (runtime) => {
  if (whyMissing(runtime) !== undefined) return expect(whyMissing(runtime)).toBeDefined();
  const kernel = await start({ runtime });
  for (let k = 0; k < 20; k++) await submit(kernel, bell);
  const readers = await Promise.all(Object.values(silentReaders).map((openReader) => openReader(kernel.target)));
  const halves = Object.values(brokenRequests).flatMap((request) => [
    openRaw(kernel.target.baseUrl, request),
    openRaw(kernel.target.grpcUrl, request),
    openRaw(kernel.target.metricsUrl, request),
  ]);
  const clients = [...readers, ...(await Promise.all(halves))];
  const startMs = performance.now();
  expect(await kernel.stop(), kernel.logs()).toBe(0);
  expect(performance.now() - startMs).toBeLessThan(limits.closeMs + limits.cutMs + 3000);
  for (const client of clients) client.reset();
});

test("a job that does not end in time is kept from others, then given back, and the kernel is gone before anybody has to kill it", async () => {
  const dataDir = freshDataDir();
  const kernel = await start({ runtime: "bun", dataDir });
  const jobId = await submit(kernel, minutes);
  await untilRunning(kernel, jobId);
  const reader = await openRaw(kernel.target.baseUrl, brokenRequests["half a body"]);
  // On the same store: it would take the job as soon as its lease ran out.
  const next = await start({ runtime: "bun", dataDir });
  const startMs = performance.now();
  expect(await kernel.stop(), kernel.logs()).toBe(0);
  const tookMs = performance.now() - startMs;
  expect(tookMs).toBeGreaterThan(limits.drainMs - 1000);
  expect(tookMs).toBeLessThan(limits.shutdownMs);
  reader.reset();
  const reasons: string[] = [];
  for await (const { state, reason, attempts } of connect(next.target).monitorJob({ id: jobId })) {
    if (state === JobState.QUEUED) reasons.push(reason);
    if (state === JobState.RUNNING && attempts > 1) break;
  }
  expect(reasons.slice(1)).toEqual(["its kernel is shutting down and gave it back"]);
});

test.each(runtimes)("on %s a second signal ends it at once", async (runtime) => {
  if (whyMissing(runtime) !== undefined) return expect(whyMissing(runtime)).toBeDefined();
  const kernel = await start({ runtime });
  await untilRunning(kernel, await submit(kernel, minutes));
  const stopped = kernel.stop();
  await expect.poll(async () => (await fetch(`${kernel.target.baseUrl}/api/v1/health`)).status).toBe(503);
  const startMs = performance.now();
  await kernel.kill("SIGTERM");
  expect(await stopped).toBe(130);
  expect(performance.now() - startMs).toBeLessThan(2000);
});
