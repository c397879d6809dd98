// Philox4x32-10, a counter-based generator: a number is a pure function of (key, counter), so shot k of a job is the same whatever the chunking,
// the threads or the attempt. Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11, doi:10.1145/2063384.2063405.

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9; // golden ratio
const weyl1 = 0xbb67ae85; // sqrt(3) - 1
const roundCount = 10;

/** Ten rounds over four 32-bit words, in place; the key is two 32-bit words. */
export function philox4x32(words: Uint32Array, keyLow: number, keyHigh: number): void {
  let word0 = words[0] ?? 0;
  let word1 = words[1] ?? 0;
  let word2 = words[2] ?? 0;
  let word3 = words[3] ?? 0;
  let key0 = keyLow;
  let key1 = keyHigh;
  for (let round = 0; round < roundCount; round++) {
    const high0 = multiplyHigh(multiplier0, word0);
    const low0 = Math.imul(multiplier0, word0);
    const high1 = multiplyHigh(multiplier1, word2);
    const low1 = Math.imul(multiplier1, word2);
    word0 = high1 ^ word1 ^ key0;
    word1 = low1;
    word2 = high0 ^ word3 ^ key1;
    word3 = low0;
    key0 = (key0 + weyl0) | 0;
    key1 = (key1 + weyl1) | 0;
  }
  words[0] = word0;
  words[1] = word1;
  words[2] = word2;
  words[3] = word3;
}

/** Uniform numbers of one job: 0 <= uniform(shot, draw) < 1, 53 bits; key = seed, counter = (shot, draw). */
export interface ShotUniforms {
  uniform(shot: number, draw: number): number;
}

/** `seed`: 0 .. 2^64-1. Shots and draws: whole numbers below 2^53. */
export function createShotUniforms(seed: bigint): ShotUniforms {
  const keyLow = Number(seed & 0xffffffffn);
  const keyHigh = Number((seed >> 32n) & 0xffffffffn);
  const words = new Uint32Array(4);
  return {
    uniform(shot, draw) {
      words[0] = shot >>> 0;
      words[1] = Math.floor(shot / 2 ** 32);
      words[2] = draw >>> 0;
      words[3] = Math.floor(draw / 2 ** 32);
      philox4x32(words, keyLow, keyHigh);
      // 27 high bits of one word and 26 of the next.
      return ((words[0] >>> 5) * 2 ** 26 + (words[1] >>> 6)) / 2 ** 53;
    },
  };
}

/** A key of its own for one of a job's many streams: Philox of the counter (index, stream, 0, 2^32 - 1), which no draw of a shot reaches. */
export function deriveSeed(seed: bigint, stream: number, index: number): bigint {
  const words = new Uint32Array([index, stream, 0, 0xffffffff]);
  philox4x32(words, Number(seed & 0xffffffffn), Number((seed >> 32n) & 0xffffffffn));
  return (BigInt(words[1] ?? 0) << 32n) | BigInt(words[0] ?? 0);
}

/** Upper 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle % 65536);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(cross / 65536)) | 0;
}
