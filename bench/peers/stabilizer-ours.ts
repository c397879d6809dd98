// Our stabilizer engine as a child process of bench/stabilizer.bench.ts, one on each runtime, with the line protocol of stim_peer.py. Requests:
//   {"do": "load", "stim"}                             a circuit in Stim's language; {"do": "load", "ghzQubitCount"}: a GHZ state, measured
//   {"do": "run", "shots", "repeats", "seed"}   -> {"ms": [...], "ones": n, "lastOnes": n}
// A run is everything from the circuit to the counts. `ones`: of the last run, characters 1 in all outcomes; `lastOnes`: shots whose last
// character, the observable or the last qubit, is 1.

import process from "node:process";
import { createInterface } from "node:readline";
import { drive } from "../../src/simulator/slices.ts";
import { createStabilizerEngine, runProgram, runStabilizer } from "../../src/simulator/stabilizer/index.ts";
import { loadSimulatorModules } from "../../test/fixtures/wasm.ts";
import { circuitOf, gateOn, measureAll } from "../../test/oracle/random-circuit.ts";
import { parseStimCircuit } from "../support/stim-circuit.ts";

type Request =
  | { readonly do: "load"; readonly stim?: string; readonly ghzQubitCount?: number }
  | { readonly do: "run"; readonly shots: number; readonly repeats: number; readonly seed: number };

type Run = (shots: number, seed: bigint) => ReadonlyMap<string, number>;

const engine = createStabilizerEngine((await loadSimulatorModules()).stabilizer);
let runLoaded: Run | undefined;

const { bun, deno, node } = process.versions;
const version = bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node ${node}`;
process.stdout.write(`${JSON.stringify({ version })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  let reply: object;
  try {
    reply = answer(JSON.parse(line) as Request);
  } catch (error) {
    reply = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
process.exit(0);

function answer(request: Request): object {
  if (request.do === "load") {
    runLoaded = request.stim === undefined ? ghz(request.ghzQubitCount ?? 0) : memoryCircuit(request.stim);
    return {};
  }
  if (runLoaded === undefined) throw new Error("nothing was loaded");
  const ms: number[] = [];
  let counts: ReadonlyMap<string, number> = new Map();
  for (let repeat = 0; repeat < request.repeats; repeat++) {
    const startMs = performance.now();
    counts = runLoaded(request.shots, BigInt(request.seed + repeat));
    ms.push(performance.now() - startMs);
  }
  let ones = 0;
  let lastOnes = 0;
  let shots = 0;
  for (const [outcome, count] of counts) {
    for (let k = 0; k < outcome.length; k++) if (outcome[k] === "1") ones += count;
    if (outcome.endsWith("1")) lastOnes += count;
    shots += count;
  }
  if (shots !== request.shots) throw new Error(`${request.shots} shots gave ${shots} outcomes`);
  return { ms, ones, lastOnes };
}

function ghz(qubitCount: number): Run {
  const chain = Array.from({ length: qubitCount - 1 }, (_, k) => gateOn("cx", [k, k + 1]));
  const circuit = circuitOf(qubitCount, [gateOn("h", [0]), ...chain, ...measureAll(qubitCount)], qubitCount);
  return (shots, seed) => drive(runStabilizer(engine, { id: "bench", circuit, shots, seed, observables: [] })).counts;
}

/** Detectors, then observables. */
function memoryCircuit(stim: string): Run {
  const { program, measurementCount, detectorCount, observableCount } = parseStimCircuit(stim);
  const characters = Array.from({ length: detectorCount + observableCount }, (_, k) => measurementCount + k);
  return (shots, seed) => drive(runProgram(engine, program, { shots, seed, characters }));
}
