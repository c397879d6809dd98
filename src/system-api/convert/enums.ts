// The contract's enums and the model's words for them.

import { DeviceStatus as ProtoDeviceStatus } from "../../gen/eigen/kernel/v1/devices_pb.ts";
import { JobState as ProtoJobState, Priority as ProtoPriority } from "../../gen/eigen/kernel/v1/jobs_pb.ts";
import type { DeviceStatus } from "../../model/device.ts";
import type { JobState, Priority } from "../../model/job.ts";

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

const deviceStatuses: Readonly<Record<DeviceStatus, ProtoDeviceStatus>> = {
  online: ProtoDeviceStatus.ONLINE,
  offline: ProtoDeviceStatus.OFFLINE,
  maintenance: ProtoDeviceStatus.MAINTENANCE,
};

export function toProtoDeviceStatus(status: DeviceStatus): ProtoDeviceStatus {
  return deviceStatuses[status];
}
