// What an operator sees of a process: Linux tells it under /proc.

import { readdirSync, readFileSync, statSync } from "node:fs";

/** Resident memory. */
export function residentMb(pid: number): number {
  const kib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  return kib / 1024;
}

/** Open files, sockets and the like. */
export function openFileCount(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** 0 when there is no such file. */
export function fileMb(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) / 2 ** 20;
}
