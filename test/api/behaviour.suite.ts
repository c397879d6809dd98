// What a kernel does for whoever asks rightly: one list for every runtime.

import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { Code, createClient } from "@connectrpc/connect";
import { DeviceStatus } from "../../src/gen/eigen/kernel/v1/devices_pb.ts";
import { JobSpecSchema, JobState, Method, Precision, Priority } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from "../../src/gen/grpc/health/v1/health_pb.ts";
import type { KernelClient } from "./doors.ts";
import {
  assertRefused,
  bell,
  bellSpec,
  check,
  collect,
  finish,
  heavySpec,
  isTerminal,
  readUntil,
  throughEachDoor,
  uniqueName,
} from "./helpers.ts";
import type { Check } from "./target.ts";

const jobs: Check[] = [
  ...throughEachDoor(
    "a Bell job is acknowledged, followed through its states without a gap, and ends with its result",
    async (client) => {
      const name = uniqueName("bell");
      const handle = await client.submitJob(bellSpec({ id: name, shots: 1024 }));
      assert.match(handle.jobId, /^job_[0-9a-z]{26}$/);
      assert.equal(handle.name, name);
      assert.match(handle.circuitId, /^circ_[0-9a-f]{32}$/);
      assert.equal(handle.repeated, false);
      const updates = await collect(client.monitorJob({ id: name }));
      assert.deepEqual(
        updates.map((update) => update.state),
        [JobState.QUEUED, JobState.SCHEDULED, JobState.RUNNING, JobState.COMPLETED],
      );
      assert.deepEqual(
        updates.map((update) => update.sequence),
        [1n, 2n, 3n, 4n],
      );
      const result = updates.at(-1)?.result;
      assert.ok(result !== undefined, "the last status of a small job carries its result");
      assert.deepEqual(Object.keys(result.counts).sort(), ["00", "11"]);
      assert.equal((result.counts["00"] ?? 0n) + (result.counts["11"] ?? 0n), 1024n);
      assert.equal(result.seed, handle.seed);
      assert.equal(result.circuitId, handle.circuitId);
      assert.match(result.compiledHash, /^[0-9a-f]{64}$/);
      assert.ok(updates.slice(0, -1).every((update) => update.result === undefined));
    },
  ),

  ...throughEachDoor("a job is found by its server id and by its client's name, and its result in parts", async (client) => {
    const name = uniqueName("found");
    const handle = await client.submitJob(bellSpec({ id: name }));
    await finish(client, handle);
    const byId = await client.getJobStatus({ id: handle.jobId });
    const byName = await client.getJobStatus({ id: name });
    assert.deepEqual(byId, byName);
    assert.equal(byId.state, JobState.COMPLETED);
    const parts = await collect(client.getJobResult({ id: name }));
    assert.equal(parts.length, parts[0]?.partCount);
    const total = parts.flatMap((part) => Object.values(part.counts)).reduce((sum, count) => sum + count, 0n);
    assert.equal(total, 100n);
  }),

  ...throughEachDoor("jobs are listed newest first, by tag, state and page", async (client) => {
    const team = uniqueName("team");
    const handles = [];
    for (let index = 0; index < 3; index++) handles.push(await client.submitJob(bellSpec({ tags: { team } })));
    for (const handle of handles) await finish(client, handle);
    const newestFirst = handles.map((handle) => handle.jobId).reverse();
    const page = await collect(client.listJobs({ tags: { team }, states: [JobState.COMPLETED], pageSize: 2 }));
    assert.deepEqual(
      page.map((job) => job.jobId),
      newestFirst.slice(0, 2),
    );
    const next = await collect(client.listJobs({ tags: { team }, pageSize: 2, pageToken: page.at(-1)?.pageToken ?? "" }));
    assert.deepEqual(
      next.map((job) => job.jobId),
      newestFirst.slice(2),
    );
    assert.deepEqual(await collect(client.listJobs({ tags: { team }, states: [JobState.DEAD] })), []);
    assert.deepEqual(next[0]?.tags, { team });
  }),

  check("the same seed draws the same shots, and a drawn seed is told so that it can be repeated", async (client) => {
    const counts = async (seed: bigint | undefined) => {
      const handle = await client.submitJob(bellSpec({ shots: 1000, ...(seed === undefined ? {} : { seed }) }));
      const { result } = await finish(client, handle);
      return { seed: handle.seed, counts: result?.counts };
    };
    const drawn = await counts(undefined);
    assert.deepEqual(await counts(drawn.seed), drawn);
    assert.equal((await counts(0n)).seed, 0n);
    assert.notDeepEqual((await counts(1n)).counts, (await counts(2n)).counts);
  }),

  ...throughEachDoor(
    "the method that was asked for computes the job, and automatic tells what it took and why",
    async (client) => {
      const run = async (spec: Parameters<typeof bellSpec>[0]) => {
        const { result } = await finish(client, await client.submitJob(bellSpec({ seed: 3n, ...spec })));
        assert.ok(result !== undefined);
        assert.deepEqual(Object.keys(result.counts).sort(), ["00", "11"]);
        assert.ok(result.methodReason !== "", "why this method");
        return { method: result.method, precision: result.precision, engine: result.engine };
      };
      const { DOUBLE, SINGLE } = Precision;
      const statevector = { method: Method.STATEVECTOR, precision: DOUBLE, engine: "statevector/plain" };
      assert.deepEqual(await run({}), statevector);
      assert.deepEqual(await run({ precision: SINGLE }), { ...statevector, precision: SINGLE });
      for (const [method, name] of [
        [Method.STABILIZER, "stabilizer"],
        [Method.DENSITY_MATRIX, "density_matrix"],
        [Method.TRAJECTORIES, "trajectories"],
      ] as const) {
        assert.deepEqual(await run({ method }), { method, precision: DOUBLE, engine: `${name}/plain` });
      }
    },
  ),

  check("a Clifford circuit of hundreds of qubits runs, because it needs no state vector", async (client) => {
    const chain = Array.from({ length: 299 }, (_, k) => `cx q[${k}], q[${k + 1}];`).join("\n");
    const openqasm = `OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[300] q;\nbit[300] c;\nh q[0];\n${chain}\nc = measure q;\n`;
    const { result } = await finish(
      client,
      await client.submitJob({ circuit: { case: "openqasm", value: openqasm }, shots: 100 }),
    );
    assert.equal(result?.method, Method.STABILIZER);
    assert.match(result.methodReason, /Clifford/);
    assert.deepEqual(Object.keys(result.counts).sort(), ["0".repeat(300), "1".repeat(300)]);
  }),

  check("parameters are bound and observables computed", async (client) => {
    const openqasm = 'OPENQASM 3.0;\ninclude "stdgates.inc";\ninput float theta;\nqubit[1] q;\nrx(theta) q[0];\n';
    const observables = [{ name: "z", terms: [{ coefficient: 1, pauli: "Z" }] }];
    const spec = {
      circuit: { case: "openqasm" as const, value: openqasm },
      shots: 1,
      parameters: { theta: Math.PI / 3 },
      observables,
    };
    const { result } = await finish(client, await client.submitJob(spec));
    assert.ok(Math.abs((result?.expectationValues.z ?? Number.NaN) - 0.5) < 1e-9, JSON.stringify(result?.expectationValues));
  }),

  ...throughEachDoor(
    "an observable is estimated from shots when asked for, with its standard error and the groups measured",
    async (client) => {
      const openqasm = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nry(1) q[0];\ncx q[0], q[1];\n';
      const terms = [
        { coefficient: 0.5, pauli: "ZI" },
        { coefficient: 0.25, pauli: "IZ" },
        { coefficient: -1, pauli: "XX" },
      ];
      const observables = [
        { name: "exact", terms },
        { name: "estimated", terms, sampled: true },
      ];
      const circuit = { case: "openqasm" as const, value: openqasm };
      const { result } = await finish(client, await client.submitJob({ circuit, shots: 10_000, seed: 11n, observables }));
      const exact = 0.75 * Math.cos(1) - Math.sin(1);
      assert.ok(Math.abs((result?.expectationValues.exact ?? Number.NaN) - exact) < 1e-9);
      assert.deepEqual(Object.keys(result?.estimates ?? {}), ["estimated"]);
      const estimate = result?.estimates.estimated;
      assert.ok(estimate !== undefined && estimate.value === result?.expectationValues.estimated);
      assert.deepEqual([estimate.groupCount, estimate.shots], [2, 10_000n]);
      // Two groups of 3/7 and 4/7 of the shots; the seed is fixed, so this cannot fail now and then.
      const variance = (0.5625 * Math.sin(1) ** 2 * 7) / 3 / 10_000 + (Math.cos(1) ** 2 * 7) / 4 / 10_000;
      assert.ok(Math.abs(estimate.standardError / Math.sqrt(variance) - 1) < 0.05, String(estimate.standardError));
      assert.ok(Math.abs(estimate.value - exact) < 4 * estimate.standardError, String(estimate.value));
    },
  ),

  ...throughEachDoor(
    "the outcome of each shot, probabilities of chosen qubits and the final state come with the result",
    async (client) => {
      const openqasm =
        'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[3] q;\nbit[2] c;\nry(1) q[0];\ncx q[0], q[2];\nc[0] = measure q[0];\n';
      const probabilities = [{ qubits: [2, 0] }, { qubits: [1] }];
      const spec = { circuit: { case: "openqasm" as const, value: openqasm }, shots: 200, seed: 5n, memory: true, probabilities };
      const handle = await client.submitJob({ ...spec, finalState: true });
      assert.equal((await finish(client, handle)).state, JobState.COMPLETED);
      const parts = await collect(client.getJobResult({ id: handle.jobId }));
      const [first] = parts;
      assert.equal(parts.length, first?.partCount);

      const memory = parts.flatMap((part) => part.memory);
      assert.equal(memory[0]?.firstShot, 0n);
      const outcomes = memory.flatMap((run) => run.outcomes);
      assert.equal(outcomes.length, 200);
      const counts = Object.assign({}, ...parts.map((part) => part.counts)) as Record<string, bigint>;
      for (const outcome of ["00", "01"]) {
        assert.equal(BigInt(outcomes.filter((each) => each === outcome).length), counts[outcome]);
      }

      const one = Math.sin(0.5) ** 2;
      const lists = parts.flatMap((part) => part.probabilities);
      assert.deepEqual(
        lists.map(({ list, qubits, firstValue }) => [list, qubits, firstValue]),
        [
          [0, [2, 0], 0],
          [1, [1], 0],
        ],
      );
      const wanted = [1 - one, 0, 0, one, 1, 0];
      for (const [k, value] of lists.flatMap(({ values }) => values).entries())
        assert.ok(Math.abs(value - (wanted[k] ?? 2)) < 1e-12);

      const [state] = parts.flatMap(({ finalState }) => (finalState === undefined ? [] : [finalState]));
      assert.equal(state?.values.length, 16 * 8);
      const view = new DataView(state.values.buffer, state.values.byteOffset, state.values.byteLength);
      assert.ok(Math.abs(view.getFloat64(0, true) - Math.cos(0.5)) < 1e-12);
      assert.ok(Math.abs(view.getFloat64(16 * 0b101, true) - Math.sin(0.5)) < 1e-12);
    },
  ),

  ...throughEachDoor("a sweep runs its circuit once for each binding, each as a job of its own would", async (client) => {
    const value =
      'OPENQASM 3.0;\ninclude "stdgates.inc";\ninput float a;\ninput float b;\nqubit[2] q;\nbit[2] c;\nrx(a) q[0];\nry(b) q[1];\nc = measure q;\n';
    const circuit = { case: "openqasm" as const, value };
    const observables = [{ name: "zz", terms: [{ coefficient: 1, pauli: "ZZ" }] }];
    const bindings: Record<string, number>[] = [{ a: 0.3 }, { a: 2, b: 1 }, { a: 0 }];
    const parameters = { b: 0.5 };
    const sweep = bindings.map((each) => ({ parameters: each }));
    const handle = await client.submitJob({ circuit, shots: 300, seed: 9n, parameters, observables, sweep });
    assert.equal((await finish(client, handle)).state, JobState.COMPLETED);
    const [whole, ...others] = await collect(client.getJobResult({ id: handle.jobId }));
    assert.equal(others.length, 0);
    assert.deepEqual([whole?.counts, whole?.expectationValues, whole?.sweep.length], [{}, {}, 3]);
    for (const [k, binding] of bindings.entries()) {
      const values = { ...parameters, ...binding };
      const alone = await client.submitJob({ circuit, shots: 300, seed: 9n + BigInt(k), parameters: values, observables });
      await finish(client, alone);
      const [wanted] = await collect(client.getJobResult({ id: alone.jobId }));
      const run = whole?.sweep[k];
      assert.equal(run?.run, k);
      assert.deepEqual(
        [run.counts, run.expectationValues, run.method],
        [wanted?.counts, wanted?.expectationValues, wanted?.method],
      );
    }
  }),

  ...throughEachDoor("a running job is cancelled, once is enough and twice is fine", async (client) => {
    const handle = await client.submitJob(heavySpec());
    await readUntil(
      (signal) => client.monitorJob({ id: handle.jobId }, { signal }),
      (update) => update.state === JobState.RUNNING || isTerminal(update.state),
    );
    await client.cancelJob({ id: handle.jobId });
    assert.equal((await finish(client, handle)).state, JobState.CANCELLED);
    await client.cancelJob({ id: handle.jobId });
    await assertRefused(client.getJobResult({ id: handle.jobId }), Code.FailedPrecondition, "job_has_no_result");
  }),

  check("a job that has ended cannot be cancelled", async (client) => {
    const handle = await client.submitJob(bellSpec());
    await finish(client, handle);
    await assertRefused(client.cancelJob({ id: handle.jobId }), Code.FailedPrecondition, "job_already_ended");
  }),

  check("a job may ask for what the simulator has: priority, topology, fidelity, width, deadline", async (client) => {
    const inAnHour = { seconds: BigInt(Math.floor(Date.now() / 1000) + 3600), nanos: 0 };
    const requirements = {
      minQubits: 2,
      fidelityRequirement: 0.99,
      topology: { shape: { case: "ring" as const, value: {} } },
      estimatedDuration: { seconds: 1n, nanos: 0 },
    };
    const spec = create(JobSpecSchema, bellSpec({ priority: Priority.CRITICAL, deadline: inAnHour, requirements }));
    assert.equal((await finish(client, await client.submitJob(spec))).state, JobState.COMPLETED);
  }),
];

