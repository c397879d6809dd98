// Decides whether a job is let in. Decode, then perform: every fault is gathered before anything is written.

import { sha256Hex } from "../base/hash.ts";
import { limits } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Binding } from "../model/bind-angles.ts";
import type { Circuit } from "../model/circuit.ts";
import { countOperations, hasOnlyFinalMeasurements } from "../model/circuit.ts";
import type { Device } from "../model/device.ts";
import { type ErrorCode, errorCatalogue, type Fault, type KernelError, kernelError } from "../model/errors.ts";
import { createId } from "../model/ids.ts";
import { unsaidInSpec } from "../model/job.ts";
import { namesOfOutputs } from "../model/simulation.ts";
import type { NewCircuit, SubmitStep } from "../ports/store.ts";
import type { CircuitFs } from "../qfs/index.ts";
import { matchDevices } from "../resource-manager/index.ts";
import type { SubmitRequest } from "./door.ts";

export interface AdmissionContext {
  readonly circuits: CircuitFs;
  readonly devices: readonly Device[];
  readonly nowMs: number;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly traceparent: string;
  readonly queuedJobCountMax: number;
}

export interface Admitted {
  readonly step: SubmitStep;
  readonly circuit: Circuit;
  /** The devices that satisfy it. */
  readonly fitting: readonly Device[];
}

/** The step that admits the job, or all that is wrong with it. */
export async function admit(request: SubmitRequest, context: AdmissionContext): Promise<Result<Admitted, KernelError>> {
  const circuit = await findCircuit(request, context.circuits);
  const sweep = circuit.ok ? sweepFaults(request, circuit.value.circuit) : [];
  // A sweep beyond its bounds would keep the kernel busy with runs that are refused anyway.
  const judged = sweep.length === 0 ? request : { ...request, sweep: request.sweep.slice(0, 1) };
  const match = circuit.ok ? matchDevices({ ...judged, circuit: circuit.value.circuit }, context.devices) : undefined;
  const grouped: FaultGroups = {
    invalid_request: [...request.faults, ...nameFaults(request), ...(circuit.ok ? [] : circuit.error.requestFaults)],
    invalid_circuit: circuit.ok ? [] : circuit.error.circuitFaults,
    unbound_parameter: circuit.ok ? parameterFaults(request, circuit.value.circuit) : [],
    deadline_passed: deadlineFaults(request, context.nowMs),
    no_device_fits: match?.faults ?? [],
  };
  if (circuit.ok)
    grouped.invalid_request.push(
      ...observableFaults(request, circuit.value.circuit),
      ...outputFaults(request, circuit.value.circuit),
      ...sweep,
    );
  const refusal = toRefusal(grouped);
  if (refusal !== undefined) return err(refusal);
  if (!circuit.ok) return err(circuit.error.notFound ?? kernelError("internal"));

  const spec = {
    name: request.name,
    circuitId: circuit.value.id,
    shots: request.shots,
    parameters: request.parameters,
    observables: request.observables,
    seed: request.seed ?? drawSeed(context.randomBytes),
    method: request.method,
    precision: request.precision,
    outputs: request.outputs,
    sweep: request.sweep,
    requirements: request.requirements,
    priority: request.priority,
    tags: request.tags,
  };
  const step: SubmitStep = {
    kind: "submit",
    id: createId("job", context.nowMs, context.randomBytes),
    owner: request.owner,
    spec,
    circuit: circuit.value.row,
    deadlineMs: request.deadlineMs,
    traceparent: context.traceparent,
    idempotencyKey: request.idempotencyKey,
    requestHash: request.idempotencyKey === "" ? "" : hashRequest(request),
    queuedJobCountMax: context.queuedJobCountMax,
    claim: undefined,
  };
  return ok({ step, circuit: circuit.value.circuit, fitting: match?.fitting ?? [] });
}

/** The same request has the same hash, whatever the order of its maps. */
export function hashRequest(request: SubmitRequest): string {
  const { faults: _faults, idempotencyKey: _key, owner: _owner, ...content } = request;
  const said = Object.entries(content).filter(([name, value]) => !unsaid.has(name) || canonicalJson(value) !== unsaid.get(name));
  return sha256Hex(canonicalJson(Object.fromEntries(said)));
}

// So that a repeat of an older kernel's request is one.
const unsaid: ReadonlyMap<string, string> = new Map(
  Object.entries(unsaidInSpec).map(([name, value]) => [name, canonicalJson(value)]),
);

type GroupCode = Extract<
  ErrorCode,
  "invalid_request" | "invalid_circuit" | "unbound_parameter" | "deadline_passed" | "no_device_fits"
>;
type FaultGroups = Record<GroupCode, Fault[] | readonly Fault[]> & { invalid_request: Fault[] };

/** One kind of fault keeps its own code; several kinds together are an invalid request. */
function toRefusal(groups: FaultGroups): KernelError | undefined {
  const codes = (Object.keys(groups) as GroupCode[]).filter((code) => groups[code].length > 0);
  const [first] = codes;
  if (first === undefined) return undefined;
  const faults = codes.flatMap((code) => groups[code]).slice(0, limits.faultCountMax);
  return kernelError(codes.length === 1 ? first : "invalid_request", { faults });
}

