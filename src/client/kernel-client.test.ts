import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { JobState, Method, Precision, type JobSpec as ProtoSpec } from "../gen/eigen/kernel/v1/jobs_pb.ts";
import { KernelClientError } from "./errors.ts";
import { broken, connectTo, type FakeKernel, jobId, refusal, result, status, submittedAtMs } from "./fake-kernel.test-support.ts";
import type { JobSpec } from "./job-spec.ts";
import { QuantumCircuit } from "./quantum-circuit.ts";

const bell: JobSpec = { circuit: new QuantumCircuit().h(0).cx(0, 1).measureAll(), shots: 1024 };
const moves = [
  status(JobState.QUEUED, 1),
  status(JobState.SCHEDULED, 2),
  status(JobState.RUNNING, 3),
  status(JobState.COMPLETED, 4, { result: result({ "11": 510n, "00": 514n }) }),
];

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function errorOf(promise: Promise<unknown>): Promise<KernelClientError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KernelClientError)) throw new Error(`wanted a KernelClientError, found ${String(error)}`);
  return error;
}

/** Follows the job's moves after the cursor; breaks after so many of them, call by call. */
function breaking(after: readonly number[], calls: string[]): FakeKernel {
  return {
    async *monitorJob({ cursor }) {
      const breakAfter = after[calls.length] ?? Number.POSITIVE_INFINITY;
      calls.push(cursor);
      let sent = 0;
      for (const move of moves.filter(({ cursor: own }) => Number(own) > Number(cursor))) {
        if (sent++ === breakAfter) throw broken();
        yield move;
      }
    },
  };
}

describe("submitting", () => {
  test("a spec arrives with every field, and with a key that makes its own retries safe", async () => {
    const seen: ProtoSpec[] = [];
    const client = connectTo({
      submitJob(spec) {
        seen.push(spec);
        if (seen.length < 3) throw broken();
        return {
          jobId,
          name: spec.id,
          state: JobState.QUEUED,
          cursor: "1",
          seed: 9n,
          submittedAt: timestampFromMs(submittedAtMs),
        };
      },
    });
    const handle = await client.submitJob({
      ...bell,
      id: "mine",
      priority: "high",
      requirements: {
        minQubits: 2,
        topology: { grid: [2, 3] },
        fidelityRequirement: 0.99,
        estimatedDuration: "5s",
        device: "simulator",
      },
      parameters: { theta: 0.5 },
      observables: [{ name: "zz", terms: [{ coefficient: 0.5, pauli: "ZZ" }], sampled: true }],
      method: "density_matrix",
      precision: "single",
      seed: 42,
      deadline: new Date(submittedAtMs),
      tags: { team: "a" },
    });
    expect(handle).toMatchObject({
      jobId,
      name: "mine",
      state: "queued",
      cursor: "1",
      seed: 9n,
      submittedAt: new Date(submittedAtMs),
    });
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(seen[0]?.idempotencyKey).toMatch(/^[0-9a-f]{32}$/);
    expect(seen[0]).toMatchObject({
      id: "mine",
      circuit: { case: "openqasm", value: (bell.circuit as QuantumCircuit).serialize() },
      shots: 1024,
      priority: 3,
      requirements: {
        minQubits: 2,
        topology: { shape: { case: "grid", value: { rows: 2, columns: 3 } } },
        fidelityRequirement: 0.99,
        estimatedDuration: { seconds: 5n, nanos: 0 },
        device: "simulator",
      },
      parameters: { theta: 0.5 },
      observables: [{ name: "zz", terms: [{ coefficient: 0.5, pauli: "ZZ" }], sampled: true }],
      method: Method.DENSITY_MATRIX,
      precision: Precision.SINGLE,
      seed: 42n,
      deadline: { seconds: BigInt(submittedAtMs / 1000) },
      tags: { team: "a" },
    });
  });

  test("two submits have two keys", async () => {
    const keys: string[] = [];
    const client = connectTo({
      submitJob({ idempotencyKey }) {
        keys.push(idempotencyKey);
        return { jobId, state: JobState.QUEUED };
      },
    });
    await client.submitJob(bell);
    await client.submitJob(bell);
    expect(new Set(keys).size).toBe(2);
  });

  test("what the wire cannot carry is refused at once, all of it, and nothing is sent", async () => {
    const client = connectTo({ submitJob: () => expect.unreachable("nothing may be sent") });
    const spec = {
      circuit: "",
      shots: 1.5,
      seed: -1,
      deadline: new Date(Number.NaN),
      requirements: { minQubits: -1, estimatedDuration: "5 s" },
    };
    const error = await errorOf(client.submitJob(spec as JobSpec));
    expect(error).toMatchObject({ code: "invalid_request", isFromKernel: false });
    expect(error.faults.map(({ field }) => field)).toEqual([
      "shots",
      "seed",
      "requirements.min_qubits",
      "requirements.estimated_duration",
      "deadline",
    ]);
  });

  test("a refusal comes with code, facts, faults, hint and retryability", async () => {
    const fault = {
      field: "openqasm",
      wanted: "a gate",
      found: "foo",
      hint: "Declare it.",
      line: 3,
      column: 5,
      excerpt: "foo q;\n^",
    };
    const client = connectTo({
      submitJob() {
        const detail = {
          code: "invalid_circuit",
          message: "The circuit cannot be read.",
          hint: "Mend it.",
          facts: { lines: "9" },
        };
        throw refusal(Code.InvalidArgument, { ...detail, faults: [fault, { field: "shots", wanted: "1", found: "0" }] });
      },
    });
    const error = await errorOf(client.submitJob(bell));
    expect(error).toMatchObject({ code: "invalid_circuit", rpc: "invalid_argument", retryable: false, isFromKernel: true });
    expect(error.faults).toEqual([fault, { field: "shots", wanted: "1", found: "0", hint: "" }]);
    expect(error.message).toBe(
      [
        "The circuit cannot be read. (lines=9)",
        "openqasm:3:5: wanted a gate, found foo. Declare it.",
        "foo q;",
        "^",
        "shots: wanted 1, found 0.",
        "Mend it.",
      ].join("\n"),
    );
  });
});