const idempotency: Check[] = [
  ...throughEachDoor("an idempotency key gives the first answer again, in the field or in the header", async (client) => {
    const key = uniqueName("key");
    const spec = bellSpec({ seed: 7n, idempotencyKey: key });
    const first = await client.submitJob(spec);
    const again = await client.submitJob(spec);
    assert.equal(again.jobId, first.jobId);
    assert.deepEqual([first.repeated, again.repeated], [false, true]);
    const byHeader = await client.submitJob(bellSpec({ seed: 7n }), { headers: { "Idempotency-Key": key } });
    assert.equal(byHeader.jobId, first.jobId);
    assert.equal(byHeader.repeated, true);
  }),

  check("an idempotency key makes one job of concurrent repeats", async (client) => {
    const spec = bellSpec({ idempotencyKey: uniqueName("burst") });
    const handles = await Promise.all(Array.from({ length: 8 }, () => client.submitJob(spec)));
    assert.equal(new Set(handles.map((handle) => handle.jobId)).size, 1);
    assert.equal(handles.filter((handle) => !handle.repeated).length, 1);
  }),
];

const circuits: Check[] = [
  ...throughEachDoor("a circuit is stored by its content and given back byte for byte", async (client) => {
    const openqasm = `// ${uniqueName("ünïcode ✓")}\r\n${bell}\n\n`;
    const handle = await client.storeCircuit({ openqasm, name: "bell", metadata: { by: "check" } });
    assert.equal((await client.storeCircuit({ openqasm })).id, handle.id);
    assert.equal(handle.qubitCount, 2);
    const data = await client.retrieveCircuit({ id: handle.id });
    assert.equal(data.openqasm, openqasm);
    assert.deepEqual(data.metadata, { by: "check" });
    assert.equal(data.handle?.sizeBytes, BigInt(new TextEncoder().encode(openqasm).byteLength));
    const job = await client.submitJob(bellSpec({ circuit: { case: "circuitId", value: handle.id } }));
    assert.equal(job.circuitId, handle.id);
    assert.equal((await finish(client, job)).state, JobState.COMPLETED);
  }),
];

