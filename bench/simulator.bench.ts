// `npm run bench:simulator -- [--json FILE] [--quick] [--only ROW] [--peers none|LIST] [--runtimes none|LIST] [--python PEER=PYTHON]`:
// our simulator beside native ones on the circuits of ../shared/data/simulation, in one run. Each round gives every contestant its turn, so
// that a slow moment of the machine hits all of them. What a contestant computed is compared with the others; a wrong answer fails the bench.
//
// Peers time their own compiled call. Ours are timed with the plan made before ("run", against Qulacs, whose circuit is optimised before)
// and with planning inside ("plan+run", against Aer and qsim, which fuse inside the call).
//
// The first full run installs the peers under build/ and compiles Qulacs there for this machine (peers/build-qulacs.sh, minutes); before that a
// quick run takes the wheel, which is slower.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { limits } from "../src/base/limits.ts";
import { parseQasm } from "../src/qasm/index.ts";
import { residentMb } from "../test/support/process.ts";
import { root } from "../tools/runtime.mjs";
import { type Goal, type SimulatedRow, simulatedRows, simulatorGoals } from "./goals.ts";
import type { Peer } from "./peers/child.ts";
import {
  allThreads,
  isMissing,
  type Precision,
  type PythonPeerName,
  peerNames,
  pythonPeers,
  qulacsOfThisMachine,
  type RuntimeName,
  runtimeNames,
  startOurs,
  startPython,
  startQuantumCircuit,
  type Threads,
} from "./peers/contestants.ts";
import { disagreement } from "./peers/noise-agreement.ts";
import { createNoiseProgram, type RawDevice } from "./peers/noise-program.ts";
import type { Build } from "./peers/ours-engine.ts";
import { type Measured, percentile, quartiles, report } from "./support/report.ts";

const allRows = [...simulatedRows, "f_bell", "memory", "noise"] as const;
const options = readOptions();
const rounds = options.isQuick ? 2 : 7;
/** A contestant that takes longer than this for one run has fewer rounds, but at least five. */
const slowMs = 2_000;
/** One turn repeats a short run for about this long, and gives the median. */
const turnMs = 40;
const turnRepeatsMax = 500;
const noiseShots = 4096;
const judgedBuild: Build = { kernels: "fast", precision: "f64", threads: "one" };
const data = join(root, "../shared/data");

interface Contestant {
  /** "qulacs f64", "bun fast f64 run" and the like. */
  readonly name: string;
  readonly threads: Threads;
  readonly precision: Precision;
  turn(repeats: number): Promise<{ ms: readonly number[]; probabilities?: readonly number[] }>;
}

interface Sampled {
  readonly contestant: Contestant;
  readonly ms: readonly number[];
}

const precisionsOf: Readonly<Record<PythonPeerName, readonly Precision[]>> = {
  qulacs: ["f64"],
  aer: ["f64", "f32"],
  qsim: ["f32"],
};

const measured: Measured[] = [];
const context: Record<string, string> = {
  mode: options.isQuick ? "quick: shows that the bench works, judges nothing" : `full: ${rounds} rounds`,
  threads: `one, and all ${allThreads}; ours takes one below ${limits.threadQubitCountMin} qubits, as the kernel does`,
};
const wrongAnswers: string[] = [];
const details: object[] = [];
const peers = new Map<string, Peer>();

await startPeers();
for (const row of options.rows) {
  if (row === "memory") await measureMemory();
  else if (row === "noise") await measureNoise();
  else if (row === "f_bell") await measureBell();
  else await measureRow(row);
}
for (const peer of peers.values()) peer.close();
for (const wrong of wrongAnswers) process.stdout.write(`WRONG ANSWER  ${wrong}\n`);
report("bench:simulator", measured, context, options);
if (options.jsonFile !== undefined) addDetails(options.jsonFile);
process.exit(wrongAnswers.length > 0 ? 1 : 0);

