// What the process uses of its machine. Processor time is a difference between two readings, so readings are kept for as long as
// a window may look back; nobody has to call a timer for that, each metric that is set takes one when the last is a second old.

import { createWindow } from "./window.ts";

/** What the process uses, as its runtime tells. */
export interface HostStats {
  /** Processor time of the process since it started: user and system, all threads. */
  readonly cpuMs: number;
  /** Resident memory. */
  readonly memoryBytes: number;
  /** What the machine, or the container around the process, has. */
  readonly machineMemoryBytes: number;
  readonly coreCount: number;
}

export interface HostUsage {
  /** Takes a reading when the last is old enough. */
  sample(nowMs: number): void;
  /** Share of all cores over the window, 0..1; undefined until readings are a second apart. */
  cpu(nowMs: number, windowMs: number): number | undefined;
  /** Share of the memory now, 0..1; undefined when the runtime does not know how much there is. */
  memory(): number | undefined;
}

const sampleEveryMs = 1000;

interface Reading {
  atMs: number;
  cpuMs: number;
}

const noReading: Readonly<Reading> = { atMs: Number.NaN, cpuMs: 0 };

export function createHostUsage(startMs: number, hostStats: () => HostStats): HostUsage {
  // A slot holds its first reading: the oldest one of a window is where the difference starts.
  const readings = createWindow<Reading, Reading>({
    create: () => ({ ...noReading }),
    clear: (slot) => Object.assign(slot, noReading),
    add: (slot, reading) => {
      if (Number.isNaN(slot.atMs)) Object.assign(slot, reading);
    },
  });
  let sampledAtMs = startMs;
  readings.record(startMs, { atMs: startMs, cpuMs: hostStats().cpuMs });

  return {
    sample(nowMs) {
      if (nowMs - sampledAtMs < sampleEveryMs) return;
      sampledAtMs = nowMs;
      readings.record(nowMs, { atMs: nowMs, cpuMs: hostStats().cpuMs });
    },
    cpu(nowMs, windowMs) {
      const [oldest] = readings.slots(nowMs, windowMs);
      if (oldest === undefined || nowMs - oldest.atMs < sampleEveryMs) return undefined;
      const { cpuMs, coreCount } = hostStats();
      // Runtimes round both figures, which may lift the share of a fully busy machine just above 1.
      return coreCount > 0 ? clampShare((cpuMs - oldest.cpuMs) / ((nowMs - oldest.atMs) * coreCount)) : undefined;
    },
    memory() {
      const { memoryBytes, machineMemoryBytes } = hostStats();
      return machineMemoryBytes > 0 ? clampShare(memoryBytes / machineMemoryBytes) : undefined;
    },
  };
}

function clampShare(share: number): number {
  return Math.min(1, Math.max(0, share));
}
