// Qiskit Aer, another simulator in another language, on seeded random circuits that between them use every gate of the table: final states and
// counts must agree. Gates go to Qiskit by name, so that its definitions are compared with ours, not our matrices with themselves.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Circuit } from "../../src/model/circuit.ts";
import { gateNames, gates } from "../../src/model/gates.ts";
import { createSimulator, type SimulatorModules } from "../../src/simulator/index.ts";
import { root } from "../../tools/runtime.mjs";
import { loadSimulatorModules } from "../fixtures/wasm.ts";
import { circuitOf, gateOn, measureAll, randomGate, shuffled } from "../oracle/random-circuit.ts";
import { createSeededRandom, type SeededRandom } from "../simulation/seeded-random.ts";
import { pythonWith } from "../support/python.ts";

const environment = pythonWith(["qiskit==2.6.2", "qiskit-aer==0.18.2", "numpy==2.4.6"]);
const reason = "missing" in environment ? environment.missing : undefined;
const qubitCounts = [3, 4, 5, 6, 7, 8, 9, 10];

describe.skipIf(reason !== undefined)(`Qiskit Aer${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  let aer: Aer;
  let modules: SimulatorModules;
  beforeAll(async () => {
    if ("missing" in environment) return;
    aer = await startAer(environment.python);
    modules = await loadSimulatorModules();
  });
  afterAll(() => aer?.close());

  test.each(qubitCounts)("%i qubits: every Pauli string of the final state is expected alike", async (qubitCount) => {
    const seed = 1000 + qubitCount;
    const circuit = everyGate(createSeededRandom(seed), qubitCount);
    const wanted = await aer.amplitudes(circuit);
    const random = createSeededRandom(seed + 1);
    // Random strings over all letters decide a state but for its global phase, which nothing can observe.
    const observables = Array.from({ length: 64 }, (_, k) => {
      const pauli = Array.from({ length: qubitCount }, () => "IXYZ".charAt(random.between(0, 4))).join("");
      return { name: `p${k}`, terms: [{ coefficient: 1, pauli }] };
    });
    const task = { id: "aer", circuit, shots: 1, seed: 1n, observables };
    const { expectationValues } = createSimulator(modules).run(task, () => 0);
    for (const [k, { terms }] of observables.entries()) {
      const pauli = terms[0]?.pauli ?? "";
      expect(expectationValues[k], `seed ${seed}, ${pauli}`).toBeCloseTo(expectation(wanted, pauli), 9);
    }
  });

  test.each(qubitCounts)("%i qubits: counts come from the same distribution", async (qubitCount) => {
    const seed = 2000 + qubitCount;
    const shots = 20_000;
    const unitary = everyGate(createSeededRandom(seed), qubitCount);
    const wanted = await aer.amplitudes(unitary);
    const circuit = circuitOf(qubitCount, [...unitary.operations, ...measureAll(qubitCount)], qubitCount);
    const { counts } = createSimulator(modules).run({ id: "aer", circuit, shots, seed: 7n, observables: [] }, () => 0);
    let chiSquare = 0;
    let bins = 0;
    let [rareCount, rareWanted] = [0, 0];
    for (let index = 0; index < 2 ** qubitCount; index++) {
      const probability = (wanted[2 * index] ?? 0) ** 2 + (wanted[2 * index + 1] ?? 0) ** 2;
      const count = counts.get(index.toString(2).padStart(qubitCount, "0")) ?? 0;
      // Chi-square wants at least five expected in a bin: rare outcomes share one.
      if (probability * shots < 5) {
        rareCount += count;
        rareWanted += probability * shots;
        continue;
      }
      chiSquare += (count - probability * shots) ** 2 / (probability * shots);
      bins++;
    }
    if (rareWanted >= 5) {
      chiSquare += (rareCount - rareWanted) ** 2 / rareWanted;
      bins++;
    }
    // Mean bins - 1, standard deviation sqrt(2 (bins - 1)); the seed is fixed, so this never depends on luck.
    expect(chiSquare, `seed ${seed}, ${bins} bins`).toBeLessThan(bins - 1 + 6 * Math.sqrt(2 * Math.max(1, bins - 1)));
  });
});

/** Every gate of the table once, in a random order among as many random gates, on a state that is nowhere zero. */
function everyGate(random: SeededRandom, qubitCount: number): Circuit {
  const angle = (): number => (random.next() - 0.5) * 4 * Math.PI;
  const prepared = Array.from({ length: qubitCount }, (_, qubit) => gateOn("u", [qubit], [angle(), angle(), angle()]));
  const operations = shuffled(random, gateNames.length).flatMap((place) => {
    const gate = gateNames[place] ?? "x";
    const { qubitCount: width, angleCount } = gates[gate];
    const own = gateOn(gate, shuffled(random, qubitCount).slice(0, width), Array.from({ length: angleCount }, angle));
    return [own, randomGate(random, qubitCount)];
  });
  return circuitOf(qubitCount, [...prepared, ...operations]);
}

/** <psi| pauli |psi> by definition; amplitudes are re, im, re, im, … */
function expectation(amplitudes: readonly number[], pauli: string): number {
  let sum = 0;
  for (let index = 0; 2 * index < amplitudes.length; index++) {
    let partner = index;
    // The factor of |index> under the string, as a power of i.
    let power = 0;
    for (let qubit = 0; qubit < pauli.length; qubit++) {
      const letter = pauli.charAt(pauli.length - 1 - qubit);
      const bit = (index >> qubit) & 1;
      if (letter === "X" || letter === "Y") partner ^= 1 << qubit;
      if (letter === "Y") power += bit === 0 ? 1 : 3;
      if (letter === "Z") power += 2 * bit;
    }
    const [re, im] = [amplitudes[2 * index] ?? 0, amplitudes[2 * index + 1] ?? 0];
    const [partnerRe, partnerIm] = [amplitudes[2 * partner] ?? 0, amplitudes[2 * partner + 1] ?? 0];
    // Real part of conj(partner) * i^power * amplitude.
    const real = partnerRe * re + partnerIm * im;
    const imaginary = partnerRe * im - partnerIm * re;
    sum += [real, -imaginary, -real, imaginary][power % 4] ?? 0;
  }
  return sum;
}

interface Aer {
  amplitudes(circuit: Circuit): Promise<readonly number[]>;
  close(): void;
}

/** The peer of the bench, asked for states instead of times. */
async function startAer(python: string): Promise<Aer> {
  const child = spawn(python, [join(root, "bench/peers/simulators.py"), "aer", "1"], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? "{}") as { error?: string; amplitudes?: number[] };
  await next();
  const ask = async (request: object) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await next();
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  };
  return {
    async amplitudes({ qubitCount, operations }) {
      const named = operations.flatMap((o) => (o.kind === "gate" ? [[o.gate, o.qubits, o.angles]] : []));
      await ask({ do: "load", name: "circuit", qubitCount, gates: named });
      return (await ask({ do: "statevector", name: "circuit" })).amplitudes ?? [];
    },
    close: () => child.stdin.end(),
  };
}
