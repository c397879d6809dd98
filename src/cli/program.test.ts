import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { err, ok, type Result } from "../base/result.ts";
import {
  broken,
  connectTo,
  type FakeKernel,
  jobId,
  refusal,
  result,
  status,
  submittedAtMs,
} from "../client/fake-kernel.test-support.ts";
import type { KernelConfig } from "../entry/config/index.ts";
import { parseConfig } from "../entry/config/index.ts";
import { outside } from "../entry/config/load.fixture.ts";
import type { DevArguments, DevKernel } from "../entry/dev.ts";
import type { ServeArguments } from "../entry/serve.ts";
import { type JobSpec, JobState, Method, Precision } from "../gen/eigen/kernel/v1/jobs_pb.ts";
import { type KernelError, kernelError } from "../model/errors.ts";
import { runCli } from "./program.ts";
import type { World } from "./world.ts";

const bell = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;';
const moves = [
  status(JobState.QUEUED, 1, { reason: "submitted" }),
  status(JobState.RUNNING, 2, { reason: "a driver took it", device: "simulator" }),
  status(JobState.COMPLETED, 3, {
    reason: "its result is stored",
    result: result({ "00": 514n, "11": 510n }, { engine: "statevector/plain" }),
  }),
];

/** A kernel that runs every job at once. */
function runs(submitted: JobSpec[] = []): FakeKernel {
  return {
    submitJob(spec) {
      submitted.push(spec);
      return { jobId, name: spec.id, state: JobState.QUEUED, cursor: "1", submittedAt: timestampFromMs(submittedAtMs) };
    },
    async *monitorJob({ cursor }) {
      yield* moves.filter((move) => Number(move.cursor) > Number(cursor));
    },
    getJobStatus: () => moves.at(-1) ?? {},
  };
}

interface Setup {
  readonly kernel?: FakeKernel;
  readonly isTty?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly interrupt?: AbortSignal;
  readonly config?: KernelConfig;
  readonly dev?: Result<DevKernel, KernelError>;
  readonly signalled?: Promise<void>;
}

async function eigen(
  argv: readonly string[],
  {
    kernel = {},
    isTty = false,
    env = {},
    files = { "bell.qasm": bell },
    interrupt,
    config,
    dev,
    signalled = Promise.resolve(),
  }: Setup = {},
) {
  let stdout = "";
  let stderr = "";
  const urls: string[] = [];
  const served: ServeArguments[] = [];
  const devArguments: DevArguments[] = [];
  const world: World = {
    stdout: {
      write(text) {
        stdout += text;
      },
      isTty,
    },
    stderr: {
      write(text) {
        stderr += text;
      },
      isTty,
    },
    columns: 60,
    env,
    interrupt: interrupt ?? new AbortController().signal,
    nowMs: () => submittedAtMs,
    readText: async (path) => files[path],
    async connect(url) {
      urls.push(url);
      return connectTo(kernel, { retry: { attemptCountMax: 2 } });
    },
    async bootDev(args) {
      devArguments.push(args);
      return dev ?? err(kernelError("port_unavailable", { facts: { host: "127.0.0.1" } }));
    },
    untilSignalled: () => signalled,
    async serve(args) {
      served.push(args);
      return 3;
    },
    readConfig: async () =>
      config === undefined
        ? err(kernelError("config_invalid", { faults: [{ field: "kernel.mode", wanted: "a mode", found: "x", hint: "" }] }))
        : ok(config),
    version: "9.9.9",
  };
  const code = await runCli(argv, world);
  return { code, stdout, stderr, urls, served, devArguments };
}

