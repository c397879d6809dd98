import { expect, test } from "vitest";
import { createShotUniforms, philox4x32 } from "./philox.ts";

// Known answers of the authors' Random123 library (kat_vectors, philox4x32-10).
test.each([
  {
    name: "all zero",
    counter: [0, 0, 0, 0],
    key: [0, 0],
    wanted: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  },
  {
    name: "all ones",
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    wanted: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    name: "digits of pi",
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    wanted: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
])("the known answer for $name is met", ({ counter, key, wanted }) => {
  const words = Uint32Array.from(counter);
  philox4x32(words, key[0] ?? 0, key[1] ?? 0);
  expect([...words]).toEqual(wanted);
});

test("uniforms lie in [0, 1), depend on seed, shot and draw, and have the mean and variance of the uniform distribution", () => {
  const seed = 12345n;
  const { uniform } = createShotUniforms(seed);
  const count = 20_000;
  const samples = Array.from({ length: count }, (_, shot) => uniform(shot, 0));
  const mean = samples.reduce((sum, x) => sum + x, 0) / count;
  const variance = samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count;
  expect(Math.min(...samples)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...samples)).toBeLessThan(1);
  // Five standard errors.
  expect(Math.abs(mean - 0.5), `seed ${seed}`).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
  expect(Math.abs(variance - 1 / 12), `seed ${seed}`).toBeLessThan(0.005);
  expect(new Set(samples).size).toBe(count);
  expect(uniform(0, 1)).not.toBe(uniform(0, 0));
  expect(createShotUniforms(seed + 2n ** 40n).uniform(0, 0)).not.toBe(uniform(0, 0));
  expect(uniform(7, 3)).toBe(createShotUniforms(seed).uniform(7, 3));
});
