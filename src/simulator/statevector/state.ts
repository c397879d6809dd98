// A state vector in the engine's memory: gates in, amplitudes, outcomes and expectation values out.
//
// Qubits lie where the last plan left them; nothing is moved back: whoever reads asks where. Few qubits take gates one by one, because
// planning would cost more than it saves (direct.ts).

import { invariant } from "../../base/invariant.ts";
import type { Operation } from "../../model/circuit.ts";
import { amplitudeBytes, type Engine } from "../engine.ts";
import type { Meter, Slices } from "../slices.ts";
import { bitCount } from "./bits.ts";
import type { Leader } from "./crew.ts";
import { type DirectProgram, writeDirect } from "./direct.ts";
import { freshAmplitudeCount, type Plan, type Precision, planGates, planQubitCountMin } from "./plan.ts";

/** Up to here gates run one by one sooner than they are planned: measured on random gates, layers of rotations and the QFT. */
export const directQubitCountMax = 11;
/** Of one call; the engine counts them in 32 bits. */
const commandCountMax = 2 ** 31;
/** Plans kept of one list of gates: positions differ when branches between swap qubits. */
const planCountMax = 8;
/** Plans kept for the next binding. */
const plansOfSweepMax = 64;

/** Plans of a circuit's last binding, by where they begin: the next binding takes over what it can. */
export type EarlierPlans = Map<string, Plan>;

export interface StateOptions {
  readonly precision: Precision;
  readonly meter: Meter;
  /** Of threads that share the engine's memory. */
  readonly leader?: Leader | undefined;
  readonly earlierPlans?: EarlierPlans | undefined;
}

export class StateVector {
  /** Qubits of the state; those beyond the circuit's stay |0>. */
  readonly qubitCount: number;
  /** Address of the extra bytes that were asked for. */
  readonly extra: number;
  readonly #engine: Engine;
  readonly #precision: Precision;
  readonly #isDirect: boolean;
  readonly #scratch: number;
  /** Scratch of one thread. */
  readonly #threadBytes: number;
  /** Scratch and extra bytes. */
  readonly #usedBytes: number;
  readonly #meter: Meter;
  readonly #leader: Leader | undefined;
  readonly #earlierPlans: EarlierPlans;
  /** |0…0>, of which only the first amplitudes are in memory. */
  #isFresh: boolean;
  readonly #plans = new WeakMap<readonly Operation[], Map<string, Plan>>();
  readonly #directs = new WeakMap<readonly Operation[], DirectProgram>();
  #loaded: Uint8Array | undefined;
  #positionOf: readonly number[];