describe("retrying", () => {
  const full = (retryAfterMs: number) =>
    refusal(Code.ResourceExhausted, {
      code: "queue_full",
      message: "Full.",
      retryable: true,
      retryAfter: durationFromMs(retryAfterMs),
    });

  test("a full queue is asked again after the time it names", async () => {
    let count = 0;
    const client = connectTo({
      submitJob() {
        if (++count === 1) throw full(30);
        return { jobId, state: JobState.QUEUED };
      },
    });
    const startMs = performance.now();
    await client.submitJob(bell);
    expect(count).toBe(2);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(29);
  });

  test("a queue that asks for more patience than the client has is not asked again", async () => {
    let count = 0;
    const client = connectTo({
      submitJob() {
        count++;
        throw full(60_000);
      },
    });
    expect(await errorOf(client.submitJob(bell))).toMatchObject({ code: "queue_full", retryable: true, retryAfterMs: 60_000 });
    expect(count).toBe(1);
  });

  test("a kernel that does not answer is tried a bounded number of times, then named", async () => {
    let count = 0;
    const kernel: FakeKernel = {
      getHealth() {
        count++;
        throw broken();
      },
    };
    const client = connectTo(kernel, { retry: { attemptCountMax: 3 } });
    const error = await errorOf(client.getHealth());
    expect(error).toMatchObject({ code: "unreachable", retryable: true, isFromKernel: false });
    expect(error.message).toMatch(
      /^No kernel answers at http:\/\/fake, or the connection to it broke: socket hang up\.\nStart one/,
    );
    expect(count).toBe(3);
  });

  test("a client that was closed neither starts a call nor opens a broken stream again", async () => {
    let count = 0;
    const client = connectTo({
      async *monitorJob() {
        count++;
        yield status(JobState.QUEUED, 1);
        client.close();
        throw broken();
      },
    });
    expect(await errorOf(collect(client.monitorJob(jobId)))).toMatchObject({ code: "canceled" });
    expect(await errorOf(client.getHealth())).toMatchObject({ code: "canceled" });
    expect(count).toBe(1);
  });

  test("a job without a result yet is the caller's wait, not the client's", async () => {
    let count = 0;
    const client = connectTo({
      getJobResult() {
        count++;
        throw refusal(Code.FailedPrecondition, { code: "result_not_ready", message: "Not yet.", retryable: true });
      },
    });
    expect(await errorOf(client.getJobResult(jobId))).toMatchObject({ code: "result_not_ready" });
    expect(count).toBe(1);
  });

  test("a call that takes too long ends with request_timeout", async () => {
    const client = connectTo({ getHealth: () => new Promise(() => {}) }, { timeoutMs: 20 });
    expect(await errorOf(client.getHealth())).toMatchObject({ code: "request_timeout", rpc: "deadline_exceeded" });
  });
});

