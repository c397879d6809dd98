// Our simulator as a child process of the bench, one on each runtime, with the line protocol of simulators.py. Requests:
//   {"do": "load", "name", "openqasm"}                               parses the circuit
//   {"do": "run", "name", "build", "what", "repeats", "indices"}     -> {"ms": [...], "probabilities": [...]}
//        what: "run" (the plan is ready), "plan+run", "plan", "sample" (10 000 shots of the final state) or "counts" (a job's 1 024 shots)
//   {"do": "loadNoise", "name", "program"} and {"do": "runNoise", "name", "build", "shots", "seed"}  -> {"ms", "counts"} or {"notBuilt": true}

import process from "node:process";
import { createInterface } from "node:readline";
import type { Circuit } from "../../src/model/circuit.ts";
import { parseQasm } from "../../src/qasm/index.ts";
import type { NoiseProgram } from "./noise-program.ts";
import { type Build, type OurEngine, openEngine, type Plan } from "./ours-engine.ts";

interface Request {
  readonly do: "load" | "run" | "loadNoise" | "runNoise";
  readonly name: string;
  readonly openqasm?: string;
  readonly build?: Build;
  readonly what?: "run" | "plan+run" | "plan" | "sample" | "counts";
  readonly repeats?: number;
  readonly indices?: readonly number[];
  readonly program?: NoiseProgram;
  readonly shots?: number;
  readonly seed?: number;
}

const sampledShots = 10_000;
const countedShots = 1_024;

const circuits = new Map<string, Circuit>();
const programs = new Map<string, NoiseProgram>();
const engines = new Map<string, OurEngine>();
const plans = new Map<string, Plan>();

process.stdout.write(`${JSON.stringify({ version: runtimeVersion() })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  let reply: object;
  try {
    reply = await answer(JSON.parse(line) as Request);
  } catch (error) {
    reply = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
process.exit(0);

async function answer(request: Request): Promise<object> {
  const { name } = request;
  if (request.do === "load") {
    const circuit = parseQasm(request.openqasm ?? "");
    if (!circuit.ok) throw new Error(JSON.stringify(circuit.error));
    circuits.set(name, circuit.value);
    return {};
  }
  if (request.do === "loadNoise") {
    if (request.program !== undefined) programs.set(name, request.program);
    return {};
  }
  if (request.build === undefined) throw new Error("a run names its build");
  const engine = await engineOf(request.build);
  if (request.do === "runNoise") return runNoise(engine, request);
  return run(engine, request);
}

/** One engine per build: what a worker of the kernel keeps warm. */
async function engineOf(build: Build): Promise<OurEngine> {
  const key = JSON.stringify(build);
  const engine = engines.get(key) ?? (await openEngine(build));
  engines.set(key, engine);
  return engine;
}

function run(engine: OurEngine, { name, what = "run", repeats = 1, indices = [], build }: Request): object {
  const circuit = circuits.get(name);
  if (circuit === undefined) throw new Error(`${name} was not loaded`);
  const key = `${name} ${JSON.stringify(build)}`;
  const plan = plans.get(key) ?? engine.plan(circuit);
  plans.set(key, plan);
  const ms: number[] = [];
  if (what === "sample") engine.run(plan);
  let consumed = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const startMs = performance.now();
    if (what === "run") engine.run(plan);
    else if (what === "plan+run") engine.run(engine.plan(circuit));
    else if (what === "plan") consumed += Number(engine.plan(circuit) !== plan);
    else if (what === "sample") consumed += engine.sample(sampledShots, BigInt(repeat));
    else consumed += countTotal(engine.countsOf(circuit, countedShots, BigInt(repeat)));
    ms.push(performance.now() - startMs);
  }
  if (what === "counts" && consumed !== countedShots * repeats) throw new Error(`${consumed} shots in ${repeats} runs`);
  const probabilities = what === "run" || what === "plan+run" ? indices.map((index) => engine.probability(index)) : [];
  return { ms, probabilities, consumed };
}

async function runNoise(engine: OurEngine, { name, shots = 0, seed = 0 }: Request): Promise<object> {
  const program = programs.get(name);
  if (program === undefined) throw new Error(`${name} was not loaded`);
  if (engine.noisyCountsOf === undefined) return { notBuilt: true };
  const startMs = performance.now();
  const counts = await engine.noisyCountsOf(program, shots, BigInt(seed));
  return { ms: [performance.now() - startMs], counts: Object.fromEntries(counts) };
}

function countTotal(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

function runtimeVersion(): string {
  const { bun, deno, node } = process.versions;
  if (bun !== undefined) return `Bun ${bun}`;
  return deno === undefined ? `Node ${node}` : `Deno ${deno}`;
}
