// Expectation values of Pauli sums estimated from shots, as a device would measure them, with their standard errors.
//
// Terms that commute qubit by qubit are measured together, in one basis per qubit. They are grouped by colouring the graph of those that do not:
// largest degree first, each into the first group that takes it (Verteletskyi, Yen and Izmaylov 2020, doi:10.1063/1.5141458). A group gets its part
// of the shots by the sum of its |coefficients| (Wecker, Hastings and Troyer 2015, doi:10.1103/PhysRevA.92.042303), and at least two.
//
// In one shot a group shows x = sum over its terms of coefficient * (+1 or -1). With n shots of mean m, the value is the sum of m over the groups, and
// its standard error the root of the sum of s^2 / n, s^2 = sum of (x - m)^2 / (n - 1): the terms of a group are measured in the same shots, so
// their covariances are in it; different groups are independent.

import { deriveSeed } from "../base/philox.ts";
import type { Circuit, Operation } from "../model/circuit.ts";
import type { Estimate, Observable, PauliTerm } from "../model/result.ts";
import type { ComputeTask } from "../ports/compute.ts";
import type { Meter, Slices } from "./slices.ts";

/** Terms that one basis measures. */
export interface MeasuredGroup {
  /** The qubits that are measured, and before that turned so that X, Y or Z shows as 0 and 1. */
  readonly qubits: readonly number[];
  readonly letters: readonly PauliLetter[];
  readonly terms: readonly MeasuredTerm[];
}

export type PauliLetter = "X" | "Y" | "Z";

interface MeasuredTerm {
  readonly coefficient: number;
  /** Bit k of word w: whether the term acts on qubits[32 w + k] of its group. */
  readonly mask: Uint32Array;
}

/** Outcomes of shots of one group with how often each came; bit k of word w belongs to qubits[32 w + k]. A reader keeps no outcome. */
export type GroupOutcomes = Iterable<readonly [outcome: Uint32Array, count: number]>;

export type GroupSampler = (group: MeasuredGroup, shots: number, seed: bigint) => Slices<GroupOutcomes>;

/** How a run's observables are found. */
export interface ObservableReader {
  readonly isUsed: (qubit: number) => boolean;
  readonly exact: (observable: Observable) => Slices<number>;
  readonly sample: GroupSampler;
  readonly meter: Meter;
}

export interface ObservedValues {
  readonly expectationValues: readonly number[];
  readonly estimates: readonly Estimate[];
}

/** Each observable exactly, or from as many shots as the job has. Group g of observable i draws with the key that deriveSeed gives for (1 + i, g). */
export function* observe(
  { observables, shots, seed }: Pick<ComputeTask, "observables" | "shots" | "seed">,
  reader: ObservableReader,
): Slices<ObservedValues> {
  const expectationValues: number[] = [];
  const estimates: Estimate[] = [];
  for (const [index, observable] of observables.entries()) {
    if (observable.sampled !== true) {
      expectationValues.push(yield* reader.exact(observable));
      continue;
    }
    const seedOf = (group: number): bigint => deriveSeed(seed, 1 + index, group);
    const { value, ...estimate } = yield* estimateSum(observable.terms, shots, seedOf, reader);
    expectationValues.push(value);
    estimates.push({ observable: index, ...estimate });
  }
  return { expectationValues, estimates };
}

function* estimateSum(
  terms: readonly PauliTerm[],
  shotCount: number,
  seedOf: (group: number) => bigint,
  { isUsed, sample, meter }: ObservableReader,
): Slices<Omit<Estimate, "observable"> & { readonly value: number }> {
  const sum = reduceTerms(terms, isUsed);
  const groups = yield* groupTerms(sum.terms, meter);
  const allotted = allotShots(groups.map(weightOf), shotCount);
  let value = sum.constant;
  let variance = 0;
  for (const [g, group] of groups.entries()) {
    const shots = allotted[g] ?? 0;
    const { mean, squares } = yield* momentsOf(group, yield* sample(group, shots, seedOf(g)), meter);
    value += mean;
    variance += squares / (shots - 1) / shots;
  }
  const shots = allotted.reduce((total, count) => total + count, 0);
  return { value, standardError: Math.sqrt(variance), groupCount: groups.length, shots };
}

