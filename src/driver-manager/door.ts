// What the driver manager offers: the one truth about devices, and the way to run on them.

import type { Device } from "../model/device.ts";
import type { ComputeResult, ComputeTask } from "../ports/compute.ts";

/** A place on a device, held until it is run or released. */
export interface TaskSlot {
  /** Once. Never rejects. */
  run(task: ComputeTask, signal: AbortSignal): Promise<ComputeResult>;
  /** Gives an unused slot back. */
  release(): void;
}

export interface DriverManager {
  devices(): readonly Device[];
  device(name: string): Device | undefined;
  /** Slots without a task now. */
  freeSlots(name: string): number;
  /** Most tasks that reserve() would grant now, over all devices. */
  room(): number;
  /**
   * A slot for a task of this much work (amplitude updates), or undefined when the device takes none now. A device takes a few short tasks
   * more than it has slots, so that it never waits for the store between two of them.
   */
  reserve(device: string, work: number): TaskSlot | undefined;
}
