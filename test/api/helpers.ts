// What the checks share: circuits, unique names, waiting for a job, and reading a refusal.

import assert from "node:assert/strict";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Code, ConnectError } from "@connectrpc/connect";
import { type ErrorDetail, ErrorDetailSchema } from "../../src/gen/eigen/kernel/v1/errors_pb.ts";
import { type JobHandle, type JobSpecSchema, JobState, type JobStatus } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { slowCircuit } from "../fixtures/slow-circuit.ts";
import { type DoorName, doorNames, type KernelClient, openDefaultDoor, openDoor } from "./doors.ts";
import type { Check, Target } from "./target.ts";

export const bell = `OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
h q[0];
cx q[0], q[1];
measure q -> c;
`;

export type SpecInit = MessageInitShape<typeof JobSpecSchema>;

export function bellSpec(changes: Omit<SpecInit, "$typeName"> = {}): SpecInit {
  return { circuit: { case: "openqasm", value: bell }, shots: 100, ...changes };
}

/** Many seconds of work on any machine, within the width of an edge worker: to be met while it runs, then cancelled. */
export function heavySpec(): SpecInit {
  const openqasm = slowCircuit({ qubitCount: 16, layerCount: 10, isPerShot: true });
  return bellSpec({ circuit: { case: "openqasm", value: openqasm }, shots: 10_000 });
}

let counter = 0;
const run = Math.random().toString(36).slice(2, 8);

/** A name that no other check, run or runtime uses. */
export function uniqueName(word: string): string {
  counter += 1;
  return `${word}-${run}-${counter}`;
}

/** The same check through each door. */
export function throughEachDoor(
  name: string,
  body: (client: KernelClient, door: DoorName, target: Target) => Promise<void>,
): Check[] {
  return doorNames.map((door) => ({
    name: `${name} (${door})`,
    async run(target) {
      const client = await openDoor(target, door);
      if (client !== undefined) await body(client, door, target);
    },
  }));
}

export function check(name: string, body: (client: KernelClient, target: Target) => Promise<void>): Check {
  return { name, run: (target) => body(openDefaultDoor(target), target) };
}

export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

/** Reads until one matches, then leaves the stream as a client that goes away does. */
export async function readUntil<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  isLast: (item: T) => boolean,
  timeoutMs = 20_000,
): Promise<T[]> {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error(`the stream did not come to what was awaited in ${timeoutMs} ms`)),
    timeoutMs,
  );
  const all: T[] = [];
  try {
    for await (const item of open(controller.signal)) {
      all.push(item);
      if (isLast(item)) return all;
    }
    assert.fail(`the stream ended after ${all.length} messages, before what was awaited`);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

const terminalStates: ReadonlySet<JobState> = new Set([JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED, JobState.DEAD]);

export function isTerminal(state: JobState): boolean {
  return terminalStates.has(state);
}

/** The last status of a job. */
export async function finish(client: KernelClient, { jobId }: Pick<JobHandle, "jobId">): Promise<JobStatus> {
  const updates = await collect(client.monitorJob({ id: jobId }));
  const last = updates.at(-1);
  assert.ok(last !== undefined && isTerminal(last.state), "the stream of a job ends with its last state");
  return last;
}

export interface Refusal {
  readonly error: ConnectError;
  readonly detail: ErrorDetail;
}

/** The refusal of a call that must be refused, typed detail included. */
export async function refusalOf(call: Promise<unknown> | AsyncIterable<unknown>): Promise<Refusal> {
  const outcome = Symbol.asyncIterator in call ? collect(call) : call;
  const thrown = await outcome.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown !== undefined, "the call was accepted");
  const error = ConnectError.from(thrown);
  const [detail] = error.findDetails(ErrorDetailSchema);
  assert.ok(detail !== undefined, `an error without its typed detail: ${error.message} ${String(error.cause)}`);
  return { error, detail };
}

export async function assertRefused(
  call: Promise<unknown> | AsyncIterable<unknown>,
  code: Code,
  catalogueCode: string,
): Promise<Refusal> {
  const refusal = await refusalOf(call);
  assert.equal(refusal.detail.code, catalogueCode, refusal.error.message);
  assert.equal(refusal.error.code, code);
  return refusal;
}

export function fieldsOf({ detail }: Refusal): string[] {
  return detail.faults.map((fault) => fault.field);
}
