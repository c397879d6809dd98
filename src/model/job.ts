// The life of a job: its states, the moves between them, and what is known about it.

import type { Binding } from "./bind-angles.ts";
import type { ErrorCode, Facts, Fault } from "./errors.ts";
import type { Observable } from "./result.ts";
import { type MethodChoice, noOutputs, type Precision, type RunOutputs } from "./simulation.ts";

export const jobStates = ["QUEUED", "SCHEDULED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "DEAD"] as const;
export type JobState = (typeof jobStates)[number];

/**
 * jobMoves[from][to]: why a job may go from one state to another. A move that is not here never happens; the store's
 * constraints, the state diagram in the docs and the tests are made from this table.
 */
export const jobMoves: Readonly<Record<JobState, Partial<Readonly<Record<JobState, string>>>>> = {
  QUEUED: {
    SCHEDULED: "placed on a device",
    FAILED: "its deadline passed while it waited",
    CANCELLED: "cancelled while it waited",
  },
  SCHEDULED: {
    RUNNING: "a driver took it",
    QUEUED: "its kernel went silent, or gave it back, before it ran",
    FAILED: "its deadline passed before it ran",
    CANCELLED: "cancelled before it ran",
    DEAD: "it was started as often as a job may be",
  },
  RUNNING: {
    COMPLETED: "its result is stored",
    FAILED: "its deadline passed, or it cannot be run",
    CANCELLED: "cancelled while it ran",
    QUEUED: "its kernel went silent, or gave it back, while it ran",
    DEAD: "it was started as often as a job may be",
  },
  COMPLETED: {},
  FAILED: {},
  CANCELLED: {},
  DEAD: {},
};

export function canMove(from: JobState, to: JobState): boolean {
  return jobMoves[from][to] !== undefined;
}

export function isTerminal(state: JobState): boolean {
  return Object.keys(jobMoves[state]).length === 0;
}

export const priorities = ["LOW", "NORMAL", "HIGH", "CRITICAL"] as const;
export type Priority = (typeof priorities)[number];

export type Topology =
  | { readonly kind: "any" }
  | { readonly kind: "linear" }
  | { readonly kind: "ring" }
  | { readonly kind: "star" }
  | { readonly kind: "grid"; readonly rows: number; readonly columns: number }
  | { readonly kind: "heavy_hex" }
  | { readonly kind: "all_to_all" };

/** What a job asks of a device. */
export interface Requirements {
  readonly minQubits: number;
  readonly topology: Topology;
  /** Least acceptable success probability of the run, 0..1; 0 asks for nothing. */
  readonly fidelityRequirement: number;
  /** What the user expects a run to take; 0 when not said. */
  readonly estimatedDurationMs: number;
  /** Only this device, by name; empty for any. */
  readonly device: string;
}

/** Whose a row is. Every row of the store carries both. */
export interface Owner {
  readonly tenant: string;
  readonly project: string;
}

/** What a user submitted, checked and with its circuit stored. Immutable. */
export interface JobSpec {
  /** The client's name for the job, unique per tenant; empty when it gave none. */
  readonly name: string;
  readonly circuitId: string;
  readonly shots: number;
  readonly parameters: Binding;
  readonly observables: readonly Observable[];
  /** Key of the shots' random stream; drawn at admission when the user gave none. */
  readonly seed: bigint;
  readonly method: MethodChoice;
  readonly precision: Precision;
  readonly outputs: RunOutputs;
  /** Values of each run of a sweep, over those of `parameters`; empty: one run, no sweep. */
  readonly sweep: readonly Binding[];
  readonly requirements: Requirements;
  readonly priority: Priority;
  readonly tags: Readonly<Record<string, string>>;
}

/** What fields that came later say where they are not said: in rows and requests of older kernels. */
export const unsaidInSpec = {
  method: "automatic",
  precision: "double",
  outputs: noOutputs,
  sweep: [],
} as const satisfies Partial<JobSpec>;

/** Why a job FAILED or is DEAD. */
export interface JobFailure {
  readonly code: ErrorCode;
  readonly facts: Facts;
  readonly faults: readonly Fault[];
}

export interface Job {
  readonly id: string;
  readonly owner: Owner;
  readonly spec: JobSpec;
  readonly state: JobState;
  /** Rises by one with every claim; whoever acts on the job must name the fence it claimed. */
  readonly fence: number;
  /** How often it was claimed. */
  readonly attempts: number;
  /** Of those, how often it took its compute worker down. */
  readonly workerKills: number;
  /** Attempts that a kernel gave back in peace: they do not count against attemptCountMax. */
  readonly yields: number;
  /** Id of the kernel that holds it; empty when none does. */
  readonly holder: string;
  /** By the store's clock; 0 when nobody holds it. */
  readonly leaseUntilMs: number;
  /** Name of the device it was placed on; empty before. */
  readonly device: string;
  /** Epoch milliseconds; undefined: no deadline. */
  readonly deadlineMs: number | undefined;
  readonly submittedAtMs: number;
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly failure: JobFailure | undefined;
  /** W3C traceparent under which it was submitted; its queue and worker spans join that trace. */
  readonly traceparent: string;
  /** Global sequence number of its newest event. */
  readonly eventSeq: number;
}
