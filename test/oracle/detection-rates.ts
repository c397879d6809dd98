// How often each parity bit of a noisy stabilizer program comes out 1, exactly. One walk from the end to the start keeps, for every qubit, which parity bits an
// X or a Z at that moment would turn. Targets of noise are independent, so a bit that target c turns with probability q_c is 1 with probability
// (1 - prod(1 - 2 q_c)) / 2. For programs without branches, whose parity bits are 0 without noise.

import type { StabilizerOperation, StabilizerProgram } from "../../src/simulator/stabilizer/index.ts";

/** rates[k]: of the k-th parity operation. */
export function detectionRates({ qubitCount, bitCount, operations }: StabilizerProgram): number[] {
  // Sets of parity bits, as the bits of whole numbers.
  const x = Array.from({ length: qubitCount }, () => 0n);
  const z = Array.from({ length: qubitCount }, () => 0n);
  const read = Array.from({ length: bitCount }, () => 0n);
  const parities = operations.filter((operation) => operation.kind === "parity");
  // products[k]: prod(1 - 2 q_c) of parity k.
  const products = parities.map(() => 1);
  for (const [k, { bits }] of parities.entries()) for (const bit of bits) read[bit] = (read[bit] ?? 0n) ^ (1n << BigInt(k));

  /** One target; each of `turned` happens with probability `rate`, never two. */
  const hit = (turned: readonly bigint[], rate: number): void => {
    for (const k of products.keys()) {
      const count = turned.filter((set) => ((set >> BigInt(k)) & 1n) === 1n).length;
      if (count > 0) products[k] = (products[k] ?? 1) * (1 - 2 * count * rate);
    }
  };
  const ofPauli = (qubit: number, pauli: number): bigint =>
    (pauli & 1 ? (x[qubit] ?? 0n) : 0n) ^ (pauli & 2 ? (z[qubit] ?? 0n) : 0n);
  const add = (sets: bigint[], target: number, source: bigint): void => {
    sets[target] = (sets[target] ?? 0n) ^ source;
  };

  const stepBack = (operation: StabilizerOperation): void => {
    switch (operation.kind) {
      case "h":
        [x[operation.qubit], z[operation.qubit]] = [z[operation.qubit] ?? 0n, x[operation.qubit] ?? 0n];
        break;
      case "s":
        add(x, operation.qubit, ofPauli(operation.qubit, 2));
        break;
      case "cx":
        add(x, operation.first, ofPauli(operation.second, 1));
        add(z, operation.second, ofPauli(operation.first, 2));
        break;
      case "cz":
        add(x, operation.first, ofPauli(operation.second, 2));
        add(x, operation.second, ofPauli(operation.first, 2));
        break;
      case "measure":
        add(x, operation.qubit, read[operation.bit] ?? 0n);
        break;
      case "reset":
        x[operation.qubit] = 0n;
        z[operation.qubit] = 0n;
        break;
      case "pauli_noise":
        for (const qubit of operation.qubits) hit([ofPauli(qubit, operation.pauli)], operation.rate);
        break;
      case "bit_noise":
        for (const bit of operation.bits) hit([read[bit] ?? 0n], operation.rate);
        break;
      case "depolarize1":
        for (const qubit of operation.qubits) {
          hit(
            [1, 2, 3].map((pauli) => ofPauli(qubit, pauli)),
            operation.rate / 3,
          );
        }
        break;
      case "depolarize2":
        for (const [first, second] of operation.pairs) {
          const both = Array.from({ length: 15 }, (_, k) => ofPauli(first, (k + 1) & 3) ^ ofPauli(second, (k + 1) >> 2));
          hit(both, operation.rate / 15);
        }
        break;
      case "parity":
      case "pauli":
        break;
      default:
        throw new Error(`${operation.kind} is not known here`);
    }
  };
  for (const operation of operations.toReversed()) stepBack(operation);
  return products.map((product) => (1 - product) / 2);
}
