// What an operator meets when a kernel starts, stops, dies or is told to leave things out.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { afterEach, describe, expect, test } from "vitest";
import { JobState } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { EigenKernelService } from "../../src/gen/eigen/kernel/v1/service_pb.ts";
import { type ErrorCode, errorCatalogue } from "../../src/model/errors.ts";
import { pickRuntime, root } from "../../tools/runtime.mjs";
import { slowCircuit } from "../fixtures/slow-circuit.ts";
import { type KernelSetup, type RunningKernel, startKernel, whyMissing } from "../support/kernel.ts";

const bell = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;';
/** Half a minute of work on one worker. */
const slow = slowCircuit({ qubitCount: 24, layerCount: 200 });
const runtimes = ["bun", "deno", "node"] as const;

const started: RunningKernel[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const kernel of started.splice(0)) await kernel.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function start(setup: KernelSetup): Promise<RunningKernel> {
  const kernel = await startKernel(setup);
  started.push(kernel);
  return kernel;
}

function nameOf(state: JobState): string {
  return Object.entries(JobState).find(([, value]) => value === state)?.[0] ?? "";
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "eigen-serve-"));
  folders.push(folder);
  return folder;
}

function rpcOf({ target }: RunningKernel) {
  return createClient(EigenKernelService, createConnectTransport({ baseUrl: target.baseUrl, useBinaryFormat: true }));
}

/** Runs an entry that is expected to end by itself. */
function runToEnd(args: readonly string[], config: string) {
  const launcher = pickRuntime(["bun"]);
  if (launcher === undefined) throw new Error(whyMissing("bun"));
  const file = join(freshFolder(), "kernel.yaml");
  writeFileSync(file, config);
  const entry = join(root, "src/entry/bun.ts");
  return spawnSync(launcher.command, [...launcher.launchArguments, entry, "--config", file, ...args], {
    encoding: "utf8",
    timeout: 20_000,
  });
}

/** What a terminal shows of a refusal: its words, not its code. */
function textOf(code: ErrorCode): string {
  return errorCatalogue[code].text;
}

describe("a kernel that is killed", () => {
  test.each(runtimes)(
    "on %s keeps what it acknowledged: after kill -9 and a restart every job completes, once",
    async (runtime) => {
      if (whyMissing(runtime) !== undefined) return expect(whyMissing(runtime)).toBeDefined();
      const dataDir = join(freshFolder(), "data");
      const first = await start({ runtime, dataDir });
      const submitted: string[] = [];
      // The first two hold both workers, so that the kill hits jobs that run and jobs that wait.
      for (const openqasm of [slow, slow, bell, bell, bell, bell]) {
        const { jobId } = await rpcOf(first).submitJob({ circuit: { case: "openqasm", value: openqasm }, shots: 100, seed: 1n });
        submitted.push(jobId);
      }
      for (const jobId of submitted.slice(0, 2)) await rpcOf(first).cancelJob({ id: jobId });
      const long = await rpcOf(first).submitJob({ circuit: { case: "openqasm", value: slow }, shots: 1, seed: 1n });
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await rpcOf(first).getJobStatus({ id: long.jobId })).state).toBe(JobState.RUNNING);
      await first.kill("SIGKILL");

      const second = await start({ runtime, dataDir });
      const rpc = rpcOf(second);
      for (const [place, jobId] of submitted.entries()) {
        const states: JobState[] = [];
        for await (const status of rpc.monitorJob({ id: jobId })) states.push(status.state);
        expect(states.at(-1)).toBe(place < 2 ? JobState.CANCELLED : JobState.COMPLETED);
        expect(states.filter((state) => state === JobState.COMPLETED)).toHaveLength(place < 2 ? 0 : 1);
      }
      // Its lease runs out, it is reclaimed, and runs again under a higher fence.
      const reclaimed: string[] = [];
      for await (const status of rpc.monitorJob({ id: long.jobId })) {
        reclaimed.push(`${nameOf(status.state)} ${status.sequence}`);
        if (status.state === JobState.RUNNING && status.sequence > 3n) break;
      }
      expect(reclaimed).toEqual(["QUEUED 1", "SCHEDULED 2", "RUNNING 3", "QUEUED 4", "SCHEDULED 5", "RUNNING 6"]);
      await rpc.cancelJob({ id: long.jobId });
    },
  );
});