function readOptions() {
  const { values } = parseArgs({
    options: {
      json: { type: "string" },
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true },
      peers: { type: "string" },
      runtimes: { type: "string" },
      python: { type: "string", multiple: true },
    },
  });
  const rows = chosen("--only", values.only?.join(","), allRows);
  const peers = chosen("--peers", values.peers, peerNames);
  const runtimes = chosen("--runtimes", values.runtimes, runtimeNames);
  const pythons = new Map((values.python ?? []).map((pair) => pair.split("=", 2) as [string, string]));
  return { jsonFile: values.json, isQuick: values.quick, isSmoke: values.quick, rows, peers, runtimes, pythons };
}

/** All of them, none, or those of a list. */
function chosen<Name extends string>(option: string, list: string | undefined, names: readonly Name[]): readonly Name[] {
  const wanted = list === undefined ? names : list === "none" ? [] : list.split(",");
  const known = names.filter((name) => wanted.includes(name));
  if (known.length < wanted.length) fail(`${option} takes none, or a list of ${names.join(", ")}`);
  return known;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(64);
}

function progress(message: string): void {
  process.stderr.write(`${message}\n`);
}

async function startPeers(): Promise<void> {
  for (const name of peerNames) {
    if (!options.peers.includes(name)) {
      context[name] = "left out: --peers";
      continue;
    }
    progress(`starting ${name} …`);
    for (const threads of name === "quantum-circuit" ? (["one"] as const) : (["one", "all"] as const)) {
      const started = name === "quantum-circuit" ? await startQuantumCircuit() : await startPython(name, threads, pythonOf(name));
      if (isMissing(started)) {
        context[name] = `left out: ${started.missing}`;
        break;
      }
      peers.set(`${name} ${threads}`, started);
      context[name] = String(started.hello.version);
    }
  }
  if (context.qulacs?.includes("without SIMD")) {
    context.caution = "Qulacs could not be built for this machine; its wheel is up to five times slower, so its bars flatter us";
  }
}

/** An interpreter that has the peer already; undefined when an environment is to be made for it. */
function pythonOf(name: PythonPeerName): string | undefined {
  const given = options.pythons.get(name);
  return given !== undefined || name !== "qulacs" ? given : qulacsOfThisMachine(!options.isQuick);
}

async function measureRow(row: SimulatedRow): Promise<void> {
  const openqasm = readCircuit(row);
  if (openqasm === undefined) return;
  progress(`${row}: warming up`);
  const indices = checkedIndices(openqasm);
  const contestants = await peerContestants(row, openqasm, indices);
  const ours = await startAllOurs(row, openqasm);
  for (const [runtime, peer] of ours) {
    for (const build of builds()) {
      for (const what of build.precision === "f64" ? (["run", "plan+run"] as const) : (["plan+run"] as const)) {
        contestants.push(await ourContestant(row, runtime, peer, build, what, indices));
      }
    }
    if (row === "c_qv20") {
      for (const what of ["sample", "plan"] as const) {
        contestants.push(await ourContestant(row, runtime, peer, judgedBuild, what, []));
      }
    }
  }
  const samples = await interleave(row, contestants, indices);
  printRow(row, samples);
  judgeRow(row, samples);
  for (const peer of ours.values()) peer.close();
  for (const peer of peers.values()) if (peer !== peers.get("quantum-circuit one")) await peer.ask({ do: "drop" });
}

function readCircuit(row: string): string | undefined {
  const file = join(data, "simulation", `${row}.qasm`);
  if (existsSync(file)) return readFileSync(file, "utf8");
  context[row] = "left out: the public circuits are not beside this checkout";
  return undefined;
}

/** The two ends, where a GHZ state has its weight, and a dozen scattered between. */
function checkedIndices(openqasm: string): readonly number[] {
  const size = 2 ** parsed(openqasm).qubitCount;
  const scattered = Array.from({ length: 12 }, (_, k) => (Math.imul(k + 1, 0x9e3779b1) >>> 0) % size);
  return [...new Set([0, size - 1, ...scattered])];
}

function parsed(openqasm: string) {
  const circuit = parseQasm(openqasm);
  if (!circuit.ok) throw new Error(JSON.stringify(circuit.error));
  return circuit.value;
}