describe("eigen run", () => {
  test("prints the counts on stdout and nothing else when piped", async () => {
    const submitted: JobSpec[] = [];
    const { code, stdout, stderr, urls } = await eigen(["run", "bell.qasm"], { kernel: runs(submitted) });
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(urls).toEqual(["http://localhost:8080"]);
    expect(stdout).toBe(
      [
        `job     ${jobId}`,
        "device  simulator (statevector/plain)",
        "shots   1024, seed 7",
        "",
        "outcome  shots    share",
        "00         514   50.2 %  ███████████████████████████████████",
        "11         510   49.8 %  ██████████████████████████████████▊",
        "",
      ].join("\n"),
    );
    expect(submitted[0]).toMatchObject({ circuit: { case: "openqasm", value: bell }, shots: 1024, priority: 2 });
  });

  test("every option reaches the job", async () => {
    const submitted: JobSpec[] = [];
    const options =
      "--shots 10 --seed 18446744073709551615 --device simulator --id mine --priority high --param theta=pi --param k=2";
    const more =
      "--observable zz=ZZ --estimate xx=XX --method stabilizer --precision double --memory --probabilities 0,1 --probabilities 3 --final-state --tag a=b --timeout 30s";
    const url = "--url http://elsewhere:8080";
    const { code, urls } = await eigen(["run", "bell.qasm", ...`${options} ${more} ${url}`.split(" ")], {
      kernel: runs(submitted),
    });
    expect(code).toBe(0);
    expect(urls).toEqual(["http://elsewhere:8080"]);
    expect(submitted[0]).toMatchObject({
      id: "mine",
      shots: 10,
      seed: 2n ** 64n - 1n,
      priority: 3,
      requirements: { device: "simulator" },
      parameters: { theta: Math.PI, k: 2 },
      observables: [
        { name: "zz", terms: [{ coefficient: 1, pauli: "ZZ" }], sampled: false },
        { name: "xx", terms: [{ coefficient: 1, pauli: "XX" }], sampled: true },
      ],
      method: Method.STABILIZER,
      precision: Precision.DOUBLE,
      memory: true,
      probabilities: [{ qubits: [0, 1] }, { qubits: [3] }],
      finalState: true,
      tags: { a: "b" },
      deadline: timestampFromMs(submittedAtMs + 30_000),
    });
  });

  test("--sweep sends the bindings of a file and prints a line for each", async () => {
    const submitted: JobSpec[] = [];
    const files = { "bell.qasm": bell, "sweep.json": '[{"theta": 0.5}, {"theta": 1}]', "bad.json": '[{"theta": "x"}]' };
    const sweep = [
      { run: 0, counts: { "0": 3n, "1": 1n }, expectationValues: { z: 0.5 }, method: Method.STATEVECTOR },
      { run: 1, counts: { "1": 4n }, expectationValues: { z: -1 }, method: Method.STATEVECTOR },
    ];
    const { code, stdout } = await eigen(["run", "bell.qasm", "--sweep", "sweep.json"], {
      files,
      kernel: {
        ...runs(submitted),
        async *monitorJob() {
          yield status(JobState.COMPLETED, 3, { result: result({}, { sweep }) });
        },
      },
    });
    expect(code).toBe(0);
    expect(submitted[0]?.sweep).toMatchObject([{ parameters: { theta: 0.5 } }, { parameters: { theta: 1 } }]);
    expect(stdout).toMatch(/RUN +theta +MOST OFTEN +SHARE +z\n0 +0\.5 +0 +75\.0 % +0\.500000\n1 +1 +1 +100\.0 % +-1\.000000\n/);

    const bad = await eigen(["run", "bell.qasm", "--sweep", "bad.json"], { files, kernel: runs([]) });
    expect(bad.code).toBe(2);
    expect(bad.stderr).toContain('"bad.json" is not a JSON list of bindings');
  });

  test("the method is printed with its reason, estimates with their errors and apart from exact values", async () => {
    const told = result(
      { "0": 1024n },
      {
        engine: "stabilizer/plain",
        method: Method.STABILIZER,
        methodReason: "every gate is Clifford",
        expectationValues: { z: 1, x: 0.5 },
        probabilities: [{ list: 0, qubits: [2, 0], values: [0.25, 0, 0, 0.75] }],
        memory: [{ outcomes: ["0", "0"] }],
        finalState: { values: new Uint8Array(new Float64Array([0, 0, 0.6, -0.8]).buffer) },
        estimates: { x: { value: 0.5, standardError: 0.01, groupCount: 1, shots: 1024n } },
      },
    );
    const printed = await eigen(["jobs", "result", jobId], {
      kernel: {
        ...runs(),
        async *getJobResult() {
          yield told;
        },
      },
    });
    expect(printed.stdout).toContain("method  stabilizer: every gate is Clifford\n");
    expect(printed.stdout).toContain("\nexpectation values (exact)\nz  1.000000\n");
    expect(printed.stdout).toContain(
      "\nexpectation values (estimated, ± one standard error)\nx  0.500000 ± 0.010000  (1024 shots in 1 group)\n",
    );
    expect(printed.stdout).toContain(
      "probabilities of qubits 0, 2 (exact, before the measurements)\n00  25.0000 %\n01  0.0000 %\n",
    );
    expect(printed.stdout).toContain("memory (each shot in order)\n0\n0\n");
    expect(printed.stdout).toContain("final state (amplitudes that are not 0)\n1  0.600000 - 0.800000i\n");
  });

  test("on a terminal the moves go to stderr, with time since submit, and states are coloured unless NO_COLOR is set", async () => {
    const colored = await eigen(["run", "bell.qasm"], { kernel: runs(), isTty: true });
    expect(colored.stderr).toContain("+0.001 s  QUEUED     submitted\n");
    expect(colored.stderr).toContain("\u001b[32mCOMPLETED\u001b[0m  its result is stored");
    const plain = await eigen(["run", "bell.qasm"], { kernel: runs(), isTty: true, env: { NO_COLOR: "1" } });
    expect(plain.stderr).toContain("+0.003 s  COMPLETED  its result is stored");
    expect(plain.stderr).not.toContain("\u001b");
  });

  test("--json and -o json print the result as one JSON value, with 64-bit numbers as strings", async () => {
    const { stdout } = await eigen(["run", "bell.qasm", "--json"], { kernel: runs() });
    expect(JSON.parse(stdout)).toMatchObject({ jobId, counts: { "00": 514, "11": 510 }, seed: "7" });
    expect((await eigen(["run", "bell.qasm", "-o", "json"], { kernel: runs() })).stdout).toBe(stdout);
  });

  test("EIGEN_URL is the default address", async () => {
    const { urls } = await eigen(["run", "bell.qasm"], { kernel: runs(), env: { EIGEN_URL: "http://k:1" } });
    expect(urls).toEqual(["http://k:1"]);
  });

  test("Ctrl-C stops the waiting, ends with 130, and says how to go on", async () => {
    const interrupt = new AbortController();
    const kernel: FakeKernel = {
      ...runs(),
      async *monitorJob(_, { signal }) {
        yield status(JobState.RUNNING, 7);
        interrupt.abort();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    };
    const { code, stdout, stderr } = await eigen(["run", "bell.qasm"], { kernel, interrupt: interrupt.signal });
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toBe(`Stopped waiting; the job goes on.\nFollow it: eigen jobs watch ${jobId} --cursor 7\n`);
  });
});

describe("exit codes", () => {
  const failing = (state: JobState, code: string): FakeKernel => ({
    ...runs(),
    async *monitorJob() {
      yield status(state, 2, { failure: { code, message: "It failed.", hint: "Do this." } });
    },
  });
  const refusing = (rpc: Code, code: string, retryable = false): FakeKernel => ({
    submitJob() {
      throw refusal(rpc, { code, message: "Refused.", retryable });
    },
  });
  const silent: FakeKernel = {
    submitJob() {
      throw broken();
    },
  };

  test.each([
    [1, "a job that FAILED", failing(JobState.FAILED, "out_of_memory")],
    [1, "a job that is DEAD", failing(JobState.DEAD, "too_many_attempts")],
    [1, "a job that was CANCELLED", failing(JobState.CANCELLED, "")],
    [3, "a circuit with faults", refusing(Code.InvalidArgument, "invalid_circuit")],
    [3, "a name that is taken", refusing(Code.AlreadyExists, "job_exists")],
    [3, "no device that fits", refusing(Code.FailedPrecondition, "no_device_fits")],
    [3, "a request that is too large", refusing(Code.ResourceExhausted, "request_too_large")],
    [4, "a device that does not exist", refusing(Code.NotFound, "device_not_found")],
    [5, "a full queue", refusing(Code.ResourceExhausted, "queue_full", true)],
    [5, "no kernel", silent],
    [6, "a job whose deadline passed", failing(JobState.FAILED, "deadline_exceeded")],
    [7, "a bug of the kernel", refusing(Code.Internal, "internal")],
  ])("%i for %s", async (expected, _, kernel) => {
    const { code, stdout } = await eigen(["run", "bell.qasm"], { kernel });
    expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
  });

  test("4 for a file that does not exist, before anything is sent", async () => {
    const { code, stderr } = await eigen(["run", "nope.qasm"]);
    expect(code).toBe(4);
    expect(stderr).toContain('"nope.qasm"');
  });

  test.each([
    [["bogus"]],
    [["run"]],
    [["run", "bell.qasm", "--shots", "many"]],
    [["run", "bell.qasm", "--priority", "urgent"]],
    [["jobs", "list", "--state", "sleeping"]],
    [["jobs"]],
    [["devices", "list", "-o", "xml"]],
  ])("2 for the command line %j, with help at hand", async (argv) => {
    const { code, stdout, stderr } = await eigen(argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/--help|Usage:/);
  });

  test("0 for --help and --version", async () => {
    expect((await eigen(["--help"])).code).toBe(0);
    expect(await eigen(["--version"])).toMatchObject({ code: 0, stdout: "9.9.9\n" });
  });
});

describe("eigen jobs", () => {
  const jobs: FakeKernel = {
    async *listJobs({ states, tags, namePrefix }) {
      const name = `${states.join()}${tags.team ?? ""}${namePrefix}`;
      for (let index = 0; index < 3; index++) {
        yield {
          jobId: `job_${index}`,
          name,
          state: JobState.QUEUED,
          priority: 2,
          shots: 5,
          submittedAt: timestampFromMs(submittedAtMs),
        };
      }
    },
  };

  test("list filters, is limited, and aligns its columns", async () => {
    const argv = ["jobs", "list", "--state", "queued", "running", "--tag", "team=x", "--name-prefix", "p", "--limit", "2"];
    const { stdout } = await eigen(argv, { kernel: jobs });
    expect(stdout).toBe(
      [
        "JOB    NAME   STATE   PRIORITY  SHOTS  DEVICE  SUBMITTED",
        "job_0  1,3xp  QUEUED  NORMAL        5  -       2027-01-15T08:00:00.000Z",
        "job_1  1,3xp  QUEUED  NORMAL        5  -       2027-01-15T08:00:00.000Z",
        "",
      ].join("\n"),
    );
  });

  test("an empty list says what to do next on stderr; as JSON it is an empty list", async () => {
    const kernel: FakeKernel = { async *listJobs() {} };
    expect(await eigen(["jobs", "list"], { kernel })).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("eigen run FILE"),
    });
    expect((await eigen(["jobs", "list", "--json"], { kernel })).stdout).toBe("[]\n");
  });

  test("get tells state, reason and times; a job that does not exist ends with 4", async () => {
    const { stdout } = await eigen(["jobs", "get", jobId], { kernel: runs() });
    expect(stdout).toContain("state      COMPLETED: its result is stored\n");
    const kernel: FakeKernel = {
      getJobStatus() {
        throw refusal(Code.NotFound, {
          code: "job_not_found",
          message: "There is no such job.",
          facts: { id: "x" },
          hint: "List them.",
        });
      },
    };
    expect(await eigen(["jobs", "get", "x"], { kernel })).toMatchObject({
      code: 4,
      stderr: "error: There is no such job. (id=x)\nList them.\n",
    });
  });

  test("watch prints every move after the cursor; as JSON one object per line", async () => {
    const { stdout } = await eigen(["jobs", "watch", jobId, "--cursor", "1"], { kernel: runs() });
    expect(stdout.split("\n").slice(0, 2)).toEqual([
      "    +0.002 s  RUNNING    a driver took it",
      "    +0.003 s  COMPLETED  its result is stored",
    ]);
    const json = await eigen(["jobs", "watch", jobId, "-o", "json"], { kernel: runs() });
    const lines = json.stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).state)).toEqual(["QUEUED", "RUNNING", "COMPLETED"]);
    expect(JSON.parse(lines[2] ?? "").result.counts).toEqual({ "00": 514, "11": 510 });
  });

  test("watch of a job that had ended before the cursor ends as the job did", async () => {
    expect((await eigen(["jobs", "watch", jobId, "--cursor", "3"], { kernel: runs() })).code).toBe(0);
  });

  test("cancel says what it did; result of a job without one ends with 1", async () => {
    const cancelled: string[] = [];
    const kernel: FakeKernel = {
      cancelJob({ id }) {
        cancelled.push(id);
        return {};
      },
      getJobResult() {
        throw refusal(Code.FailedPrecondition, { code: "job_has_no_result", message: "The job ended without a result." });
      },
    };
    expect(await eigen(["jobs", "cancel", "mine"], { kernel })).toMatchObject({ code: 0, stdout: "mine CANCELLED\n" });
    expect(cancelled).toEqual(["mine"]);
    expect(await eigen(["jobs", "result", "mine"], { kernel })).toMatchObject({ code: 1, stdout: "" });
  });
});

