// The contract's enumerations as words.

import { DeviceStatus as ProtoDeviceStatus } from "../gen/eigen/kernel/v1/devices_pb.ts";
import {
  JobState as ProtoJobState,
  Method as ProtoMethod,
  Precision as ProtoPrecision,
  Priority as ProtoPriority,
} from "../gen/eigen/kernel/v1/jobs_pb.ts";

const priorityByWord = {
  low: ProtoPriority.LOW,
  normal: ProtoPriority.NORMAL,
  high: ProtoPriority.HIGH,
  critical: ProtoPriority.CRITICAL,
} as const;
export type Priority = keyof typeof priorityByWord;
export const priorities = Object.keys(priorityByWord) as readonly Priority[];

const stateByWord = {
  queued: ProtoJobState.QUEUED,
  scheduled: ProtoJobState.SCHEDULED,
  running: ProtoJobState.RUNNING,
  completed: ProtoJobState.COMPLETED,
  failed: ProtoJobState.FAILED,
  cancelled: ProtoJobState.CANCELLED,
  dead: ProtoJobState.DEAD,
} as const;
export type JobStateWord = keyof typeof stateByWord;
export const jobStateWords = Object.keys(stateByWord) as readonly JobStateWord[];

const methodByWord = {
  automatic: ProtoMethod.AUTOMATIC,
  statevector: ProtoMethod.STATEVECTOR,
  stabilizer: ProtoMethod.STABILIZER,
  density_matrix: ProtoMethod.DENSITY_MATRIX,
  trajectories: ProtoMethod.TRAJECTORIES,
} as const;
/** How a simulator computes a job. */
export type Method = keyof typeof methodByWord;
export const methods = Object.keys(methodByWord) as readonly Method[];

const precisionByWord = { double: ProtoPrecision.DOUBLE, single: ProtoPrecision.SINGLE } as const;
export type Precision = keyof typeof precisionByWord;
export const precisions = Object.keys(precisionByWord) as readonly Precision[];

const statusByWord = {
  online: ProtoDeviceStatus.ONLINE,
  offline: ProtoDeviceStatus.OFFLINE,
  maintenance: ProtoDeviceStatus.MAINTENANCE,
} as const;
/** "unknown": a status that this client is too old to know. */
export type DeviceStatus = keyof typeof statusByWord | "unknown";

export function toProtoPriority(priority: Priority): ProtoPriority {
  return priorityByWord[priority];
}

export function fromProtoPriority(priority: ProtoPriority): Priority {
  return wordOf(priorityByWord, priority) ?? "normal";
}

export function toProtoMethod(method: Method): ProtoMethod {
  return methodByWord[method];
}

/** "unknown": of a kernel that does not tell, or one that this client is too old to know. */
export function fromProtoMethod(method: ProtoMethod): Method | "unknown" {
  return wordOf(methodByWord, method) ?? "unknown";
}

export function toProtoPrecision(precision: Precision): ProtoPrecision {
  return precisionByWord[precision];
}

export function fromProtoPrecision(precision: ProtoPrecision): Precision {
  return wordOf(precisionByWord, precision) ?? "double";
}

export function toProtoState(state: JobStateWord): ProtoJobState {
  return stateByWord[state];
}

/** Undefined: UNSPECIFIED, or a state that this client is too old to know. */
export function fromProtoState(state: ProtoJobState): JobStateWord | undefined {
  return wordOf(stateByWord, state);
}

export function fromProtoDeviceStatus(status: ProtoDeviceStatus): DeviceStatus {
  return wordOf(statusByWord, status) ?? "unknown";
}

function wordOf<Word extends string>(valueByWord: Readonly<Record<Word, number>>, value: number): Word | undefined {
  const words = Object.keys(valueByWord) as Word[];
  return words.find((word) => valueByWord[word] === value);
}
