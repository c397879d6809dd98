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
  doubled: number;
  late: number;
  reordered: number;
  cutOff: number;
  requestsOfTheDead: number;
  kills: number;
  pauses: number;
  takeovers: number;
  partitions: number;
  halfPartitions: number;
  clientPartitions: number;
  clockJumps: number;
  hourJumps: number;
  storeClockJumps: number;
  workerTraps: number;
  repeatsAnswered: number;
  streamItems: number;
  streamsResumed: number;
  streamsMovedToOtherKernel: number;
  resubmitted: number;
  conflictsRefused: number;
  /** Looks at the world that found two, or three, kernels alive. */
  twoKernelsAlive: number;
  threeKernelsAlive: number;
  /** Looks that found a RUNNING job really run by the kernel that holds it. */
  heldForSure: number;
  /** Looks that found one that nobody runs, although its holder lives: a claim whose kernel does not know of it, until the lease ends. */
  unheld: number;
  virtualMs: number;
  /** From the end of the faults until every job had ended. */
  restMs: number;
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
    doubled: 0,
    late: 0,
    reordered: 0,
    cutOff: 0,
    requestsOfTheDead: 0,
    kills: 0,
    pauses: 0,
    takeovers: 0,
    partitions: 0,
    halfPartitions: 0,
    clientPartitions: 0,
    clockJumps: 0,
    hourJumps: 0,
    storeClockJumps: 0,
    workerTraps: 0,
    repeatsAnswered: 0,
    streamItems: 0,
    streamsResumed: 0,
    streamsMovedToOtherKernel: 0,
    resubmitted: 0,
    conflictsRefused: 0,
    twoKernelsAlive: 0,
    threeKernelsAlive: 0,
    heldForSure: 0,
    unheld: 0,
    virtualMs: 0,
    restMs: 0,
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
