// The SQL of this folder against its slow twin: the same random steps go through a SQLite store and the memory store, and every
// answer, every job and every event must be the same, whatever the SQLite is.

import { expect, test } from "vitest";
import { startHranaServer } from "../../../test/support/hrana-server.ts";
import { startObjectStorage } from "../../../test/support/object-storage.ts";
import { type JobState, jobStates, priorities } from "../../model/job.ts";
import type { KernelStore, Step, StepOutcome } from "../../ports/store.ts";
import { openRemoteStore } from "../libsql/remote.ts";
import { createTemporaryFile, openStore } from "../libsql/testing.ts";
import { createMemoryStore } from "../memory/index.ts";
import * as make from "../store.fixture.ts";
import { bringUpToDate } from "./migrate.ts";
import { createSqliteStore } from "./store.ts";

const jobsInPlay = 12; // Few, so that steps meet the same jobs again and again; the window moves on, because jobs end.
const turnsPerJob = 4;
const turnCount = 400;
const jobCount = jobsInPlay + turnCount / turnsPerJob;

/** Mulberry32 (T. Ettinger, 2017, public domain): small, seeded, enough to vary tests. */
function createDice(seed: number) {
  let state = seed >>> 0;
  const real = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(real() * count);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  return { below, pick, chance: (rate: number): boolean => real() < rate };
}
type Dice = ReturnType<typeof createDice>;

/** Mostly what the job's state allows, named with the right fence most of the time. */
async function rollStep(dice: Dice, store: KernelStore, nowMs: number, turn: number): Promise<Step> {
  const firstInPlay = Math.floor(turn / turnsPerJob);
  const number = firstInPlay + dice.below(jobsInPlay);
  const job = await store.findJobById(make.jobId(number));
  if (dice.chance(0.08)) return make.reap({ limit: 1 + dice.below(4), idempotencyKeptMs: 200 });
  if (dice.chance(0.05)) {
    const claims = Array.from({ length: jobsInPlay }, (_, index) => ({
      jobId: make.jobId(firstInPlay + index),
      fence: 1 + dice.below(4),
    }));
    return { kind: "renew", holder: dice.pick(["kernel_a", "kernel_b"]), claims, leaseMs: dice.below(80) };
  }
  if (job === undefined || dice.chance(0.1)) return rollSubmit(dice, number, nowMs);
  if (dice.chance(0.06)) return make.cancel(number, { owner: dice.pick([make.owner, { tenant: "other", project: "p" }]) });
  const fence = dice.chance(0.85) ? job.fence : dice.below(4);
  const killedWorker = dice.chance(0.3);
  if (job.state === "QUEUED" || dice.chance(0.1)) {
    const holder = dice.pick(["kernel_a", "kernel_b"]);
    return make.claim(number, {
      fence,
      holder,
      device: dice.pick(["sim", "falcon"]),
      leaseMs: 1 + dice.below(120),
      start: dice.chance(0.5),
    });
  }
  if (job.state === "SCHEDULED" && dice.chance(0.7)) return make.start(number, { fence });
  if (dice.chance(0.5)) return make.complete(number, { fence });
  return make.end(number, {
    fence,
    from: dice.pick(["SCHEDULED", "RUNNING"]),
    to: dice.pick(["FAILED", "DEAD", "QUEUED"]),
    killedWorker,
  });
}

function rollSubmit(dice: Dice, number: number, nowMs: number): Step {
  const key = dice.pick(["", "", "k1", "k2", "k3"]);
  return make.submit(number, {
    owner: dice.pick([make.owner, make.owner, { tenant: "other", project: "p" }]),
    spec: make.spec({
      name: dice.pick(["", "", "a", "b", "ü"]),
      priority: dice.pick(priorities),
      tags: dice.pick([{}, { lab: "a" }, { lab: "b", run: "1" }]),
    }),
    circuit: dice.chance(0.5) ? make.circuit({ id: `circ_${dice.below(3)}` }) : undefined,
    deadlineMs: dice.chance(0.4) ? nowMs - 5 + dice.below(200) : undefined,
    idempotencyKey: key,
    requestHash: key && dice.pick(["h", "h", "i"]),
    queuedJobCountMax: dice.pick([3, 100, 100, 100]) as number,
    claim: dice.chance(0.5) ? make.firstClaim({ leaseMs: 1 + dice.below(120) }) : undefined,
  });
}

/** Everything that the port lets a reader see. */
async function snapshot(store: KernelStore) {
  const filter = { ...make.owner, jobIds: [], states: [] };
  const ready = await store.readyJobs(100);
  return {
    events: [
      await store.eventsAfter(0, filter, 10_000),
      await store.eventsAfter(0, { ...filter, tenant: "other", project: "p" }, 10_000),
      await store.eventsAfter(20, { ...filter, jobIds: [make.jobId(1), make.jobId(5)], states: ["QUEUED", "RUNNING"] }, 7),
    ],
    jobs: [
      await store.listJobs(make.jobFilter()),
      await store.listJobs(make.jobFilter({ tenant: "other", project: "p" })),
      await store.listJobs(make.jobFilter({ states: ["QUEUED", "FAILED"], tags: { lab: "a" }, limit: 5 })),
    ],
    named: await Promise.all(["a", "b", "ü"].map((name) => store.findJob("local", name))),
    results: await Promise.all(Array.from({ length: jobCount }, (_, number) => store.findResult(make.jobId(number)))),
    submissions: await Promise.all(["k1", "k2", "k3"].map((key) => store.findSubmission("local", key))),
    circuits: await Promise.all(["circ_0", "circ_1", "circ_2"].map((id) => store.findCircuit("local", id))),
    counts: await store.countJobs(),
    ready,
    ahead: await Promise.all(ready.map((job) => store.countAhead(job))),
    nextExpiryMs: await store.nextExpiryMs(),
    lastEventSeq: await store.lastEventSeq(),
  };
}

