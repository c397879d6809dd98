// Every method through every door, with the same requests: the answers must be the same, refusals included.

import assert from "node:assert/strict";
import { type DescMessage, type JsonValue, type MessageShape, toJson } from "@bufbuild/protobuf";
import { type Code, ConnectError } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import { ErrorDetailSchema } from "../../src/gen/eigen/kernel/v1/errors_pb.ts";
import { EigenKernelService } from "../../src/gen/eigen/kernel/v1/service_pb.ts";
import { unbuiltCalls } from "./behaviour.suite.ts";
import { type DoorName, doorNames, type KernelClient, openDoor } from "./doors.ts";
import { bellSpec, collect, finish, readUntil, uniqueName } from "./helpers.ts";
import type { Check, Target } from "./target.ts";

type Transcript = Map<string, JsonValue>;

/** The same story for each door: its answers by what was asked, without what differs from run to run. */
async function tell(client: KernelClient): Promise<Transcript> {
  const transcript: Transcript = new Map();
  const story = uniqueName("parity");
  const { method } = EigenKernelService;
  const note = (title: string, value: JsonValue) => transcript.set(title, normalise(value, story));
  const unary = async <D extends DescMessage>(title: string, desc: D, call: Promise<MessageShape<D>>) => {
    const message = await call;
    note(title, toJson(desc, message));
    return message;
  };
  const list = async <D extends DescMessage>(
    title: string,
    desc: D,
    call: AsyncIterable<MessageShape<D>> | Promise<MessageShape<D>[]>,
  ) => {
    const messages = Symbol.asyncIterator in call ? await collect(call) : await call;
    note(
      title,
      messages.map((message) => toJson(desc, message)),
    );
    return messages;
  };
  const refused = async (title: string, call: Promise<unknown> | AsyncIterable<unknown>) => {
    note(title, await toldRefusal(call));
  };

  const circuit = await unary(
    "StoreCircuit",
    method.storeCircuit.output,
    client.storeCircuit({ openqasm: bellSpec().circuit?.value ?? "", name: "bell", metadata: { a: "b" } }),
  );
  await unary("RetrieveCircuit", method.retrieveCircuit.output, client.retrieveCircuit({ id: circuit.id }));
  const spec = bellSpec({ id: story, seed: 42n, tags: { story }, idempotencyKey: story });
  const handle = await unary("SubmitJob", method.submitJob.output, client.submitJob(spec));
  await finish(client, handle);
  await unary("SubmitJob again", method.submitJob.output, client.submitJob(spec));
  await list("MonitorJob", method.monitorJob.output, client.monitorJob({ id: story }));
  await unary("GetJobStatus", method.getJobStatus.output, client.getJobStatus({ id: story }));
  await list("GetJobResult", method.getJobResult.output, client.getJobResult({ id: story }));
  await list("ListJobs", method.listJobs.output, client.listJobs({ tags: { story }, states: [4], pageSize: 5 }));
  const after = { cursor: String(Number(handle.cursor) - 1), jobIds: [story] };
  const events = readUntil(
    (signal) => client.subscribeToEvents(after, { signal }),
    (event) => event.payload.value?.sequence === 4n,
  );
  await list(
    "SubscribeToEvents",
    method.subscribeToEvents.output,
    events.then((all) => all.filter((event) => event.payload.case !== undefined)),
  );
  await refused("CancelJob of an ended job", client.cancelJob({ id: story }));
  await list("ListDevices", method.listDevices.output, client.listDevices({}));
  await unary("GetDevice", method.getDevice.output, client.getDevice({ id: "simulator" }));
  const health = await client.getHealth({});
  note("GetHealth", shapeOf(toJson(method.getHealth.output, health)));
  const metrics = await collect(client.getMetrics({ names: ["jobs_processed_total"] }));
  note("GetMetrics", [
    ...new Set(metrics.flatMap((data) => data.points.map((point) => `${point.name} ${point.unit} ${point.kind}`))),
  ]);
  await client.getSystemMetrics({});
  note("GetSystemMetrics", shapeOf(toJson(method.getSystemMetrics.output, await client.getSystemMetrics({}))));
  const cancelled = await client.submitJob(bellSpec({ requirements: { minQubits: 2 } }));
  await finish(client, cancelled);

  await refused("an unknown job", client.getJobStatus({ id: "nobody" }));
  await refused("an unknown job's stream", client.monitorJob({ id: "nobody" }));
  await refused("a name that is too long", client.getDevice({ id: "x".repeat(200) }));
  await refused(
    "many faults",
    client.submitJob({ id: "a b", shots: 0, tags: { [`${"k".repeat(300)}`]: "v" }, parameters: { x: Number.NaN } }),
  );
  await refused(
    "a circuit that cannot be read",
    client.submitJob(bellSpec({ circuit: { case: "openqasm", value: "OPENQASM 2.0;\nqreg q[;\n" } })),
  );
  await refused("a stream's field fault", client.getMetrics({ window: { seconds: 9999n, nanos: 0 } }));
  await refused("a used key", client.submitJob({ ...spec, shots: 3 }));
  for (const [name, call] of unbuiltCalls(client)) await refused(name, call());
  return transcript;
}