describe("a kernel that is told to end", () => {
  test.each(runtimes)("on %s gives running jobs back, ends open streams, and exits with 0", async (runtime) => {
    if (whyMissing(runtime) !== undefined) return expect(whyMissing(runtime)).toBeDefined();
    const kernel = await startKernel({ runtime });
    const rpc = rpcOf(kernel);
    const { jobId } = await rpc.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 10 });
    for await (const _status of rpc.monitorJob({ id: jobId }));
    const stream = rpc.subscribeToEvents({ cursor: "0" })[Symbol.asyncIterator]();
    expect((await stream.next()).done).toBe(false);
    const ended = (async () => {
      while (!(await stream.next()).done);
    })();
    ended.catch(() => {});
    expect(await kernel.stop()).toBe(0);
    await expect(ended).rejects.toThrow(/shutting down/i);
  });
});

describe("a kernel that cannot or must not start", () => {
  test("in production it refuses while protection that the file asks for is not in effect, and lists every key", () => {
    const { status, stderr, stdout } = runToEnd(
      [],
      "kernel:\n  mode: production\n  security:\n    authentication: jwt\n    audit_enabled: true\n",
    );
    // As `eigen config check` ends for the same file.
    expect(status).toBe(8);
    expect(stdout).toBe("");
    expect(stderr).toContain("kernel.security.authentication");
    expect(stderr).toContain("kernel.security.audit_enabled");
  });

  test("a faulty configuration is told with every fault, its line, and a suggestion", () => {
    const { status, stderr } = runToEnd(
      [],
      "kernel:\n  mode: developement\n  network:\n    grpc_prot: 1\n    rest_port: 70000\n",
    );
    expect(status).toBe(3);
    expect(stderr).toContain("development");
    expect(stderr).toContain("grpc_port");
    expect(stderr).toContain("70000");
  });

  test("a taken port is told by name, and nothing stays behind", async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, "127.0.0.1", () => resolve((holder.address() as { port: number }).port));
    });
    const data = join(freshFolder(), "data");
    const network = `  network: { grpc_port: 0, rest_port: ${port}, websocket_port: 0 }`;
    const { status, stderr } = runToEnd(
      [],
      `kernel:\n${network}\n  observability: { metrics_port: 0 }\n  storage: { data_dir: ${data} }\n`,
    );
    holder.close();
    expect(status).toBe(3);
    expect(stderr).toContain(textOf("port_unavailable"));
  });

  test("a data directory that cannot be made is told with its path and the reason", () => {
    const file = join(freshFolder(), "file");
    writeFileSync(file, "");
    const { status, stderr } = runToEnd([], `kernel:\n  mode: development\n  storage: { data_dir: ${join(file, "data")} }\n`);
    expect(status).toBe(3);
    expect(stderr).toContain(textOf("store_unavailable"));
    expect(stderr).toMatch(/path=\S+\/file\/data, reason=.*not a directory/);
  });

  test("production without the protection that its file asks for is refused with every reason, and nothing is written", () => {
    const data = join(freshFolder(), "data");
    const security = "  security: { tls: { enabled: true }, disable_authentication: true }";
    const { status, stdout, stderr } = runToEnd(
      [],
      `kernel:\n  mode: production\n${security}\n  storage: { data_dir: ${data} }\n`,
    );
    expect([status, stdout]).toEqual([8, ""]);
    expect(stderr).toContain(textOf("config_not_protected"));
    expect(stderr).toMatch(/^kernel\.security\.tls\.enabled:3:22: /m);
    expect(stderr).toMatch(/^kernel\.security\.disable_authentication:3:39: /m);
    expect(existsSync(data)).toBe(false);
  });

  test("a file that turns on a component without what it needs is refused as it is checked: valid, but not servable", () => {
    const config = "kernel:\n  mode: test\n  qrtx: { enabled: true }\n  qfs: { enabled: false }\n";
    const { status, stderr } = runToEnd([], config);
    expect(status).toBe(8);
    expect(stderr).toContain("kernel.qfs.enabled");
    // What the command line asks for is no fault of the file.
    expect(runToEnd(["--components", "qrtx"], config).status).toBe(3);
  });

  test("an unknown component is refused with those that exist", () => {
    const { status, stderr } = runToEnd(["--components", "qrtxx"], "kernel:\n  mode: development\n");
    expect(status).toBe(3);
    expect(stderr).toContain("Did you mean qrtx?");
  });
});

