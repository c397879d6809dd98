import { expect, test } from "vitest";
import { LruCache } from "./lru-cache.ts";

test("the entry that was not used for longest is dropped when the cache is full", () => {
  const cache = new LruCache<string, number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  expect(cache.get("a")).toBe(1);
  cache.set("c", 3);
  expect(cache.get("b")).toBeUndefined();
  expect(cache.get("a")).toBe(1);
  expect(cache.get("c")).toBe(3);
});

test("setting a key again replaces its value and counts as use", () => {
  const cache = new LruCache<string, number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  cache.set("a", 3);
  cache.set("c", 4);
  expect(cache.get("a")).toBe(3);
  expect(cache.get("b")).toBeUndefined();
  expect(cache.size).toBe(2);
});

test("a cache of capacity 0 keeps nothing", () => {
  const cache = new LruCache<string, number>(0);
  cache.set("a", 1);
  expect(cache.get("a")).toBeUndefined();
});