async function toldRefusal(call: Promise<unknown> | AsyncIterable<unknown>): Promise<JsonValue> {
  const outcome = Symbol.asyncIterator in call ? collect(call) : call;
  const thrown: unknown = await outcome.then(
    () => assert.fail("the call was accepted"),
    (error: unknown) => error,
  );
  const error = ConnectError.from(thrown);
  const details = error.findDetails(ErrorDetailSchema).map((detail) => toJson(ErrorDetailSchema, detail));
  return { code: codeToString(error.code as Code), message: error.rawMessage, details };
}

/** What may differ between two runs of one story: ids, times, cursors, durations and the story's own name. */
function normalise(value: JsonValue, story: string): JsonValue {
  const text = JSON.stringify(value)
    .replaceAll(story, "STORY")
    .replaceAll(/job_[0-9a-z]{26}/g, "JOB")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(/"cursor":"\d+"/g, '"cursor":"CURSOR"')
    .replaceAll(/"simulated":"[\d.]+s"/g, '"simulated":"DURATION"')
    .replaceAll(/"traceId":"[0-9a-f]*"/g, '"traceId":"TRACE"')
    .replaceAll(/"freeSlots":\d+/g, '"freeSlots":"FREE"');
  return JSON.parse(text) as JsonValue;
}

/** The names of a message's fields, for answers whose values are of the moment. */
function shapeOf(value: JsonValue): JsonValue {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value).sort() : typeof value;
}

/** The first door's story, told once for each target; it is what the others are compared with. */
const references = new WeakMap<Target, Promise<Transcript>>();

function referenceOf(target: Target): Promise<Transcript> {
  let reference = references.get(target);
  if (reference === undefined) {
    reference = openDoor(target, doorNames[0]).then((client) => {
      assert.ok(client !== undefined);
      return tell(client);
    });
    references.set(target, reference);
  }
  return reference;
}

export const parityChecks: readonly Check[] = [
  {
    name: "the story of the parity test asks every method of the contract",
    async run(target) {
      const told = [...(await referenceOf(target)).keys()].map((title) => title.split(" ")[0]);
      for (const { name } of EigenKernelService.methods) assert.ok(told.includes(name), `${name} is not compared`);
    },
  },
  ...doorNames.slice(1).map(
    (door: DoorName): Check => ({
      name: `${door} answers every method as ${doorNames[0]} does`,
      async run(target) {
        const client = await openDoor(target, door);
        if (client === undefined) return;
        const [reference, transcript] = [await referenceOf(target), await tell(client)];
        assert.deepEqual([...transcript.keys()], [...reference.keys()]);
        for (const [title, value] of reference)
          assert.deepEqual(transcript.get(title), value, `${title} differs through ${door}`);
      },
    }),
  ),
];
