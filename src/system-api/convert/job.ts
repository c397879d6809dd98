// Jobs between the contract and the model.

import { create } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { limits } from "../../base/limits.ts";
import {
  type Amplitudes,
  AmplitudesSchema,
  EstimateSchema,
  type Filter,
  type JobHandle,
  JobHandleSchema,
  type JobInfo,
  JobInfoSchema,
  type JobRequirements,
  type JobResult,
  JobResultSchema,
  type JobSpec,
  type JobStatus,
  JobStatusSchema,
  ProbabilitiesSchema,
  ShotOutcomesSchema,
  SweepRunSchema,
  type TopologyConstraint,
} from "../../gen/eigen/kernel/v1/jobs_pb.ts";
import type { Fault } from "../../model/errors.ts";
import type { JobEvent } from "../../model/event.ts";
import type { Job, Owner, Requirements, Topology } from "../../model/job.ts";
import type { Counts, RunOutcome } from "../../model/result.ts";
import type { AmplitudeRun } from "../../model/result-codec.ts";
import type { JobFilter } from "../../ports/store.ts";
import type { JobNow, JobResultPart, JobUpdate, SubmitAnswer, SubmitRequest } from "../../qrtx/index.ts";
import {
  fromProtoMethod,
  fromProtoPrecision,
  fromProtoPriority,
  fromProtoStates,
  toProtoMethod,
  toProtoPrecision,
  toProtoPriority,
  toProtoState,
} from "./enums.ts";
import { toErrorDetail } from "./error.ts";
import { fromDuration, fromTimestampIfSet, toDuration, toTimestamp } from "./time.ts";

/** The circuit may be missing (a fault says so): an empty text then stands for it. */
export function toSubmitRequest(spec: JobSpec, owner: Owner, faults: readonly Fault[]): SubmitRequest {
  return {
    owner,
    name: spec.id,
    circuit: spec.circuit.case === "circuitId" ? { circuitId: spec.circuit.value } : { openqasm: spec.circuit.value ?? "" },
    shots: spec.shots,
    parameters: spec.parameters,
    observables: spec.observables.map(({ name, terms, sampled }) => ({
      name,
      terms: terms.map(({ coefficient, pauli }) => ({ coefficient, pauli })),
      ...(sampled ? { sampled } : {}),
    })),
    seed: spec.seed,
    method: fromProtoMethod(spec.method),
    precision: fromProtoPrecision(spec.precision),
    outputs: {
      memory: spec.memory,
      probabilities: spec.probabilities.map(({ qubits }) => qubits),
      finalState: spec.finalState,
    },
    sweep: spec.sweep.map(({ parameters }) => parameters),
    requirements: toRequirements(spec.requirements),
    priority: fromProtoPriority(spec.priority),
    deadlineMs: fromTimestampIfSet(spec.deadline),
    tags: spec.tags,
    idempotencyKey: spec.idempotencyKey,
    faults,
  };
}

function toRequirements(requirements: JobRequirements | undefined): Requirements {
  return {
    minQubits: requirements?.minQubits ?? 0,
    topology: toTopology(requirements?.topology),
    fidelityRequirement: requirements?.fidelityRequirement ?? 0,
    estimatedDurationMs: requirements?.estimatedDuration === undefined ? 0 : fromDuration(requirements.estimatedDuration),
    device: requirements?.device ?? "",
  };
}

function toTopology(topology: TopologyConstraint | undefined): Topology {
  const shape = topology?.shape;
  switch (shape?.case) {
    case "linear":
    case "ring":
    case "star":
      return { kind: shape.case };
    case "grid":
      return { kind: "grid", rows: shape.value.rows, columns: shape.value.columns };
    case "heavyHex":
      return { kind: "heavy_hex" };
    case "allToAll":
      return { kind: "all_to_all" };
    default:
      return { kind: "any" };
  }
}

export function toJobHandle({ job, repeated }: SubmitAnswer): JobHandle {
  return create(JobHandleSchema, {
    jobId: job.id,
    name: job.spec.name,
    state: toProtoState(job.state),
    cursor: String(job.eventSeq),
    circuitId: job.spec.circuitId,
    seed: job.spec.seed,
    submittedAt: toTimestamp(job.submittedAtMs),
    repeated,
  });
}

/** The cursor of a stream: decimal, its field rule checked; undefined when it was not sent. */
export function fromCursor(cursor: string): number | undefined {
  return cursor === "" ? undefined : Number(cursor);
}

export function toJobFilter(filter: Filter, owner: Owner): JobFilter {
  return {
    ...owner,
    states: fromProtoStates(filter.states),
    tags: filter.tags,
    namePrefix: filter.namePrefix,
    submittedAfterMs: fromTimestampIfSet(filter.submittedAfter),
    submittedBeforeMs: fromTimestampIfSet(filter.submittedBefore),
    before: filter.pageToken === "" ? undefined : filter.pageToken,
    limit: filter.pageSize === 0 ? limits.pageSizeDefault : filter.pageSize,
  };
}

