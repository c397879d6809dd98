// A circuit with its noise written into it: gates, and between them what the device does to its qubits, in an order that both noisy methods run.
//
// Time: every operation begins as soon as its qubits are free, and takes as long as calibrated; a qubit that waits relaxes. A branch waits for the
// bits that decide it, and both sides take as long as the longer one. Qubits begin in |0>, and waiting counts from their first gate on.

import { invariant } from "../../base/invariant.ts";
import type { Circuit, Condition, Operation } from "../../model/circuit.ts";
import type { GateName } from "../../model/gates.ts";
import type { NoiseModel } from "../../model/noise-model.ts";
import { depolarizingRate, type Exponential, type Relaxation, relaxation } from "./channels.ts";
import { createGateNoiseLookup, type GateNoise, virtualGates } from "./gate-noise.ts";

/** Qubits are places in the state: only those in use have one. */
export interface NoisyProgram {
  readonly qubitCount: number;
  readonly placeOf: ReadonlyMap<number, number>;
  readonly steps: readonly Step[];
  /** Measurements after which nothing happens to their qubit and nothing asks for their bit: drawn together from the final state. */
  readonly finals: readonly Measurement[];
}

export type Step =
  | { readonly kind: "gate"; readonly gate: GateName; readonly qubits: readonly number[]; readonly angles: readonly number[] }
  | { readonly kind: "relax"; readonly qubit: number; readonly relaxation: Relaxation }
  | { readonly kind: "depolarize"; readonly qubits: readonly number[]; readonly rate: number }
  | { readonly kind: "measure"; readonly measurement: Measurement }
  | { readonly kind: "reset"; readonly qubit: number }
  /** Goes on `skip` steps further when the condition is false. */
  | { readonly kind: "branch"; readonly condition: Condition; readonly skip: number }
  | { readonly kind: "jump"; readonly skip: number };

export interface Measurement {
  readonly qubit: number;
  readonly bit: number;
  /** Probability that 1 is read when the qubit is in |0>, and in |1>. */
  readonly oneGivenZero: number;
  readonly oneGivenOne: number;
}

/** Without noise: the circuit alone. The noise was checked by noiseFaults. */
export function createNoisyProgram(
  circuit: Circuit,
  noise: NoiseModel | undefined,
  { exp }: { readonly exp: Exponential },
): NoisyProgram {
  const placeOf = placesOf(circuit);
  const writer = new ProgramWriter(circuit, noise, exp, placeOf);
  const steps = writer.all(circuit.operations);
  return { qubitCount: Math.max(1, placeOf.size), placeOf, steps, finals: writer.finals };
}

/** Qubits that anything happens to but waiting. */
function placesOf(circuit: Circuit): ReadonlyMap<number, number> {
  const used = new Set<number>();
  const visit = (operations: readonly Operation[]): void => {
    for (const operation of operations) {
      if (operation.kind === "gate") for (const qubit of operation.qubits) used.add(qubit);
      else if (operation.kind === "measure" || operation.kind === "reset") used.add(operation.qubit);
      else if (operation.kind === "if") {
        visit(operation.then);
        visit(operation.otherwise);
      }
    }
  };
  visit(circuit.operations);
  return new Map([...used].sort((a, b) => a - b).map((qubit, place) => [qubit, place]));
}

interface Interval {
  readonly startNs: number;
  readonly endNs: number;
}

interface Neighbour {
  readonly place: number;
  readonly frequencyKhz: number;
  /** The first of its pulses that may overlap a coming one of ours. */
  cursor: number;
}

class ProgramWriter {
  readonly finals: Measurement[] = [];
  private readonly physical: readonly number[]; // [place]: qubit of the circuit, which is that of the device
  private readonly clockNs: Float64Array; // [place]: when it is free
  private readonly idleNs: Float64Array; // [place]: waited since its last step
  private readonly isFresh: Uint8Array; // [place]: 1 until something happens to it
  private readonly bitReadyNs: Float64Array;
  private readonly finalMeasures: ReadonlySet<Operation>;
  private readonly lookup: ((gate: GateName, qubits: readonly number[]) => GateNoise) | undefined;
  private readonly resetNs: ReadonlyMap<number, number>; // by qubit of the device, where it is calibrated
  private readonly relaxations = new Map<string, Relaxation>();
  private readonly rates = new Map<string, number>();
  private readonly neighbours: readonly Neighbour[][];
  private readonly driven: Interval[][]; // [place]: its pulses, by time
  private steps: Step[] = [];
  private readonly noise: NoiseModel | undefined;
  private readonly exp: Exponential;
  private readonly placeOf: ReadonlyMap<number, number>;

