// `eigen devices list`.

import type { Device, KernelClient } from "../../client/index.ts";
import { exitCodes } from "../exit-codes.ts";
import { type OutputFormat, printJson, table } from "../output.ts";
import type { World } from "../world.ts";

export async function listDevices(world: World, client: KernelClient, format: OutputFormat): Promise<number> {
  const devices = await client.listDevices();
  if (format === "json") {
    printJson(world, devices);
  } else {
    world.stdout.write(devicesTable(devices));
  }
  return exitCodes.ok.code;
}

export function devicesTable(devices: readonly Device[]): string {
  const titles = ["DEVICE", "KIND", "STATUS", "QUBITS", "CONNECTED", "FREE SLOTS", "DESCRIPTION"];
  const rows = devices.map((device) => [
    device.name,
    device.kind,
    device.status.toUpperCase(),
    device.qubitCount,
    device.couplingMap === undefined ? "all to all" : `${device.couplingMap.length} couplers`,
    `${device.freeSlots} of ${device.slots}`,
    device.description,
  ]);
  return table(titles, rows);
}