interface FoundCircuit {
  readonly id: string;
  readonly circuit: Circuit;
  readonly row: NewCircuit | undefined;
}

interface CircuitRefusal {
  readonly circuitFaults: readonly Fault[];
  readonly requestFaults: readonly Fault[];
  readonly notFound?: KernelError;
}

async function findCircuit(request: SubmitRequest, circuits: CircuitFs): Promise<Result<FoundCircuit, CircuitRefusal>> {
  if ("openqasm" in request.circuit) {
    // Without a text the field rules have spoken already.
    if (request.circuit.openqasm === "") return err({ circuitFaults: [], requestFaults: [] });
    const read = circuits.read(request.owner, request.circuit.openqasm);
    return read.ok ? read : err({ circuitFaults: read.error, requestFaults: [] });
  }
  const { circuitId } = request.circuit;
  const loaded = await circuits.load(request.owner, circuitId);
  if (loaded.ok) return ok({ id: circuitId, circuit: loaded.value.circuit, row: undefined });
  if (loaded.error.code !== "circuit_not_found") return err({ circuitFaults: loaded.error.faults, requestFaults: [] });
  const others = request.faults.length > 0;
  const hint = "Store it with StoreCircuit, or send its text in openqasm.";
  const fault = { field: "circuit_id", wanted: "a stored circuit", found: circuitId, hint };
  return err({ circuitFaults: [], requestFaults: others ? [fault] : [], notFound: loaded.error });
}

function nameFaults({ name }: SubmitRequest): Fault[] {
  if (!name.startsWith("job_")) return [];
  return [
    {
      field: "id",
      wanted: "a name that does not start with job_",
      found: name,
      hint: "Ids that start with job_ are the server's.",
    },
  ];
}

function parameterFaults({ parameters, sweep }: SubmitRequest, circuit: Circuit): Fault[] {
  if (sweep.length === 0)
    return [...missingFaults(parameters, "parameters", circuit), ...valueFaults(parameters, "parameters", circuit)];
  const faults = valueFaults(parameters, "parameters", circuit);
  for (const [run, values] of sweep.entries()) {
    const path = `sweep[${run}].parameters`;
    faults.push(...missingFaults({ ...parameters, ...values }, path, circuit), ...valueFaults(values, path, circuit));
    if (faults.length >= limits.faultCountMax) break;
  }
  return faults;
}

function missingFaults(values: Binding, path: string, circuit: Circuit): Fault[] {
  const missing = circuit.parameters.filter((name) => !Object.hasOwn(values, name));
  const hint = "Bind every input parameter.";
  return missing.map((name) => ({ field: `${path}.${name}`, wanted: "a finite number", found: "nothing", hint }));
}

function valueFaults(values: Binding, path: string, circuit: Circuit): Fault[] {
  const declared = new Set(circuit.parameters);
  const faults: Fault[] = [];
  for (const [name, value] of Object.entries(values)) {
    const field = `${path}.${name}`;
    if (!declared.has(name)) {
      const wanted = declared.size === 0 ? "no parameters: the circuit has none" : `one of ${[...declared].join(", ")}`;
      faults.push({ field, wanted, found: name, hint: "Leave it out, or declare it in the circuit as an input." });
    } else if (!Number.isFinite(value)) {
      faults.push({ field, wanted: "a finite number", found: String(value), hint: "Angles are in radians." });
    }
  }
  return faults;
}

function sweepFaults({ sweep, shots, outputs }: SubmitRequest, circuit: Circuit): readonly Fault[] {
  if (sweep.length === 0) return [];
  const faults: Fault[] = namesOfOutputs(outputs).map((field) => ({
    field,
    wanted: "a job without a sweep",
    found: `a sweep of ${sweep.length} runs`,
    hint: "Leave it out, or submit a job for each binding.",
  }));
  const runsOf = (total: number, each: number): number => Math.floor(total / Math.max(1, each));
  if (sweep.length * shots > limits.shotCountMax) {
    const wanted = `at most ${runsOf(limits.shotCountMax, shots)} runs of ${shots} shots`;
    faults.push({ field: "sweep", wanted, found: `${sweep.length}`, hint: "Take fewer shots, or several jobs." });
  }
  const valueCount = sweep.reduce((count, values) => count + Object.keys(values).length, 0);
  if (valueCount > limits.sweepValueCountMax) {
    const wanted = `at most ${limits.sweepValueCountMax} values together`;
    faults.push({ field: "sweep", wanted, found: `${valueCount}`, hint: "Name what all runs share in parameters." });
  }
  const operationCount = countOperations(circuit);
  if (sweep.length * operationCount > limits.sweepOperationCountMax) {
    const wanted = `at most ${runsOf(limits.sweepOperationCountMax, operationCount)} runs of ${operationCount} operations`;
    faults.push({ field: "sweep", wanted, found: `${sweep.length}`, hint: "Submit several jobs." });
  }
  return faults;
}