async function peerContestants(row: string, openqasm: string, indices: readonly number[]): Promise<Contestant[]> {
  const { qubitCount, operations } = parsed(openqasm);
  const gates = operations.flatMap((o) => (o.kind === "gate" ? [[o.gate, o.qubits, o.angles]] : []));
  const contestants: Contestant[] = [];
  for (const name of pythonPeers) {
    for (const threads of ["one", "all"] as const) {
      const peer = peers.get(`${name} ${threads}`);
      if (peer === undefined) continue;
      for (const precision of precisionsOf[name]) {
        const key = `${row} ${precision}`;
        await peer.ask({ do: "load", name: key, qubitCount, gates, precision });
        const fusion = name === "qsim" ? await bestFusion(peer, key, indices) : undefined;
        const request = { do: "run", name: key, indices, ...(fusion === undefined ? {} : { fusion }) };
        contestants.push({
          name: `${name} ${precision}${fusion === undefined ? "" : ` fusion ${fusion}`}`,
          threads,
          precision,
          turn: (repeats) => peer.ask({ ...request, repeats }),
        });
      }
    }
  }
  return contestants;
}

/** Gates of up to so many qubits are fused; which is best depends on the circuit, so each is tried. */
async function bestFusion(peer: Peer, name: string, indices: readonly number[]): Promise<number> {
  let best = { fusion: 2, ms: Number.POSITIVE_INFINITY };
  for (let fusion = 2; fusion <= 6; fusion++) {
    const { ms } = await peer.ask<{ ms: number[] }>({ do: "run", name, indices, fusion, repeats: 3 });
    const fastest = Math.min(...ms);
    if (fastest < best.ms) best = { fusion, ms: fastest };
  }
  return best.fusion;
}

/** Fresh processes for each row: WASM memory never shrinks. */
async function startAllOurs(row: string, openqasm: string): Promise<Map<RuntimeName, Peer>> {
  const ours = new Map<RuntimeName, Peer>();
  for (const runtime of options.runtimes) {
    const started = await startOurs(runtime);
    if (isMissing(started)) {
      context[runtime] = `left out: ${started.missing}`;
      continue;
    }
    context[runtime] = String(started.hello.version);
    await started.ask({ do: "load", name: row, openqasm });
    ours.set(runtime, started);
  }
  return ours;
}

function builds(): readonly Build[] {
  const kernels = ["plain", "fast"] as const;
  const precisions = ["f64", "f32"] as const;
  const threads = ["one", "all"] as const;
  return kernels.flatMap((k) => precisions.flatMap((p) => threads.map((t) => ({ kernels: k, precision: p, threads: t }))));
}

type What = "run" | "plan+run" | "plan" | "sample" | "counts";

async function ourContestant(
  name: string,
  runtime: RuntimeName,
  peer: Peer,
  build: Build,
  what: What,
  indices: readonly number[],
): Promise<Contestant> {
  const request = { do: "run", name, build, what, indices };
  // Engines compile a function better after some calls; the last of these decides nothing.
  await peer.ask({ ...request, repeats: 3 });
  return {
    name: `${runtime} ${build.kernels} ${build.precision} ${what}`,
    threads: build.threads,
    precision: build.precision,
    turn: (repeats) => peer.ask({ ...request, repeats }),
  };
}

/** Rounds in which each contestant has its turn; the first turn warms up, sizes the others and shows the answer. */
async function interleave(row: string, contestants: readonly Contestant[], indices: readonly number[]): Promise<Sampled[]> {
  const samples = contestants.map((contestant) => ({ contestant, ms: [] as number[], repeats: 1, roundCount: rounds }));
  const answers: Answer[] = [];
  for (const sample of samples) {
    const { contestant } = sample;
    const { ms, probabilities = [] } = await contestant.turn(2);
    const warmMs = Math.min(...ms);
    sample.repeats = Math.max(1, Math.min(turnRepeatsMax, Math.round(turnMs / warmMs)));
    if (warmMs > slowMs) sample.roundCount = Math.min(rounds, 5);
    if (probabilities.length === indices.length && indices.length > 0) answers.push({ contestant, probabilities });
  }
  checkAnswers(row, answers);
  for (let round = 0; round < rounds; round++) {
    progress(`${row}: round ${round + 1} of ${rounds}`);
    for (const sample of samples) {
      if (round >= sample.roundCount) continue;
      const { ms } = await sample.contestant.turn(sample.repeats);
      sample.ms.push(percentile(ms, 0.5));
    }
  }
  return samples;
}

