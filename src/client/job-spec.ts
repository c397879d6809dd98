// What a client submits, in the words of its own language, and its way onto the wire. Values that the wire cannot carry are refused here, all
// at once; whether the rest is acceptable is the kernel's to say.

import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  JobRequirementsSchema,
  JobSpecSchema,
  type JobRequirements as ProtoRequirements,
  type JobSpec as ProtoSpec,
} from "../gen/eigen/kernel/v1/jobs_pb.ts";
import type { Fault } from "../model/errors.ts";
import type { Observable } from "../model/result.ts";
import { type Method, type Precision, type Priority, toProtoMethod, toProtoPrecision, toProtoPriority } from "./enums.ts";
import { refusal } from "./errors.ts";
import { QuantumCircuit } from "./quantum-circuit.ts";
import { toDuration } from "./times.ts";
import { type Topology, toTopologyConstraint } from "./topology.ts";

/** Milliseconds, or a number with its unit: `5000` and `"5s"` are the same. */
export type DurationInput = number | `${number}${"ms" | "s" | "m" | "h"}`;

/** OpenQASM 2 or 3 text, a circuit built here, or one stored before. */
export type CircuitInput = string | QuantumCircuit | { readonly circuitId: string };

export interface JobRequirements {
  /** Least number of qubits of the device. */
  readonly minQubits?: number;
  readonly topology?: Topology;
  /** Least expected success probability of a run, 0 to 1. */
  readonly fidelityRequirement?: number;
  /** How long the run is expected to take. */
  readonly estimatedDuration?: DurationInput;
  /** Name of the only device to use. */
  readonly device?: string;
}

export interface JobSpec {
  /** The client's own name for the job, unique per tenant; it works wherever the server's id does. */
  readonly id?: string;
  readonly circuit: CircuitInput;
  /** Repetitions, 1 to 1 000 000. */
  readonly shots: number;
  readonly priority?: Priority;
  readonly requirements?: JobRequirements;
  /** Values of the circuit's parameters, in radians for angles. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Expectation values to compute beside the counts. */
  readonly observables?: readonly Observable[];
  /** Key of the shots' random stream, any 64-bit number; drawn by the kernel when left out. */
  readonly seed?: number | bigint;
  /** How a simulator computes it; left out: it chooses, and the result tells why. */
  readonly method?: Method;
  /** Of a state vector's amplitudes; left out: double. */
  readonly precision?: Precision;
  /** Keep the outcome of each shot, in order. */
  readonly memory?: boolean;
  /** Lists of qubits whose exact probabilities before the measurements are wanted. */
  readonly probabilities?: readonly (readonly number[])[];
  /** Give the amplitudes before the measurements, of a circuit of at most 16 qubits. */
  readonly finalState?: boolean;
  /**
   * One run for each of these bindings, in this order: its values, over those of `parameters`. Run k is what a job with the seed `seed` + k (modulo
   * 2^64) gives.
   */
  readonly sweep?: readonly Readonly<Record<string, number>>[];
  /** The job FAILs when it is not COMPLETED by then. */
  readonly deadline?: Date;
  readonly tags?: Readonly<Record<string, string>>;
  /** Makes a repeat of this submit return the first answer. Drawn when left out, so that the client's own retries are safe. */
  readonly idempotencyKey?: string;
}