const events: Check[] = [
  ...throughEachDoor(
    "events after a cursor come in order and without a gap, for the jobs and states asked for",
    async (client) => {
      const first = await client.submitJob(bellSpec());
      const second = await client.submitJob(bellSpec());
      await finish(client, second);
      await finish(client, first);
      const since = String(Number(first.cursor) - 1);
      const moves = await readUntil(
        (signal) => client.subscribeToEvents({ cursor: since, jobIds: [first.jobId] }, { signal }),
        (event) => event.payload.value?.toState === JobState.COMPLETED,
      );
      const told = moves.flatMap((event) => (event.payload.value === undefined ? [] : [event.payload.value]));
      assert.deepEqual(
        told.map((move) => move.sequence),
        [1n, 2n, 3n, 4n],
      );
      assert.ok(told.every((move) => move.jobId === first.jobId));
      const completed = await readUntil(
        (signal) => client.subscribeToEvents({ cursor: since, jobIds: [second.jobId], states: [JobState.COMPLETED] }, { signal }),
        (event) => event.payload.value !== undefined,
      );
      assert.equal(completed.at(-1)?.payload.value?.jobId, second.jobId);
    },
  ),

  ...throughEachDoor("a stream is resumed at any cursor and misses nothing", async (client) => {
    const handle = await client.submitJob(bellSpec());
    await finish(client, handle);
    const all = await collect(client.monitorJob({ id: handle.jobId }));
    for (const [index, update] of all.entries()) {
      const rest = await collect(client.monitorJob({ id: handle.jobId, cursor: update.cursor }));
      assert.deepEqual(
        rest.map((one) => one.cursor),
        all.slice(index + 1).map((one) => one.cursor),
      );
    }
  }),

  check("what happens while a stream is open is pushed to it", async (client) => {
    const start = (await client.submitJob(bellSpec())).cursor;
    const name = uniqueName("pushed");
    let submitted = false;
    const seen = await readUntil(
      (signal) => client.subscribeToEvents({ cursor: start }, { signal }),
      (event) => {
        if (!submitted) {
          submitted = true;
          void client.submitJob(bellSpec({ id: name }));
        }
        return event.payload.value?.name === name && event.payload.value.toState === JobState.COMPLETED;
      },
    );
    assert.ok(seen.length >= 4);
  }),

  check("many streams at once all see everything, and leave nothing open behind", async (client, { metricsUrl }) => {
    const handle = await client.submitJob(bellSpec());
    const streams = Array.from({ length: 50 }, () =>
      readUntil(
        (signal) => client.subscribeToEvents({ cursor: String(Number(handle.cursor) - 1), jobIds: [handle.jobId] }, { signal }),
        (event) => event.payload.value?.toState === JobState.COMPLETED,
      ),
    );
    for (const seen of await Promise.all(streams)) assert.ok(seen.length >= 4);
    if (metricsUrl !== "") await untilNoStreams(metricsUrl);
  }),
];