  /** |0…0>. Throws OutOfMemoryError. Only one state at a time may use the engine. */
  constructor(engine: Engine, circuitQubitCount: number, extraBytes: number, options: StateOptions) {
    const { precision, meter, leader, earlierPlans = new Map() } = options;
    this.#engine = engine;
    this.#precision = precision;
    this.#meter = meter;
    this.#leader = leader;
    this.#earlierPlans = earlierPlans;
    this.#isDirect = circuitQubitCount <= directQubitCountMax;
    this.qubitCount = this.#isDirect ? circuitQubitCount : Math.max(circuitQubitCount, planQubitCountMin);
    this.#threadBytes = this.#isDirect ? this.stateBytes() : engine.scratchBytes(this.qubitCount, precision);
    const scratchBytes = this.#threadBytes * (1 + (leader?.memberCountMax ?? 0));
    this.#usedBytes = scratchBytes + extraBytes;
    this.#scratch = engine.reserve(this.qubitCount, this.#usedBytes, precision);
    this.extra = this.#scratch + scratchBytes;
    this.#positionOf = Array.from({ length: this.qubitCount }, (_, qubit) => qubit);
    // A plan knows that there is nothing beyond the first amplitudes.
    this.#isFresh = !this.#isDirect;
    const count = 2 ** this.qubitCount;
    engine.initialise(this.#isFresh ? Math.min(freshAmplitudeCount[precision], count) : count, precision);
  }

  /** The bit of a basis state's index that belongs to the qubit. */
  positionOf(qubit: number): number {
    return this.#positionOf[qubit] as number;
  }

  stateBytes(): number {
    return amplitudeBytes[this.#precision] * 2 ** this.qubitCount;
  }

  /** Everything but gates is left out. */
  *apply(operations: readonly Operation[]): Slices<void> {
    yield* this.run(this.prepare(operations));
  }

  /** What run() takes: kept, as long as the operations are. Only from where the state is now. */
  prepare(operations: readonly Operation[]): Plan | DirectProgram {
    return this.#isDirect ? this.#directOf(operations) : this.#planOf(operations);
  }

  *run(prepared: Plan | DirectProgram): Slices<void> {
    if ("schedule" in prepared) yield* this.#runPlan(prepared);
    else yield* this.#runDirect(prepared);
  }

  /** The plan begins where the qubits lie now. */
  *#runPlan(plan: Plan): Slices<void> {
    invariant(this.#isFresh || !plan.isFresh, "a plan for |0…0> runs on nothing else");
    if (!plan.isFresh) this.#settle();
    const program = this.#load(plan.program);
    this.#positionOf = plan.positionOf;
    this.#isFresh = false;
    const { passOffsets, blockCounts } = plan.program;
    for (const [k, { operations: work, localMask }] of plan.schedule.passes.entries()) {
      const blockCount = blockCounts[k] as number;
      const workPerBlock = (1 + work.length) * 2 ** bitCount(localMask);
      const blocksAtOnce = this.#meter.roomFor(workPerBlock);
      const pass = program + (passOffsets[k] as number);
      for (let first = 0; first < blockCount; first += blocksAtOnce) {
        const count = Math.min(blocksAtOnce, blockCount - first);
        this.#runPass(pass, first, count);
        if (this.#meter.take(count * workPerBlock)) yield;
      }
    }
  }

  /** All of the state in memory, for whoever reads it before any gate. */
  #settle(): void {
    if (this.#isFresh) this.#engine.initialise(2 ** this.qubitCount, this.#precision);
    this.#isFresh = false;
  }

  #runPass(pass: number, first: number, count: number): void {
    const call = { precision: this.#precision, pass, first, count, scratch: this.#scratch };
    if (this.#leader === undefined || count === 1) this.#engine.runPass(call);
    else this.#leader.runPass({ ...call, scratchBytes: this.#threadBytes });
  }

  *#runDirect(program: DirectProgram): Slices<void> {
    const { directBegin, directRun, directFinish } = this.#engine.direct(this.#precision);
    const begin = this.#load(program);
    const end = begin + program.bytes.length;
    const workPerCommand = 2 ** this.qubitCount;
    const commandsAtOnce = Math.min(this.#meter.roomFor(workPerCommand), commandCountMax);
    directBegin(this.qubitCount);
    for (let at = begin; at < end; ) {
      at = directRun(at, end, commandsAtOnce);
      if (this.#meter.take(commandsAtOnce * workPerCommand)) yield;
    }
    directFinish(this.qubitCount, program.scale.re, program.scale.im, this.#scratch);
  }

  #directOf(operations: readonly Operation[]): DirectProgram {
    let program = this.#directs.get(operations);
    if (program === undefined) {
      program = writeDirect(operations, this.#engine.trigonometry);
      this.#directs.set(operations, program);
    }
    return program;
  }

  #planOf(operations: readonly Operation[]): Plan {
    let known = this.#plans.get(operations);
    if (known === undefined) {
      known = new Map();
      this.#plans.set(operations, known);
    }
    const begin = `${this.#isFresh} ${this.#positionOf.join()}`;
    const plan = known.get(begin) ?? this.#makePlan(operations, begin);
    if (known.size < planCountMax) known.set(begin, plan);
    return plan;
  }

  #makePlan(operations: readonly Operation[], begin: string): Plan {
    const earlier = this.#earlierPlans;
    const key = `${this.#precision} ${operations.length} ${begin}`;
    const plan = planGates(operations, this.qubitCount, {
      precision: this.#precision,
      trigonometry: this.#engine.trigonometry,
      positionOf: this.#positionOf,
      isFresh: this.#isFresh,
      like: earlier.get(key),
    });
    if (earlier.has(key) || earlier.size < plansOfSweepMax) earlier.set(key, plan);
    return plan;
  }

  /** The address of the program, behind everything else. */
  #load({ bytes }: { readonly bytes: Uint8Array }): number {
    const before = this.#usedBytes;
    const start = before + ((8 - ((this.#scratch + before) & 7)) & 7);
    if (this.#loaded !== bytes) {
      this.#engine.reserve(this.qubitCount, start + bytes.length, this.#precision);
      new Uint8Array(this.#engine.wasm.memory.buffer).set(bytes, this.#scratch + start);
      this.#loaded = bytes;
    }
    return this.#scratch + start;
  }

  /** Projects the qubit; 1 when the uniform number lies below its probability. */
  measure(qubit: number, uniform: number): 0 | 1 {
    this.#settle();
    const position = this.positionOf(qubit);
    const wasm = this.#engine.readout(this.#precision);
    const total = wasm.norm(this.qubitCount);
    const one = wasm.probabilityOfOne(this.qubitCount, position);
    const outcome = uniform * total < one ? 1 : 0;
    const kept = outcome === 1 ? one : total - one;
    wasm.collapse(this.qubitCount, position, outcome, 1 / Math.sqrt(kept));
    return outcome;
  }

  /** Copies the amplitudes to an address of the extra bytes; restore() brings them and the qubits' places back. */
  save(address: number): { readonly restore: () => void } {
    this.#settle();
    const positionOf = this.#positionOf;
    const bytes = this.stateBytes();
    const { wasm } = this.#engine;
    wasm.copyBytes(address, wasm.stateAddress(), bytes);
    return {
      restore: () => {
        wasm.copyBytes(wasm.stateAddress(), address, bytes);
        this.#positionOf = positionOf;
      },
    };
  }

  /** Real part of <psi| P |psi> for P = i^yCount X^flip Z^sign over qubits. */
  pauliExpectation(flip: number, sign: number, yCount: number): number {
    this.#settle();
    return this.#engine
      .readout(this.#precision)
      .pauliExpectation(this.qubitCount, this.#toPositions(flip), this.#toPositions(sign), yCount);
  }

  #toPositions(qubits: number): number {
    let mask = 0;
    for (let rest = qubits; rest !== 0; rest &= rest - 1) mask |= 1 << this.positionOf(31 - Math.clz32(rest & -rest));
    return mask;
  }

  /** |amplitude|^2 of the basis state in which bit q is qubit q. */
  probability(index: number): number {
    const [re = 0, im = 0] = this.#stored(this.#toPositions(index), 1);
    return re * re + im * im;
  }

  /** `count` amplitudes as they lie in memory: a view, [re, im, …]. */
  #stored(first: number, count: number): Float64Array | Float32Array {
    this.#settle();
    const { wasm } = this.#engine;
    const type = this.#precision === "double" ? Float64Array : Float32Array;
    return new type(wasm.memory.buffer, wasm.stateAddress() + amplitudeBytes[this.#precision] * first, 2 * count);
  }

  /**
   * The state becomes the caller's: [re, im, …], 2^(qubits of the circuit) amplitudes; copied once, into the engine. Before any gate. A qubit beyond
   * the circuit's stays |0>.
   */
  set(amplitudes: Float64Array): void {
    invariant(amplitudes.length <= 2 * 2 ** this.qubitCount, "a state of as many qubits as the circuit has");
    const stored = this.#stored(0, 2 ** this.qubitCount);
    stored.set(amplitudes);
    stored.fill(0, amplitudes.length);
  }

  /** Every amplitude as it lies in memory: a view, [re, im, …]. Bit positionOf(q) of an index is qubit q. */
  stored(): Float64Array | Float32Array {
    return this.#stored(0, 2 ** this.qubitCount);
  }

  /** Amplitudes in the order of the circuit's qubits: [re, im, …], 2^circuitQubitCount of them. */
  amplitudes(circuitQubitCount: number): Float64Array {
    const stored = this.#stored(0, 2 ** this.qubitCount);
    const ordered = new Float64Array(2 * 2 ** circuitQubitCount);
    for (let index = 0; index < 2 ** circuitQubitCount; index++) {
      const at = 2 * this.#toPositions(index);
      ordered[2 * index] = stored[at] as number;
      ordered[2 * index + 1] = stored[at + 1] as number;
    }
    return ordered;
  }
}
