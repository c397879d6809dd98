// Everything that users get wrong: each refusal tells all that is wrong and leaves nothing behind.

import assert from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { JobSpecSchema, JobState, Method, Precision } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import type { KernelClient } from "./doors.ts";
import {
  assertRefused,
  bell,
  bellSpec,
  check,
  collect,
  fieldsOf,
  finish,
  heavySpec,
  type SpecInit,
  throughEachDoor,
  uniqueName,
} from "./helpers.ts";
import type { Check, Target } from "./target.ts";

/** Runs a body that must be refused all through: afterwards no job is there that was not there before. */
async function leavingNoRow(client: KernelClient, body: () => Promise<void>): Promise<void> {
  const newest = async () => (await collect(client.listJobs({ pageSize: 1 })))[0]?.jobId;
  const before = await newest();
  await body();
  assert.equal(await newest(), before, "a refusal left a job behind");
}

function refusedSubmit(
  name: string,
  spec: () => SpecInit,
  code: Code,
  catalogueCode: string,
  wanted: (fields: string[]) => void,
): Check[] {
  return throughEachDoor(name, (client) =>
    leavingNoRow(client, async () => {
      wanted(fieldsOf(await assertRefused(client.submitJob(spec()), code, catalogueCode)));
    }),
  );
}

const openqasm = (value: string): SpecInit => bellSpec({ circuit: { case: "openqasm", value } });