test("a development kernel answers only under this machine's own names, so that no other site's page can reach it", async () => {
  const kernel = await start({ runtime: "bun" });
  const { hostname, port } = new URL(kernel.target.baseUrl);
  const statusFor = (host: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(`GET /api/v1/health HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
      socket.once("data", (data) => {
        resolve(data.toString().split(" ")[1] ?? "");
        socket.destroy();
      });
    });
  expect(await statusFor(`localhost:${port}`)).toBe("200");
  expect(await statusFor(`evil.example:${port}`)).toBe("403");
});

test("a job's life is in the log under one trace, from the caller's", async () => {
  const kernel = await start({ runtime: "bun", env: { EIGEN_LOG_LEVEL: "debug" } });
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  const { jobId } = await rpcOf(kernel).submitJob({ circuit: { case: "openqasm", value: bell }, shots: 10 }, { headers });
  for await (const status of rpcOf(kernel).monitorJob({ id: jobId })) expect(status.traceId).toBe(traceId);
  const records = kernel
    .logs()
    .split("\n")
    .filter((line) => line.includes(jobId) && line.includes(traceId))
    .map((line) => (JSON.parse(line) as { fields: { to: string } }).fields.to);
  expect(records).toContain("QUEUED");
  expect(records).toContain("COMPLETED");
});

describe("configuration in effect", () => {
  test("--components boots what is named and what it needs; the rest answers by name", async () => {
    const kernel = await start({ runtime: "bun", args: ["--components", "qfs"] });
    const rpc = rpcOf(kernel);
    expect((await rpc.storeCircuit({ openqasm: bell })).id).toMatch(/^circ_/);
    await expect(rpc.submitJob({ circuit: { case: "openqasm", value: bell }, shots: 1 })).rejects.toThrow(
      /without the component.*qrtx/s,
    );
    const { components } = await rpc.getHealth({});
    const running = components.filter((component) => component.running).map(({ name }) => name);
    expect(running.sort()).toEqual(["driver-manager", "qfs", "security", "system-api"]);
  });

  test("use_in_memory_storage leaves no file", async () => {
    const kernel = await start({ runtime: "bun", config: "qfs:\n  use_in_memory_storage: true" });
    const { jobId } = await rpcOf(kernel).submitJob({ circuit: { case: "openqasm", value: bell }, shots: 5 });
    for await (const _status of rpcOf(kernel).monitorJob({ id: jobId }));
    expect(spawnSync("ls", [kernel.dataDir]).status).not.toBe(0);
  });

  test("max_concurrent_tasks bounds how many jobs a kernel holds", async () => {
    const kernel = await start({ runtime: "bun", config: "qrtx:\n  max_concurrent_tasks: 1" });
    const rpc = rpcOf(kernel);
    const ids: string[] = [];
    for (let k = 0; k < 3; k++) ids.push((await rpc.submitJob({ circuit: { case: "openqasm", value: slow }, shots: 1 })).jobId);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const states = await Promise.all(ids.map(async (id) => nameOf((await rpc.getJobStatus({ id })).state)));
    expect(states).toEqual(["RUNNING", "QUEUED", "QUEUED"]);
    for (const id of ids) await rpc.cancelJob({ id });
  });

  test.each(runtimes)("keep_alive: false ends a connection after its answer on %s", async (runtime) => {
    if (whyMissing(runtime) !== undefined) return expect(whyMissing(runtime)).toBeDefined();
    for (const keepAlive of [true, false]) {
      const kernel = await start({ runtime, config: `performance:\n  network:\n    keep_alive: ${keepAlive}` });
      const { hostname, port } = new URL(kernel.target.baseUrl);
      const isEnded = await new Promise<boolean>((resolve) => {
        const socket = connect(Number(port), hostname, () =>
          socket.write(`GET /api/v1/health HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`),
        );
        socket.on("end", () => resolve(true));
        socket.on("data", () => setTimeout(() => resolve(false), 1000));
        socket.on("error", () => resolve(true));
      });
      expect(isEnded).toBe(!keepAlive);
      const { jobId } = await rpcOf(kernel).submitJob({ circuit: { case: "openqasm", value: bell }, shots: 10 });
      for await (const { state } of rpcOf(kernel).monitorJob({ id: jobId })) expect(state).not.toBe(JobState.FAILED);
    }
  });

  test("a deadline that passes while the job runs ends it as FAILED with that reason", async () => {
    const kernel = await start({ runtime: "bun" });
    const rpc = rpcOf(kernel);
    const deadline = { seconds: BigInt(Math.floor(Date.now() / 1000) + 2), nanos: 0 };
    const { jobId } = await rpc.submitJob({ circuit: { case: "openqasm", value: slow }, shots: 1, deadline });
    let last = "";
    for await (const status of rpc.monitorJob({ id: jobId })) last = `${nameOf(status.state)} ${status.failure?.code ?? ""}`;
    expect(last).toBe("FAILED deadline_exceeded");
  });
});

test("no secret of a request reaches the log, whatever happens to it", async () => {
  const canary = "canary-8f3a1c";
  const kernel = await start({ runtime: "bun", env: { EIGEN_LOG_LEVEL: "debug" } });
  const url = `${kernel.target.baseUrl}/api/v1`;
  const headers = { "content-type": "application/json", authorization: `Bearer ${canary}`, cookie: `session=${canary}` };
  const post = (path: string, body: unknown) => fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  await post("/auth/token", { method: "jwt", credential: canary });
  await post("/jobs", { openqasm: `${bell} // ${canary}`, shots: 1, idempotencyKey: canary, tags: { note: canary } });
  await post("/jobs", { openqasm: `${canary};`, shots: 0, id: `${canary}!`, parameters: { [canary]: 1 } });
  await post(`/jobs?x=${canary}`, canary);
  await fetch(`${url}/jobs/${canary}`, { headers });
  await kernel.stop();
  expect(kernel.logs()).toContain("ready");
  expect(kernel.logs()).not.toContain(canary);
});

test.each(["SIGINT", "SIGTERM"] as const)("a demo that %s ends leaves nothing behind", async (signal) => {
  const own = mkdtempSync(join(tmpdir(), "eigen-demo-test-"));
  folders.push(own);
  // As `npm run demo` starts it: the launcher hands the signal on.
  const demo = spawn(process.execPath, [join(root, "tools/run.mjs"), join(root, "src/cli/demo.ts")], {
    cwd: root,
    env: { ...process.env, TMPDIR: own },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => demo.on("exit", resolve));
  // Its first words come when the kernel runs and the jobs do not yet.
  await new Promise((resolve) => demo.stdout.once("data", resolve));
  expect(readdirSync(own)).not.toEqual([]);
  demo.kill(signal);
  expect(await ended).toBe(130);
  expect(readdirSync(own)).toEqual([]);
});
