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

/** Shots by basis state. The state was made with sampleBytes() for as many shots. */
export function sampleState(engine: Engine, state: StateVector, precision: Precision, draw: Draw): ReadonlyMap<number, number> {
  return state.qubitCount <= tableQubitCountMax
    ? sampleSmall(engine, state, precision, draw)
    : sampleLarge(engine, state, precision, draw);
}

function sampleSmall(engine: Engine, state: StateVector, precision: Precision, { shots, seed }: Draw): Map<number, number> {
  const { wasm } = engine;
  const { qubitCount, extra } = state;
  const uniformsAt = extra + 8 * 2 ** qubitCount;
  const outcomesAt = uniformsAt + 8 * shots;
  wasm.fillUniforms(uniformsAt, shots, Number(seed & 0xffffffffn), Number(seed >> 32n));
  engine.readout(precision).sampleByTable(qubitCount, uniformsAt, outcomesAt, shots, extra);
  const outcomes = new Uint32Array(wasm.memory.buffer, outcomesAt, shots);
  const tally = new Uint32Array(2 ** qubitCount);
  for (let shot = 0; shot < shots; shot++) {
    const index = outcomes[shot] ?? 0;
    tally[index] = (tally[index] ?? 0) + 1;
  }
  const states = new Map<number, number>();
  for (const [index, count] of tally.entries()) if (count > 0) states.set(index, count);
  return states;
}

/** By one walk over the state. */
function sampleLarge(engine: Engine, state: StateVector, precision: Precision, { shots, seed }: Draw): Map<number, number> {
  const { wasm } = engine;
  const { qubitCount, extra } = state;
  const outcomesAt = extra + 8 * shots;
  wasm.fillUniforms(extra, shots, Number(seed & 0xffffffffn), Number(seed >> 32n));
  new Float64Array(wasm.memory.buffer, extra, shots).sort();
  engine.readout(precision).sampleAscending(qubitCount, extra, outcomesAt, shots);
  const states = new Map<number, number>();
  for (const index of new Uint32Array(wasm.memory.buffer, outcomesAt, shots)) states.set(index, (states.get(index) ?? 0) + 1);
  return states;
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
