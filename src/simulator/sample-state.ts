// Draws shots from a state vector, all at once.

import type { CompactCircuit } from "./compact.ts";
import type { Engine } from "./engine.ts";
import { basisChange, type GroupOutcomes, type GroupSampler } from "./expectation.ts";
import { type Precision, planQubitCountMin } from "./statevector/plan.ts";
import type { StateVector } from "./statevector/state.ts";

/** What to draw: shot k of a key draws with uniform (k, 0). */
export interface Draw {
  readonly shots: number;
  readonly seed: bigint;
}

// A table of cumulative probabilities this large still lies in the cache; beyond it, one walk over sorted uniforms is cheaper.
const tableQubitCountMax = 14;
// A group of an estimated observable has two shots at least, whatever the job has.
const shotCountMin = 2;

/** What sampling needs behind the state: the table, then the uniforms, then the outcomes. */
export function sampleBytes(qubitCount: number, shots: number): number {
  const tableBytes = qubitCount <= tableQubitCountMax ? 8 * 2 ** Math.max(qubitCount, planQubitCountMin) : 0;
  return 12 * Math.max(shots, shotCountMin) + tableBytes;
}

/** The basis state of each shot, in order: a view that the next draw overwrites. The state was made with sampleBytes() for as many shots. */
export function drawShots(engine: Engine, state: StateVector, precision: Precision, draw: Draw): Uint32Array {
  return drawOutcomes(engine, state, precision, draw, true);
}

/** Shots by basis state, where their order does not matter. */
export function sampleState(engine: Engine, state: StateVector, precision: Precision, draw: Draw): ReadonlyMap<number, number> {
  const outcomes = drawOutcomes(engine, state, precision, draw, false);
  const states = new Map<number, number>();
  if (state.qubitCount > tableQubitCountMax) {
    for (const index of outcomes) states.set(index, (states.get(index) ?? 0) + 1);
    return states;
  }
  const tally = new Uint32Array(2 ** state.qubitCount);
  for (const index of outcomes) tally[index] = (tally[index] as number) + 1;
  for (const [index, count] of tally.entries()) if (count > 0) states.set(index, count);
  return states;
}

function drawOutcomes(
  engine: Engine,
  state: StateVector,
  precision: Precision,
  { shots, seed }: Draw,
  keepsOrder: boolean,
): Uint32Array {
  const { wasm } = engine;
  const { qubitCount, extra } = state;
  const isSmall = qubitCount <= tableQubitCountMax;
  const uniformsAt = isSmall ? extra + 8 * 2 ** qubitCount : extra;
  const outcomesAt = uniformsAt + 8 * shots;
  wasm.fillUniforms(uniformsAt, shots, Number(seed & 0xffffffffn), Number(seed >> 32n));
  const outcomes = new Uint32Array(wasm.memory.buffer, outcomesAt, shots);
  if (isSmall) {
    engine.readout(precision).sampleByTable(qubitCount, uniformsAt, outcomesAt, shots, extra);
    return outcomes;
  }
  // One walk over the state.
  const uniforms = new Float64Array(wasm.memory.buffer, uniformsAt, shots);
  const drawn = keepsOrder ? uniforms.slice() : undefined;
  uniforms.sort();
  engine.readout(precision).sampleAscending(qubitCount, uniformsAt, outcomesAt, shots);
  if (drawn !== undefined) restoreOrder(drawn, outcomes);
  return outcomes;
}

/** outcomes[k] belongs to the k-th smallest number; afterwards to drawn[k]. */
function restoreOrder(drawn: Float64Array, outcomes: Uint32Array): void {
  const ascending = Uint32Array.from(drawn.keys()).sort((a, b) => (drawn[a] as number) - (drawn[b] as number));
  const sorted = outcomes.slice();
  for (let k = 0; k < sorted.length; k++) outcomes[ascending[k] as number] = sorted[k] as number;
}

/** Turns the state into each group's basis and back again, so that no copy of it is needed and the circuit runs once. */
export function createGroupSampler(
  engine: Engine,
  state: StateVector,
  precision: Precision,
  { placeOf }: CompactCircuit,
): GroupSampler {
  return function* (group, shots, seed) {
    const places = group.qubits.map((qubit) => placeOf.get(qubit) ?? 0);
    const turns = places.flatMap((place, k) => basisChange(group.letters[k] ?? "Z", place));
    yield* state.apply(turns);
    const drawn = sampleState(engine, state, precision, { shots, seed });
    const positions = places.map((place) => state.positionOf(place));
    yield* state.apply(
      turns.toReversed().map((turn) => (turn.kind === "gate" && turn.gate === "sdg" ? { ...turn, gate: "s" } : turn)),
    );
    return outcomesOf(drawn, positions);
  };
}

function* outcomesOf(drawn: ReadonlyMap<number, number>, positions: readonly number[]): GroupOutcomes {
  // A state vector has fewer qubits than a word has bits.
  const word = new Uint32Array(1);
  for (const [index, count] of drawn) {
    let bits = 0;
    for (const [k, position] of positions.entries()) bits |= ((index >>> position) & 1) << k;
    word[0] = bits;
    yield [word, count];
  }
}
