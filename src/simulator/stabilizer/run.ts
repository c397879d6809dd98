// Runs a Clifford circuit of any width: one reference run through the tableau, then every shot as a Pauli frame over it. A circuit whose branches
// hold more than Paulis runs shot by shot through the tableau instead, which is right and slower.

import { type Circuit, hasOnlyFinalMeasurements } from "../../model/circuit.ts";
import type { Observable } from "../../model/result.ts";
import { noOutputs } from "../../model/simulation.ts";
import type { ComputeTask } from "../../ports/compute.ts";
import type { RunResult } from "../run.ts";
import { createMeter, type Meter, type Slices } from "../slices.ts";
import { aligned, type StabilizerEngine } from "./engine.ts";
import type { FrameProgram } from "./frame-program.ts";
import { countFrames } from "./frame-run.ts";
import { hasOnlyPauliBranches, type StabilizerProgram, type TranslatedCircuit, translate } from "./program.ts";
import { countShotByShot } from "./shot-run.ts";
import { createReferenceRun, tableauCosts } from "./tableau-run.ts";

/**
 * The task has passed admission, and whyNotStabilizer() has nothing against it. Throws OutOfMemoryError; any other throw is a bug.
 * Only one run at a time may use the engine. Counts are those of a state vector that runs shot by shot, shot for shot: a random outcome is 1 when
 * uniform (shot, draw) is below 1/2, draws counted over measurements and resets in program order.
 */
export function* runStabilizer(engine: StabilizerEngine, task: ComputeTask): Slices<RunResult> {
  const { circuit, shots, seed, outputs = noOutputs } = task;
  const meter = createMeter();
  const program = yield* translate(circuit, meter);
  if (!hasOnlyPauliBranches(program.operations)) {
    return { ...(yield* countShotByShot(engine, task, program, meter)), expectationValues: [] };
  }
  const { frames, expectationValues } = yield* runReference(engine, program, observedIn(task, program));
  if (circuit.bitCount === 0) return { counts: new Map(), expectationValues };
  const keepsShots = outputs.memory;
  const run = { ...program, program: frames, shots, seed, ...outcomeLayout(circuit), keepsShots };
  return { ...(yield* countFrames(engine, run)), expectationValues };
}

/** Outcomes of a program that no circuit tells, such as one with noise: how often the bits `characters` had each value, sorted. */
export function* runProgram(
  engine: StabilizerEngine,
  program: StabilizerProgram,
  options: {
    readonly shots: number;
    readonly seed: bigint;
    readonly characters: readonly number[];
    readonly blockShots?: number;
  },
): Slices<ReadonlyMap<string, number>> {
  const { frames } = yield* runReference(engine, program, undefined);
  return (yield* countFrames(engine, { ...program, ...options, program: frames, breaks: [], keepsShots: false })).counts;
}

/** Values wanted before the measurements of a circuit that has them last. Undefined: there are none to tell. */
interface Observed {
  readonly observables: readonly Observable[];
  readonly placeOf: TranslatedCircuit["placeOf"];
}

function observedIn({ circuit, observables }: ComputeTask, { placeOf }: TranslatedCircuit): Observed | undefined {
  return observables.length > 0 && hasOnlyFinalMeasurements(circuit) ? { observables, placeOf } : undefined;
}

function* runReference(
  engine: StabilizerEngine,
  { qubitCount, bitCount, operations }: StabilizerProgram,
  observed: Observed | undefined,
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
    expectationValues.push(yield* expectation(engine, { qubitCount, placeOf: observed.placeOf }, observable, scratch, meter));
  }
  yield* run.apply(operations.filter(({ kind }) => kind === "measure"));
  return { frames: run.finish(), expectationValues };
}

/** Exact: each Pauli string of a stabilizer state is -1, 0 or 1. Letters on idle qubits, which are |0>: I and Z give 1, X and Y give 0. */
function* expectation(
  { wasm }: StabilizerEngine,
  { qubitCount, placeOf }: Pick<TranslatedCircuit, "qubitCount" | "placeOf">,
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

/** As Qiskit writes them: registers from last declared to first with a space between, bit 0 rightmost. */
function outcomeLayout({ bitRegisters }: Circuit): {
  readonly characters: readonly number[];
  readonly breaks: readonly number[];
} {
  const registers = bitRegisters.toReversed();
  const characters = registers.flatMap(({ offset, size }) => Array.from({ length: size }, (_, k) => offset + size - 1 - k));
  const breaks: number[] = [];
  for (const { size } of registers.slice(0, -1)) breaks.push((breaks.at(-1) ?? 0) + size);
  return { characters, breaks };
}
