import { expect, test } from "vitest";
import { checksumOf } from "./checksum.ts";

test("the sum of nothing and of a known text is FNV-1a's", () => {
  expect(checksumOf()).toBe("811c9dc5");
  // "a" is e40c292c in the published vectors; the separator after it is one more step.
  expect(checksumOf("a")).toBe((Math.imul(0xe40c292c ^ 0xffff, 0x01000193) >>> 0).toString(16).padStart(8, "0"));
});

test("every single change of a byte or character changes the sum, and so does moving one over a border", () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, place) => place * 7);
  const text = '{"shots":1000,"name":"grün"}';
  const sum = checksumOf("job_1", text, bytes, null, 5);
  for (let place = 0; place < bytes.length; place++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = bytes.slice();
      flipped[place] = (flipped[place] ?? 0) ^ (1 << bit);
      expect(checksumOf("job_1", text, flipped, null, 5)).not.toBe(sum);
    }
  }
  for (let place = 0; place < text.length; place++) {
    const changed = `${text.slice(0, place)}~${text.slice(place + 1)}`;
    expect(checksumOf("job_1", changed, bytes, null, 5)).not.toBe(sum);
  }
  expect(checksumOf("ab", "c")).not.toBe(checksumOf("a", "bc"));
});
