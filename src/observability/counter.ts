// A count since the kernel started that also knows how much it rose lately.

import { invariant } from "../base/invariant.ts";
import { createWindow } from "./window.ts";

export interface Counter {
  add(nowMs: number, by: number): void;
  readonly total: number;
  rise(nowMs: number, windowMs: number): number;
}

export function createCounter(): Counter {
  let total = 0;
  const recent = createWindow<{ rise: number }, number>({
    create: () => ({ rise: 0 }),
    clear: (slot) => {
      slot.rise = 0;
    },
    add: (slot, by) => {
      slot.rise += by;
    },
  });
  return {
    add(nowMs, by) {
      invariant(by >= 0 && Number.isFinite(by), "a counter only rises");
      total += by;
      recent.record(nowMs, by);
    },
    get total() {
      return total;
    },
    rise: (nowMs, windowMs) => recent.slots(nowMs, windowMs).reduce((sum, slot) => sum + slot.rise, 0),
  };
}