interface Answer {
  readonly contestant: Contestant;
  readonly probabilities: readonly number[];
}

/** All against the first in double precision. */
function checkAnswers(row: string, answers: readonly Answer[]): void {
  const wanted = answers.find(({ contestant }) => contestant.precision === "f64") ?? answers[0];
  if (wanted === undefined) return;
  // Relative to the largest of the compared probabilities, which are far below 1 on dense states.
  const largest = Math.max(...wanted.probabilities);
  for (const { contestant, probabilities } of answers) {
    const isDouble = contestant.precision === "f64" && wanted.contestant.precision === "f64";
    const distances = wanted.probabilities.map((value, k) => Math.abs(value - (probabilities[k] ?? Number.NaN)));
    const distance = Math.max(...distances) / largest;
    if (distance <= (isDouble ? 1e-6 : 1e-3)) continue;
    const { name, threads } = contestant;
    wrongAnswers.push(`${row}: ${name}, ${threads}: probabilities differ from those of ${wanted.contestant.name} by ${distance}`);
  }
}

function printRow(row: string, samples: readonly Sampled[]): void {
  process.stdout.write(`\n${row}: median ms (quartiles)\n`);
  const names = [...new Set(samples.map(({ contestant }) => contestant.name))];
  for (const name of names) {
    const cells = (["one", "all"] as const).map((threads) => {
      const sample = samples.find(({ contestant }) => contestant.name === name && contestant.threads === threads);
      if (sample === undefined) return "";
      const [low, high] = quartiles(sample.ms);
      details.push({ row, contestant: name, threads, ms: percentile(sample.ms, 0.5), quartiles: [low, high] });
      return `${threads === "one" ? "one thread" : "all threads"} ${show(percentile(sample.ms, 0.5))} (${show(low)} to ${show(high)})`;
    });
    process.stdout.write(`  ${name.padEnd(26)}${cells[0]?.padEnd(40)}${cells[1]}\n`);
  }
}

function show(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3);
}

function judgeRow(row: SimulatedRow, samples: readonly Sampled[]): void {
  if (options.runtimes.length === 0) return;
  judge(simulatorGoals.qulacs[row], peerOf(samples, "qulacs f64"), oursOf(samples, "f64 run"));
  judge(simulatorGoals.qsim[row], peerOf(samples, "qsim f32"), oursOf(samples, "f32 plan+run"));
  judge(simulatorGoals.aer[row], peerOf(samples, "aer f64"), oursOf(samples, "f64 plan+run"));
  if (row !== "c_qv20") return;
  const runMs = oursOf(samples, "f64 run");
  const sampleMs = oursOf(samples, "f64 sample");
  measured.push({ goal: simulatorGoals.sampling, value: percentile(sampleMs, 0.5) / percentile(runMs, 0.5) });
  const planMs = oursOf(samples, "f64 plan");
  measured.push({ goal: simulatorGoals.planning, value: percentile(planMs, 0.5), spread: quartiles(planMs) });
}

function peerOf(samples: readonly Sampled[], start: string): readonly number[] {
  return samples.find(({ contestant }) => contestant.name.startsWith(start) && contestant.threads === "one")?.ms ?? [];
}

/** Per round the median of the runtimes, with the fast kernels on one thread. */
function oursOf(samples: readonly Sampled[], end: string): readonly number[] {
  const ours = samples.filter(({ contestant }) => contestant.threads === "one" && contestant.name.endsWith(` fast ${end}`));
  const roundCount = Math.min(...ours.map(({ ms }) => ms.length));
  if (!Number.isFinite(roundCount)) return [];
  return Array.from({ length: roundCount }, (_, round) =>
    percentile(
      ours.map(({ ms }) => ms[round] ?? Number.NaN),
      0.5,
    ),
  );
}