/** open_streams goes back to zero once every client has gone: at once, or where a runtime tells it late, with the next heartbeat. */
export async function untilNoStreams(metricsUrl: string): Promise<void> {
  let line: string | undefined;
  for (let attempt = 0; attempt < 400; attempt++) {
    const text = await (await fetch(`${metricsUrl}/metrics`)).text();
    line = text.split("\n").find((candidate) => /^(?:eigen_)?open_streams(?:\{[^}]*\})? /.test(candidate));
    if (line?.endsWith(" 0") === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`streams stay open: ${line ?? "no open_streams among the metrics"}`);
}

const operations: Check[] = [
  ...throughEachDoor("health tells that the kernel lives, takes work, and what it runs", async (client) => {
    const health = await client.getHealth({});
    assert.deepEqual([health.live, health.ready, health.reason], [true, true, ""]);
    assert.notEqual(health.version, "");
    assert.match(health.runtime, /^(?:\w+ \d|workerd$)/);
    assert.ok(health.components.some(({ name, running }) => name === "qrtx" && running));
  }),

  ...throughEachDoor("devices are listed and told one by one", async (client, _door, target) => {
    const devices = await collect(client.listDevices({ onlineOnly: true }));
    const [device] = devices;
    assert.ok(device !== undefined, "the kernel has a device");
    assert.equal(device.status, DeviceStatus.ONLINE);
    assert.equal(device.qubitCount, target.simulatorQubitCount);
    assert.ok(device.allToAll && device.slots >= 1);
    assert.equal((await client.getDevice({ id: device.name })).qubitCount, device.qubitCount);
    assert.deepEqual(await collect(client.listDevices({ minQubits: 4096 })), []);
    await assertRefused(client.getDevice({ id: "none" }), Code.NotFound, "device_not_found");
  }),

  ...throughEachDoor("metrics are told by name, then live; the key metrics at once", async (client) => {
    await finish(client, await client.submitJob(bellSpec()));
    const [data] = await collect(client.getMetrics({ names: ["jobs_processed_total"] }));
    assert.ok(data !== undefined && data.points.length >= 1);
    assert.ok(data.points.every((point) => point.name === "jobs_processed_total"));
    const interval = { seconds: 0n, nanos: 100_000_000 };
    const readings: unknown[] = [];
    await readUntil(
      (signal) => client.getMetrics({ names: ["queue_length"], live: true, interval }, { signal }),
      (reading) => readings.push(reading) === 3,
    );
    const system = await client.getSystemMetrics({});
    assert.ok(system.jobsProcessedTotal >= 1n);
    assert.ok((system.jobProcessingTimeP95 ?? 0) > 0);
    assert.equal(system.qubitUtilization, undefined, "what is not built is not measured");
  }),

  ...throughEachDoor("what is not built says what will bring it", async (client) => {
    for (const [name, call] of unbuiltCalls(client)) {
      const { detail } = await assertRefused(call(), Code.Unimplemented, "unimplemented");
      assert.notEqual(detail.facts.brought_by ?? "", "", name);
    }
  }),

  {
    name: "Prometheus reads the metrics on their own port",
    async run({ metricsUrl }) {
      if (metricsUrl === "") return;
      const answer = await fetch(`${metricsUrl}/metrics`);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("Content-Type") ?? "", /^text\/plain; version=0\.0\.4/);
      assert.match(await answer.text(), /jobs_processed_total/);
    },
  },

  {
    name: "grpc.health.v1 answers Check and Watch",
    async run({ grpcUrl }) {
      if (grpcUrl === "") return;
      const { createGrpcTransport } = await import("@connectrpc/connect-node");
      const health = createClient(Health, createGrpcTransport({ baseUrl: grpcUrl, idleConnectionTimeoutMs: 100 }));
      assert.equal((await health.check({})).status, ServingStatus.SERVING);
      assert.equal((await health.check({ service: "eigen.kernel.v1.EigenKernelService" })).status, ServingStatus.SERVING);
      await assert.rejects(health.check({ service: "nobody" }), (error: { code: Code }) => error.code === Code.NotFound);
      const [first] = await readUntil(
        (signal) => health.watch({}, { signal }),
        () => true,
      );
      assert.equal(first?.status, ServingStatus.SERVING);
    },
  },

  {
    name: "the OpenAPI description is served, and names every path",
    async run({ baseUrl }) {
      const document = (await (await fetch(`${baseUrl}/api/v1/openapi.json`)).json()) as { openapi: string; paths: object };
      assert.equal(document.openapi, "3.1.0");
      for (const path of specifiedPaths) assert.ok(path in document.paths, path);
    },
  },
];