const jobs: Check[] = [
  ...throughEachDoor("a circuit that cannot be read is shown line by line, with a caret below each place", (client) =>
    leavingNoRow(client, async () => {
      const text = `${bell}h q[5];\nnogate q[0];\n`;
      const { detail } = await assertRefused(client.submitJob(openqasm(text)), Code.InvalidArgument, "invalid_circuit");
      const [fault] = detail.faults;
      assert.ok(fault !== undefined && fault.line > 0 && fault.column > 0, "a place in the text");
      assert.equal(fault.line, 8);
      assert.match(fault.excerpt, /\^/);
      assert.ok(fault.excerpt.includes("h q[5];"));
      assert.ok(
        detail.faults.some(({ line }) => line === 9),
        "every place at once",
      );
    }),
  ),

  ...refusedSubmit(
    "no shots and no circuit are told together",
    () => ({ shots: 0 }) as SpecInit,
    Code.InvalidArgument,
    "invalid_request",
    (fields) => assert.deepEqual(fields, ["circuit", "shots"]),
  ),

  ...refusedSubmit(
    "a billion shots are refused with the range",
    () => bellSpec({ shots: 1_000_000_000 }),
    Code.InvalidArgument,
    "invalid_request",
    (fields) => assert.deepEqual(fields, ["shots"]),
  ),

  ...throughEachDoor("field faults and circuit faults come together", (client) =>
    leavingNoRow(client, async () => {
      const spec = { ...openqasm("OPENQASM 2.0;\nqreg q[2;\n"), shots: 0, id: "not a name", tags: { k: "v".repeat(300) } };
      const refusal = await assertRefused(client.submitJob(spec), Code.InvalidArgument, "invalid_request");
      const fields = fieldsOf(refusal);
      for (const field of ["shots", "id", "tags.k", "openqasm"])
        assert.ok(fields.includes(field), `${field} in ${fields.join(", ")}`);
      assert.ok(refusal.detail.faults.every(({ wanted, found }) => wanted !== "" && found !== ""));
    }),
  ),

  ...throughEachDoor("hundreds of faults reach the client through any door, as many as its wire carries", (client, door) =>
    leavingNoRow(client, async () => {
      const terms = Array.from({ length: 300 }, () => ({ coefficient: 1, pauli: "Q".repeat(60) }));
      const refusal = await assertRefused(
        client.submitJob(bellSpec({ observables: [{ name: "z", terms }] })),
        Code.InvalidArgument,
        "invalid_request",
      );
      const told = refusal.detail.faults.length;
      assert.ok(told >= 10, `${told} faults`);
      if (door === "native gRPC") assert.equal(Number(refusal.detail.facts.faults_left_out) + told, 100);
      else assert.equal(told, 100);
    }),
  ),

  ...throughEachDoor("100 qubits on a simulator of fewer are refused with each device's reason", (client, _door, target) =>
    leavingNoRow(client, async () => {
      const text = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[100] q;\nbit[100] c;\nry(0.3) q;\nc = measure q;\n';
      const { error } = await assertRefused(client.submitJob(openqasm(text)), Code.FailedPrecondition, "no_device_fits");
      assert.match(error.message, /100/);
      assert.match(error.message, new RegExp(`at most ${target.simulatorQubitCount} qubits`));
      // What it would take, what there is, and what would fit.
      assert.match(error.message, new RegExp(`need 2\\^104 bytes, and ${16 * 2 ** target.simulatorQubitCount} are available`));
      assert.match(error.message, /stabilizer/);
    }),
  ),

  ...throughEachDoor(
    "a method that cannot carry the circuit is refused with the one that can, beside all other faults",
    (client) =>
      leavingNoRow(client, async () => {
        const text = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nt q[1];\nc = measure q;\n';
        const spec = (method: Method) => ({ circuit: { case: "openqasm" as const, value: text }, shots: 1, method });
        const wide = { ...spec(Method.STABILIZER), requirements: { minQubits: 4000 } };
        const refusal = await assertRefused(client.submitJob(wide), Code.FailedPrecondition, "no_device_fits");
        assert.deepEqual(fieldsOf(refusal), ["method", "requirements.min_qubits"]);
        assert.match(refusal.error.message, /t on qubit 1 is not a Clifford gate/);
        assert.match(refusal.error.message, /statevector can carry it/);
        const single = { ...spec(Method.DENSITY_MATRIX), precision: Precision.SINGLE };
        const both = await assertRefused(client.submitJob(single), Code.FailedPrecondition, "no_device_fits");
        assert.match(both.error.message, /double precision only/);
      }),
  ),

  ...throughEachDoor("what a result could not hold is refused with its bound, all faults together", (client) =>
    leavingNoRow(client, async () => {
      const text = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[20] q;\nbit[20] c;\nry(0.3) q[0];\nc[0] = measure q[0];\n';
      const probabilities = [{ qubits: [0, 20] }, { qubits: [3, 3] }, { qubits: Array.from({ length: 17 }, (_, k) => k) }, {}];
      const circuit = { case: "openqasm" as const, value: text };
      const observables = [{ name: "z", terms: [{ coefficient: 1, pauli: "Z".repeat(21) }] }];
      const call = client.submitJob({ circuit, shots: 900_000, memory: true, finalState: true, probabilities, observables });
      const refusal = await assertRefused(call, Code.InvalidArgument, "invalid_request");
      const told = fieldsOf(refusal);
      const wanted = [
        "probabilities[2].qubits",
        "probabilities[3].qubits",
        "observables[0].terms[0].pauli",
        "memory",
        "probabilities[0].qubits",
        "probabilities[1].qubits",
        "probabilities",
        "final_state",
      ];
      assert.deepEqual(told, wanted);
      assert.match(refusal.error.message, /at most 729444 shots of 20 bits/);
    }),
  ),

  check("what no device satisfies is refused, never ignored", (client) =>
    leavingNoRow(client, async () => {
      for (const requirements of [{ device: "nowhere" }, { minQubits: 4000 }]) {
        await assertRefused(client.submitJob(bellSpec({ requirements })), Code.FailedPrecondition, "no_device_fits");
      }
    }),
  ),

  ...throughEachDoor("a deadline that has passed is refused, with what to do told once", (client) =>
    leavingNoRow(client, async () => {
      const deadline = { seconds: 1_000_000_000n, nanos: 0 };
      const call = client.submitJob(bellSpec({ deadline }));
      const { error, detail } = await assertRefused(call, Code.InvalidArgument, "deadline_passed");
      assert.ok(detail.hint !== "");
      assert.equal(error.rawMessage.split(detail.hint).length, 2, error.rawMessage);
    }),
  ),

  check("parameters without a value, and values without a parameter, are named", (client) =>
    leavingNoRow(client, async () => {
      const text = 'OPENQASM 3.0;\ninclude "stdgates.inc";\ninput float theta;\nqubit[1] q;\nrx(theta) q[0];\n';
      const unbound = await assertRefused(client.submitJob(openqasm(text)), Code.InvalidArgument, "unbound_parameter");
      assert.match(unbound.error.message, /theta/);
      const finite = { ...openqasm(text), parameters: { theta: Number.NaN } };
      const refused = await assertRefused(client.submitJob(finite), Code.InvalidArgument, "invalid_request");
      assert.deepEqual(fieldsOf(refused), ["parameters.theta"]);
    }),
  ),

  ...throughEachDoor("an unknown job, circuit or device is not found", async (client) => {
    const unknown = `job_${"0".repeat(26)}`;
    await assertRefused(client.getJobStatus({ id: unknown }), Code.NotFound, "job_not_found");
    await assertRefused(client.cancelJob({ id: "nobody" }), Code.NotFound, "job_not_found");
    await assertRefused(client.monitorJob({ id: "nobody" }), Code.NotFound, "job_not_found");
    await assertRefused(client.getJobResult({ id: "nobody" }), Code.NotFound, "job_not_found");
    const circuitId = `circ_${"0".repeat(32)}`;
    await assertRefused(client.retrieveCircuit({ id: circuitId }), Code.NotFound, "circuit_not_found");
    await leavingNoRow(client, async () => {
      const spec = bellSpec({ circuit: { case: "circuitId", value: circuitId } });
      await assertRefused(client.submitJob(spec), Code.NotFound, "circuit_not_found");
    });
  }),

  ...throughEachDoor("a name that is taken is refused", async (client) => {
    const id = uniqueName("taken");
    await client.submitJob(bellSpec({ id }));
    await leavingNoRow(client, async () => {
      await assertRefused(client.submitJob(bellSpec({ id })), Code.AlreadyExists, "job_exists");
    });
  }),

  ...throughEachDoor("a used idempotency key under another request is refused", async (client) => {
    const idempotencyKey = uniqueName("used");
    await client.submitJob(bellSpec({ idempotencyKey }));
    await leavingNoRow(client, async () => {
      await assertRefused(client.submitJob(bellSpec({ idempotencyKey, shots: 7 })), Code.AlreadyExists, "idempotency_conflict");
    });
  }),

  check("an idempotency key that differs in header and field is refused", (client) =>
    leavingNoRow(client, async () => {
      const call = client.submitJob(bellSpec({ idempotencyKey: "a" }), { headers: { "Idempotency-Key": "b" } });
      assert.deepEqual(fieldsOf(await assertRefused(call, Code.InvalidArgument, "invalid_request")), ["idempotency_key"]);
    }),
  ),

  ...throughEachDoor("a cursor from the future is out of range, and one that is none is a fault", async (client) => {
    const future = String(Number.MAX_SAFE_INTEGER).slice(0, 15);
    await assertRefused(client.subscribeToEvents({ cursor: future }), Code.OutOfRange, "cursor_out_of_range");
    const refusal = await assertRefused(client.subscribeToEvents({ cursor: "now" }), Code.InvalidArgument, "invalid_request");
    assert.deepEqual(fieldsOf(refusal), ["cursor"]);
  }),

  check("an unknown metric is refused by name", async (client) => {
    const refusal = await assertRefused(client.getMetrics({ names: ["nothing"] }), Code.NotFound, "metric_not_found");
    assert.match(refusal.error.message, /nothing/);
  }),
];

