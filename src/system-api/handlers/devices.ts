// Devices.

import type { Handlers } from "../call.ts";
import { toProtoDevice } from "../convert/device.ts";
import { refuse } from "../errors.ts";
import type { Rooms } from "../options.ts";
import { quoteShort } from "../rules.ts";
import { mapStream, need } from "./need.ts";

export function deviceHandlers({ drivers }: Rooms): Pick<Handlers, "listDevices" | "getDevice"> {
  return {
    async listDevices({ minQubits, onlineOnly }) {
      const manager = need(drivers, "driver-manager");
      const fitting = manager
        .devices()
        .filter((device) => device.qubitCount >= minQubits && (!onlineOnly || device.status === "online"));
      return mapStream(fitting, (device) => toProtoDevice(device, manager.freeSlots(device.name)));
    },

    async getDevice({ id }) {
      const manager = need(drivers, "driver-manager");
      const device = manager.device(id) ?? refuse("device_not_found", { facts: { device: quoteShort(id) } });
      return toProtoDevice(device, manager.freeSlots(device.name));
    },
  };
}