export function toJobInfo(job: Job): JobInfo {
  return create(JobInfoSchema, {
    jobId: job.id,
    name: job.spec.name,
    state: toProtoState(job.state),
    priority: toProtoPriority(job.spec.priority),
    shots: job.spec.shots,
    circuitId: job.spec.circuitId,
    tags: { ...job.spec.tags },
    device: job.device,
    submittedAt: toTimestamp(job.submittedAtMs),
    ...whenKnown("endedAt", job.endedAtMs),
    pageToken: job.id,
  });
}

export function toJobStatusNow({ job, lastEvent, queuePosition, result }: JobNow): JobStatus {
  const status = toJobStatus({ job, event: lastEvent, result });
  if (queuePosition !== undefined) status.queuePosition = BigInt(queuePosition);
  return status;
}

export function toJobStatus({ job, event, result }: JobUpdate): JobStatus {
  return create(JobStatusSchema, {
    jobId: job.id,
    name: job.spec.name,
    ...moveOf(event),
    attempts: job.attempts,
    submittedAt: toTimestamp(job.submittedAtMs),
    ...whenKnown("startedAt", job.startedAtMs),
    ...whenKnown("endedAt", job.endedAtMs),
    traceId: traceIdOf(job.traceparent),
    ...(job.failure === undefined ? {} : { failure: toErrorDetail(job.failure, undefined) }),
    ...(result === undefined ? {} : { result: toJobResult(result) }),
    circuitId: job.spec.circuitId,
  });
}

function moveOf(event: JobEvent) {
  return {
    state: toProtoState(event.to),
    reason: event.reason,
    cursor: String(event.seq),
    sequence: BigInt(event.jobSeq),
    at: toTimestamp(event.atMs),
    device: event.device,
  };
}

function whenKnown<Name extends string>(name: Name, epochMs: number | undefined): { [key in Name]?: Timestamp } {
  return epochMs === undefined ? {} : ({ [name]: toTimestamp(epochMs) } as { [key in Name]: Timestamp });
}

/** traceparent is "00-<trace id>-<span id>-<flags>". */
function traceIdOf(traceparent: string): string {
  return traceparent.split("-")[1] ?? "";
}

export function toJobResult(part: JobResultPart): JobResult {
  const { metadata } = part;
  return create(JobResultSchema, {
    jobId: part.jobId,
    counts: toCounts(part.counts),
    shots: metadata.shots,
    seed: metadata.seed,
    circuitId: metadata.circuitId,
    compiledHash: metadata.compiledHash,
    compiledOpenqasm: metadata.compiledQasm,
    device: metadata.device,
    method: toProtoMethod(metadata.method),
    methodReason: metadata.methodReason,
    precision: toProtoPrecision(metadata.precision),
    engine: metadata.engine,
    // Those of a sweep are told run by run.
    ...toValues(metadata.expectationValues.length === 0 ? [] : part.observableNames, metadata),
    memory: part.memory.map(({ firstShot, outcomes }) =>
      create(ShotOutcomesSchema, { firstShot: BigInt(firstShot), outcomes: [...outcomes] }),
    ),
    probabilities: part.probabilities.map(({ list, firstValue, probabilities }) =>
      create(ProbabilitiesSchema, {
        list,
        qubits: [...(part.probabilityLists[list] ?? [])],
        firstValue,
        values: [...probabilities],
      }),
    ),
    ...(part.finalState === undefined ? {} : { finalState: toAmplitudes(part.finalState) }),
    sweep: part.sweep.map(({ run, counts, values }) =>
      create(SweepRunSchema, {
        run,
        counts: toCounts(counts),
        ...(values === undefined ? {} : { ...toValues(part.observableNames, values), method: toProtoMethod(values.method) }),
      }),
    ),
    simulated: toDuration(metadata.simulatedMs),
    outcomeCount: BigInt(metadata.outcomeCount),
    partIndex: part.partIndex,
    partCount: part.partCount,
  });
}

function toCounts(counts: Counts): Record<string, bigint> {
  return Object.fromEntries([...counts].map(([outcome, count]) => [outcome, BigInt(count)]));
}

function toValues(
  names: readonly string[],
  { expectationValues, estimates }: Pick<RunOutcome, "expectationValues" | "estimates">,
): Pick<JobResult, "expectationValues" | "estimates"> {
  return {
    expectationValues: Object.fromEntries(names.map((name, index) => [name, expectationValues[index] ?? 0])),
    estimates: Object.fromEntries(
      estimates.map(({ observable, ...estimate }) => {
        const value = expectationValues[observable] ?? 0;
        return [names[observable] ?? "", create(EstimateSchema, { ...estimate, value, shots: BigInt(estimate.shots) })];
      }),
    ),
  };
}

function toAmplitudes({ firstAmplitude, bytes }: AmplitudeRun): Amplitudes {
  // A copy: bytes on the wire own their memory.
  return create(AmplitudesSchema, { firstAmplitude: BigInt(firstAmplitude), values: bytes.slice() });
}