describe("monitoring", () => {
  test("the states read as in the specification, and the completed one has its result", async () => {
    const client = connectTo(breaking([], []));
    const statuses = await collect(client.monitorJob(jobId));
    expect(statuses.map(({ state }) => state.kind)).toEqual(["queued", "scheduled", "running", "completed"]);
    const last = statuses.at(-1)?.state;
    if (last?.kind !== "completed") return expect.unreachable();
    expect([...last.result.counts]).toEqual([
      ["00", 514],
      ["11", 510],
    ]);
  });

  test.each([[[0]], [[1]], [[3]], [[2, 0, 0, 1]], [[0, 1, 0, 1, 0, 1]]])(
    "a stream that breaks after %j items per call goes on without a gap or a repeat",
    async (after) => {
      const calls: string[] = [];
      const statuses = await collect(connectTo(breaking(after, calls)).monitorJob(jobId));
      expect(statuses.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
      expect(calls).toHaveLength(after.length + 1);
      expect(calls[0]).toBe("");
    },
  );

  test("a cursor starts the stream behind what was seen", async () => {
    const calls: string[] = [];
    const statuses = await collect(connectTo(breaking([1], calls)).monitorJob(jobId, { cursor: "2" }));
    expect(statuses.map(({ sequence }) => sequence)).toEqual([3, 4]);
    expect(calls).toEqual(["2", "3"]);
  });

  test("a kernel whose process dies looks cancelled to HTTP/2, and its streams are resumed all the same", async () => {
    let count = 0;
    const client = connectTo({
      async *monitorJob({ cursor }) {
        yield* moves.filter((move) => Number(move.cursor) > Number(cursor)).slice(0, count++ === 0 ? 2 : 4);
        if (count === 1) throw new ConnectError("http/2 stream closed with error code CANCEL (0x8)", Code.Canceled);
      },
    });
    expect((await collect(client.monitorJob(jobId))).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  test("a kernel that repeats itself after a resume is not repeated to the caller", async () => {
    let count = 0;
    const client = connectTo({
      async *monitorJob() {
        yield* count++ === 0 ? moves.slice(0, 2) : moves;
        if (count === 1) throw broken();
      },
    });
    expect((await collect(client.monitorJob(jobId))).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  test("a stream that makes no progress is given up after a bounded number of tries", async () => {
    const calls: string[] = [];
    const client = connectTo(breaking(new Array(50).fill(0), calls), { retry: { attemptCountMax: 4 } });
    expect(await errorOf(collect(client.monitorJob(jobId)))).toMatchObject({ code: "unreachable" });
    expect(calls).toHaveLength(4);
  });

  test("a stream that had come is tried again more often than one that never did, and given up too", async () => {
    const calls: string[] = [];
    const retry = { attemptCountMax: 2, resumeCountMax: 5 };
    const client = connectTo(breaking([1, ...new Array(50).fill(0)], calls), { retry });
    expect(await errorOf(collect(client.monitorJob(jobId)))).toMatchObject({ code: "unreachable" });
    expect(calls).toHaveLength(1 + 4);
  });

  test("progress makes the bound start anew", async () => {
    const calls: string[] = [];
    const client = connectTo(breaking([1, 0, 1, 0, 1, 0], calls), { retry: { attemptCountMax: 3 } });
    expect(await collect(client.monitorJob(jobId))).toHaveLength(4);
    expect(calls).toHaveLength(7);
  });

  test("a stream that ends early without an error is resumed; that of an ended job is over", async () => {
    let state: JobState = JobState.RUNNING;
    let count = 0;
    const client = connectTo({
      getJobStatus: () => status(state, 9),
      async *monitorJob() {
        if (count++ === 0) yield status(JobState.QUEUED, 1);
        else state = JobState.CANCELLED;
      },
    });
    expect(await collect(client.monitorJob(jobId))).toHaveLength(1);
    expect(count).toBe(2);
  });

  test("an unknown job is told at once, not asked for again", async () => {
    let count = 0;
    const client = connectTo({
      monitorJob() {
        count++;
        throw refusal(Code.NotFound, { code: "job_not_found", message: "There is no such job." });
      },
    });
    expect(await errorOf(collect(client.monitorJob("nope")))).toMatchObject({ code: "job_not_found", rpc: "not_found" });
    expect(count).toBe(1);
  });

  test("leaving the loop closes the stream, and so does the signal", async () => {
    let open = 0;
    const kernel: FakeKernel = {
      async *monitorJob(_, { signal }) {
        open++;
        const left = new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => {
            open--;
            resolve();
          });
        });
        yield status(JobState.QUEUED, 1);
        await left;
      },
    };
    for await (const { sequence } of connectTo(kernel).monitorJob(jobId)) {
      expect(sequence).toBe(1);
      break;
    }
    await expect.poll(() => open).toBe(0);

    const caller = new AbortController();
    const following = collect(connectTo(kernel).monitorJob(jobId, { signal: caller.signal }));
    await expect.poll(() => open).toBe(1);
    caller.abort();
    expect(await errorOf(following)).toMatchObject({ code: "canceled" });
    await expect.poll(() => open).toBe(0);
  });

  test("memory, probabilities and the final state are joined from all parts, wherever they were cut", async () => {
    const bytes = (...values: number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);
    const parts = [
      result(
        { "0": 3n },
        {
          partIndex: 0,
          partCount: 2,
          memory: [{ firstShot: 0n, outcomes: ["0", "0"] }],
          probabilities: [{ list: 0, qubits: [4, 1], firstValue: 0, values: [0.5, 0.25] }],
          finalState: { firstAmplitude: 1n, values: bytes(0.6, -0.8) },
        },
      ),
      result(
        {},
        {
          partIndex: 1,
          partCount: 2,
          memory: [{ firstShot: 2n, outcomes: ["0"] }],
          probabilities: [{ list: 0, qubits: [4, 1], firstValue: 2, values: [0, 0.25] }],
          finalState: { firstAmplitude: 0n, values: bytes(0, 0) },
        },
      ),
    ];
    const client = connectTo({
      async *getJobResult() {
        yield* parts;
      },
    });
    expect(await client.getJobResult(jobId)).toMatchObject({
      memory: ["0", "0", "0"],
      probabilities: [{ qubits: [4, 1], values: Float64Array.of(0.5, 0.25, 0, 0.25) }],
      finalState: Float64Array.of(0, 0, 0.6, -0.8),
    });
  });

  test("a result that is too large for a status is fetched and its parts joined", async () => {
    const parts = [result({ "00": 1n }, { partIndex: 0, partCount: 2 }), result({ "11": 2n }, { partIndex: 1, partCount: 2 })];
    let count = 0;
    const client = connectTo({
      async *monitorJob() {
        yield status(JobState.COMPLETED, 4);
      },
      async *getJobResult() {
        yield* count++ === 0 ? parts.slice(0, 1) : parts; // The first stream is cut off: half a result is none.
      },
    });
    const [last] = await collect(client.monitorJob(jobId));
    if (last?.state.kind !== "completed") return expect.unreachable();
    expect([...last.state.result.counts]).toEqual([
      ["00", 1],
      ["11", 2],
    ]);
    expect(count).toBe(2);
  });
});

describe("running", () => {
  const handle: FakeKernel = { submitJob: () => ({ jobId, state: JobState.QUEUED, cursor: "1" }) };

  test("runJob gives the result", async () => {
    expect((await connectTo({ ...handle, ...breaking([2], []) }).runJob(bell)).counts.get("00")).toBe(514);
  });

  test("runJob throws why a job failed", async () => {
    const client = connectTo({
      ...handle,
      async *monitorJob() {
        yield status(JobState.FAILED, 2, {
          failure: { code: "out_of_memory", message: "Too large.", hint: "Use fewer qubits." },
        });
      },
    });
    expect(await errorOf(client.runJob(bell))).toMatchObject({
      code: "out_of_memory",
      rpc: "resource_exhausted",
      hint: "Use fewer qubits.",
    });
  });

  test("runJob of a job that somebody cancelled says so", async () => {
    const client = connectTo({
      ...handle,
      async *monitorJob() {
        yield status(JobState.CANCELLED, 2);
      },
    });
    expect(await errorOf(client.runJob(bell))).toMatchObject({ code: "job_has_no_result" });
  });
});

test("listJobs goes through all pages, and fetches none that is not read", async () => {
  const all = Array.from({ length: 250 }, (_, index) => ({
    jobId: `job_${index}`,
    state: JobState.QUEUED,
    pageToken: String(index),
  }));
  const tokens: string[] = [];
  const client = connectTo({
    async *listJobs({ pageToken, pageSize }) {
      tokens.push(pageToken);
      const from = pageToken === "" ? 0 : Number(pageToken) + 1;
      yield* all.slice(from, from + pageSize);
    },
  });
  expect((await collect(client.listJobs())).map((job) => job.jobId)).toEqual(all.map((job) => job.jobId));
  expect(tokens).toEqual(["", "99", "199"]);
  tokens.length = 0;
  for await (const _ of client.listJobs()) break;
  expect(tokens).toEqual([""]);
});

test("events resume at the cursor of a heartbeat too; heartbeats are no events, but who wants to know is told", async () => {
  const cursors: string[] = [];
  const heard: string[] = [];
  const moved = { jobId, toState: JobState.RUNNING, fromState: JobState.SCHEDULED, sequence: 3n };
  const client = connectTo({
    async *subscribeToEvents({ cursor }) {
      cursors.push(cursor);
      if (cursors.length === 1) {
        yield { cursor: "40", at: timestampFromMs(submittedAtMs) };
        throw broken();
      }
      yield { cursor: "41", at: timestampFromMs(submittedAtMs), payload: { case: "jobMoved", value: moved } };
    },
  });
  for await (const event of client.subscribeToEvents({ onCursor: (cursor) => heard.push(cursor) })) {
    expect(event).toMatchObject({ cursor: "41", from: "scheduled", to: "running", sequence: 3 });
    break;
  }
  expect([cursors, heard]).toEqual([["", "40"], ["40"]]);
});

test("metrics that were not measured are left out, not zero", async () => {
  const client = connectTo({
    getSystemMetrics: () => ({ at: timestampFromMs(submittedAtMs), jobsProcessedTotal: 3n, queueLength: 0n, jobSuccessRate: 0 }),
    async *getMetrics() {
      yield { at: timestampFromMs(submittedAtMs), points: [{ name: "queue_length", unit: "jobs", kind: "gauge" }] };
    },
  });
  expect(await client.getSystemMetrics({ window: "5s" })).toEqual({
    at: new Date(submittedAtMs),
    jobsProcessedTotal: 3,
    queueLength: 0,
    jobSuccessRate: 0,
  });
  expect((await client.getMetrics()).points[0]).toMatchObject({ name: "queue_length", value: undefined });
});

test("an answer of something that is no kernel is told with its address", async () => {
  const client = connectTo({});
  expect((await errorOf(client.getHealth())).message).toMatch(/^http:\/\/fake answered: /);
});
