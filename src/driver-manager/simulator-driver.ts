// The simulator as one device or several: all of them without noise, all on the same compute pool. A device that is given couplings keeps to
// them as hardware would, so that matching and refusals are real; how its gates would fail is not simulated, and its description says so.

import { invariant } from "../base/invariant.ts";
import { limits } from "../base/limits.ts";
import type { Device } from "../model/device.ts";
import { gateNames, gates } from "../model/gates.ts";
import type { ComputePool, ComputeResult, ComputeTask } from "../ports/compute.ts";
import type { DriverManager, TaskSlot } from "./door.ts";
import type { SimulatedDevice } from "./simulated-device.ts";

export interface SimulatorOptions {
  readonly pool: ComputePool;
  readonly devices: readonly SimulatedDevice[];
  /** What one state may take. */
  readonly stateBytesMax: number;
}

/** What there is to know about one device of the simulator, besides how many tasks it holds. */
interface Station {
  readonly device: Device;
  /** Most tasks granted at once: those that run and a share of the short ones that wait. */
  readonly heldCountMax: number;
  /** Slots granted and neither run to the end nor released. */
  held: number;
  heldLong: number;
  running: number;
}

interface WaitingTask {
  readonly station: Station;
  start(): void;
}

const aborted: ComputeResult = { ok: false, failure: { kind: "aborted" } };

export function createSimulatorDriver({ pool, devices: described, stateBytesMax }: SimulatorOptions): DriverManager {
  const stations = new Map(described.map((simulated) => [simulated.name, createStation(simulated, pool, stateBytesMax)]));
  const devices = [...stations.values()].map(({ device }) => device);
  // Over all devices: at most slotCount long tasks, plus shortTaskQueueMax short ones.
  let held = 0;
  let heldLong = 0;
  const waiting: WaitingTask[] = [];

  const room = (): number => {
    const ofPool = pool.slotCount + limits.shortTaskQueueMax - held;
    const ofDevices = [...stations.values()].reduce((sum, station) => sum + station.heldCountMax - station.held, 0);
    return Math.max(0, Math.min(ofPool, ofDevices));
  };

  const mayStart = ({ running, device }: Station): boolean => pool.freeSlots() > 0 && running < device.slotCount;

  function startWaiting(): void {
    for (;;) {
      const place = waiting.findIndex(({ station }) => mayStart(station));
      if (place < 0) return;
      for (const task of waiting.splice(place, 1)) task.start();
    }
  }

  /** Takes the pool's slot and the device's in this very turn, so that nobody slips in between. */
  function start(station: Station, task: ComputeTask, signal: AbortSignal): Promise<ComputeResult> {
    station.running++;
    return pool.run({ ...task, stateBytesMax }, signal).finally(() => {
      station.running--;
    });
  }

  function runOnPool(station: Station, task: ComputeTask, signal: AbortSignal): Promise<ComputeResult> {
    if (mayStart(station)) return start(station, task, signal);
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(aborted);
      const entry: WaitingTask = {
        station,
        start() {
          signal.removeEventListener("abort", giveUp);
          resolve(start(station, task, signal));
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

  function grant(station: Station, isLong: boolean): TaskSlot {
    const count = (step: 1 | -1): void => {
      held += step;
      station.held += step;
      if (!isLong) return;
      heldLong += step;
      station.heldLong += step;
    };
    count(1);
    let isSpent = false;
    const release = (): void => {
      if (isSpent) return;
      isSpent = true;
      count(-1);
    };
    return {
      release,
      async run(task, signal) {
        invariant(!isSpent, "a slot runs one task");
        try {
          return await runOnPool(station, task, signal);
        } finally {
          release();
          startWaiting();
        }
      },
    };
  }

  return {
    devices: () => devices,
    device: (name) => stations.get(name)?.device,
    freeSlots(name) {
      const station = stations.get(name);
      return station === undefined ? 0 : Math.min(pool.freeSlots(), station.device.slotCount - station.running);
    },
    room,
    reserve(name, work) {
      const station = stations.get(name);
      if (station === undefined || room() === 0 || station.held >= station.heldCountMax) return undefined;
      const { slotCount } = station.device;
      const isLong = work > limits.shortTaskWorkMax;
      // A long task gets a worker of its own or waits in the store, where its priority counts.
      if (isLong && (held >= pool.slotCount || station.held >= slotCount)) return undefined;
      // Behind long tasks only, a short one would not be short.
      if (!isLong && (heldLong >= pool.slotCount || station.heldLong >= slotCount)) return undefined;
      return grant(station, isLong);
    },
  };
}

function createStation(simulated: SimulatedDevice, pool: ComputePool, stateBytesMax: number): Station {
  const { name, description, qubitCount, couplingMap } = simulated;
  const slotCount = Math.min(simulated.slotCount ?? pool.slotCount, pool.slotCount);
  const device: Device = {
    name,
    description,
    kind: "simulator",
    status: "online",
    qubitCount,
    // A gate on three qubits has no pair of them that it could be between.
    basisGates: couplingMap === undefined ? gateNames : gateNames.filter((gate) => gates[gate].qubitCount <= 2),
    couplingMap,
    simulation: { stateBytesMax },
    fidelity: 1,
    shotCountMax: limits.shotCountMax,
    slotCount,
  };
  // Who has fewer slots keeps fewer tasks waiting: all devices share one queue.
  const waitingCountMax = Math.floor((limits.shortTaskQueueMax * slotCount) / pool.slotCount);
  return { device, heldCountMax: slotCount + waitingCountMax, held: 0, heldLong: 0, running: 0 };
}
