// Classical bits of one shot: conditions over them, and the outcome string that they make.

import type { Circuit, Condition } from "../model/circuit.ts";

/** bits[b]: value of classical bit b. */
export function isTrue(condition: Condition, bits: Uint8Array): boolean {
  switch (condition.kind) {
    case "bit":
      return bits[condition.bit] === condition.value;
    case "register":
      return compare(readUnsigned(condition.bits, bits), condition.comparison, condition.value);
    case "not":
      return !isTrue(condition.operand, bits);
    case "and":
      return isTrue(condition.left, bits) && isTrue(condition.right, bits);
    case "or":
      return isTrue(condition.left, bits) || isTrue(condition.right, bits);
  }
}

function readUnsigned(places: readonly number[], bits: Uint8Array): bigint {
  let value = 0n;
  for (let k = places.length - 1; k >= 0; k--) value = (value << 1n) | BigInt(bits[places[k] ?? 0] ?? 0);
  return value;
}

function compare(left: bigint, comparison: Extract<Condition, { kind: "register" }>["comparison"], right: bigint): boolean {
  switch (comparison) {
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
}

/** Writes outcomes as Qiskit does: registers from last declared to first, separated by a space, bit 0 rightmost. */
export function createOutcomeWriter(circuit: Circuit): (bits: Uint8Array) => string {
  const registers = [...circuit.bitRegisters].reverse();
  return (bits) => registers.map(({ offset, size }) => [...bits.subarray(offset, offset + size)].reverse().join("")).join(" ");
}
