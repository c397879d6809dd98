// The energy of a hydrogen molecule (two qubits, 0.735 Å) over the angle of its ansatz: one circuit stored once, run with many values.
// Start a kernel (`npm start`), then `bun examples/energy-scan.ts`. The Hamiltonian is the one of Qiskit's tutorials (STO-3G, parity mapping,
// without nuclear repulsion); its ground state has -1.857275 Hartree.

import process from "node:process";
import { KernelClient, type Observable, QuantumCircuit } from "../src/client/index.ts";

const hydrogen: Observable = {
  name: "energy",
  terms: [
    { coefficient: -1.052373245772859, pauli: "II" },
    { coefficient: 0.39793742484318045, pauli: "IZ" },
    { coefficient: -0.39793742484318045, pauli: "ZI" },
    { coefficient: -0.01128010425623538, pauli: "ZZ" },
    { coefficient: 0.18093119978423156, pauli: "XX" },
  ],
};

const client = await KernelClient.connect(process.env.EIGEN_URL ?? "http://localhost:8080");

// |01> turned towards |10>: all that two electrons of this molecule do. Without measurements, so that the expectation is exact.
const ansatz = new QuantumCircuit().x(0).ry("theta", 1).cx(1, 0);
const { circuitId } = await client.storeCircuit(ansatz, { name: "hydrogen-ansatz" });

let lowest = { theta: 0, energy: Number.POSITIVE_INFINITY };
for (let step = -8; step <= 8; step++) {
  const theta = step / 20;
  const result = await client.runJob({ circuit: { circuitId }, shots: 1, parameters: { theta }, observables: [hydrogen] });
  const energy = result.expectationValues.energy ?? Number.NaN;
  console.log(`theta ${theta.toFixed(2).padStart(5)}  energy ${energy.toFixed(6)} Hartree`);
  if (energy < lowest.energy) lowest = { theta, energy };
}
console.log(`lowest: ${lowest.energy.toFixed(6)} Hartree at theta ${lowest.theta}`);

client.close();