function observableFaults({ observables }: SubmitRequest, circuit: Circuit): Fault[] {
  const faults: Fault[] = [];
  if (observables.length > 0 && !hasOnlyFinalMeasurements(circuit)) {
    const found = "measurements, resets or branches in the middle";
    faults.push({
      field: "observables",
      wanted: "a circuit whose measurements are last",
      found,
      hint: "Leave the observables out.",
    });
  }
  const names = new Set<string>();
  for (const [index, { name, terms }] of observables.entries()) {
    const path = `observables[${index}]`;
    if (names.has(name)) faults.push({ field: `${path}.name`, wanted: "a name of its own", found: name, hint: "Rename it." });
    names.add(name);
    for (const [term, { coefficient, pauli }] of terms.entries()) {
      if (!(Math.abs(coefficient) <= limits.coefficientMax)) {
        const field = `${path}.terms[${term}].coefficient`;
        const wanted = `a number from ${-limits.coefficientMax} to ${limits.coefficientMax}`;
        faults.push({ field, wanted, found: String(coefficient), hint: "" });
      }
      if (pauli.length !== circuit.qubitCount) {
        const field = `${path}.terms[${term}].pauli`;
        const hint = "One letter per qubit; the rightmost acts on qubit 0.";
        faults.push({ field, wanted: `${circuit.qubitCount} letters`, found: `${pauli.length}`, hint });
      }
    }
  }
  return faults;
}

function outputFaults({ outputs, shots }: SubmitRequest, circuit: Circuit): readonly Fault[] {
  const names = namesOfOutputs(outputs).filter((name) => name !== "memory");
  const dynamic = hasOnlyFinalMeasurements(circuit)
    ? []
    : names.map((field) => ({
        field,
        wanted: "a circuit whose measurements are last",
        found: "measurements, resets or branches in the middle",
        hint: "Leave it out.",
      }));
  return [
    ...dynamic,
    ...(outputs.memory ? memoryFaults(shots, circuit) : []),
    ...probabilityFaults(outputs.probabilities, circuit.qubitCount),
    ...(outputs.finalState ? finalStateFaults(circuit) : []),
  ];
}

function memoryFaults(shots: number, { bitCount, bitRegisters }: Circuit): readonly Fault[] {
  // As the outcomes are written: a character a bit, a space between registers, quotes and a comma.
  const outcomeBytes = bitCount + Math.max(0, bitRegisters.length - 1) + 3;
  if (shots * outcomeBytes <= limits.memoryTextBytesMax) return [];
  const shotCountMax = Math.floor(limits.memoryTextBytesMax / outcomeBytes);
  const wanted = `at most ${shotCountMax} shots of ${bitCount} bits with memory`;
  return [{ field: "memory", wanted, found: `${shots} shots`, hint: "Ask for fewer shots, or for counts alone." }];
}

function probabilityFaults(lists: readonly (readonly number[])[], qubitCount: number): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [index, qubits] of lists.entries()) {
    const field = `probabilities[${index}].qubits`;
    const outside = qubits.filter((qubit) => qubit >= qubitCount);
    if (outside.length > 0) {
      faults.push({
        field,
        wanted: `qubits 0 to ${qubitCount - 1}`,
        found: outside.join(", "),
        hint: "Name qubits of the circuit.",
      });
    }
    if (new Set(qubits).size < qubits.length)
      faults.push({ field, wanted: "each qubit once", found: qubits.join(", "), hint: "" });
  }
  const count = lists.reduce((sum, qubits) => sum + 2 ** qubits.length, 0);
  if (count > limits.probabilityCountMax) {
    const hint = "A list of n qubits has 2^n values: name fewer qubits.";
    faults.push({
      field: "probabilities",
      wanted: `at most ${limits.probabilityCountMax} values together`,
      found: `${count}`,
      hint,
    });
  }
  return faults;
}

function finalStateFaults({ qubitCount }: Circuit): readonly Fault[] {
  if (qubitCount <= limits.finalStateQubitCountMax) return [];
  const wanted = `a circuit of at most ${limits.finalStateQubitCountMax} qubits`;
  const hint = "Ask for probabilities of chosen qubits, or declare fewer qubits.";
  return [{ field: "final_state", wanted, found: `${qubitCount} qubits`, hint }];
}

function deadlineFaults({ deadlineMs }: SubmitRequest, nowMs: number): Fault[] {
  if (deadlineMs === undefined || deadlineMs > nowMs) return [];
  const wanted = `later than ${new Date(nowMs).toISOString()}`;
  // The catalogue's own hint: who prints the whole refusal says it once.
  const { hint } = errorCatalogue.deadline_passed;
  return [{ field: "deadline", wanted, found: new Date(deadlineMs).toISOString(), hint }];
}

function drawSeed(randomBytes: (count: number) => Uint8Array): bigint {
  return randomBytes(8).reduce((seed, byte) => (seed << 8n) | BigInt(byte), 0n);
}

function canonicalJson(value: unknown): string {
  if (typeof value === "bigint") return `"${value}n"`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${canonicalJson(entry)}`).join(",")}}`;
}