const seen = new Set<string>();

type Open = (clock: make.ManualClock) => Promise<{ readonly store: KernelStore; readonly remove: () => unknown }>;

const openFile: Open = async (clock) => {
  const file = createTemporaryFile();
  return { store: await openStore(file.url, clock), remove: () => file.remove() };
};
const openHttp: Open = async (clock) => {
  const file = createTemporaryFile();
  const server = await startHranaServer({ path: file.path });
  const opened = await openRemoteStore({ url: server.url, authToken: "", clock });
  if (!opened.ok) throw new Error(opened.error.code);
  return { store: opened.value, remove: () => server.close().then(() => file.remove()) };
};
const openObject: Open = async (clock) => {
  const server = await startObjectStorage();
  const connection = server.connect("twin");
  await bringUpToDate({ reader: connection, commit: connection.commit, clock });
  return {
    store: createSqliteStore({ connection, reader: connection, clock, telemetry: undefined }),
    remove: () => server.close(),
  };
};

test.each([
  [1, "a file", openFile],
  [2, "a file", openFile],
  [3, "a file", openFile],
  [4, "libSQL over HTTP", openHttp],
  [5, "a Durable Object", openObject],
] as const)("seed %i: %s answers like its twin on random steps", async (seed, _name, open) => {
  const dice = createDice(seed);
  const clock = make.createManualClock();
  const { store, remove } = await open(clock);
  const twin = createMemoryStore({ clock });
  try {
    for (let turn = 0; turn < turnCount; turn++) {
      clock.advance(dice.chance(0.02) ? -30 : dice.below(12)); // Clocks jump.
      const step = await rollStep(dice, twin, clock.nowMs(), turn);
      const [actual, wanted] = [await store.commit(step), await twin.commit(step)];
      expect(actual, `seed ${seed}, turn ${turn}, ${step.kind}`).toEqual(wanted);
      seen.add(coverageOf(step, wanted));
      if (turn % 100 === 99) expect(await snapshot(store), `seed ${seed}, after turn ${turn}`).toEqual(await snapshot(twin));
    }
  } finally {
    await store.close();
    await remove();
  }
});

test("the random steps reached every kind of answer", () => {
  // A random test that never came to a branch would prove nothing about it.
  const applied = ["submit", "claim", "start", "complete", "end", "cancel"].map((kind) => `${kind} applied`);
  const stale = ["claim", "start", "complete", "end", "submit"].map((kind) => `${kind} stale`);
  const submits = ["repeated", "queue_full", "name_taken", "idempotency_conflict", "deadline_passed"].map(
    (answer) => `submit ${answer}`,
  );
  const others = [
    "submit started",
    "submit waits",
    "claim deadline_passed",
    "cancel ended",
    "cancel not_found",
    "reap moved",
    "reap idle",
    "renew moved",
  ];
  expect([...seen]).toEqual(expect.arrayContaining([...applied, ...stale, ...submits, ...others]));
});

function coverageOf(step: Step, outcome: StepOutcome): string {
  if (step.kind === "submit" && step.claim !== undefined && outcome.kind === "applied") {
    return outcome.events.length === 3 ? "submit started" : "submit waits";
  }
  if (outcome.kind === "refused") return `${step.kind} ${outcome.reason}`;
  if (step.kind === "reap" || step.kind === "renew")
    return `${step.kind} ${outcome.kind === "applied" && outcome.jobs.length > 0 ? "moved" : "idle"}`;
  return `${step.kind} ${outcome.kind}`;
}

test("of 200 random steps at once the same are applied, in the order of the calls, as their twin applies", async () => {
  const seed = 7;
  const dice = createDice(seed);
  const clock = make.createManualClock();
  const file = createTemporaryFile();
  const store = await openStore(file.url, clock);
  const twin = createMemoryStore({ clock });
  try {
    for (let number = 0; number < jobsInPlay; number++) {
      for (const each of [store, twin]) await make.apply(each, make.submit(number));
    }
    const steps: Step[] = [];
    for (let index = 0; index < 200; index++) steps.push(await rollStep(dice, twin, clock.nowMs(), index / 10));
    // The writer serves in the order of the calls, so the twin, asked in that order, must say and hold the same.
    const actual = await Promise.all(steps.map((step) => store.commit(step)));
    for (const [index, step] of steps.entries()) {
      const wanted = await twin.commit(step);
      // Why a step changed nothing is read after its group, so the answer may know later steps of the group.
      const strip = (outcome: StepOutcome) => (outcome.kind === "applied" ? outcome : "nothing changed");
      expect(strip(actual[index] as StepOutcome), `seed ${seed}, step ${index}, ${step.kind}`).toEqual(strip(wanted));
    }
    expect(await snapshot(store), `seed ${seed}`).toEqual(await snapshot(twin));
    const states = new Set<JobState>((await twin.listJobs(make.jobFilter())).map(({ state }) => state));
    expect(states.size, `seed ${seed}: of ${jobStates.length} states`).toBeGreaterThan(2);
  } finally {
    await store.close();
    file.remove();
  }
});
