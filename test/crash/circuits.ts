// Circuits of the load: some end before anybody looks, some run long enough to be met by a kill.

import { slowCircuit } from "../fixtures/slow-circuit.ts";

const header = 'OPENQASM 3.0; include "stdgates.inc";';

export const circuits: readonly string[] = [
  `${header} qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;`,
  slowCircuit({ qubitCount: 4, layerCount: 10 }),
  slowCircuit({ qubitCount: 10, layerCount: 60 }),
  slowCircuit({ qubitCount: 18, layerCount: 60 }), // About 200 ms.
];
