// The exact distribution of a circuit's outcomes, branches and mid-circuit measurements included: every measurement splits the world in two,
// each with its own dense state. Exponential in everything, and that obvious.

import type { Circuit, Condition, Operation } from "../../src/model/circuit.ts";
import type { Complex } from "../../src/model/gates.ts";
import { applyDense, probabilities, zeroState } from "./dense-reference.ts";

interface World {
  readonly state: readonly Complex[]; // not normalised: its norm is the world's probability
  readonly bits: readonly number[];
}

/** Outcome strings as Qiskit writes them, with their probabilities; empty for a circuit without classical bits. */
export function outcomeDistribution(circuit: Circuit): Map<string, number> {
  if (circuit.bitCount === 0) return new Map();
  const start: World = { state: zeroState(circuit.qubitCount), bits: Array.from({ length: circuit.bitCount }, () => 0) };
  const worlds = circuit.operations.reduce<readonly World[]>(merge, [start]);
  const distribution = new Map<string, number>();
  for (const { state, bits } of worlds) {
    const probability = probabilities(state).reduce((sum, p) => sum + p, 0);
    const outcome = [...circuit.bitRegisters]
      .reverse()
      .map(({ offset, size }) =>
        bits
          .slice(offset, offset + size)
          .reverse()
          .join(""),
      )
      .join(" ");
    distribution.set(outcome, (distribution.get(outcome) ?? 0) + probability);
  }
  for (const [outcome, probability] of distribution) if (probability < 1e-12) distribution.delete(outcome);
  return distribution;
}

function merge(worlds: readonly World[], operation: Operation): readonly World[] {
  return worlds.flatMap((world) => step(world, operation));
}

function step(world: World, operation: Operation): readonly World[] {
  switch (operation.kind) {
    case "gate":
      return [{ ...world, state: applyDense(world.state, operation) }];
    case "measure":
      return split(world, operation.qubit).map(({ state, value }) => ({ state, bits: world.bits.with(operation.bit, value) }));
    case "reset":
      return split(world, operation.qubit).map(({ state, value }) => ({
        state: value === 0 ? state : applyDense(state, { kind: "gate", gate: "x", qubits: [operation.qubit], angles: [] }),
        bits: world.bits,
      }));
    case "if":
      return (isTrue(operation.condition, world.bits) ? operation.then : operation.otherwise).reduce<readonly World[]>(merge, [
        world,
      ]);
    default:
      return [world];
  }
}

/** The worlds in which the qubit is 0 and 1; one without any weight is left out. */
function split({ state }: World, qubit: number): { readonly state: readonly Complex[]; readonly value: 0 | 1 }[] {
  return ([0, 1] as const)
    .map((value) => ({ value, state: state.map((amplitude, k): Complex => (((k >> qubit) & 1) === value ? amplitude : [0, 0])) }))
    .filter((half) => probabilities(half.state).some((p) => p > 1e-15));
}

function isTrue(condition: Condition, bits: readonly number[]): boolean {
  switch (condition.kind) {
    case "bit":
      return bits[condition.bit] === condition.value;
    case "not":
      return !isTrue(condition.operand, bits);
    case "and":
      return isTrue(condition.left, bits) && isTrue(condition.right, bits);
    case "or":
      return isTrue(condition.left, bits) || isTrue(condition.right, bits);
    case "register": {
      const value = condition.bits.reduceRight((sum, bit) => sum * 2n + BigInt(bits[bit] ?? 0), 0n);
      const compared = { "==": value === condition.value, "!=": value !== condition.value, "<": value < condition.value };
      const others = { "<=": value <= condition.value, ">": value > condition.value, ">=": value >= condition.value };
      return { ...compared, ...others }[condition.comparison];
    }
  }
}