  constructor(circuit: Circuit, noise: NoiseModel | undefined, exp: Exponential, placeOf: ReadonlyMap<number, number>) {
    this.noise = noise;
    this.exp = exp;
    this.placeOf = placeOf;
    this.physical = [...placeOf.keys()];
    this.clockNs = new Float64Array(placeOf.size);
    this.idleNs = new Float64Array(placeOf.size);
    this.isFresh = new Uint8Array(placeOf.size).fill(1);
    this.bitReadyNs = new Float64Array(circuit.bitCount);
    this.finalMeasures = findFinalMeasures(circuit.operations);
    this.driven = Array.from({ length: placeOf.size }, () => []);
    const table = noise === undefined ? undefined : createGateNoiseLookup(noise);
    this.lookup =
      table &&
      ((gate, qubits) => {
        const found = table(gate, qubits);
        invariant(found.kind === "noise", `noise of ${gate} on ${qubits}`);
        return found.noise;
      });
    this.neighbours = this.findNeighbours();
    const resets = noise?.calibration.gates.filter(({ gate }) => gate === "reset") ?? [];
    this.resetNs = new Map(resets.map(({ qubits: [qubit = 0], durationNs = 0 }) => [qubit, durationNs]));
  }

  /** The last gates of all qubits relax too: expectation values see it. */
  all(operations: readonly Operation[]): Step[] {
    const places = this.physical.map((_, place) => place);
    return [...this.block(operations), ...this.waitOut(places, [...this.clockNs])];
  }

  /** The steps of some operations; the clocks go on. */
  private block(operations: readonly Operation[]): Step[] {
    const outer = this.steps;
    const steps: Step[] = [];
    this.steps = steps;
    for (const operation of operations) this.operation(operation);
    this.steps = outer;
    return steps;
  }

  private operation(operation: Operation): void {
    switch (operation.kind) {
      case "gate":
        this.gate(operation.gate, operation.qubits, operation.angles.map(Number));
        break;
      case "barrier":
        this.waitTogether(this.placesIn(operation.qubits), 0);
        break;
      case "delay":
        for (const place of this.placesIn(operation.qubits)) this.wait(place, (this.clockNs[place] ?? 0) + operation.durationNs);
        break;
      case "measure":
        this.measure(operation);
        break;
      case "reset": {
        const [place = 0] = this.placesIn([operation.qubit]);
        const durationNs = this.resetNs.get(operation.qubit) ?? this.readoutOf(operation.qubit)?.durationNs ?? 0;
        // Whatever happened to the qubit is forgotten, but what it is entangled with has seen it: waiting counts.
        this.relaxIdle(place);
        this.steps.push({ kind: "reset", qubit: place });
        this.clockNs[place] = (this.clockNs[place] ?? 0) + durationNs;
        this.isFresh[place] = 1;
        break;
      }
      case "if":
        this.branch(operation);
    }
  }

  private placesIn(qubits: readonly number[]): number[] {
    return qubits.flatMap((qubit) => this.placeOf.get(qubit) ?? []);
  }

  private gate(gate: GateName, qubits: readonly number[], angles: readonly number[]): void {
    const places = this.placesIn(qubits);
    const noise = this.lookup?.(gate, qubits);
    // A change of frame commutes with relaxation and with waiting.
    if (noise === undefined || virtualGates.has(gate)) {
      this.steps.push({ kind: "gate", gate, qubits: places, angles });
      return;
    }
    const startNs = this.waitTogether(places, 0);
    for (const place of places) this.relaxIdle(place);
    this.steps.push({ kind: "gate", gate, qubits: places, angles });
    const rate = this.rateAfter(gate, qubits, noise);
    // Then relaxation, as Qiskit Aer orders the two: it is one with that of the time that follows.
    if (rate > 0) this.steps.push({ kind: "depolarize", qubits: places, rate });
    for (const place of places) {
      this.isFresh[place] = 0;
      this.wait(place, startNs + noise.durationNs);
    }
    if (this.neighbours.length > 0 && noise.durationNs > 0)
      this.crosstalk(places, { startNs, endNs: startNs + noise.durationNs });
  }

  private rateAfter(gate: GateName, qubits: readonly number[], { durationNs, errorRate }: GateNoise): number {
    if (this.noise?.hasGateErrors !== true || errorRate === undefined) return 0;
    const key = `${gate} ${qubits}`;
    const known = this.rates.get(key);
    if (known !== undefined) return known;
    const rate = depolarizingRate(
      errorRate,
      qubits.map((qubit) => this.relaxationOf(qubit, durationNs)),
    );
    this.rates.set(key, rate);
    return rate;
  }

