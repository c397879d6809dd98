// Something counted over the recent past, for rates and percentiles "over the last w".
//
// Time is cut into slots, at three widths; a slot is written until its time is over and reused 31 slots later. A window takes the
// narrowest width that reaches back far enough and every slot it touches, so it looks back at most one slot further than asked:
//
//   asked up to   30 s    5 min    1 h
//   slot           1 s     10 s    2 min
//
// Memory: 93 slots, whatever the traffic.

import { limits } from "../base/limits.ts";

const slotCount = 31; // 30 whole ones and the one being written.
const slotMsWidest = limits.metricWindowMsMax / (slotCount - 1);
const slotMsByWidth: readonly number[] = [1000, 10_000, slotMsWidest];

export interface WindowKind<Content, Value> {
  create(): Content;
  /** Makes a used slot as good as new. */
  clear(content: Content): void;
  add(content: Content, value: Value): void;
}

export interface Window<Content, Value> {
  /** `nowMs` is monotonic. */
  record(nowMs: number, value: Value): void;
  /** Every slot that the window touches and that was written, oldest first. */
  slots(nowMs: number, windowMs: number): readonly Content[];
}

interface Slot<Content> {
  /** Which stretch of time it holds: floor(time / width); -1: none yet. */
  number: number;
  readonly content: Content;
}

export function createWindow<Content, Value>(kind: WindowKind<Content, Value>): Window<Content, Value> {
  const rings = slotMsByWidth.map((slotMs) => ({ slotMs, slots: [] as Slot<Content>[] }));

  function claim(slots: Slot<Content>[], number: number): Content {
    const place = number % slotCount;
    // No holes, so that the array stays fast.
    while (slots.length <= place) slots.push({ number: -1, content: kind.create() });
    const slot = slots[place] as Slot<Content>;
    if (slot.number !== number) {
      if (slot.number !== -1) kind.clear(slot.content);
      slot.number = number;
    }
    return slot.content;
  }

  return {
    record(nowMs, value) {
      for (const { slotMs, slots } of rings) kind.add(claim(slots, Math.floor(nowMs / slotMs)), value);
    },
    slots(nowMs, windowMs) {
      const slotMs = slotMsFor(windowMs);
      const ring = rings.find((candidate) => candidate.slotMs === slotMs);
      const first = firstSlot(nowMs, windowMs, slotMs);
      const found: Content[] = [];
      for (let number = first; number <= Math.floor(nowMs / slotMs); number++) {
        const slot = ring?.slots[number % slotCount];
        if (slot?.number === number) found.push(slot.content);
      }
      return found;
    },
  };
}

/** How far back (ms) a window really looks: the asked time and the rest of its oldest slot. */
export function reachMs(nowMs: number, windowMs: number): number {
  const slotMs = slotMsFor(windowMs);
  return nowMs - firstSlot(nowMs, windowMs, slotMs) * slotMs;
}

function slotMsFor(windowMs: number): number {
  return slotMsByWidth.find((slotMs) => windowMs <= slotMs * (slotCount - 1)) ?? slotMsWidest;
}

function firstSlot(nowMs: number, windowMs: number, slotMs: number): number {
  const current = Math.floor(nowMs / slotMs);
  return Math.max(0, current - slotCount + 1, Math.floor((nowMs - windowMs) / slotMs));
}