/** Before a measurement in the computational basis: what turns the letter's eigenvectors into |0> and |1>. */
export function basisChange(letter: PauliLetter, qubit: number): readonly Operation[] {
  const gate = (name: "h" | "sdg"): Operation => ({ kind: "gate", gate: name, qubits: [qubit], angles: [] });
  if (letter === "Z") return [];
  return letter === "X" ? [gate("h")] : [gate("sdg"), gate("h")];
}

/** The circuit with a group's measurement in place of its own, which are last: bit k is qubits[k] of the group. */
export function measuringCircuit(circuit: Circuit, { qubits, letters }: MeasuredGroup): Circuit {
  const turns = qubits.flatMap((qubit, k) => basisChange(letters[k] ?? "Z", qubit));
  const measures = qubits.map((qubit, bit): Operation => ({ kind: "measure", qubit, bit }));
  return {
    ...circuit,
    bitCount: qubits.length,
    bitRegisters: [{ name: "group", size: qubits.length, offset: 0 }],
    operations: [...circuit.operations.filter(({ kind }) => kind !== "measure"), ...turns, ...measures],
  };
}

/** Counts of a measuringCircuit as outcomes. */
export function* readOutcomes({ qubits }: MeasuredGroup, counts: ReadonlyMap<string, number>): GroupOutcomes {
  const words = new Uint32Array(wordCount(qubits.length));
  for (const [text, count] of counts) {
    words.fill(0);
    for (let k = 0; k < qubits.length; k++) if (text.charAt(qubits.length - 1 - k) === "1") setBit(words, k);
    yield [words, count];
  }
}

/** Whole shots by weight, largest remainders first; at least two for each. */
export function allotShots(weights: readonly number[], shots: number): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => (shots * weight) / total);
  const allotted = exact.map((share) => Math.max(2, Math.floor(share)));
  const byRemainder = exact
    .map((share, g) => ({ g, rest: share - Math.floor(share) }))
    .sort((a, b) => b.rest - a.rest || a.g - b.g);
  let left = shots - allotted.reduce((sum, count) => sum + count, 0);
  for (const { g } of byRemainder) {
    if (left <= 0) break;
    allotted[g] = (allotted[g] ?? 0) + 1;
    left--;
  }
  return allotted;
}

/** Letters of one term on the qubits in use. */
export interface SparseTerm {
  readonly coefficient: number;
  readonly letters: ReadonlyMap<number, PauliLetter>;
}

interface ReducedSum {
  /** What needs no measurement. */
  readonly constant: number;
  readonly terms: readonly SparseTerm[];
}

function reduceTerms(terms: readonly PauliTerm[], isUsed: (qubit: number) => boolean): ReducedSum {
  let constant = 0;
  const kept: SparseTerm[] = [];
  for (const { coefficient, pauli } of terms) {
    const letters = new Map<number, PauliLetter>();
    let isZero = coefficient === 0;
    for (let qubit = 0; qubit < pauli.length; qubit++) {
      const letter = pauli.charAt(pauli.length - 1 - qubit);
      if (letter !== "X" && letter !== "Y" && letter !== "Z") continue;
      if (isUsed(qubit)) letters.set(qubit, letter);
      else if (letter !== "Z") isZero = true;
    }
    if (isZero) continue;
    if (letters.size === 0) constant += coefficient;
    else kept.push({ coefficient, letters });
  }
  return { constant, terms: kept };
}

/** Terms as words of bits: x where the letter is X or Y, z where it is Z or Y. */
class LetterTable {
  readonly words: number;
  readonly x: Uint32Array;
  readonly z: Uint32Array;

  constructor(rows: number, places: number) {
    this.words = wordCount(places);
    this.x = new Uint32Array(rows * this.words);
    this.z = new Uint32Array(rows * this.words);
  }

  set(row: number, place: number, letter: PauliLetter): void {
    const at = row * this.words + (place >>> 5);
    const bit = 1 << (place & 31);
    if (letter !== "Z") this.x[at] = (this.x[at] ?? 0) | bit;
    if (letter !== "X") this.z[at] = (this.z[at] ?? 0) | bit;
  }

  /** Whether some qubit has two different letters. */
  differ(row: number, other: LetterTable, otherRow: number): boolean {
    for (let word = 0; word < this.words; word++) {
      const a = row * this.words + word;
      const b = otherRow * this.words + word;
      const [ax = 0, az = 0, bx = 0, bz = 0] = [this.x[a], this.z[a], other.x[b], other.z[b]];
      if (((ax | az) & (bx | bz) & ((ax ^ bx) | (az ^ bz))) !== 0) return true;
    }
    return false;
  }
}

