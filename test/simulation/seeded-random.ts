// Seeded randomness of the simulation: splitmix32 on unsigned 32-bit integers, the same on every engine.

export interface SeededRandom {
  /** 0 <= x < 1 */
  next(): number;
  /** low <= x < high, a whole number. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  bytes(count: number): Uint8Array;
  /** A stream of its own, so that one part's draws do not shift another's. */
  fork(): SeededRandom;
}

export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const nextWord = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  const random: SeededRandom = {
    next: () => nextWord() / 2 ** 32,
    between: (low, high) => low + Math.floor(random.next() * (high - low)),
    chance: (probability) => random.next() < probability,
    bytes: (count) => Uint8Array.from({ length: count }, () => nextWord() & 255),
    fork: () => createSeededRandom(nextWord()),
  };
  return random;
}
