// Virtual time: events in a heap ordered by (time, order of scheduling). Between two events every promise that can settle has settled,
// so a seed gives the same history on every engine.

import type { KernelStore } from "../../src/ports/store.ts";

export interface VirtualTime {
  readonly nowMs: () => number;
  at(delayMs: number, action: () => void): void;
  sleep(delayMs: number): Promise<void>;
  /** The same store; time stands still while one of its answers is under way, however many turns of the real engine that takes. */
  holdFor(store: KernelStore): KernelStore;
  /** Runs until nothing is scheduled, `isDone` says so, or virtual time passes the limit. Returns whether it was done in time. */
  run(isDone: () => boolean, limitMs: number): Promise<boolean>;
}

interface Scheduled {
  readonly atMs: number;
  readonly order: number;
  readonly action: () => void;
}

export function createVirtualTime(startMs: number): VirtualTime {
  let nowMs = startMs;
  let order = 0;
  const heap: Scheduled[] = [];
  let answersUnderWay = 0;

  /** A macrotask of the real engine: it comes only after every microtask, however many promises they chain. */
  async function settlePromises(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve));
    while (answersUnderWay > 0);
  }

  const time: VirtualTime = {
    nowMs: () => nowMs,
    at(delayMs, action) {
      push(heap, { atMs: nowMs + Math.max(0, delayMs), order: order++, action });
    },
    sleep: (delayMs) => new Promise((resolve) => time.at(delayMs, resolve)),
    holdFor(store) {
      const held = Object.entries(store).map(([name, method]) => [
        name,
        async (...args: unknown[]) => {
          answersUnderWay++;
          try {
            return await method(...args);
          } finally {
            answersUnderWay--;
          }
        },
      ]);
      return Object.fromEntries(held) as KernelStore;
    },
    async run(isDone, limitMs) {
      const endMs = nowMs + limitMs;
      await settlePromises();
      while (!isDone()) {
        const next = pop(heap);
        if (next === undefined) return false;
        if (next.atMs > endMs) {
          // It stays for the next run.
          push(heap, next);
          nowMs = endMs;
          return false;
        }
        if (next.atMs < nowMs) throw new Error("virtual time went back");
        nowMs = next.atMs;
        next.action();
        await settlePromises();
      }
      return true;
    },
  };
  return time;
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Scheduled[], item: Scheduled): void {
  let place = heap.length;
  heap.push(item);
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(item, above)) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = item;
}

function pop(heap: Scheduled[]): Scheduled | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    const left = heap[child];
    if (left === undefined) break;
    const right = heap[child + 1];
    let smaller = left;
    if (right !== undefined && isBefore(right, left)) {
      smaller = right;
      child++;
    }
    if (!isBefore(smaller, last)) break;
    heap[place] = smaller;
    place = child;
  }
  heap[place] = last;
  return first;
}
