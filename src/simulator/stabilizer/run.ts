// Runs a Clifford circuit of any width: one reference run through the tableau, then every shot as a Pauli frame over it. A circuit whose branches
// hold more than Paulis runs shot by shot through the tableau instead, which is right and slower.

import { type Circuit, hasOnlyFinalMeasurements } from "../../model/circuit.ts";
import type { Observable } from "../../model/result.ts";
import type { ComputeTask } from "../../ports/compute.ts";
import { type CompactCircuit, compact } from "../compact.ts";
import type { RunResult } from "../run.ts";
import { createMeter, type Meter, type Slices } from "../slices.ts";
import { aligned, type StabilizerEngine } from "./engine.ts";
import type { FrameProgram } from "./frame-program.ts";
import { countFrames } from "./frame-run.ts";
import { hasOnlyPauliBranches, type StabilizerProgram, toStabilizerOperations } from "./program.ts";
import { countShotByShot } from "./shot-run.ts";
import { createReferenceRun, tableauCosts } from "./tableau-run.ts";

/**
 * The task has passed admission, and whyNotStabilizer() has nothing against it. Throws OutOfMemoryError; any other throw is a bug.
 * Only one run at a time may use the engine. Counts are those of a state vector that runs shot by shot, shot for shot: a random outcome is 1 when
 * uniform (shot, draw) is below 1/2, draws counted over measurements and resets in program order.
 */
export function* runStabilizer(engine: StabilizerEngine, task: ComputeTask): Slices<RunResult> {
  const { circuit, shots, seed, observables } = task;
  const small = compact(circuit);
  const program = {
    qubitCount: small.qubitCount,
    bitCount: circuit.bitCount,
    operations: toStabilizerOperations(small.operations),
  };
  if (!hasOnlyPauliBranches(program.operations)) {
    const counts = yield* countShotByShot(engine, task, program, createMeter());
    return { counts: circuit.bitCount === 0 ? new Map() : sortedByOutcome(counts), expectationValues: [] };
  }
  const { frames, expectationValues } = yield* runReference(engine, program, measuredLast(circuit, small, observables));
  if (circuit.bitCount === 0) return { counts: new Map(), expectationValues };
  const characters = charactersOf(circuit);
  const counts = yield* countFrames(engine, { ...program, program: frames, shots, seed, characters });
  return { counts: sortedByOutcome(withSpaces(circuit, counts)), expectationValues };
}

/** Outcomes of a program that no circuit tells, such as one with noise: how often the bits `characters` had each value, in no order. */
export function* runProgram(
  engine: StabilizerEngine,
  program: StabilizerProgram,
  options: {
    readonly shots: number;
    readonly seed: bigint;
    readonly characters: readonly number[];
    readonly blockShots?: number;
  },
): Slices<Map<string, number>> {
  const { frames } = yield* runReference(engine, program, undefined);
  return yield* countFrames(engine, { ...program, ...options, program: frames });
}

/** Values of observables before the measurements of a circuit that has them last. Undefined: there are none to tell. */
interface ObservedCircuit {
  readonly small: CompactCircuit;
  readonly observables: readonly Observable[];
}

function measuredLast(circuit: Circuit, small: CompactCircuit, observables: readonly Observable[]): ObservedCircuit | undefined {
  return hasOnlyFinalMeasurements(circuit) ? { small, observables } : undefined;
}

function* runReference(
  engine: StabilizerEngine,
  { qubitCount, bitCount, operations }: StabilizerProgram,
  observed: ObservedCircuit | undefined,
): Slices<{ readonly frames: FrameProgram; readonly expectationValues: readonly number[] }> {
  const { wasm } = engine;
  // Behind the tableau: a Pauli in triples, or in letters.
  const tableauBytes = aligned(wasm.tableauBytes(qubitCount));
  const base = engine.reserve(tableauBytes + Math.max(12 * Math.ceil(qubitCount / 32), qubitCount));
  const scratch = base + tableauBytes;
  wasm.useTableau(base, qubitCount);
  wasm.initialise();
  const meter = createMeter();
  const run = createReferenceRun(engine, { bitCount, costs: tableauCosts(qubitCount), scratch, meter });
  if (observed === undefined) {
    yield* run.apply(operations);
    return { frames: run.finish(), expectationValues: [] };
  }
  yield* run.apply(operations.filter(({ kind }) => kind !== "measure"));
  const expectationValues: number[] = [];
  for (const observable of observed.observables) {
    expectationValues.push(yield* expectation(engine, observed.small, observable, scratch, meter));
  }
  yield* run.apply(operations.filter(({ kind }) => kind === "measure"));
  return { frames: run.finish(), expectationValues };
}

/** Exact: each Pauli string of a stabilizer state is -1, 0 or 1. Letters on idle qubits, which are |0>: I and Z give 1, X and Y give 0. */
function* expectation(
  { wasm }: StabilizerEngine,
  { qubitCount, placeOf }: CompactCircuit,
  { terms }: Observable,
  scratch: number,
  meter: Meter,
): Slices<number> {
  const { gate } = tableauCosts(qubitCount);
  const letters = new Uint8Array(wasm.memory.buffer, scratch, qubitCount);
  let sum = 0;
  for (const { coefficient, pauli } of terms) {
    letters.fill(0);
    let isZero = false;
    for (let qubit = 0; qubit < pauli.length; qubit++) {
      const letter = letterBits[pauli.charAt(pauli.length - 1 - qubit)] ?? 0;
      const place = placeOf.get(qubit);
      if (place === undefined) isZero ||= (letter & 1) === 1;
      else letters[place] = letter;
    }
    if (!isZero) sum += coefficient * wasm.pauliExpectation(scratch);
    if (meter.take(gate * qubitCount)) yield;
  }
  return sum;
}

// Bit 0: x, bit 1: z.
const letterBits: Readonly<Record<string, number>> = { X: 1, Z: 2, Y: 3 };

/** As Qiskit writes them: registers from last declared to first, bit 0 rightmost. */
function charactersOf({ bitRegisters }: Circuit): readonly number[] {
  return bitRegisters.toReversed().flatMap(({ offset, size }) => Array.from({ length: size }, (_, k) => offset + size - 1 - k));
}

/** A space between two registers. */
function withSpaces({ bitRegisters }: Circuit, counts: Map<string, number>): Map<string, number> {
  if (bitRegisters.length < 2) return counts;
  const ends: number[] = [];
  for (const { size } of bitRegisters.toReversed()) ends.push((ends.at(-1) ?? 0) + size);
  const split = (outcome: string): string => ends.map((end, k) => outcome.slice(ends[k - 1] ?? 0, end)).join(" ");
  return new Map([...counts].map(([outcome, count]) => [split(outcome), count]));
}

function sortedByOutcome(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