/** Greedy, so not always the fewest groups. Cost: terms^2 comparisons of words. */
export function* groupTerms(terms: readonly SparseTerm[], meter: Meter): Slices<readonly MeasuredGroup[]> {
  const places = new Map([...new Set(terms.flatMap(({ letters }) => [...letters.keys()]))].map((qubit, place) => [qubit, place]));
  const table = new LetterTable(terms.length, places.size);
  for (const [row, { letters }] of terms.entries()) {
    for (const [qubit, letter] of letters) table.set(row, places.get(qubit) ?? 0, letter);
  }
  const degrees = new Uint32Array(terms.length);
  for (let row = 0; row < terms.length; row++) {
    for (let other = 0; other < row; other++) {
      if (!table.differ(row, table, other)) continue;
      degrees[row] = (degrees[row] ?? 0) + 1;
      degrees[other] = (degrees[other] ?? 0) + 1;
    }
    if (meter.take(row * table.words)) yield;
  }
  const order = [...terms.keys()].sort((a, b) => (degrees[b] ?? 0) - (degrees[a] ?? 0) || a - b);
  const bases = new LetterTable(terms.length, places.size);
  const groups: SparseTerm[][] = [];
  for (const row of order) {
    let g = 0;
    // Who agrees with every letter of the group so far agrees with each of its terms.
    while (g < groups.length && table.differ(row, bases, g)) g++;
    const term = terms[row] as SparseTerm;
    for (const [qubit, letter] of term.letters) bases.set(g, places.get(qubit) ?? 0, letter);
    const group = groups[g];
    if (group === undefined) groups.push([term]);
    else group.push(term);
    if (meter.take((g + 1) * table.words)) yield;
  }
  return groups.map(toMeasured);
}

function toMeasured(terms: readonly SparseTerm[]): MeasuredGroup {
  const basis = new Map(terms.flatMap(({ letters }) => [...letters]));
  const qubits = [...basis.keys()].sort((a, b) => a - b);
  const placeOf = new Map(qubits.map((qubit, place) => [qubit, place]));
  return {
    qubits,
    letters: qubits.map((qubit) => basis.get(qubit) ?? "Z"),
    terms: terms.map(({ coefficient, letters }) => {
      const mask = new Uint32Array(wordCount(qubits.length));
      for (const qubit of letters.keys()) setBit(mask, placeOf.get(qubit) ?? 0);
      return { coefficient, mask };
    }),
  };
}

function weightOf({ terms }: MeasuredGroup): number {
  return terms.reduce((sum, { coefficient }) => sum + Math.abs(coefficient), 0);
}

/** Mean of x over the shots, and the sum of (x - mean)^2, updated outcome by outcome (Welford 1962, doi:10.1080/00401706.1962.10490022). */
function* momentsOf(
  { terms }: MeasuredGroup,
  outcomes: GroupOutcomes,
  meter: Meter,
): Slices<{ readonly mean: number; readonly squares: number }> {
  let shots = 0;
  let mean = 0;
  let squares = 0;
  for (const [outcome, count] of outcomes) {
    let x = 0;
    for (const { coefficient, mask } of terms) x += isOdd(outcome, mask) ? -coefficient : coefficient;
    shots += count;
    const distance = x - mean;
    mean += (distance * count) / shots;
    squares += count * distance * (x - mean);
    if (meter.take(terms.length * outcome.length)) yield;
  }
  return { mean, squares };
}

function isOdd(outcome: Uint32Array, mask: Uint32Array): boolean {
  let folded = 0;
  for (let word = 0; word < mask.length; word++) folded ^= (outcome[word] ?? 0) & (mask[word] ?? 0);
  folded ^= folded >>> 16;
  folded ^= folded >>> 8;
  folded ^= folded >>> 4;
  // The parities of the sixteen values of four bits.
  return ((0x6996 >>> (folded & 15)) & 1) === 1;
}

function wordCount(bits: number): number {
  return Math.max(1, Math.ceil(bits / 32));
}

function setBit(words: Uint32Array, place: number): void {
  words[place >>> 5] = (words[place >>> 5] ?? 0) | (1 << (place & 31));
}
