// What a run did and what was done to it. A run that did no work proves nothing: the tests demand that these are above zero, and
// that every runtime counts the same.

export interface Totals {
  acknowledged: number;
  completed: number;
  failed: number;
  cancelled: number;
  dead: number;
  events: number;
  reclaims: number;
  staleRefusals: number;
  requestsLost: number;
  repliesLost: number;
  kills: number;
  pauses: number;
  takeovers: number;
  clockJumps: number;
  workerTraps: number;
  repeatsAnswered: number;
  streamItems: number;
  streamsResumed: number;
  virtualMs: number;
  /** A hash over every event of the run: equal only if the histories are. */
  historyHash: number;
}

export function createTotals(): Totals {
  return {
    acknowledged: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    dead: 0,
    events: 0,
    reclaims: 0,
    staleRefusals: 0,
    requestsLost: 0,
    repliesLost: 0,
    kills: 0,
    pauses: 0,
    takeovers: 0,
    clockJumps: 0,
    workerTraps: 0,
    repeatsAnswered: 0,
    streamItems: 0,
    streamsResumed: 0,
    virtualMs: 0,
    historyHash: 0,
  };
}

export function addTotals(sum: Totals, part: Totals): void {
  for (const name of Object.keys(part) as (keyof Totals)[]) {
    sum[name] = name === "historyHash" ? hashStep(sum.historyHash, part.historyHash) : sum[name] + part[name];
  }
}

/** FNV-1a over the 32-bit word. */
export function hashStep(hash: number, word: number): number {
  let next = hash;
  for (let shift = 0; shift < 32; shift += 8) next = Math.imul(next ^ ((word >>> shift) & 255), 0x01000193) >>> 0;
  return next;
}

export function hashText(hash: number, text: string): number {
  let next = hash;
  for (let place = 0; place < text.length; place++) next = Math.imul(next ^ text.charCodeAt(place), 0x01000193) >>> 0;
  return next;
}