  private relaxationOf(qubit: number, timeNs: number): Relaxation {
    const key = `${qubit} ${timeNs}`;
    const known = this.relaxations.get(key);
    if (known !== undefined) return known;
    const { t1Us = Number.POSITIVE_INFINITY, t2Us = Number.POSITIVE_INFINITY } = this.noise?.calibration.qubits[qubit] ?? {};
    const isOff = this.noise?.hasRelaxation !== true;
    const infinite = Number.POSITIVE_INFINITY;
    const value = relaxation(
      isOff ? infinite : t1Us * 1000,
      isOff ? infinite : t2Us * 1000,
      timeNs,
      this.exp,
      this.noise?.excitedPopulation ?? 0,
    );
    this.relaxations.set(key, value);
    return value;
  }

  /** From now on until the qubit's next step it has waited that much more. */
  private wait(place: number, untilNs: number): void {
    if (this.isFresh[place] === 0) this.idleNs[place] = (this.idleNs[place] ?? 0) + untilNs - (this.clockNs[place] ?? 0);
    this.clockNs[place] = untilNs;
  }

  private waitTogether(places: readonly number[], earliestNs: number): number {
    const startNs = places.reduce((latest, place) => Math.max(latest, this.clockNs[place] ?? 0), earliestNs);
    for (const place of places) this.wait(place, startNs);
    return startNs;
  }

  private relaxIdle(place: number): void {
    const timeNs = this.idleNs[place] ?? 0;
    this.idleNs[place] = 0;
    if (timeNs <= 0) return;
    const value = this.relaxationOf(this.physical[place] ?? 0, timeNs);
    if (value.decay > 0 || value.coherence < 1) this.steps.push({ kind: "relax", qubit: place, relaxation: value });
  }

  private measure(operation: Extract<Operation, { kind: "measure" }>): void {
    const { qubit, bit } = operation;
    const [place = 0] = this.placesIn([qubit]);
    const readout = this.readoutOf(qubit);
    const hasErrors = this.noise?.hasReadoutErrors === true;
    const oneGivenZero = (hasErrors ? readout?.oneGivenZeroRate : undefined) ?? 0;
    const oneGivenOne = 1 - ((hasErrors ? readout?.zeroGivenOneRate : undefined) ?? 0);
    const measurement = { qubit: place, bit, oneGivenZero, oneGivenOne };
    this.relaxIdle(place);
    if (this.finalMeasures.has(operation)) {
      this.finals.push(measurement);
      return;
    }
    this.steps.push({ kind: "measure", measurement });
    this.isFresh[place] = 0;
    // Relaxation during the readout is part of its error as calibrated.
    this.clockNs[place] = (this.clockNs[place] ?? 0) + (readout?.durationNs ?? 0);
    this.bitReadyNs[bit] = this.clockNs[place] ?? 0;
  }

  private branch({ condition, then, otherwise }: Extract<Operation, { kind: "if" }>): void {
    const places = this.placesIn([...qubitsIn(then), ...qubitsIn(otherwise)]);
    const earliestNs = Math.max(0, ...bitsOf(condition).map((bit) => this.bitReadyNs[bit] ?? 0));
    const startNs = this.waitTogether(places, earliestNs);
    for (const place of places) this.relaxIdle(place);
    const freshBefore = this.isFresh.slice();
    const thenSteps = this.block(then);
    const thenEndNs = places.map((place) => this.clockNs[place] ?? 0);
    const thenIdleNs = places.map((place) => this.idleNs[place] ?? 0);
    const thenFresh = this.isFresh.slice();
    this.isFresh.set(freshBefore);
    for (const place of places) {
      this.clockNs[place] = startNs;
      this.idleNs[place] = 0;
    }
    const otherwiseSteps = this.block(otherwise);
    const endNs = places.map((place, k) => Math.max(thenEndNs[k] ?? 0, this.clockNs[place] ?? 0));
    otherwiseSteps.push(...this.waitOut(places, endNs));
    const otherwiseFresh = this.isFresh.slice();
    for (const [k, place] of places.entries()) {
      this.clockNs[place] = thenEndNs[k] ?? 0;
      this.idleNs[place] = thenIdleNs[k] ?? 0;
    }
    this.isFresh.set(thenFresh);
    thenSteps.push(...this.waitOut(places, endNs));
    for (const place of places) this.isFresh[place] = (thenFresh[place] ?? 0) & (otherwiseFresh[place] ?? 0);
    this.steps.push({ kind: "branch", condition, skip: thenSteps.length + 1 });
    for (const step of thenSteps) this.steps.push(step);
    this.steps.push({ kind: "jump", skip: otherwiseSteps.length });
    for (const step of otherwiseSteps) this.steps.push(step);
  }

