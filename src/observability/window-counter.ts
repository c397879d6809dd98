// A counter that also knows how much it rose lately.

import { sliceMs } from "./window-histogram.ts";

const sliceCountMax = 361;

export interface WindowCounter {
  add(by: number): void;
  readonly total: number;
  /** Rise over the window, in whole slices, and the time that those slices span. */
  over(windowMs: number): { readonly rise: number; readonly spanMs: number };
}

export function createWindowCounter(nowMs: () => number): WindowCounter {
  let total = 0;
  let slices: { readonly startMs: number; rise: number }[] = [];
  const bornMs = nowMs();
  return {
    add(by) {
      total += by;
      const startMs = Math.floor(nowMs() / sliceMs) * sliceMs;
      const last = slices.at(-1);
      if (last !== undefined && last.startMs >= startMs) last.rise += by;
      else slices.push({ startMs, rise: by });
      if (slices.length > sliceCountMax) slices = slices.slice(-sliceCountMax);
    },
    get total() {
      return total;
    },
    over(windowMs) {
      const fromMs = Math.floor((nowMs() - windowMs) / sliceMs) * sliceMs;
      const rise = slices.reduce((sum, slice) => (slice.startMs >= fromMs ? sum + slice.rise : sum), 0);
      return { rise, spanMs: Math.max(1, nowMs() - Math.max(fromMs, bornMs)) };
    },
  };
}
