// Time and randomness, handed in so that a test can own both.

export interface Clock {
  /** Epoch milliseconds: for display, deadlines and ids. May jump. */
  nowMs(): number;
  /** Milliseconds since some start: for durations. Never goes back. */
  monotonicMs(): number;
}

export interface Entropy {
  bytes(count: number): Uint8Array;
}
