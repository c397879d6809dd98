// A disk that gives back something else than what was written: it is noticed when the file is opened or when the row is read, or it changes
// no answer. A log that was cut off anywhere gives a history that ends earlier, and nothing else.

import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSeededRandom } from "../../../test/simulation/seeded-random.ts";
import { priorities } from "../../model/job.ts";
import type { KernelStore } from "../../ports/store.ts";
import * as make from "../store.fixture.ts";
import { openLibsqlStore } from "./index.ts";
import { createTemporaryFile, openStore, type TemporaryFile } from "./testing.ts";

const jobCount = 16;
const flipCount = 400;
const seed = Number(process.env.EIGEN_DAMAGE_SEED ?? 1);

let file: TemporaryFile;
/** Everything as it was checkpointed, and what lies in the log beside it. */
let wholeFile: Buffer;
let log: Buffer;
let loggedFile: Buffer;
let whole: ReadonlyMap<string, string>;

beforeAll(async () => {
  file = createTemporaryFile();
  const store = await openStore(file.url, make.createManualClock());
  await fill(store);
  // As kill -9 leaves it: the file and its log.
  [loggedFile, log] = [readFileSync(file.path), readFileSync(`${file.path}-wal`)];
  await store.close();
  wholeFile = readFileSync(file.path);
  whole = await answersOf(wholeFile);
});
afterAll(() => file.remove());

/** Jobs in every state, results, circuits, keys and names. */
async function fill(store: KernelStore): Promise<void> {
  for (let number = 0; number < jobCount; number++) {
    await make.apply(
      store,
      make.submit(number, {
        spec: make.spec({ name: `job-${number}`, tags: { lab: "a" }, priority: priorities[number % 4] ?? "NORMAL" }),
        circuit: make.circuit({ id: `circ_${number % 5}`, openqasm: `h q[${number % 5}];` }),
        idempotencyKey: `key-${number}`,
        requestHash: `hash-${number}`,
      }),
    );
    if (number % 8 === 7) continue;
    if (number % 8 === 6) {
      await make.apply(store, make.cancel(number));
      continue;
    }
    await make.apply(store, make.claim(number, { start: number % 8 !== 5 }));
    if (number % 8 <= 2) await make.apply(store, make.complete(number));
    if (number % 8 === 3) await make.apply(store, make.end(number));
  }
}

type Answers = ReadonlyMap<string, string>;
const refused: Answers = new Map([["open", "refused"]]);

/** Every answer that users get from this file; a call that fails answers "noticed". */
async function answersOf(bytes: Buffer, logBytes?: Buffer): Promise<Answers> {
  const copy = createTemporaryFile();
  writeFileSync(copy.path, bytes);
  if (logBytes !== undefined) writeFileSync(`${copy.path}-wal`, logBytes);
  try {
    const opened = await openLibsqlStore({ url: copy.url, clock: make.createManualClock() });
    if (!opened.ok) return refused;
    const store = opened.value;
    const answers = new Map<string, string>();
    const ask = async (name: string, question: () => Promise<unknown>): Promise<void> => {
      answers.set(name, await question().then(toText, () => "noticed"));
    };
    const { tenant } = make.owner;
    const events = { ...make.owner, jobIds: [], states: [] };
    for (let number = 0; number < jobCount; number++) {
      const id = make.jobId(number);
      await ask(`job ${number}`, () => store.findJob(tenant, id).then(withoutHold));
      await ask(`name ${number}`, () => store.findJob(tenant, `job-${number}`).then(withoutHold));
      await ask(`last event ${number}`, () => store.lastEvent(id));
      await ask(`result ${number}`, () => store.findResult(id));
      for (const index of [0, 1]) await ask(`chunk ${number}.${index}`, () => store.resultChunk(id, index));
      await ask(`key ${number}`, () => store.findSubmission(tenant, `key-${number}`).then((found) => found?.requestHash));
    }
    for (let number = 0; number < 5; number++) await ask(`circuit ${number}`, () => store.findCircuit(tenant, `circ_${number}`));
    await ask("list", () => store.listJobs(make.jobFilter({ tags: { lab: "a" } })).then((jobs) => jobs.map(withoutHold)));
    const [submittedAfterMs, submittedBeforeMs] = [make.startMs, make.startMs + 1];
    await ask("dated", () =>
      store.listJobs(make.jobFilter({ submittedAfterMs, submittedBeforeMs })).then((jobs) => jobs.map(withoutHold)),
    );
    await ask("prefix", () => store.listJobs(make.jobFilter({ namePrefix: "job-1" })).then((jobs) => jobs.map(withoutHold)));
    await ask("completed", () => store.eventsAfter(0, { ...events, states: ["COMPLETED"] }, 10_000));
    await ask("ready", () => store.readyJobs(100).then((jobs) => jobs.map(({ id }) => id)));
    await ask("counts", () => store.countJobs());
    await ask("events", () => store.eventsAfter(0, events, 10_000));
    await ask("newest", () => store.lastEventSeq());
    await store.close();
    return answers;
  } finally {
    copy.remove();
  }
}