/** Throws a KernelClientError with every fault. */
export function toProtoSpec(spec: JobSpec): ProtoSpec {
  const faults: Fault[] = [];
  const check = { faults };
  const message = create(JobSpecSchema, {
    id: spec.id ?? "",
    circuit: toProtoCircuit(spec.circuit),
    shots: wholeNumber(check, "shots", spec.shots),
    parameters: { ...spec.parameters },
    observables: (spec.observables ?? []).map(({ name, terms, sampled = false }) => ({
      name,
      terms: terms.map((term) => ({ ...term })),
      sampled,
    })),
    method: toProtoMethod(spec.method ?? "automatic"),
    precision: toProtoPrecision(spec.precision ?? "double"),
    memory: spec.memory ?? false,
    probabilities: (spec.probabilities ?? []).map((qubits, list) => ({
      qubits: qubits.map((qubit, k) => wholeNumber(check, `probabilities[${list}].qubits[${k}]`, qubit)),
    })),
    finalState: spec.finalState ?? false,
    sweep: (spec.sweep ?? []).map((parameters) => ({ parameters: { ...parameters } })),
    priority: toProtoPriority(spec.priority ?? "normal"),
    tags: { ...spec.tags },
    idempotencyKey: spec.idempotencyKey ?? drawKey(),
  });
  if (spec.seed !== undefined) message.seed = seedOf(check, spec.seed);
  if (spec.requirements !== undefined) message.requirements = toProtoRequirements(check, spec.requirements);
  if (spec.deadline !== undefined) {
    const isTime = Number.isFinite(spec.deadline.getTime());
    if (isTime) message.deadline = timestampFromDate(spec.deadline);
    else fault(check, "deadline", "a time", "an invalid Date");
  }
  if (faults.length > 0) throw refusal("invalid_request", faults);
  return message;
}

/** The text of a circuit that is sent as text. */
export function toQasmText(circuit: string | QuantumCircuit): string {
  return circuit instanceof QuantumCircuit ? circuit.serialize() : circuit;
}

function toProtoCircuit(circuit: CircuitInput) {
  if (typeof circuit === "string" || circuit instanceof QuantumCircuit) {
    return { case: "openqasm" as const, value: toQasmText(circuit) };
  }
  return { case: "circuitId" as const, value: circuit.circuitId };
}

interface Check {
  readonly faults: Fault[];
}

function fault({ faults }: Check, field: string, wanted: string, found: string): void {
  faults.push({ field, wanted, found, hint: "" });
}

function toProtoRequirements(check: Check, requirements: JobRequirements): ProtoRequirements {
  const { minQubits = 0, topology = "any", fidelityRequirement = 0, estimatedDuration, device = "" } = requirements;
  const message = create(JobRequirementsSchema, {
    minQubits: wholeNumber(check, "requirements.min_qubits", minQubits),
    fidelityRequirement,
    device,
  });
  if (typeof topology === "object") {
    for (const [index, side] of topology.grid.entries()) {
      wholeNumber(check, `requirements.topology.grid.${index === 0 ? "rows" : "columns"}`, side);
    }
  }
  if (topology !== "any") message.topology = toTopologyConstraint(topology);
  if (estimatedDuration !== undefined) {
    const ms = toMs(estimatedDuration);
    if (ms === undefined)
      fault(check, "requirements.estimated_duration", 'milliseconds, or a text such as "5s"', String(estimatedDuration));
    else message.estimatedDuration = toDuration(ms);
  }
  return message;
}

const msPerUnit: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Undefined for what is no duration. */
export function toMs(duration: number | string): number | undefined {
  if (typeof duration === "number") return Number.isFinite(duration) ? duration : undefined;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(duration);
  return match === null ? undefined : Number(match[1]) * (msPerUnit[match[2] ?? ""] ?? Number.NaN);
}

/** Fields of this kind are 32 bits wide. */
function wholeNumber(check: Check, field: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  fault(check, field, "a whole number from 0 to 4294967295", String(value));
  return 0;
}

function seedOf(check: Check, seed: number | bigint): bigint {
  if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
    fault(check, "seed", "a whole number, as a bigint beyond 2^53", String(seed));
    return 0n;
  }
  const value = BigInt(seed);
  if (value >= 0n && value < 2n ** 64n) return value;
  fault(check, "seed", "a number of 64 bits without a sign", String(value));
  return 0n;
}

/** 128 random bits. Not randomUUID, which pages without TLS do not have. */
function drawKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
