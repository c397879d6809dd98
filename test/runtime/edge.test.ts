// What only the edge worker does: it is killed without a word and woken by its alarm, and may keep its jobs in a database elsewhere.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { toProtoMethod } from "../../src/client/enums.ts";
import { bindAndSimplify } from "../../src/compiler/index.ts";
import { JobState } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { EigenKernelService } from "../../src/gen/eigen/kernel/v1/service_pb.ts";
import { parseQasm, writeQasm } from "../../src/qasm/index.ts";
import { createSimulator } from "../../src/simulator/index.ts";
import { slowCircuit } from "../fixtures/slow-circuit.ts";
import { loadSimulatorModules } from "../fixtures/wasm.ts";
import { circuitOf, measureAll, randomCircuit } from "../oracle/random-circuit.ts";
import { cliffordGates, randomCliffordGate } from "../oracle/random-clifford.ts";
import { createSeededRandom } from "../simulation/seeded-random.ts";
import { startHranaServer } from "../support/hrana-server.ts";
import { type KernelSetup, type RunningKernel, startKernel, whyMissing } from "../support/kernel.ts";

const missing = whyMissing("workerd");
const bell = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;';
/** Some seconds of work for the one place that an edge worker has. */
const slow = slowCircuit({ qubitCount: 16, layerCount: 1000 });

