// Philox4x32-10 for the engine; the twin is src/base/philox.ts, number for number.
// Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11, doi:10.1145/2063384.2063405.

let seedLow: u32 = 0;
let seedHigh: u32 = 0;

export function useSeed(low: u32, high: u32): void {
  seedLow = low;
  seedHigh = high;
}

export let word0: u32 = 0;
export let word1: u32 = 0;
export let word2: u32 = 0;

/** Counter in, three of the four random words out. */
export function philox(counter0: u32, counter1: u32, counter2: u32, counter3: u32): void {
  let key0 = seedLow;
  let key1 = seedHigh;
  for (let round = 0; round < 10; round++) {
    const product0: u64 = (<u64>0xd2511f53) * (<u64>counter0);
    const product1: u64 = (<u64>0xcd9e8d57) * (<u64>counter2);
    counter0 = (<u32>(product1 >> 32)) ^ counter1 ^ key0;
    counter1 = <u32>product1;
    counter2 = (<u32>(product0 >> 32)) ^ counter3 ^ key1;
    counter3 = <u32>product0;
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
  word0 = counter0;
  word1 = counter1;
  word2 = counter2;
}

/**
 * One fair bit a shot at `at`: 1 when uniform (shot, draw) is below 1/2, which is when the highest bit of the first word is 0. `bytes` is a multiple
 * of 4, 8 shots a byte. Four shots at once, about 35 operations a shot.
 */
export function fillCoins(at: usize, bytes: usize, firstShot: u32, draw: u32): void {
  const end = at + bytes;
  let shots = i32x4.add(i32x4.splat(firstShot), i32x4(0, 1, 2, 3));
  for (; at < end; at += 4) {
    let bits: u32 = 0;
    for (let place: u32 = 0; place < 32; place += 4) {
      bits |= (<u32>i32x4.bitmask(firstWords(shots, draw)) ^ 15) << place;
      shots = i32x4.add(shots, i32x4.splat(4));
    }
    store<u32>(at, bits);
  }
}

// @ts-expect-error: decorator
@inline
function firstWords(shots: v128, draw: u32): v128 {
  const multiplier0 = i32x4.splat(0xd2511f53);
  const multiplier1 = i32x4.splat(0xcd9e8d57);
  let counter0 = shots;
  let counter1 = i32x4.splat(0);
  let counter2 = i32x4.splat(draw);
  let counter3 = i32x4.splat(0);
  let key0 = seedLow;
  let key1 = seedHigh;
  for (let round = 0; round < 10; round++) {
    const low0 = i64x2.extmul_low_i32x4_u(counter0, multiplier0);
    const high0 = i64x2.extmul_high_i32x4_u(counter0, multiplier0);
    const low1 = i64x2.extmul_low_i32x4_u(counter2, multiplier1);
    const high1 = i64x2.extmul_high_i32x4_u(counter2, multiplier1);
    counter0 = v128.xor(v128.xor(v128.shuffle<u32>(low1, high1, 1, 3, 5, 7), counter1), i32x4.splat(key0));
    counter1 = v128.shuffle<u32>(low1, high1, 0, 2, 4, 6);
    counter2 = v128.xor(v128.xor(v128.shuffle<u32>(low0, high0, 1, 3, 5, 7), counter3), i32x4.splat(key1));
    counter3 = v128.shuffle<u32>(low0, high0, 0, 2, 4, 6);
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
  return counter0;
}
