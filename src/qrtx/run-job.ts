// Runs one claimed job on its slot and says how it ended.

import { limits } from "../base/limits.ts";
import type { LruCache } from "../base/lru-cache.ts";
import { err, ok, type Result } from "../base/result.ts";
import { bindAndSimplify, bindingFaults, type CompiledCircuit, simplify } from "../compiler/index.ts";
import type { TaskSlot } from "../driver-manager/index.ts";
import type { Binding } from "../model/bind-angles.ts";
import { type Circuit, countOperations, hasOnlyFinalMeasurements, usedQubits } from "../model/circuit.ts";
import type { ErrorCode, Facts, Fault } from "../model/errors.ts";
import type { Job, JobSpec } from "../model/job.ts";
import type { ComputeFailure } from "../ports/compute.ts";
import type { CompleteStep, EndStep } from "../ports/store.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { CircuitFs } from "../qfs/index.ts";
import type { HeldJob, StopReason } from "./held-jobs.ts";
import { toNewResult } from "./results.ts";

export interface RunContext {
  readonly circuits: CircuitFs;
  readonly telemetry: Telemetry;
  /** Compiled circuits without parameters, by circuit id. */
  readonly compiled: LruCache<string, CompiledCircuit>;
}

/** The step that ends the run; undefined when there is nothing to say: the job is no longer ours. */
export async function runJob(held: HeldJob, slot: TaskSlot, context: RunContext): Promise<CompleteStep | EndStep | undefined> {
  const { job } = held;
  const { telemetry } = context;
  const compiled = await compile(job, context);
  if (!compiled.ok) {
    slot.release();
    return end(job, "FAILED", "its circuit cannot be compiled", compiled.error);
  }
  const task = {
    id: job.id,
    circuit: compiled.value.circuit,
    shots: job.spec.shots,
    seed: job.spec.seed,
    observables: job.spec.observables,
    method: job.spec.method,
    precision: job.spec.precision,
    outputs: job.spec.outputs,
    ...(compiled.value.sweep === undefined ? {} : { sweep: compiled.value.sweep }),
    traceparent: telemetry.traceparent(),
  };
  const result = await slot.run(task, held.controller.signal);
  if (result.ok) {
    const newResult = toNewResult(job, compiled.value, result.outcome);
    return { kind: "complete", jobId: job.id, fence: job.fence, result: newResult, reason: "its result is stored" };
  }
  return endOfFailure(held, result.failure, telemetry);
}

/** With a sweep the circuit keeps its parameters, which the runs bind. */
interface Compiled extends CompiledCircuit {
  readonly sweep?: readonly Binding[];
}

async function compile(job: Job, { circuits, compiled }: RunContext): Promise<Result<Compiled, FailureParts>> {
  const { circuitId, parameters, sweep } = job.spec;
  const known = sweep.length === 0 ? compiled.get(circuitId) : undefined;
  if (known !== undefined) return ok(known);
  const circuit = await circuits.circuitOf(job.owner, circuitId);
  if (!circuit.ok) return circuit;
  const fresh = sweep.length === 0 ? bindAndSimplify(circuit.value, parameters) : compileSweep(circuit.value, job.spec);
  if (!fresh.ok) return err({ code: "invalid_circuit", faults: fresh.error });
  if (circuit.value.parameters.length === 0 && sweep.length === 0) compiled.set(circuitId, fresh.value);
  return fresh;
}

function compileSweep(circuit: Circuit, { parameters, sweep: values }: JobSpec): Result<Compiled, readonly Fault[]> {
  const simplified = simplify(circuit);
  if (!simplified.ok) return simplified;
  const sweep = values.map((own) => ({ ...parameters, ...own }));
  const faults = bindingFaults(simplified.value.circuit, sweep);
  if (faults.length > 0) return err(faults.map(({ place, fault }) => ({ ...fault, field: `sweep[${place}].${fault.field}` })));
  return ok({ ...simplified.value, sweep });
}

function endOfFailure({ job, stopReason }: HeldJob, failure: ComputeFailure, telemetry: Telemetry): EndStep | undefined {
  switch (failure.kind) {
    case "aborted":
      return endOfStop(job, stopReason ?? "given_back");
    case "closed":
      return endOfStop(job, "given_back");
    case "out_of_memory":
      return end(job, "FAILED", "it ran out of memory", { code: "out_of_memory" });
    case "trapped": {
      // The cause is for operators: it goes to the log, not to the user.
      telemetry.log("error", "a compute worker died", { job_id: job.id, attempts: job.attempts, cause: failure.cause });
      if (job.attempts - job.yields >= limits.attemptCountMax) return endOfAttempts(job);
      const isLast = job.workerKills + 1 >= limits.workerKillCountMax;
      const facts = { worker_kills: job.workerKills + 1, worker_kills_max: limits.workerKillCountMax };
      return isLast
        ? end(job, "DEAD", "it took down its compute worker too often", { code: "execution_failed", facts }, true)
        : end(job, "QUEUED", "it took down its compute worker; it is tried again", undefined, true);
    }
  }
}

function endOfStop(job: Job, reason: StopReason): EndStep | undefined {
  switch (reason) {
    case "deadline":
      return end(job, "FAILED", "its deadline passed while it ran", { code: "deadline_exceeded" });
    case "runtime":
      return end(job, "FAILED", "it ran longer than one job may", {
        code: "runtime_exceeded",
        facts: { runtime_max_s: limits.jobRuntimeMsMax / 1000 },
      });
    case "given_back":
      // However often: a kernel that restarts in peace says nothing against the job.
      return end(job, "QUEUED", "its kernel is shutting down and gave it back", undefined);
    case "cancelled":
    case "lost":
      return undefined;
  }
}

function endOfAttempts(job: Job): EndStep {
  const facts = { attempts: job.attempts, attempts_max: limits.attemptCountMax };
  return end(job, "DEAD", "it was started as often as a job may be", { code: "too_many_attempts", facts }, true);
}

interface FailureParts {
  readonly code: ErrorCode;
  readonly facts?: Facts;
  readonly faults?: readonly Fault[];
}

function end(job: Job, to: EndStep["to"], reason: string, failure: FailureParts | undefined, killedWorker = false): EndStep {
  const full =
    failure === undefined ? undefined : { code: failure.code, facts: failure.facts ?? {}, faults: failure.faults ?? [] };
  return { kind: "end", jobId: job.id, fence: job.fence, from: "RUNNING", to, reason, failure: full, killedWorker };
}

/** Amplitude updates a run costs, roughly: tells short tasks from long ones. */
export function estimateWork(circuit: Circuit, shots: number): number {
  const once = countOperations(circuit) * 2 ** usedQubits(circuit).size;
  return hasOnlyFinalMeasurements(circuit) ? once + shots : once * shots;
}