describe.skipIf(missing !== undefined)(`the edge worker${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let folder: string;
  const started: RunningKernel[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "eigen-edge-test-"));
  });
  afterEach(async () => {
    for (const kernel of started.splice(0)) await kernel.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(setup: Omit<KernelSetup, "runtime"> = {}): Promise<RunningKernel> {
    const kernel = await startKernel({ runtime: "workerd", dataDir: join(folder, "data"), ...setup });
    started.push(kernel);
    return kernel;
  }
  const rpcOf = ({ target }: RunningKernel) =>
    createClient(EigenKernelService, createConnectTransport({ baseUrl: target.baseUrl, useBinaryFormat: true }));
  const submit = (kernel: RunningKernel, openqasm: string) =>
    rpcOf(kernel).submitJob({ circuit: { case: "openqasm", value: openqasm }, shots: 100 });
  const textOf = async (url: string, init?: RequestInit) => {
    const answer = await fetch(url, init);
    return { status: answer.status, text: await answer.text() };
  };

  test("jobs of a worker that was killed are finished by the next one, which nobody calls: its alarm wakes it", async () => {
    const first = await start();
    const handles = [await submit(first, slow), await submit(first, bell), await submit(first, bell)];
    await first.kill("SIGKILL");
    // Nobody asks it anything; its object is looked at from outside.
    const second = await start();
    const { states } = await untilEnded(join(folder, "data"), handles.length);
    expect(states).toEqual(handles.map(({ jobId }) => [jobId, "COMPLETED"]));
    const status = await rpcOf(second).getJobStatus({ id: handles[0]?.jobId ?? "" });
    expect([status.state, status.attempts]).toEqual([JobState.COMPLETED, 2]);
  });

  test(`${limits.edgeQubitCountMax} qubits run, one more is refused with the reason`, async () => {
    const kernel = await start();
    // Not of Clifford gates alone: those need no state vector.
    const magic = (qubits: number) =>
      `OPENQASM 3.0; include "stdgates.inc"; qubit[${qubits}] q; bit[${qubits}] c; h q; t q; h q; c = measure q;`;
    await submit(kernel, magic(limits.edgeQubitCountMax));
    await expect(submit(kernel, magic(limits.edgeQubitCountMax + 1))).rejects.toThrow(
      /at most 16 qubits by statevector \(device simulator\), found 17 qubits/,
    );
    const ghz = (qubits: number) =>
      `OPENQASM 3.0; include "stdgates.inc"; qubit[${qubits}] q; bit[${qubits}] c; h q[0]; cx q[0], q[1:${qubits - 1}]; c = measure q;`;
    await expect(submit(kernel, ghz(1500))).rejects.toThrow(/1500 qubits need 1152000 bytes, and 1048576 are available/);
    const { jobId } = await submit(kernel, ghz(1000));
    const rpc = rpcOf(kernel);
    await expect.poll(async () => (await rpc.getJobStatus({ id: jobId })).state).toBe(JobState.COMPLETED);
    expect((await rpc.getJobStatus({ id: jobId })).result?.counts).toEqual({
      ["0".repeat(1000)]: expect.anything(),
      ["1".repeat(1000)]: expect.anything(),
    });
  });

  test("a seed gives the counts and values that it gives elsewhere, bit for bit, by every method", async () => {
    const kernel = await start();
    const simulator = createSimulator(await loadSimulatorModules());
    const observables = [{ name: "z", terms: [{ coefficient: 0.3, pauli: "ZXYZXYZXYZXY" }] }];
    const cases = [
      { method: "statevector", width: 12, isClifford: false },
      { method: "stabilizer", width: 12, isClifford: true },
      { method: "density_matrix", width: 5, isClifford: false },
      { method: "trajectories", width: 5, isClifford: false },
    ] as const;
    for (const { method, width, isClifford } of cases) {
      const random = createSeededRandom(20261127);
      const operations = isClifford
        ? Array.from({ length: 80 }, () => randomCliffordGate(random, width, cliffordGates))
        : randomCircuit(random, width, 80).operations;
      const text = writeQasm(circuitOf(width, [...operations, ...measureAll(width)], width), { version: 3 });
      if (!text.ok) throw new Error(JSON.stringify(text.error));
      const asked = { shots: 500, seed: 77n, observables: width === 12 ? observables : [] };
      const { jobId } = await rpcOf(kernel).submitJob({
        ...asked,
        method: toProtoMethod(method),
        circuit: { case: "openqasm", value: text.value },
      });
      await expect.poll(async () => (await rpcOf(kernel).getJobStatus({ id: jobId })).state).toBe(JobState.COMPLETED);
      const { result } = await rpcOf(kernel).getJobStatus({ id: jobId });

      const read = parseQasm(text.value);
      if (!read.ok) throw new Error(JSON.stringify(read.error));
      const compiled = bindAndSimplify(read.value, {});
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
      const { counts, expectationValues } = simulator.run(
        { ...asked, id: "here", method, circuit: compiled.value.circuit },
        () => 0,
      );
      const told = Object.fromEntries(Object.entries(result?.counts ?? {}).map(([outcome, count]) => [outcome, Number(count)]));
      expect(told, method).toEqual(Object.fromEntries(counts));
      expect(Object.values(result?.expectationValues ?? {}), method).toEqual(expectationValues);
    }
  });

  test("the page is part of the bundle", async () => {
    const kernel = await start();
    const answer = await fetch(`${kernel.target.baseUrl}/`);
    expect([answer.status, answer.headers.get("content-encoding")]).toEqual([200, "gzip"]);
    expect((await answer.text()).slice(0, 15)).toBe("<!doctype html>");
  });

  test("while it computes it answers, tells the truth about the job and cancels it", async () => {
    const kernel = await start();
    const handle = await submit(kernel, slow);
    const rpc = rpcOf(kernel);
    expect((await rpc.getJobStatus({ id: handle.jobId })).state).toBe(JobState.RUNNING);
    await rpc.cancelJob({ id: handle.jobId });
    expect((await rpc.getJobStatus({ id: handle.jobId })).state).toBe(JobState.CANCELLED);
  });

  test("a database behind HTTP keeps the jobs instead of the object; without it the worker is not ready, with it again it goes on", async () => {
    const path = join(folder, "origin.db");
    const authToken = "the-token-of-the-origin";
    let server = await startHranaServer({ path, authToken });
    const port = Number(new URL(server.url).port);
    const kernel = await start({ env: { KERNEL_STORE_URL: server.url, KERNEL_STORE_TOKEN: authToken } });
    const rpc = rpcOf(kernel);
    const handle = await submit(kernel, bell);
    await expect.poll(async () => (await rpc.getJobStatus({ id: handle.jobId })).state).toBe(JobState.COMPLETED);
    await server.close();
    expect(await rpc.getHealth({})).toMatchObject({ live: true, ready: false, reason: "the store cannot be written" });
    await expect(submit(kernel, bell)).rejects.toThrow(/unavailable/);
    server = await startHranaServer({ path, authToken, port });
    const again = await submit(kernel, bell);
    await expect
      .poll(async () => (await rpc.getJobStatus({ id: again.jobId })).state, { timeout: 10_000 })
      .toBe(JobState.COMPLETED);
    await kernel.kill("SIGKILL");
    await server.close();
    expect(kernel.logs()).not.toContain(authToken);
    expect(readJobs(path).map(([id]) => id)).toEqual([handle.jobId, again.jobId]);
  });

  test("a database behind https: is spoken to in TLS", async () => {
    const heard: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (data: Buffer) => {
        heard.push(data);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const kernel = await start({ env: { KERNEL_STORE_URL: `https://127.0.0.1:${port}` } });
    expect((await textOf(`${kernel.target.baseUrl}/api/v1/health`)).status).toBe(503);
    expect(heard[0]?.[0]).toBe(0x16); // A handshake (RFC 8446, 5.1).
    await kernel.kill("SIGKILL");
    await new Promise((resolve) => server.close(resolve));
  });

  test("a database that is lost at any request of the boot costs that boot: the next one serves", async () => {
    const lostMax = 5; // The boot of a fresh database asks fewer times; what comes after is lost to one request.
    let bootsLost = 0;
    for (let lost = 1; lost <= lostMax; lost++) {
      const server = await startHranaServer({ path: join(folder, `lost-${lost}.db`), isLost: (number) => number === lost });
      const kernel = await start({ dataDir: join(folder, `data-${lost}`), env: { KERNEL_STORE_URL: server.url } });
      const answers = [];
      for (let count = 0; count < 3; count++) answers.push(await textOf(`${kernel.target.baseUrl}/api/v1/jobs`));
      expect(answers.at(-1)?.status, `request ${lost} was lost`).toBe(200);
      if (answers[0]?.text.startsWith("The kernel cannot start")) bootsLost++;
      await kernel.kill("SIGKILL");
      await server.close();
    }
    expect(bootsLost).toBeGreaterThan(1);
  });

  test("an alarm that finds no database comes again, so that jobs end although nobody calls", async () => {
    const path = join(folder, "origin.db");
    let server = await startHranaServer({ path });
    const env = { KERNEL_STORE_URL: server.url };
    const port = Number(new URL(server.url).port);
    const first = await start({ env });
    const handles = [await submit(first, slow), await submit(first, bell)];
    await first.kill("SIGKILL");
    await server.close();
    const second = await start({ env });
    await expect.poll(() => second.logs(), { timeout: 10_000 }).toContain("the store cannot be opened");
    server = await startHranaServer({ path, port });
    // The slow one waits for the lease of the dead worker, the other one for nothing.
    const isEnded = () => readJobs(path).find(([id]) => id === handles[1]?.jobId)?.[1];
    await expect.poll(isEnded, { timeout: 3 * limits.edgeBootRetryMs }).toBe("COMPLETED");
    await second.kill("SIGKILL");
    await server.close();
  });

  test("a configuration that cannot be served is told in the log and answered with 503, without its words", async () => {
    const kernel = await start({ config: "qrtx:\n  max_concurrent_tasks: -7" });
    expect(await textOf(`${kernel.target.baseUrl}/api/v1/health`)).toEqual({
      status: 503,
      text: "The kernel cannot start; its log tells why.\n",
    });
    await expect.poll(() => kernel.logs()).toContain("max_concurrent_tasks");
    const open = await start({ dataDir: join(folder, "open"), config: "mode: production" });
    expect((await textOf(`${open.target.baseUrl}/api/v1/health`)).status).toBe(503);
    await expect.poll(() => open.logs()).toContain("without authentication");
  });
});

/** Rows of jobs in a database file, in the order of their submission. */
function readJobs(path: string): [string, string][] {
  const database = new Database(path, { readonly: true });
  const rows = database.prepare("select id, state from jobs order by number").raw().all() as [string, string][];
  database.close();
  return rows;
}

/** What the object's own file says once every job has ended. */
async function untilEnded(dataDir: string, jobCount: number) {
  const objects = join(dataDir, "eigen-os-kernel");
  const file = readdirSync(objects).find((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  if (file === undefined) throw new Error("the object has no file");
  for (let attempt = 0; attempt < 300; attempt++) {
    const states = readJobs(join(objects, file));
    if (states.length === jobCount && states.every(([, state]) => state === "COMPLETED")) return { states };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the jobs never ended");
}
