// Devices as the contract's messages.

import { create } from "@bufbuild/protobuf";
import { DeviceSchema, type Device as ProtoDevice } from "../../gen/eigen/kernel/v1/devices_pb.ts";
import type { Device } from "../../model/device.ts";
import { toProtoDeviceStatus } from "./enums.ts";

export function toProtoDevice(device: Device, freeSlots: number): ProtoDevice {
  return create(DeviceSchema, {
    name: device.name,
    description: device.description,
    kind: device.kind,
    status: toProtoDeviceStatus(device.status),
    qubitCount: device.qubitCount,
    basisGates: [...device.basisGates],
    couplingMap: (device.couplingMap ?? []).map(([source, target]) => ({ source, target })),
    allToAll: device.couplingMap === undefined,
    fidelity: device.fidelity,
    maxShots: device.shotCountMax,
    slots: device.slotCount,
    freeSlots,
  });
}
