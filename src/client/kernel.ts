// Circuits at rest, devices, events, metrics and health as clients see them.

import type { CircuitData, CircuitHandle as ProtoCircuitHandle } from "../gen/eigen/kernel/v1/circuits_pb.ts";
import type { Device as ProtoDevice } from "../gen/eigen/kernel/v1/devices_pb.ts";
import type { Event as ProtoEvent } from "../gen/eigen/kernel/v1/events_pb.ts";
import type {
  Health as ProtoHealth,
  MetricData as ProtoMetricData,
  SystemMetrics as ProtoSystemMetrics,
} from "../gen/eigen/kernel/v1/metrics_pb.ts";
import { type DeviceStatus, fromProtoDeviceStatus, fromProtoState, type JobStateWord } from "./enums.ts";
import { stateOf } from "./job.ts";
import { fromDuration, fromTimestamp } from "./times.ts";

export interface CircuitHandle {
  /** `circ_` and 32 hex digits of the text's SHA-256. */
  readonly circuitId: string;
  readonly qubitCount: number;
  readonly sizeBytes: number;
  /** Names of the parameters to bind. */
  readonly parameters: readonly string[];
  readonly createdAt: Date;
}

export interface StoredCircuit extends CircuitHandle {
  readonly openqasm: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Device {
  readonly name: string;
  readonly description: string;
  /** What it is: "simulator". */
  readonly kind: string;
  readonly status: DeviceStatus;
  readonly qubitCount: number;
  readonly basisGates: readonly string[];
  /** Undefined: every pair of qubits can interact. */
  readonly couplingMap: readonly (readonly [source: number, target: number])[] | undefined;
  /** Expected success probability of a run, 0 to 1. */
  readonly fidelity: number;
  readonly maxShots: number;
  readonly slots: number;
  readonly freeSlots: number;
}

/** A job moved. */
export interface KernelEvent {
  /** Pass it to subscribeToEvents to go on after this event. */
  readonly cursor: string;
  readonly at: Date;
  readonly jobId: string;
  readonly name: string;
  /** Undefined for a job's first event. */
  readonly from: JobStateWord | undefined;
  readonly to: JobStateWord;
  /** 1, 2, 3, … within the job, without gaps. */
  readonly sequence: number;
  readonly reason: string;
  readonly device: string;
}

export interface MetricPoint {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined: not measured in this window. */
  readonly value: number | undefined;
  readonly unit: string;
  readonly kind: string;
  readonly help: string;
}

export interface Metrics {
  readonly at: Date;
  readonly points: readonly MetricPoint[];
}

/** The kernel's key metrics: the fields of the contract's SystemMetrics. Left out: not measured in the window. */
export interface SystemMetrics extends Readonly<Partial<Record<SystemMetricName, number>>> {
  readonly at: Date;
  readonly jobsProcessedTotal: number;
  readonly queueLength: number;
}

const systemMetricNames = [
  "jobProcessingTimeP95",
  "jobSuccessRate",
  "qubitUtilization",
  "cpuUtilization",
  "memoryUtilization",
  "schedulingLatencyP95",
  "allocationSuccessRate",
  "circuitStoreLatency",
  "stateCaptureTime",
  "storageThroughput",
  "apiRequestLatency",
  "apiThroughput",
  "errorRate",
] as const satisfies readonly (keyof ProtoSystemMetrics)[];
type SystemMetricName = (typeof systemMetricNames)[number];

export interface Health {
  readonly live: boolean;
  readonly ready: boolean;
  /** Why not, when it is not ready. */
  readonly reason: string;
  readonly version: string;
  readonly uptimeMs: number;
  readonly runtime: string;
  readonly components: readonly { readonly name: string; readonly running: boolean; readonly detail: string }[];
}

export function toCircuitHandle(handle: ProtoCircuitHandle): CircuitHandle {
  return {
    circuitId: handle.id,
    qubitCount: handle.qubitCount,
    sizeBytes: Number(handle.sizeBytes),
    parameters: handle.parameters,
    createdAt: fromTimestamp(handle.createdAt),
  };
}

export function toStoredCircuit({ openqasm, name, metadata }: CircuitData, handle: ProtoCircuitHandle): StoredCircuit {
  return { ...toCircuitHandle(handle), openqasm, name, metadata };
}

export function toDevice(device: ProtoDevice): Device {
  const { name, description, kind, qubitCount, basisGates, fidelity, maxShots, slots, freeSlots } = device;
  const couplingMap = device.allToAll ? undefined : device.couplingMap.map(({ source, target }) => [source, target] as const);
  const status = fromProtoDeviceStatus(device.status);
  return { name, description, kind, status, qubitCount, basisGates, couplingMap, fidelity, maxShots, slots, freeSlots };
}

/** Undefined for a heartbeat, which only carries the cursor. */
export function toEvent({ cursor, at, payload }: ProtoEvent): KernelEvent | undefined {
  if (payload.case !== "jobMoved") return undefined;
  const { jobId, name, fromState, toState, sequence, reason, device } = payload.value;
  return {
    cursor,
    at: fromTimestamp(at),
    jobId,
    name,
    from: fromProtoState(fromState),
    to: stateOf(toState),
    sequence: Number(sequence),
    reason,
    device,
  };
}

export function toMetrics({ at, points }: ProtoMetricData): Metrics {
  return {
    at: fromTimestamp(at),
    points: points.map(({ name, labels, value, unit, kind, help }) => ({ name, labels, value, unit, kind, help })),
  };
}

export function toSystemMetrics(metrics: ProtoSystemMetrics): SystemMetrics {
  const measured = systemMetricNames.flatMap((name) => {
    const value = metrics[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    at: fromTimestamp(metrics.at),
    jobsProcessedTotal: Number(metrics.jobsProcessedTotal),
    queueLength: Number(metrics.queueLength),
    ...Object.fromEntries(measured),
  };
}

export function toHealth(health: ProtoHealth): Health {
  const { live, ready, reason, version, uptime, runtime, components } = health;
  return {
    live,
    ready,
    reason,
    version,
    uptimeMs: uptime === undefined ? 0 : fromDuration(uptime),
    runtime,
    components: components.map(({ name, running, detail }) => ({ name, running, detail })),
  };
}