  /** The relaxation of qubits that wait for the longer side of a branch. */
  private waitOut(places: readonly number[], endNs: readonly number[]): Step[] {
    const outer = this.steps;
    const steps: Step[] = [];
    this.steps = steps;
    for (const [k, place] of places.entries()) {
      this.wait(place, endNs[k] ?? 0);
      this.relaxIdle(place);
    }
    this.steps = outer;
    return steps;
  }

  private readoutOf(qubit: number) {
    return this.noise?.calibration.qubits[qubit]?.readout;
  }

  private findNeighbours(): readonly Neighbour[][] {
    if (this.noise?.hasCrosstalk !== true) return [];
    const neighbours: Neighbour[][] = this.physical.map(() => []);
    for (const { qubits, frequencyKhz } of this.noise.calibration.zzCouplings) {
      const [a, b] = this.placesIn(qubits);
      if (a === undefined || b === undefined) continue;
      neighbours[a]?.push({ place: b, frequencyKhz, cursor: 0 });
      neighbours[b]?.push({ place: a, frequencyKhz, cursor: 0 });
    }
    return neighbours;
  }

  /**
   * ZZ while two neighbours are driven by different gates: H = (2 pi zeta / 4) ZZ for a coupling zeta = f11 - f10 - f01 + f00, so that t of it is
   * rzz(pi zeta t). Acts after the later of the two gates. Source of H: Magesan and Gambetta 2020, arXiv:1804.04073.
   */
  private crosstalk(places: readonly number[], pulse: Interval): void {
    for (const place of places) {
      for (const neighbour of this.neighbours[place] ?? []) {
        if (places.includes(neighbour.place)) continue;
        const pulses = this.driven[neighbour.place] ?? [];
        while ((pulses[neighbour.cursor]?.endNs ?? Number.POSITIVE_INFINITY) <= pulse.startNs) neighbour.cursor++;
        let overlapNs = 0;
        for (let k = neighbour.cursor; (pulses[k]?.startNs ?? Number.POSITIVE_INFINITY) < pulse.endNs; k++) {
          const { startNs = 0, endNs = 0 } = pulses[k] ?? {};
          overlapNs += Math.min(endNs, pulse.endNs) - Math.max(startNs, pulse.startNs);
        }
        const angle = Math.PI * neighbour.frequencyKhz * 1e-6 * overlapNs;
        if (angle !== 0) this.steps.push({ kind: "gate", gate: "rzz", qubits: [place, neighbour.place], angles: [angle] });
      }
    }
    for (const place of places) this.driven[place]?.push(pulse);
  }
}

function qubitsIn(operations: readonly Operation[]): number[] {
  return [...new Set(operations.flatMap(touchedBy))];
}

function touchedBy(operation: Operation): readonly number[] {
  switch (operation.kind) {
    case "measure":
    case "reset":
      return [operation.qubit];
    case "if":
      return [...operation.then, ...operation.otherwise].flatMap(touchedBy);
    default:
      return operation.qubits;
  }
}

export function bitsOf(condition: Condition): readonly number[] {
  switch (condition.kind) {
    case "bit":
      return [condition.bit];
    case "register":
      return condition.bits;
    case "not":
      return bitsOf(condition.operand);
    case "and":
    case "or":
      return [...bitsOf(condition.left), ...bitsOf(condition.right)];
  }
}

/** Measurements of the outermost level after which nothing touches their qubit, reads their bit or writes it again. */
function findFinalMeasures(operations: readonly Operation[]): ReadonlySet<Operation> {
  const finals = new Set<Operation>();
  const qubits = new Set<number>();
  const bits = new Set<number>();
  const visit = (operation: Operation): void => {
    if (operation.kind === "barrier" || operation.kind === "delay") return;
    if (operation.kind === "measure") bits.add(operation.bit);
    if (operation.kind === "if") {
      for (const bit of bitsOf(operation.condition)) bits.add(bit);
      for (const inner of [...operation.then, ...operation.otherwise]) visit(inner);
    } else for (const qubit of touchedBy(operation)) qubits.add(qubit);
  };
  for (const operation of [...operations].reverse()) {
    if (operation.kind === "measure" && !qubits.has(operation.qubit) && !bits.has(operation.bit)) finals.add(operation);
    visit(operation);
  }
  return finals;
}