interface RestError {
  readonly code: string;
  readonly message: string;
  readonly details: readonly {
    readonly code: string;
    readonly facts: Readonly<Record<string, string>>;
    readonly hint: string;
    readonly faults: readonly { readonly field: string; readonly hint: string }[];
  }[];
}

const json = { "Content-Type": "application/json" };
const submitRpc = "/eigen.kernel.v1.EigenKernelService/SubmitJob";

async function restError(answer: Response, status: number): Promise<RestError> {
  const text = await answer.text();
  assert.equal(answer.status, status, text);
  return JSON.parse(text) as RestError;
}

const doors: Check[] = [
  check(
    "JSON that is none, not an object, or of unknown and mistyped fields is refused with every fault",
    (client, { baseUrl }) =>
      leavingNoRow(client, async () => {
        for (const body of ['{"shots":', "[]", '"text"', "\u0000"]) {
          const error = await restError(await fetch(`${baseUrl}/api/v1/jobs`, { method: "POST", headers: json, body }), 400);
          assert.equal(error.details[0]?.code, "invalid_request");
        }
        const body = JSON.stringify({ openqasm: bell, shots: "many", priorty: "HIGH", requirements: { minQubit: 2 } });
        const error = await restError(await fetch(`${baseUrl}/api/v1/jobs`, { method: "POST", headers: json, body }), 400);
        assert.deepEqual(
          error.details[0]?.faults.map(({ field, hint }) => [field, hint]),
          [
            ["shots", ""],
            ["priorty", "Did you mean priority?"],
            ["requirements.minQubit", "Did you mean min_qubits?"],
          ],
        );
      }),
  ),

  check("a wrong content type is told what would be right", (client, { baseUrl }) =>
    leavingNoRow(client, async () => {
      for (const path of ["/api/v1/jobs", submitRpc]) {
        for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/grpc"]) {
          const answer = await fetch(`${baseUrl}${path}`, { method: "POST", headers: { "Content-Type": type }, body: "{}" });
          assert.match((await restError(answer, 415)).message, /application\/json/);
        }
      }
    }),
  ),

  check("an unknown path and a wrong method are told", async (_client, { baseUrl }) => {
    const [unknown] = (await restError(await fetch(`${baseUrl}/api/v2/everything`), 404)).details;
    assert.deepEqual([unknown?.code, unknown?.facts], ["route_not_found", { path: "/api/v2/everything" }]);
    assert.match(unknown?.hint ?? "", /\/api\/v1\/openapi\.json/);
    const [typo] = (await restError(await fetch(`${baseUrl}/api/v1/job`), 404)).details;
    assert.deepEqual([typo?.code, typo?.facts.closest], ["route_not_found", "/api/v1/jobs"]);
    const answer = await fetch(`${baseUrl}/api/v1/health`, { method: "DELETE" });
    assert.equal(answer.headers.get("Allow"), "GET, HEAD");
    const [wrong] = (await restError(answer, 405)).details;
    assert.deepEqual([wrong?.code, wrong?.facts], ["method_not_allowed", { method: "DELETE", allowed: "GET, HEAD" }]);
    assert.equal((await fetch(`${baseUrl}${submitRpc}`)).status, 405);
  }),

  check("unknown and malformed query parameters are refused, all at once", async (_client, { baseUrl }) => {
    const error = await restError(await fetch(`${baseUrl}/api/v1/jobs?page_size=x&pagesize=1&states=DONE`), 400);
    assert.deepEqual(error.details[0]?.faults.map(({ field }) => field).sort(), ["page_size", "pagesize", "states[0]"]);
  }),

  ...throughEachDoor("a body of 50 MB is refused", (client) =>
    leavingNoRow(client, async () => {
      const spec = openqasm(`${bell}//${"x".repeat(50 * 1024 * 1024)}\n`);
      await assertRefused(client.submitJob(spec), Code.ResourceExhausted, "request_too_large");
    }),
  ),

  check("a body of 50 MB is refused by REST with 413, announced or streamed", (client, { baseUrl }) =>
    leavingNoRow(client, async () => {
      const url = `${baseUrl}/api/v1/jobs`;
      const body = new Uint8Array(50 * 1024 * 1024).fill(0x20);
      await restError(await fetch(url, { method: "POST", headers: json, body }), 413);
      const streamed = { method: "POST", headers: json, body: new Blob([body]).stream(), duplex: "half" } as RequestInit;
      await restError(await fetch(url, streamed), 413);
    }),
  ),

  check("a stream that is cut off leaves nothing, through any door, and the kernel goes on", (client, target) =>
    leavingNoRow(client, async () => {
      for (const path of ["/api/v1/jobs", submitRpc]) {
        const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"shots":1`;
        await sendAndVanish(target.baseUrl, head);
      }
      await sendAndVanish(target.baseUrl, 'POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"sh');
      await sendAndVanish(target.baseUrl, "GARBAGE\r\n\r\n");
      if (target.grpcUrl !== "")
        await sendAndVanish(target.grpcUrl, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff");
      await sendCutFrame(target);
      await assert.doesNotReject(client.getHealth({}));
    }),
  ),

  check("many clients that leave inside of a stream leave no stream open", async (client) => {
    const leave = async () => {
      const controller = new AbortController();
      const reading = collect(client.subscribeToEvents({}, { signal: controller.signal }));
      setTimeout(() => controller.abort(), 20);
      await assert.rejects(reading);
    };
    await Promise.all(Array.from({ length: 30 }, leave));
    const isIdle = async () => {
      const [data] = await collect(client.getMetrics({ names: ["open_streams"] }));
      // This call itself is a stream.
      return (data?.points[0]?.value ?? Number.NaN) <= 1;
    };
    // As long as untilNoStreams waits, for the same reason; this one asks through the API.
    for (let attempt = 0; attempt < 400; attempt++) {
      if (await isIdle()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail("streams of clients that went stay open");
  }),

  check("a client's own deadline is kept", async (client) => {
    const stream = client.subscribeToEvents({}, { timeoutMs: 200 });
    const started = Date.now();
    await assert.rejects(collect(stream), (error: { code: Code }) => error.code === Code.DeadlineExceeded);
    assert.ok(Date.now() - started < 5000);
  }),

  check("a deadline that passes is told as one by the kernel too", async (_client, { baseUrl }) => {
    // By hand: a client library gives up by itself at the same moment and rarely reads this answer.
    const headers = { "Content-Type": "application/connect+json", "Connect-Timeout-Ms": "50" };
    const body = new Uint8Array([0, 0, 0, 0, 2, ...new TextEncoder().encode("{}")]);
    const answer = await fetch(`${baseUrl}/eigen.kernel.v1.EigenKernelService/SubscribeToEvents`, {
      method: "POST",
      headers,
      body,
    });
    const text = await answer.text();
    const { error } = JSON.parse(text.slice(text.lastIndexOf('{"error"'))) as { error: { code: string; message: string } };
    assert.equal(error.code, "deadline_exceeded", error.message);
  }),

  check("a page that is not on the list gets no permission", async (_client, { baseUrl }) => {
    const headers = { Origin: "https://evil.example", "Access-Control-Request-Method": "POST" };
    const answer = await fetch(`${baseUrl}${submitRpc}`, { method: "OPTIONS", headers });
    assert.equal(answer.headers.get("Access-Control-Allow-Origin"), null);
  }),
];

async function sendAndVanish(url: string, bytes: string): Promise<void> {
  const { connect } = await import("node:net");
  const { hostname, port } = new URL(url);
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes, "latin1"));
    setTimeout(() => socket.destroy(), 50);
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
}

/** A gRPC-Web frame that promises more than it holds. */
async function sendCutFrame({ baseUrl }: Target): Promise<void> {
  const message = toBinary(JobSpecSchema, create(JobSpecSchema, bellSpec()));
  const body = Uint8Array.from([0, 0, 0, 0, 255, ...message.slice(0, 20)]);
  const answer = await fetch(`${baseUrl}${submitRpc}`, {
    method: "POST",
    headers: { "Content-Type": "application/grpc-web+proto" },
    body,
  });
  assert.match(decodeURIComponent(await answer.text()), /wanted 255 bytes, found 20 bytes/);
}

export const badInputChecks: readonly Check[] = [...jobs, ...doors];

/** For a kernel whose queue holds `queueSize` jobs and which runs one job at a time. */
export function fullQueueChecks(queueSize: number): readonly Check[] {
  return throughEachDoor(
    "a full queue refuses with the time to come back, and takes jobs again when it has room",
    async (client) => {
      const spec = heavySpec();
      const handles = [];
      let refusal: Awaited<ReturnType<typeof assertRefused>> | undefined;
      // One runs, queueSize wait, and one more may have been taken in between.
      for (let sent = 0; sent < queueSize + 4 && refusal === undefined; sent++) {
        const call = client.submitJob(spec);
        const handle = await call.catch(() => undefined);
        if (handle === undefined) refusal = await assertRefused(call, Code.ResourceExhausted, "queue_full");
        else handles.push(handle);
      }
      assert.ok(refusal !== undefined, "the queue was never full");
      assert.equal(refusal.detail.retryable, true);
      assert.ok(
        (refusal.detail.retryAfter?.seconds ?? 0n) > 0n || (refusal.detail.retryAfter?.nanos ?? 0) > 0,
        "retry_after is told",
      );
      for (const handle of handles) await client.cancelJob({ id: handle.jobId });
      for (const handle of handles) assert.equal((await finish(client, handle)).state, JobState.CANCELLED);
      await client.cancelJob({ id: (await client.submitJob(spec)).jobId });
    },
  );
}
