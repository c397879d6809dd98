// Several threads on one state: the passes' blocks are handed out one by one, and a pass begins when the one before has ended.
//
// Leader and members share the WASM memory; what they tell each other lies in its first pages (wasm/statevector/layout.ts). Blocks of a pass do not
// touch each other and each thread gathers into a scratch of its own, so the result does not depend on who did which.

import type { PassCall, StatevectorExports } from "../engine.ts";

/** Words of the control area. */
const at = {
  /** Counts passes; members wait for it to change. */
  generation: 0,
  /** 1 while blocks of a pass may be taken. */
  isOpen: 1,
  /** Members that may be at work. */
  activeCount: 2,
  nextBlock: 3,
  endBlock: 4,
  seatCount: 5,
  /** Which crew serves: odd while there is one. */
  crew: 6,
  precision: 7,
  pass: 8,
  scratch: 9,
  scratchBytes: 10,
  memberCountMax: 11,
} as const;
const wordCount = 12;

/** A member that misses a call looks again after this. */
const waitMs = 200;

export interface Leader {
  /** Members that may come. */
  readonly memberCountMax: number;
  /** What a member must name to join. */
  readonly crew: number;
  /** Runs the blocks with whoever has come; returns when all are done. Each thread uses `scratchBytes` of its own from `scratch` on. */
  runPass(call: PassCall & { readonly scratchBytes: number }): void;
  /** Sends the members home. */
  disband(): void;
}

export function createLeader(wasm: StatevectorExports, memberCountMax: number): Leader {
  const control = new Int32Array(wasm.memory.buffer, wasm.controlAddress(), wordCount);
  control[at.seatCount] = 0;
  control[at.memberCountMax] = memberCountMax;
  const crew = Atomics.add(control, at.crew, 1) + 1;
  return {
    memberCountMax,
    crew,
    runPass({ precision, pass, first, count, scratch, scratchBytes }) {
      control[at.precision] = precision === "double" ? 64 : 32;
      control[at.pass] = pass;
      control[at.scratch] = scratch;
      control[at.scratchBytes] = scratchBytes;
      control[at.nextBlock] = first;
      control[at.endBlock] = first + count;
      // From here on members see all of the above.
      Atomics.store(control, at.isOpen, 1);
      Atomics.add(control, at.generation, 1);
      Atomics.notify(control, at.generation);
      takeBlocks(wasm, control, 0);
      Atomics.store(control, at.isOpen, 0);
      for (let active = Atomics.load(control, at.activeCount); active > 0; active = Atomics.load(control, at.activeCount)) {
        Atomics.wait(control, at.activeCount, active, waitMs);
      }
    },
    disband() {
      Atomics.add(control, at.crew, 1);
      Atomics.add(control, at.generation, 1);
      Atomics.notify(control, at.generation);
    },
  };
}

/** The life of a member: takes blocks of every pass until its crew is disbanded, or its leader is no more. Blocks its thread. */
export function serveLeader(wasm: StatevectorExports, crew: number, mustLeave: () => boolean): void {
  const control = new Int32Array(wasm.memory.buffer, wasm.controlAddress(), wordCount);
  // One that comes too late must not take a seat of the next crew.
  if (Atomics.load(control, at.crew) !== crew) return;
  const seat = Atomics.add(control, at.seatCount, 1) + 1;
  if (seat > Atomics.load(control, at.memberCountMax)) return;
  for (;;) {
    const generation = Atomics.load(control, at.generation);
    // Counted before it looks: a leader that closes a pass waits for whoever may have seen it open.
    Atomics.add(control, at.activeCount, 1);
    const isServing = Atomics.load(control, at.crew) === crew && !mustLeave();
    if (isServing && Atomics.load(control, at.isOpen) === 1) takeBlocks(wasm, control, seat);
    Atomics.sub(control, at.activeCount, 1);
    Atomics.notify(control, at.activeCount);
    if (!isServing) return;
    Atomics.wait(control, at.generation, generation, waitMs);
  }
}

function takeBlocks(wasm: StatevectorExports, control: Int32Array, seat: number): void {
  const run = control[at.precision] === 64 ? wasm.runPass64 : wasm.runPass32;
  const pass = control[at.pass] as number;
  const end = control[at.endBlock] as number;
  const scratch = (control[at.scratch] as number) + seat * (control[at.scratchBytes] as number);
  const state = wasm.stateAddress();
  for (let block = Atomics.add(control, at.nextBlock, 1); block < end; block = Atomics.add(control, at.nextBlock, 1)) {
    run(state, pass, block, 1, scratch);
  }
}