/** The paths of the specification, verbatim. */
const specifiedPaths = [
  "/api/v1/jobs",
  "/api/v1/jobs/{id}",
  "/api/v1/resources",
  "/api/v1/metrics",
  "/api/v1/health",
  "/api/v1/traces",
  "/api/v1/events",
];

export function unbuiltCalls(client: KernelClient): [string, () => Promise<unknown> | AsyncIterable<unknown>][] {
  return [
    ["ExplainJob", () => client.explainJob({ id: "x" })],
    ["EstimateJob", () => client.estimateJob(bellSpec())],
    ["AllocateResources", () => client.allocateResources({ minQubits: 1 })],
    ["ReleaseResources", () => client.releaseResources({ id: "lease_x" })],
    ["GetResourceMetrics", () => client.getResourceMetrics({})],
    ["CaptureState", () => client.captureState({ device: "simulator" })],
    ["RestoreState", () => client.restoreState({ snapshotId: "snap_x" })],
    ["GetTraces", () => client.getTraces({})],
    ["Authenticate", () => client.authenticate({ method: "jwt", credential: "x" })],
    ["Authorize", () => client.authorize({ subject: "a", action: "b" })],
    ["AuditLog", () => client.auditLog({})],
  ];
}

export const behaviourChecks: readonly Check[] = [...jobs, ...idempotency, ...circuits, ...events, ...operations];
