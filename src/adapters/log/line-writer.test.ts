import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { limits } from "../../base/limits.ts";
import { createLineWriter } from "./line-writer.ts";

const describeDropped = (count: number): string => `${count} lines dropped`;

test("every line reaches a reader that keeps up, each with its line feed", () => {
  const seen: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      seen.push(String(chunk));
      done();
    },
  });
  const write = createLineWriter(stream, describeDropped);
  write("one");
  write("two");
  expect(seen).toEqual(["one\n", "two\n"]);
});

test("a reader that stalls costs lines, not memory, and is told how many when it goes on", async () => {
  const seen: string[] = [];
  let release = (): void => {};
  const stalled = new Promise<void>((resolve) => {
    release = resolve;
  });
  const stream = new Writable({
    write(chunk, _encoding, done) {
      seen.push(String(chunk));
      void stalled.then(() => done());
    },
  });
  const write = createLineWriter(stream, describeDropped);
  const line = "x".repeat(limits.logLineBytesMax - 1);
  const sent = (3 * limits.logBacklogBytesMax) / limits.logLineBytesMax;
  for (let k = 0; k < sent; k++) write(line);
  expect(stream.writableLength).toBeLessThanOrEqual(limits.logBacklogBytesMax + limits.logLineBytesMax);
  release();
  await expect.poll(() => stream.writableLength).toBe(0);
  write("after");
  await expect.poll(() => seen.at(-1)).toBe("after\n");
  const dropped = sent - (seen.length - 2);
  expect(dropped).toBeGreaterThan(0);
  expect(seen.at(-2)).toBe(`${dropped} lines dropped\n`);
});

test("a reader that is gone does not end the process", async () => {
  const stream = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    },
  });
  const write = createLineWriter(stream, describeDropped);
  const closed = new Promise((resolve) => stream.once("close", resolve));
  write("one");
  await closed;
  expect(stream.errored).toBeInstanceOf(Error);
  expect(() => write("two")).not.toThrow();
});