describe("eigen circuits", () => {
  const files = { "bell.qasm": bell, "bad.qasm": "OPENQASM 3.0;\nqubit q;\nfoo q;\nbar q;\n" };

  test("check tells every fault of every file with a caret, and ends with 3", async () => {
    const { code, stdout } = await eigen(["circuits", "check", "bell.qasm", "bad.qasm"], { files });
    expect(code).toBe(3);
    expect(stdout).toContain("bell.qasm: ok, 2 qubits, 2 bits, 4 operations\n");
    expect(stdout).toContain("bad.qasm: 2 faults\n");
    expect(stdout).toMatch(/bad\.qasm:3:1: wanted .*\nfoo q;\n\^\nbad\.qasm:4:1: wanted .*\nbar q;\n\^\n/);
  });

  test("check as JSON is one list", async () => {
    const { stdout } = await eigen(["circuits", "check", "bell.qasm", "bad.qasm", "--json"], { files });
    expect(JSON.parse(stdout)).toMatchObject([
      { file: "bell.qasm", ok: true, qubitCount: 2, parameters: [] },
      { file: "bad.qasm", ok: false, faults: [{ line: 3, column: 1 }, { line: 4 }] },
    ]);
  });

  test("a missing file among good ones ends with 4", async () => {
    expect((await eigen(["circuits", "check", "nope.qasm", "bell.qasm"], { files })).code).toBe(4);
  });

  test("plan tells the passes of the gates, in either precision", async () => {
    const { code, stdout } = await eigen(["circuits", "plan", "bell.qasm"], { files });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^2 gates on 4 qubits in double precision: \d operations in 1 pass over the state\npass 1: 1 block of 2\^4 /,
    );
    expect(stdout).toContain("\n  rotate 1 qubit\n");
    expect((await eigen(["circuits", "plan", "bell.qasm", "--precision", "single"], { files })).stdout).toContain(
      "single precision",
    );
    expect(await eigen(["circuits", "plan", "bad.qasm"], { files })).toMatchObject({ code: 3, stdout: "" });
  });

  test("draw prints the diagram, in ASCII on request, folded at the width", async () => {
    expect((await eigen(["circuits", "draw", "bell.qasm"], { files })).stdout).toContain("q[0]: ─┤ H ├───●───┤M├─");
    const folded = await eigen(["circuits", "draw", "bell.qasm", "--ascii", "--width", "20"], { files });
    expect(Math.max(...folded.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(20);
    expect(await eigen(["circuits", "draw", "bad.qasm"], { files })).toMatchObject({ code: 3, stdout: "" });
  });
});

test("eigen devices list tells what each device is and how much of it is free", async () => {
  const kernel: FakeKernel = {
    async *listDevices() {
      yield {
        name: "simulator",
        kind: "simulator",
        status: 1,
        qubitCount: 26,
        allToAll: true,
        slots: 2,
        freeSlots: 1,
        description: "Ideal.",
      };
    },
  };
  expect((await eigen(["devices", "list"], { kernel })).stdout).toBe(
    [
      "DEVICE     KIND       STATUS  QUBITS  CONNECTED   FREE SLOTS  DESCRIPTION",
      "simulator  simulator  ONLINE      26  all to all  1 of 2      Ideal.",
      "",
    ].join("\n"),
  );
});

describe("eigen config", () => {
  async function configOf(text: string): Promise<KernelConfig> {
    const parsed = await parseConfig(text, { source: "kernel.yaml", env: {}, readText: async () => "", coreCount: 2 });
    if (!parsed.ok) throw new Error(parsed.error.code);
    return parsed.value;
  }

  test("a valid configuration that serve refuses ends with a code of its own and tells every reason at its place", async () => {
    const config = await configOf(
      "kernel:\n  mode: production\n  network: { host: 127.0.0.1 }\n  security: { authentication: jwt, audit_enabled: true }\n",
    );
    const { code, stdout } = await eigen(["config", "check"], { config });
    expect(code).toBe(8);
    expect(stdout).toMatch(/^kernel\.yaml: valid, mode production\n/);
    expect(stdout).toContain("`eigen serve` would refuse to start with it in production mode, because:\n");
    expect(stdout).toContain("kernel.security.authentication:4:15: ");
    expect(stdout).toContain("kernel.security.audit_enabled:4:36: ");
    const json = await eigen(["config", "check", "--json"], { config });
    expect([json.code, JSON.parse(json.stdout)]).toEqual([8, expect.objectContaining({ valid: true, ok: false })]);
  });

  test("a component that is on without what it needs is a reason not to serve", async () => {
    const config = await configOf("kernel:\n  mode: test\n  qrtx: { enabled: true }\n  qfs: { enabled: false }\n");
    const { code, stdout } = await eigen(["config", "check"], { config });
    expect(code).toBe(8);
    expect(stdout).toContain("kernel.qfs.enabled:4:10: wanted true, because qrtx needs qfs, found false.");
  });

  test("a configuration with faults ends with 3 and tells them on stderr", async () => {
    expect(await eigen(["config", "check", "kernel.yaml"])).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringContaining("kernel.mode: wanted a mode"),
    });
  });

  test("check and show of a good one", async () => {
    const input = { source: "kernel.yaml", env: { SECRET: "hunter2" }, readText: async () => "", coreCount: 2 };
    const parsed = await parseConfig(`kernel:\n  mode: test\n  cluster_name: ${outside("env:SECRET")}\n`, input);
    if (!parsed.ok) return expect.unreachable(JSON.stringify(parsed.error));
    expect((await eigen(["config", "check"], { config: parsed.value })).stdout).toMatch(/^kernel\.yaml: valid, mode test\n/);
    const shown = await eigen(["config", "show"], { config: parsed.value });
    expect(shown.stdout).toMatch(/^kernel\.mode +test +kernel\.yaml /m);
    expect(shown.stdout).toMatch(
      /^kernel\.security\.enabled +on .* accepted, not in effect \(nobody is asked who they are yet; comes with the security issue\)$/m,
    );
    expect(shown.stdout).not.toContain("hunter2");
    expect(JSON.parse((await eigen(["config", "show", "--json"], { config: parsed.value })).stdout).source).toBe("kernel.yaml");
  });
});