/** Who holds a job and until when is not told to users: fences judge what holders do. */
function withoutHold<T extends object>(job: T | undefined): object | undefined {
  return job && { ...job, holder: "", leaseUntilMs: 0, yields: 0, workerKills: 0 };
}

function toText(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part) => (typeof part === "bigint" || part instanceof Uint8Array ? String(part) : part)) ??
    "none"
  );
}

/** Answers that are neither those of the undamaged file nor refusals. */
function wrongAnswers(answers: Answers): string[] {
  if (answers === refused) return [];
  return [...whole].flatMap(([name, wanted]) => {
    const found = answers.get(name);
    return found === wanted || found === "noticed" ? [] : [`${name}: ${found} instead of ${wanted}`];
  });
}

function flip(bytes: Buffer, place: number, mask: number): Buffer {
  const damaged = Buffer.from(bytes);
  damaged[place] = (damaged[place] ?? 0) ^ mask;
  return damaged;
}

test(`${flipCount} flipped bytes of the file (seed ${seed}): each is noticed, or changes no answer`, async () => {
  const random = createSeededRandom(seed);
  const told = { refused: 0, noticed: 0, harmless: 0 };
  const wrong: string[] = [];
  for (let count = 0; count < flipCount; count++) {
    const place = random.between(0, wholeFile.length - 1);
    const mask = 1 << random.between(0, 8);
    const answers = await answersOf(flip(wholeFile, place, mask));
    const differing = wrongAnswers(answers);
    if (differing.length > 0) wrong.push(`byte ${place} xor ${mask}: ${differing.slice(0, 2).join("; ").slice(0, 600)}`);
    else if (answers === refused) told.refused++;
    else if ([...answers.values()].includes("noticed")) told.noticed++;
    else told.harmless++;
  }
  expect(wrong, `seed ${seed}`).toEqual([]);
  // A check that never met damage would prove nothing.
  expect(told.refused).toBeGreaterThan(0);
  expect(told.noticed).toBeGreaterThan(0);
});

test(`flipped bytes of the log (seed ${seed}): the history ends before them, and is whole up to there`, async () => {
  const random = createSeededRandom(seed + 1);
  for (let count = 0; count < 60; count++) {
    const place = random.between(0, log.length - 1);
    await expectPrefix(await answersOf(loggedFile, flip(log, place, 1 << random.between(0, 8))), `byte ${place}`);
  }
});

test("a log cut off at every frame, and within frames, gives a history that ends earlier", async () => {
  const pageBytes = log.readUInt32BE(8);
  const frameBytes = 24 + pageBytes;
  const frameCount = Math.floor((log.length - 32) / frameBytes);
  expect(frameCount).toBeGreaterThan(50);
  let longest = -1;
  for (let frame = 0; frame <= frameCount; frame++) {
    const boundary = 32 + frame * frameBytes;
    const atFrame = await expectPrefix(await answersOf(loggedFile, log.subarray(0, boundary)), `frame ${frame}`);
    expect(atFrame, `frame ${frame}`).toBeGreaterThanOrEqual(longest);
    longest = atFrame;
    if (frame % 10 !== 0 || frame === frameCount) continue;
    const within = await answersOf(loggedFile, log.subarray(0, boundary + Math.floor(frameBytes / 2)));
    expect(await expectPrefix(within, `in frame ${frame}`)).toBe(atFrame);
  }
  expect(longest).toBe(JSON.parse(whole.get("events") ?? "[]").length);
});

/** The events are the first so many, and every job is where they left it; how many there are. */
async function expectPrefix(answers: Answers, what: string): Promise<number> {
  expect(answers, what).not.toBe(refused);
  const all = JSON.parse(whole.get("events") ?? "[]") as { jobId: string; to: string }[];
  const events = JSON.parse(answers.get("events") ?? "[]") as typeof all;
  expect(events, what).toEqual(all.slice(0, events.length));
  const stateOf = new Map(events.map(({ jobId, to }) => [jobId, to]));
  for (let number = 0; number < jobCount; number++) {
    const job = answers.get(`job ${number}`) ?? "";
    expect(job === "none" ? undefined : JSON.parse(job).state, `${what}, job ${number}`).toBe(stateOf.get(make.jobId(number)));
    const result = answers.get(`result ${number}`) ?? "";
    expect(result !== "none", `${what}, result ${number}`).toBe(stateOf.get(make.jobId(number)) === "COMPLETED");
  }
  return events.length;
}
