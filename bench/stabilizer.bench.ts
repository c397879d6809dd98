// `npm run bench:stabilizer [-- --json FILE] [-- --smoke]`: the stabilizer engine on Bun, Deno and Node, and beside them Stim, the fastest native
// one, where it can be installed. Rounds by turns, so that a slow moment of the machine hits all. Our figure is the median of the three runtimes and
// includes everything from the circuit to the counts of outcomes; Stim only fills an array of bits. What was computed is compared.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pythonWith } from "../test/support/python.ts";
import { pickRuntime, root } from "../tools/runtime.mjs";
import { stabilizerGoals } from "./goals.ts";
import { type Peer, startPeer } from "./peers/child.ts";
import { type Measured, percentile, quartiles, readBenchOptions, report } from "./support/report.ts";

const options = readBenchOptions(process.argv.slice(2));
const rounds = options.isSmoke ? 1 : 7;
const repeats = options.isSmoke ? 1 : 5;
const shots = options.isSmoke ? 1000 : 10_000;
const runtimes = ["bun", "deno", "node"] as const;
const surfaceCode = join(root, "../shared/data/qec/stim_surface_rotated_x_d9_p0.001.json");

interface Answer {
  readonly ms: readonly number[];
  readonly ones: number;
  readonly lastOnes: number;
}

interface Tally {
  readonly ms: number[];
  ones: number;
  lastOnes: number;
  shots: number;
}

const context: Record<string, string> = {
  mode: options.isSmoke
    ? "smoke: shows that the bench works, judges nothing"
    : `${rounds} rounds of ${repeats} runs, ${shots} shots a run`,
};
const measured: Measured[] = [];
const wrongAnswers: string[] = [];
const ours = await startOurs();
const stim = await startStim();

await measure("ghz", { ghzQubitCount: 1000 });
if (existsSync(surfaceCode)) {
  const { stim: text } = JSON.parse(readFileSync(surfaceCode, "utf8")) as { stim: string };
  await measure("surface", { stim: text });
} else {
  context.surface = `left out: ${surfaceCode} is not there`;
  measured.push({ goal: stabilizerGoals.surface, value: Number.NaN });
}

for (const peer of [...ours.values(), ...(stim === undefined ? [] : [stim])]) peer.close();
for (const wrong of wrongAnswers) process.stdout.write(`WRONG ANSWER  ${wrong}\n`);
report("bench:stabilizer", measured, context, options);
process.exit(wrongAnswers.length > 0 ? 1 : 0);

async function startOurs(): Promise<Map<string, Peer>> {
  const peers = new Map<string, Peer>();
  for (const name of runtimes) {
    const runtime = pickRuntime([name]);
    if (runtime === undefined) {
      context[name] = "left out: not installed on this platform";
      continue;
    }
    const script = join(root, "bench/peers/stabilizer-ours.ts");
    const peer = await startPeer({ command: runtime.command, args: [...runtime.launchArguments, script] });
    peers.set(String(peer.hello.version), peer);
  }
  return peers;
}

async function startStim(): Promise<Peer | undefined> {
  const environment = pythonWith(["stim==1.16.0", "numpy==2.4.6"]);
  if ("missing" in environment) {
    context.Stim = `left out: ${environment.missing}`;
    return undefined;
  }
  return startPeer({ command: environment.python, args: [join(root, "bench/peers/stim_peer.py")] });
}

async function measure(goal: keyof typeof stabilizerGoals, circuit: object): Promise<void> {
  const peers = new Map([...ours, ...(stim === undefined ? [] : [[String(stim.hello.version), stim] as const])]);
  const tallies = new Map<string, Tally>();
  for (const [name, peer] of peers) {
    await peer.ask({ do: "load", ...circuit });
    // Once for the compilers of the runtime; told apart, because a kernel's first job pays it.
    const first = await peer.ask<Answer>({ do: "run", shots, repeats: 1, seed: 1 });
    context[`${goal}, first run, ${name}`] = `${(first.ms[0] ?? Number.NaN).toFixed(1)} ms`;
    tallies.set(name, { ms: [], ones: 0, lastOnes: 0, shots: 0 });
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, peer] of peers) {
      const tally = tallies.get(name);
      if (tally === undefined) continue;
      const { ms, ones, lastOnes } = await peer.ask<Answer>({ do: "run", shots, repeats, seed: 100 + round * repeats });
      tally.ms.push(...ms);
      tally.ones += ones;
      tally.lastOnes += lastOnes;
      tally.shots += shots;
    }
  }
  for (const [name, { ms }] of tallies) {
    const [low, high] = quartiles(ms);
    context[`${goal}, ${name}`] = `${percentile(ms, 0.5).toFixed(2)} ms (quartiles ${low.toFixed(2)} to ${high.toFixed(2)})`;
  }
  const times = [...ours.keys()].map((name) => tallies.get(name)?.ms ?? []);
  const medians = times.map((ms) => percentile(ms, 0.5));
  measured.push({ goal: stabilizerGoals[goal], value: percentile(medians, 0.5), spread: quartiles(times.flat()) });
  compare(goal, tallies);
}

/** Ours agree bit for bit; Stim draws other numbers, and agrees within five standard deviations. */
function compare(goal: string, tallies: ReadonlyMap<string, Tally>): void {
  const [reference] = ours.keys();
  const wanted = tallies.get(reference ?? "");
  for (const [name, tally] of tallies) {
    if (wanted === undefined) return;
    const isOurs = ours.has(name);
    const share = (wanted.lastOnes + tally.lastOnes) / (wanted.shots + tally.shots);
    const deviation = Math.abs(tally.lastOnes - wanted.lastOnes) / Math.sqrt(2 * tally.shots * share * (1 - share));
    const difference = Math.abs(tally.ones - wanted.ones) / Math.max(1, wanted.ones);
    const agrees = isOurs ? tally.ones === wanted.ones && tally.lastOnes === wanted.lastOnes : deviation < 5 && difference < 0.05;
    if (!agrees) wrongAnswers.push(`${goal}: ${name} has ${tally.ones} ones, ${reference} ${wanted.ones}`);
  }
}
