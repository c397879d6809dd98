// Exact probabilities of the values of a few qubits, and a state with its idle qubits: read where the state lies, without a copy of it.

import type { CompactCircuit } from "./compact.ts";
import type { Meter, Slices } from "./slices.ts";
import type { StateVector } from "./statevector/state.ts";

// An index is looked up in two halves; a table of this many entries stays in the cache.
const lowBitCount = 12;

/**
 * probabilities[v]: that bit k of v is the value of qubits[k], for every k. An idle qubit is 0. Sums run in index order. Cost: one walk over the
 * state, a table look-up and four operations an amplitude.
 */
export function* marginal(
  state: StateVector,
  { placeOf }: CompactCircuit,
  qubits: readonly number[],
  meter: Meter,
): Slices<Float64Array> {
  const bits = qubits.flatMap((qubit, k) => {
    const place = placeOf.get(qubit);
    return place === undefined ? [] : [{ position: state.positionOf(place), value: 1 << k }];
  });
  const valueAt = (index: number): number =>
    bits.reduce((value, bit) => ((index >>> bit.position) & 1 ? value | bit.value : value), 0);
  const lowCount = 2 ** Math.min(lowBitCount, state.qubitCount);
  const lowValues = Uint32Array.from({ length: lowCount }, (_, index) => valueAt(index));
  const probabilities = new Float64Array(2 ** qubits.length);
  for (let first = 0; first < 2 ** state.qubitCount; first += lowCount) {
    const amplitudes = state.stored();
    const high = valueAt(first);
    for (let low = 0; low < lowCount; low++) {
      const at = 2 * (first + low);
      const re = amplitudes[at] as number;
      const im = amplitudes[at + 1] as number;
      const value = high | (lowValues[low] as number);
      probabilities[value] = (probabilities[value] as number) + (re * re + im * im);
    }
    if (meter.take(lowCount)) yield;
  }
  return probabilities;
}

export interface PhaseFactor {
  readonly re: number;
  readonly im: number;
}

/** Amplitudes of all the circuit's qubits, the idle ones |0>, times a phase: the one copy on the way out. */
export function wholeState(
  state: StateVector,
  { placeOf }: CompactCircuit,
  circuitQubitCount: number,
  phase: PhaseFactor,
): Float64Array {
  const stored = state.stored();
  const whole = new Float64Array(2 * 2 ** circuitQubitCount);
  const used = [...placeOf].map(([qubit, place]) => ({ qubit, position: state.positionOf(place) }));
  for (let value = 0; value < 2 ** used.length; value++) {
    let index = 0;
    let source = 0;
    for (const [k, { qubit, position }] of used.entries()) {
      if (((value >>> k) & 1) === 0) continue;
      index |= 1 << qubit;
      source |= 1 << position;
    }
    const re = stored[2 * source] as number;
    const im = stored[2 * source + 1] as number;
    whole[2 * index] = re * phase.re - im * phase.im;
    whole[2 * index + 1] = re * phase.im + im * phase.re;
  }
  return whole;
}
