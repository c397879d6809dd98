// quantum-circuit from npm as a child process of the bench: `node quantum-circuit.mjs FOLDER`, where FOLDER holds its node_modules.
// It runs the Bell circuit only: larger rows take it seconds to minutes a run.

import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";

const require = createRequire(join(process.argv[2], "package.json"));
const QuantumCircuit = require("quantum-circuit");
process.stdout.write(`${JSON.stringify({ version: require("quantum-circuit/package.json").version })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const { repeats } = JSON.parse(line);
  const ms = [];
  let consumed = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const startMs = performance.now();
    consumed += bell(1024);
    ms.push(performance.now() - startMs);
  }
  const reply = consumed === 1024 * repeats ? { ms } : { error: `${consumed} shots in ${repeats} runs` };
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

function bell(shots) {
  const circuit = new QuantumCircuit(2);
  circuit.addGate("h", 0, 0);
  circuit.addGate("cx", 1, [0, 1]);
  circuit.run();
  return Object.values(circuit.measureAllMultishot(shots)).reduce((sum, count) => sum + count, 0);
}