test("eigen serve hands its options on and ends as the kernel does", async () => {
  const { code, served } = await eigen(["serve", "--config", "k.yaml", "--components", "qrtx,qfs", "--log-format", "json"]);
  expect(code).toBe(3);
  expect(served).toEqual([{ config: "k.yaml", components: "qrtx,qfs", logFormat: "json" }]);
});

describe("eigen dev", () => {
  const at = (port: number): string => `http://127.0.0.1:${port}`;
  const kernelOf = (closed: string[]): DevKernel => ({
    restUrl: at(8080),
    grpcUrl: at(50051),
    webSocketUrl: "ws://127.0.0.1:8081/api/v1/events",
    metricsUrl: `${at(9090)}/metrics`,
    dataDir: "/tmp/somewhere",
    isDataKept: false,
    async close() {
      closed.push("closed");
    },
  });
  const fleet: FakeKernel = {
    async *listDevices() {
      yield { name: "line-5", kind: "simulator", status: 1, qubitCount: 5, slots: 1, freeSlots: 1, description: "Ideal." };
    },
    async *subscribeToEvents() {
      const moved = { jobId, name: "mine", fromState: JobState.QUEUED, toState: JobState.RUNNING, sequence: 2n };
      const value = { ...moved, device: "line-5", reason: "a driver took it" };
      yield { cursor: "1", at: timestampFromMs(submittedAtMs), payload: { case: "jobMoved", value } };
      seen.resolve();
      await new Promise(() => {});
    },
  };
  let seen = Promise.withResolvers<void>();

  test("tells where everything is on stdout, nothing besides when piped, and closes at the signal", async () => {
    const closed: string[] = [];
    const { code, stdout, stderr, urls, devArguments } = await eigen(["dev"], { kernel: fleet, dev: ok(kernelOf(closed)) });
    expect({ code, stderr, closed, urls }).toEqual({ code: 0, stderr: "", closed: ["closed"], urls: [at(8080)] });
    expect(devArguments).toEqual([{ dataDir: undefined }]);
    expect(stdout).toContain(`page         ${at(8080)}/\n`);
    expect(stdout).toContain("data         /tmp/somewhere (removed at the end; --data-dir keeps it)\n");
    expect(stdout).toMatch(/^line-5 /m);
  });

  test("on a terminal the moves of jobs go to stderr as they happen", async () => {
    seen = Promise.withResolvers();
    const setup = { kernel: fleet, dev: ok(kernelOf([])), isTty: true, env: { NO_COLOR: "1" }, signalled: seen.promise };
    const { code, stdout, stderr } = await eigen(["dev", "--data-dir", "d"], setup);
    expect(code).toBe(0);
    expect(stderr).toContain(`2027-01-15T08:00:00.000Z  ${jobId} mine  RUNNING    line-5: a driver took it\n`);
    expect(stdout).not.toContain("a driver took it");
  });

  test("prints one JSON value for programs", async () => {
    const { stdout } = await eigen(["dev", "-o", "json"], { kernel: fleet, dev: ok(kernelOf([])) });
    expect(JSON.parse(stdout)).toMatchObject({ page: `${at(8080)}/`, grpcUrl: at(50051), devices: ["line-5"] });
  });

  test("says why it cannot start", async () => {
    const { code, stdout, stderr } = await eigen(["dev"]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain("port could not be opened");
  });
});

describe("eigen completion", () => {
  test.each(["bash", "zsh", "fish", "powershell"])("prints the script of %s, which asks the command itself", async (shell) => {
    const { code, stdout, stderr } = await eigen(["completion", shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("complete -- ");
    // Nothing of the program stands in it that could grow old.
    expect(stdout).not.toMatch(/jobs|priority|devices/);
  });

  test("of PowerShell registers a completer that stands in for an empty word and makes results of lines", async () => {
    const { stdout } = await eigen(["completion", "powershell"]);
    expect(stdout).toMatch(/^Register-ArgumentCompleter -Native -CommandName eigen -ScriptBlock \{$/m);
    expect(stdout).toContain("if ($wordToComplete -eq '') { $words += '=' }");
    expect(stdout).toContain('$_ -split "`t", 2');
    const count = (character: string): number => stdout.split(character).length;
    expect([count("{"), count("(")]).toEqual([count("}"), count(")")]);
  });

  test("without a name is for the shell that is in use, and otherwise says what is wanted", async () => {
    const own = await eigen(["completion"], { env: { SHELL: "/usr/bin/fish" } });
    expect(own.stdout).toBe((await eigen(["completion", "fish"])).stdout);
    for (const env of [{}, { SHELL: "/bin/tcsh" }]) {
      const { code, stdout, stderr } = await eigen(["completion"], { env });
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain("bash, zsh, fish, powershell");
    }
    const wrong = await eigen(["completion", "tcsh"]);
    expect([wrong.code, wrong.stdout]).toEqual([2, ""]);
    expect(wrong.stderr).toContain("Allowed choices are bash, zsh, fish, powershell.");
  });

  test("its help tells how to install it for each", async () => {
    const { stdout } = await eigen(["completion", "--help"]);
    for (const name of ["~/.bashrc", "~/.zshrc", "~/.config/fish/completions/eigen.fish", "$PROFILE"])
      expect(stdout).toContain(name);
  });
});

describe("eigen complete", () => {
  const values = (stdout: string): readonly string[] => stdout.split("\n").map((line) => line.split("\t")[0] ?? "");
  const complete = async (words: readonly string[], setup: Setup = {}) => {
    const { code, stdout, stderr, urls } = await eigen(["complete", "--", ...words], setup);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return { found: values(stdout).slice(0, -1), urls };
  };
  const kernel: FakeKernel = {
    async *listJobs({ states }) {
      const name = states.length === 0 ? "mine" : "waiting";
      yield { jobId, name, state: JobState.QUEUED, submittedAt: timestampFromMs(submittedAtMs) };
      yield { jobId: "job_other", name: "$(boom)", state: JobState.QUEUED, submittedAt: timestampFromMs(submittedAtMs) };
    },
    async *listDevices() {
      yield { name: "line-5", description: "A line." };
    },
  };

  test.each<[words: readonly string[], found: readonly string[]]>([
    [["jo"], ["jobs"]],
    [["jobs", "ca"], ["cancel"]],
    [["comp"], ["completion"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish", "powershell"],
    ],
    [["run", "--pri"], ["--priority"]],
    [["run", "--priority", "h"], ["high"]],
    [["run", "--priority=h"], ["--priority=high"]],
    [["run", "--priority", "=", "h"], ["high"]],
    [["run", "--shots", ""], []],
    [
      ["run", "-o", "="],
      ["table", "json"],
    ],
    [["run", "x.qasm", "--ob"], ["--observable"]],
    [["run", ""], [":files"]],
    [["circuits", "check", "a", "b", ""], [":files"]],
    [["run", "--", "--pri"], [":files"]],
    [["dev", "--data-dir", ""], [":files"]],
    [["jobs", "list", "--state", "queued", "can"], ["cancelled"]],
    [["jobs", "list", "--state", "queued", "--li"], ["--limit"]],
    [["bogus", "x"], []],
  ])("after %j come %j", async (words, found) => {
    expect((await complete(words)).found).toEqual(found);
  });

  test("where nothing more is wanted come the options", async () => {
    const { found } = await complete(["devices", "list", ""]);
    expect(found).toEqual(expect.arrayContaining(["--output", "-o", "--url", "--help"]));
  });

  test("every command that is shown, and no other, can be completed", async () => {
    const { found } = await complete([""]);
    expect(found).toEqual(["serve", "dev", "run", "jobs", "circuits", "devices", "config", "completion", "help"]);
  });

  test("jobs and devices are those of the kernel that the line names, jobs only where the command can use them", async () => {
    const jobs = await complete(["jobs", "get", "--url", "http://k:1", ""], { kernel });
    // A name that a shell would take apart is left out.
    expect(jobs).toEqual({ found: [jobId, "mine", "job_other"], urls: ["http://k:1"] });
    expect((await complete(["jobs", "get", "mi"], { kernel })).found).toEqual(["mine"]);
    expect((await complete(["jobs", "cancel", "w"], { kernel })).found).toEqual(["waiting"]);
    expect(await complete(["run", "--url=http://k:2", "--device=l"], { kernel })).toEqual({
      found: ["--device=line-5"],
      urls: ["http://k:2"],
    });
  });

  test("a kernel that fails or is silent costs no more than a moment and no word", async () => {
    const broken: FakeKernel = {
      listJobs() {
        throw refusal(Code.Internal, { code: "internal", message: "No." });
      },
    };
    expect((await complete(["jobs", "get", ""], { kernel: broken })).found).toEqual([]);
    const silent: FakeKernel = {
      async *listDevices() {
        await new Promise(() => {});
      },
    };
    expect((await complete(["run", "--device", ""], { kernel: silent })).found).toEqual([]);
  });
});