/** The ratio of medians; its spread is that of the ratios round by round. A bar whose peer was left out is not judged. */
function judge(goal: Goal, peerMs: readonly number[], oursMs: readonly number[]): void {
  if (peerMs.length === 0) return;
  const ratios = peerMs.slice(0, oursMs.length).map((ms, round) => ms / (oursMs[round] ?? Number.NaN));
  if (ratios.length === 0) measured.push({ goal, value: Number.NaN });
  else measured.push({ goal, value: percentile(peerMs, 0.5) / percentile(oursMs, 0.5), spread: quartiles(ratios) });
}

async function measureBell(): Promise<void> {
  const row = "f_bell";
  const openqasm = readCircuit(row);
  if (openqasm === undefined) return;
  const ours = await startAllOurs(row, openqasm);
  const contestants: Contestant[] = [];
  for (const [runtime, peer] of ours) {
    for (const kernels of ["plain", "fast"] as const) {
      const build: Build = { kernels, precision: "f64", threads: "one" };
      // A job this short runs compiled code only after many like it.
      const contestant = await ourContestant(row, runtime, peer, build, "counts", []);
      await contestant.turn(2000);
      contestants.push(contestant);
    }
  }
  const other = peers.get("quantum-circuit one");
  if (other !== undefined) {
    context["quantum-circuit"] = `${other.hello.version}: Bell only, it takes seconds to minutes for a larger row`;
    const turn = (repeats: number) => other.ask<{ ms: number[] }>({ repeats });
    await turn(200);
    contestants.push({ name: "quantum-circuit", threads: "one", precision: "f64", turn });
  }
  const samples = await interleave(row, contestants, []);
  printRow(row, samples);
  if (ours.size === 0) return;
  const us = oursOf(samples, "f64 counts").map((ms) => 1000 * ms);
  measured.push({ goal: simulatorGoals.bell, value: percentile(us, 0.5), spread: quartiles(us) });
  for (const peer of ours.values()) peer.close();
}

/** What the process grows by, at its peak, when its first large run is one of 24 qubits. */
async function measureMemory(): Promise<void> {
  const large = readCircuit("g_rcz24");
  const small = readCircuit("f_bell");
  if (large === undefined || small === undefined || options.runtimes.length === 0) return;
  if (!existsSync("/proc/self/status")) {
    context.memory = "left out: this platform has no /proc";
    return;
  }
  process.stdout.write("\nmemory: MiB beside the state\n");
  let worst = 0;
  for (const [runtime, peer] of await startAllOurs("f_bell", small)) {
    await peer.ask({ do: "run", name: "f_bell", build: judgedBuild, what: "run", repeats: 50 });
    await peer.ask({ do: "load", name: "g_rcz24", openqasm: large });
    const beforeMib = residentMb(peer.pid);
    await peer.ask({ do: "run", name: "g_rcz24", build: judgedBuild, what: "plan+run", repeats: 1 });
    const beside = peakMib(peer.pid) - beforeMib - 256;
    process.stdout.write(`  ${runtime.padEnd(26)}${beside.toFixed(0)}\n`);
    worst = Math.max(worst, beside);
    peer.close();
  }
  measured.push({ goal: simulatorGoals.memory, value: worst });
}

