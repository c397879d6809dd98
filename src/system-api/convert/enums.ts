// The contract's enums and the model's words for them.

import { DeviceStatus as ProtoDeviceStatus } from "../../gen/eigen/kernel/v1/devices_pb.ts";
import {
  JobState as ProtoJobState,
  Method as ProtoMethod,
  Precision as ProtoPrecision,
  Priority as ProtoPriority,
} from "../../gen/eigen/kernel/v1/jobs_pb.ts";
import type { DeviceStatus } from "../../model/device.ts";
import type { JobState, Priority } from "../../model/job.ts";
import type { MethodChoice, Precision } from "../../model/simulation.ts";

const states: Readonly<Record<JobState, ProtoJobState>> = {
  QUEUED: ProtoJobState.QUEUED,
  SCHEDULED: ProtoJobState.SCHEDULED,
  RUNNING: ProtoJobState.RUNNING,
  COMPLETED: ProtoJobState.COMPLETED,
  FAILED: ProtoJobState.FAILED,
  CANCELLED: ProtoJobState.CANCELLED,
  DEAD: ProtoJobState.DEAD,
};
const stateNames = new Map((Object.keys(states) as JobState[]).map((name) => [states[name], name]));

export function toProtoState(state: JobState | undefined): ProtoJobState {
  return state === undefined ? ProtoJobState.UNSPECIFIED : states[state];
}

/** The field rules have refused UNSPECIFIED and unknown numbers before. */
export function fromProtoStates(list: readonly ProtoJobState[]): readonly JobState[] {
  return [...new Set(list)].flatMap((state) => stateNames.get(state) ?? []);
}

const priorityOrder: Readonly<Record<Priority, ProtoPriority>> = {
  LOW: ProtoPriority.LOW,
  NORMAL: ProtoPriority.NORMAL,
  HIGH: ProtoPriority.HIGH,
  CRITICAL: ProtoPriority.CRITICAL,
};
const priorityNames = new Map((Object.keys(priorityOrder) as Priority[]).map((name) => [priorityOrder[name], name]));

export function toProtoPriority(priority: Priority): ProtoPriority {
  return priorityOrder[priority];
}

export function fromProtoPriority(priority: ProtoPriority): Priority {
  return priorityNames.get(priority) ?? "NORMAL";
}

const methods: Readonly<Record<MethodChoice, ProtoMethod>> = {
  automatic: ProtoMethod.AUTOMATIC,
  statevector: ProtoMethod.STATEVECTOR,
  stabilizer: ProtoMethod.STABILIZER,
  density_matrix: ProtoMethod.DENSITY_MATRIX,
  trajectories: ProtoMethod.TRAJECTORIES,
};
const methodNames = new Map((Object.keys(methods) as MethodChoice[]).map((name) => [methods[name], name]));

export function toProtoMethod(method: MethodChoice): ProtoMethod {
  return methods[method];
}

export function fromProtoMethod(method: ProtoMethod): MethodChoice {
  return methodNames.get(method) ?? "automatic";
}

export function toProtoPrecision(precision: Precision): ProtoPrecision {
  return precision === "single" ? ProtoPrecision.SINGLE : ProtoPrecision.DOUBLE;
}

export function fromProtoPrecision(precision: ProtoPrecision): Precision {
  return precision === ProtoPrecision.SINGLE ? "single" : "double";
}

const deviceStatuses: Readonly<Record<DeviceStatus, ProtoDeviceStatus>> = {
  online: ProtoDeviceStatus.ONLINE,
  offline: ProtoDeviceStatus.OFFLINE,
  maintenance: ProtoDeviceStatus.MAINTENANCE,
};

export function toProtoDeviceStatus(status: DeviceStatus): ProtoDeviceStatus {
  return deviceStatuses[status];
}
