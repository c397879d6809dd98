// Circuits of the load: some end before anybody looks, some run long enough to be met by a kill.

const header = 'OPENQASM 3.0; include "stdgates.inc";';

function layers(qubits: number, rounds: number): string {
  return `${header} qubit[${qubits}] q; bit[${qubits}] c; for int k in [1:${rounds}] { ry(0.1 * k) q; cx q[0], q[${qubits - 1}]; } c = measure q;`;
}

export const circuits: readonly string[] = [
  `${header} qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;`,
  layers(4, 10),
  layers(10, 60),
  layers(14, 150), // About 200 ms.
];
