// The ideal simulator as a device: every gate, every pair of qubits, no noise.

import { invariant } from "../base/invariant.ts";
import { limits } from "../base/limits.ts";
import type { Device } from "../model/device.ts";
import { gateNames } from "../model/gates.ts";
import type { ComputePool, ComputeResult, ComputeTask } from "../ports/compute.ts";
import type { DriverManager, TaskSlot } from "./door.ts";

export interface SimulatorOptions {
  readonly name: string;
  readonly pool: ComputePool;
  /** Most qubits in use; a machine may allow fewer than limits.simulatorQubitCountMax. */
  readonly qubitCountMax: number;
}

interface WaitingTask {
  start(): void;
}

const aborted: ComputeResult = { ok: false, failure: { kind: "aborted" } };

export function createSimulatorDriver({ name, pool, qubitCountMax }: SimulatorOptions): DriverManager {
  const device: Device = {
    name,
    description: "Ideal state-vector simulator: all gates, all pairs of qubits, no noise.",
    kind: "simulator",
    status: "online",
    qubitCount: qubitCountMax,
    basisGates: gateNames,
    couplingMap: undefined,
    fidelity: 1,
    shotCountMax: limits.shotCountMax,
    slotCount: pool.slotCount,
  };
  const isThis = (wanted: string): boolean => wanted === name;
  // Slots granted and neither run to the end nor released: at most slotCount long tasks, plus shortTaskQueueMax short ones.
  let held = 0;
  let heldLong = 0;
  const waiting: WaitingTask[] = [];

  const room = (): number => Math.max(0, pool.slotCount + limits.shortTaskQueueMax - held);

  function startWaiting(): void {
    while (waiting.length > 0 && pool.freeSlots() > 0) waiting.shift()?.start();
  }

  function runOnPool(task: ComputeTask, signal: AbortSignal): Promise<ComputeResult> {
    if (pool.freeSlots() > 0) return pool.run(task, signal);
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(aborted);
      const entry: WaitingTask = {
        // Takes the pool's slot in this very turn, so that nobody slips in between.
        start() {
          signal.removeEventListener("abort", giveUp);
          resolve(pool.run(task, signal));
        },
      };
      const giveUp = (): void => {
        const place = waiting.indexOf(entry);
        if (place >= 0) waiting.splice(place, 1);
        resolve(aborted);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      waiting.push(entry);
    });
  }

  function grant(isLong: boolean): TaskSlot {
    held++;
    if (isLong) heldLong++;
    let isSpent = false;
    const release = (): void => {
      if (isSpent) return;
      isSpent = true;
      held--;
      if (isLong) heldLong--;
    };
    return {
      release,
      async run(task, signal) {
        invariant(!isSpent, "a slot runs one task");
        try {
          return await runOnPool(task, signal);
        } finally {
          release();
          startWaiting();
        }
      },
    };
  }

  return {
    devices: () => [device],
    device: (wanted) => (isThis(wanted) ? device : undefined),
    freeSlots: (wanted) => (isThis(wanted) ? pool.freeSlots() : 0),
    room,
    reserve(wanted, work) {
      if (!isThis(wanted) || room() === 0) return undefined;
      const isLong = work > limits.shortTaskWorkMax;
      // A long task gets a worker of its own or waits in the store, where its priority counts.
      if (isLong && (held >= pool.slotCount || heldLong >= pool.slotCount)) return undefined;
      // Behind long tasks only, a short one would not be short.
      if (!isLong && heldLong >= pool.slotCount) return undefined;
      return grant(isLong);
    },
  };
}
