// Which files the store opens, which it refuses, and that a refused file stays as it was.

import { copyFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KernelError } from "../../model/errors.ts";
import { migrationStatements } from "../sqlite/migrate.ts";
import { migrations } from "../sqlite/migrations.gen.ts";
import * as make from "../store.fixture.ts";
import { openFile } from "./file-connection.ts";
import { openLibsqlStore } from "./index.ts";
import { createTemporaryFile, openStore, type TemporaryFile } from "./testing.ts";

const clock = make.createManualClock();
let file: TemporaryFile;
beforeEach(() => {
  file = createTemporaryFile();
});
afterEach(() => file.remove());

async function refusalOf(url: string): Promise<KernelError> {
  const opened = await openLibsqlStore({ url, clock });
  if (!opened.ok) return opened.error;
  await opened.value.close();
  throw new Error("the store opened");
}

/** A database with some jobs, closed. */
async function fill(): Promise<void> {
  const store = await openStore(file.url, clock);
  for (let number = 0; number < 40; number++) await make.apply(store, make.submit(number));
  await store.close();
}

const runSql = (sql: string): void => {
  const connection = openFile(file.path);
  connection.commitOnce([{ sql, args: [] }]);
  connection.close();
};

test("a new file is migrated, and opening it again changes nothing in it", async () => {
  const store = await openStore(file.url, clock);
  await make.apply(store, make.submit(1));
  await store.close();
  const before = readFileSync(file.path);
  const again = await openStore(file.url, clock);
  expect((await again.findJobById(make.jobId(1)))?.state).toBe("QUEUED");
  expect(await again.lastEventSeq()).toBe(1);
  await again.close();
  expect(readFileSync(file.path).equals(before)).toBe(true);
  const connection = openFile(file.path);
  const rows = connection.query({
    sql: "select version, checksum, applied_at_ms from schema_version order by version",
    args: [],
  });
  connection.close();
  expect(rows).toEqual(migrations.map(({ version, checksum }) => [version, checksum, make.startMs]));
});

test("a file of an older kernel is migrated by what it lacks", async () => {
  const connection = openFile(file.path);
  connection.commitOnce(migrationStatements(migrations.slice(0, 1), 5));
  connection.close();
  const store = await openStore(file.url, clock);
  await make.apply(store, make.submit(1));
  await store.close();
});

test("an empty file is a new database", async () => {
  writeFileSync(file.path, "");
  await (await openStore(file.url, clock)).close();
});

test("a path with spaces, percent and question marks is taken as it is written", async () => {
  const path = join(dirname(file.path), "a b%3f?#ü.db");
  const url = `file:${encodeURIComponent(path)}`;
  await (await openStore(url, clock)).close();
  expect(statSync(path).size).toBeGreaterThan(0);
  await (await openStore(url, clock)).close();
});

test("two stores that open one new file at once both get it, and each sees the other's jobs", async () => {
  const [a, b] = await Promise.all([openStore(file.url, clock), openStore(file.url, clock)]);
  await Promise.all([make.apply(a, make.submit(1)), make.apply(b, make.submit(2))]);
  expect((await a.readyJobs(9)).length).toBe(2);
  const { events } = await make.apply(b, make.claim(1));
  expect(events).toMatchObject([{ seq: 3, jobSeq: 2 }]);
  expect(await a.commit(make.claim(1))).toMatchObject({ kind: "refused", reason: "stale" });
  await a.close();
  await b.close();
});

describe("a damaged file is refused and stays byte for byte", () => {
  test.each<[string, () => void]>([
    ["of text", () => writeFileSync(file.path, "this is not a database\n".repeat(400))],
    ["of zeros", () => writeFileSync(file.path, Buffer.alloc(16_384))],
    ["with a flipped header", () => overwrite(3, Buffer.from([0xff]))],
    ["cut to half", () => truncateSync(file.path, statSync(file.path).size / 2)],
    ["cut within a page", () => truncateSync(file.path, 4096 * 5 + 100)],
    ["of one byte", () => writeFileSync(file.path, "S")],
    ["with a page of rubbish", () => overwrite(4096 * 6, Buffer.alloc(4096, 0xa5))],
    ["with a schema of rubbish", () => overwrite(100, Buffer.alloc(100, 0x5a))],
  ])("%s", async (_title, damage) => {
    await fill();
    damage();
    const before = readFileSync(file.path);
    const error = await refusalOf(file.url);
    expect(error.code).toBe("store_corrupt");
    expect(error.facts).toMatchObject({ path: file.path, reason: expect.stringMatching(/./) });
    expect(readFileSync(file.path).equals(before)).toBe(true);
  });

  test("also when a crash left a log beside it, which opening for writing would have merged into it", async () => {
    await fill();
    const store = await openStore(file.url, clock);
    await make.apply(store, make.submit(99));
    const copy = join(dirname(file.path), "crashed.db");
    copyFileSync(file.path, copy);
    copyFileSync(`${file.path}-wal`, `${copy}-wal`);
    await store.close();
    writeFileSync(copy, Buffer.alloc(statSync(copy).size, 0x5a));
    const [before, log] = [readFileSync(copy), readFileSync(`${copy}-wal`)];
    expect(log.length).toBeGreaterThan(4096);
    expect((await refusalOf(`file:${copy}`)).code).toBe("store_corrupt");
    expect(readFileSync(copy).equals(before)).toBe(true);
    expect(readFileSync(`${copy}-wal`).equals(log)).toBe(true);
  });

  function overwrite(offset: number, bytes: Buffer): void {
    const content = readFileSync(file.path);
    bytes.copy(content, offset);
    writeFileSync(file.path, content);
  }
});

describe("a file with another history is refused and stays byte for byte", () => {
  const newer = migrations.length + 1;
  test.each<[string, string, KernelError["code"], object]>([
    [
      "by a newer kernel",
      `insert into schema_version values (${newer}, 'later', 'x', 1)`,
      "store_newer",
      { found_version: newer, known_version: migrations.length },
    ],
    ["with a changed migration", "update schema_version set checksum = 'x' where version = 1", "store_corrupt", {}],
    ["with a missing migration", "delete from schema_version where version = 1", "store_corrupt", {}],
    ["by another program", "drop table schema_version", "store_corrupt", {}],
  ])("%s", async (_title, sql, code, facts) => {
    await fill();
    runSql(sql);
    const before = readFileSync(file.path);
    const error = await refusalOf(file.url);
    expect(error.code).toBe(code);
    expect(error.facts).toMatchObject({ path: file.path, ...facts });
    expect(readFileSync(file.path).equals(before)).toBe(true);
  });
});

describe("a place that cannot be written is unavailable, with the reason", () => {
  test.each<[string, () => string]>([
    ["a directory that does not exist", () => join(dirname(file.path), "none", "kernel.db")],
    ["a directory below a file", () => join(import.meta.filename, "kernel.db")],
    ["a file system that takes no files", () => "/proc/kernel.db"],
    [
      "a directory in place of the file",
      () => {
        mkdirSync(file.path);
        return file.path;
      },
    ],
  ])("%s", async (_title, place) => {
    const path = place();
    const error = await refusalOf(`file:${path}`);
    expect(error.code).toBe("store_unavailable");
    expect(error.facts).toMatchObject({ path, reason: expect.stringMatching(/./) });
  });

  test.each(["libsql://host", ":memory:", "file::memory:", "file:", "kernel.db"])("the url %s", async (url) => {
    expect(await refusalOf(url)).toMatchObject({ code: "store_unavailable", facts: { url } });
  });
});
