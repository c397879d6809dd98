// Shot by shot through the tableau: for circuits whose branches change more than Paulis, which no frame can follow.

import { createShotUniforms } from "../../base/philox.ts";
import type { ComputeTask } from "../../ports/compute.ts";
import { createOutcomeWriter, isTrue } from "../classical-bits.ts";
import type { Meter, Slices } from "../slices.ts";
import { createTally, type Tallied } from "../tally.ts";
import { aligned, type StabilizerEngine } from "./engine.ts";
import type { StabilizerOperation, StabilizerProgram } from "./program.ts";
import { applyStep, type TableauCosts, tableauCosts } from "./tableau-run.ts";

/**
 * From a checkpoint before the first measurement, reset or branch; shot k draws uniforms (k, 0), (k, 1), …
 * in program order. The program is that of the task's circuit.
 */
export function* countShotByShot(
  engine: StabilizerEngine,
  task: ComputeTask,
  { qubitCount, bitCount, operations }: StabilizerProgram,
  meter: Meter,
): Slices<Tallied> {
  const { wasm } = engine;
  const uniforms = createShotUniforms(task.seed);
  const tableauBytes = aligned(wasm.tableauBytes(qubitCount));
  const tableau = engine.reserve(2 * tableauBytes);
  const checkpoint = tableau + tableauBytes;
  const walk: Walk = { engine, costs: tableauCosts(qubitCount), meter, bits: new Uint8Array(bitCount), draw: () => 0 };
  wasm.useTableau(tableau, qubitCount);
  wasm.initialise();
  const first = operations.findIndex(({ kind }) => kind === "measure" || kind === "reset" || kind === "if");
  yield* walkOperations(walk, operations.slice(0, first));
  wasm.copyTableau(checkpoint, tableau);

  const rest = operations.slice(first);
  const writeOutcome = createOutcomeWriter(task.circuit);
  const tally = createTally(task);
  for (let shot = 0; shot < task.shots; shot++) {
    // The copy costs about as much as a random outcome.
    if (meter.take(walk.costs.collapse)) yield;
    wasm.copyTableau(tableau, checkpoint);
    walk.bits.fill(0);
    let draw = 0;
    yield* walkOperations({ ...walk, draw: () => uniforms.uniform(shot, draw++) }, rest);
    tally.add(writeOutcome(walk.bits));
  }
  return tally.finish();
}

interface Walk {
  readonly engine: StabilizerEngine;
  readonly costs: TableauCosts;
  readonly meter: Meter;
  readonly bits: Uint8Array;
  readonly draw: () => number;
}

function* walkOperations(walk: Walk, operations: readonly StabilizerOperation[]): Slices<void> {
  const { engine, costs, meter, bits } = walk;
  for (const operation of operations) {
    if (meter.take(operation.kind === "measure" || operation.kind === "reset" ? costs.collapse : costs.gate)) yield;
    switch (operation.kind) {
      case "measure":
        bits[operation.bit] = measure(walk, operation.qubit);
        break;
      case "reset":
        if (measure(walk, operation.qubit) === 1) engine.wasm.applyPauli(operation.qubit, 1);
        break;
      case "if":
        yield* walkOperations(walk, isTrue(operation.condition, bits) ? operation.then : operation.otherwise);
        break;
      case "parity":
      case "pauli_noise":
      case "bit_noise":
      case "depolarize1":
      case "depolarize2":
        throw new Error(`no circuit has the operation ${operation.kind}`);
      default:
        applyStep(engine, operation);
    }
  }
}

function measure({ engine: { wasm }, draw }: Walk, qubit: number): 0 | 1 {
  const outcome = draw() < 0.5 ? 1 : 0;
  const pivot = wasm.pivotOf(qubit);
  if (pivot >= 0) wasm.collapse(qubit, pivot, outcome);
  return wasm.outcomeOf(qubit) === 1 ? 1 : 0;
}