function peakMib(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** Aer and ours with the very same channels, on one thread each: a task of ours is one worker's, and a pool runs as many side by side. */
async function measureNoise(): Promise<void> {
  const device = readDevice("guadalupe");
  if (device === undefined) return;
  const program = createNoiseProgram(device, 20, 1);
  const request = { do: "runNoise", name: "noise" };
  const runs = new Map<string, NoiseRun>();
  const aer = peers.get("aer one");
  if (aer !== undefined) {
    await aer.ask({ do: "loadNoise", name: "noise", program });
    // Its option shot_branching_enable was tried, too: three times slower on these channels.
    runs.set("aer", { ms: [], ask: (seed, shots) => aer.ask({ ...request, shots, seed }) });
  }
  const ours: Peer[] = [];
  for (const runtime of options.runtimes) {
    const peer = await startOurs(runtime);
    if (isMissing(peer)) continue;
    ours.push(peer);
    await peer.ask({ do: "loadNoise", name: "noise", program });
    for (const kernels of ["plain", "fast"] as const) {
      const build: Build = { kernels, precision: "f64", threads: "one" };
      const first = await peer.ask<NoiseAnswer>({ ...request, shots: 16, seed: 0, build });
      if (first.notBuilt !== true)
        runs.set(`${runtime} ${kernels}`, { ms: [], ask: (seed, shots) => peer.ask({ ...request, shots, seed, build }) });
    }
  }
  await interleaveNoise(runs, program.qubitCount);
  judgeNoise(runs);
  for (const peer of ours) peer.close();
}

interface NoiseAnswer {
  readonly ms: readonly number[];
  readonly counts: Readonly<Record<string, number>>;
  readonly notBuilt?: boolean;
}

interface NoiseRun {
  readonly ms: number[];
  readonly ask: (seed: number, shots: number) => Promise<NoiseAnswer>;
}

/** Distributions are compared in every round. Aer takes minutes for one, and has a fixed part, so that fewer shots cannot stand for all. */
async function interleaveNoise(runs: ReadonlyMap<string, NoiseRun>, qubitCount: number): Promise<void> {
  const shots = options.isQuick ? noiseShots / 16 : noiseShots;
  for (let round = 0; round < (options.isQuick ? 1 : 5); round++) {
    progress(`noise: round ${round + 1}`);
    let reference: { name: string; counts: Readonly<Record<string, number>> } | undefined;
    for (const [name, run] of runs) {
      const { ms, counts } = await run.ask(round + 1, shots);
      run.ms.push(...ms);
      reference ??= { name, counts };
      const difference = disagreement(reference.counts, counts, qubitCount);
      if (difference !== undefined)
        wrongAnswers.push(`noise: ${name} against ${reference.name}, seed ${round + 1}: ${difference}`);
    }
  }
}

function judgeNoise(runs: ReadonlyMap<string, NoiseRun>): void {
  process.stdout.write("\nnoise: median ms (quartiles), one thread\n");
  for (const [name, { ms }] of runs) {
    const [low, high] = quartiles(ms);
    details.push({ row: "noise", contestant: name, threads: "one", ms: percentile(ms, 0.5), quartiles: [low, high] });
    process.stdout.write(`  ${name.padEnd(26)}${show(percentile(ms, 0.5))} (${show(low)} to ${show(high)})\n`);
  }
  const named = [...runs];
  const medians = (is: (name: string) => boolean) => named.filter(([name]) => is(name)).map(([, { ms }]) => percentile(ms, 0.5));
  const [aerMs] = medians((name) => name === "aer");
  if (aerMs === undefined || options.runtimes.length === 0) return;
  const fastMs = medians((name) => name.endsWith(" fast"));
  const ourMs = fastMs.length > 0 ? fastMs : medians((name) => name.endsWith(" plain"));
  measured.push({ goal: simulatorGoals.noise, value: aerMs / percentile(ourMs, 0.5) });
}

function readDevice(name: string): RawDevice | undefined {
  const [configuration, properties] = ["conf", "props"].map((kind) => join(data, "devices/raw", `${kind}_${name}.json`));
  if (configuration === undefined || properties === undefined || !existsSync(configuration) || !existsSync(properties)) {
    context.noise = "left out: the published calibrations are not beside this checkout";
    return undefined;
  }
  return {
    configuration: JSON.parse(readFileSync(configuration, "utf8")),
    properties: JSON.parse(readFileSync(properties, "utf8")),
  };
}

/** The report's file, and beside its bars every contestant's figure and who ran. */
function addDetails(file: string): void {
  const written = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, `${JSON.stringify({ ...written, context, contestants: details }, null, 2)}\n`);
}
