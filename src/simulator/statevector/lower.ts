// Gates become steps of four kinds: real rotations, diagonals, permutations, and relabelled qubits.
//
// 1-qubit gates wait at their qubit and are merged; a run of gates on one pair with two or more entangling gates becomes one gate, taken apart by
// kak.ts; swap exchanges names. Lengths and phases common to all amplitudes are put off into `scale`.

import { invariant } from "../../base/invariant.ts";
import type { Operation } from "../../model/circuit.ts";
import { type GateName, gates, type Trigonometry } from "../../model/gates.ts";
import { createDecomposition, decompose } from "./kak.ts";
import { type Flat, flatten, multiply2, multiply4, multiplyOnBit, reverseBits, setIdentity } from "./matrix.ts";
import { createRotation, type MutableComplex, type Rotation, toRotation } from "./rotation.ts";

/** What is done to the state and to which qubits, and the step's own place among all steps. */
export type Step = Action & { readonly place: number };

/** `x` and `z` are masks of the wires that are changed and that are only read: steps that only read a wire may change places. */
type Action =
  /** lo = a - t b, hi = b + t a, after an exchange where asked. */
  | {
      readonly kind: "rotate";
      readonly x: number;
      readonly z: 0;
      readonly qubit: number;
      readonly exchange: boolean;
      readonly tangent: number;
    }
  /** |00>, |11> by `even`; |01>, |10> by `odd`, times `ratio`. `first` is the least significant. */
  | {
      readonly kind: "rotatePair";
      readonly x: number;
      readonly z: 0;
      readonly first: number;
      readonly second: number;
      /** Bit 0: the even pair, bit 1: the odd pair. */
      readonly exchange: number;
      readonly even: number;
      readonly odd: number;
      readonly ratio: number;
    }
  /** lo = c a - s b, hi = s a + c b where every control is 1. */
  | {
      readonly kind: "rotateControlled";
      readonly x: number;
      readonly z: number;
      readonly target: number;
      readonly cosine: number;
      readonly sine: number;
    }
  /** X where every control is 1. */
  | { readonly kind: "flip"; readonly x: number; readonly z: number; readonly target: number }
  /** Amplitudes in which every qubit of z is 1 are multiplied; with z = 0 all, by any number. */
  | { readonly kind: "phase"; readonly x: 0; readonly z: number; readonly re: number; readonly im: number };

export interface Lowered {
  readonly steps: readonly Step[];
  /** wireOf[q]: the name under which qubit q ends. */
  readonly wireOf: readonly number[];
  /** The state is what the steps give times this. */
  readonly scale: MutableComplex;
}

type Gate = Extract<Operation, { kind: "gate" }>;

/**
 * `lengthCountMax`: lengths that are put off, each between 1 / sqrt 2 and 1; stored amplitudes grow by the inverse of their product. They are counted,
 * not measured, so that a circuit has the same steps whatever its angles are.
 */
export function lower(
  operations: readonly Operation[],
  qubitCount: number,
  trigonometry: Trigonometry,
  lengthCountMax: number,
): Lowered {
  const list = operations.filter((operation) => operation.kind === "gate");
  const blocks = findBlocks(list, qubitCount);
  const lowering = new Lowering(qubitCount, trigonometry, lengthCountMax);
  for (const [k, gate] of list.entries()) lowering.take(gate, blocks[k]);
  return lowering.finish();
}

/** Consecutive gates on one pair of qubits. */
interface Block {
  readonly low: number;
  readonly high: number;
  entanglingCount: number;
  /** Gates of two qubits still to come. */
  left: number;
  /** Their product, and that of the 1-qubit gates between; bit 0 is `low`'s wire at the beginning. */
  matrix: Flat | undefined;
}

const diagonalPairs: ReadonlySet<GateName> = new Set(["cz", "cp", "crz", "rzz"]);
/** Gates without a kernel of their own. */
const alwaysTakenApart: ReadonlySet<GateName> = new Set(["rxx", "ryy", "rzx", "ecr"]);

function findBlocks(list: readonly Gate[], qubitCount: number): readonly (Block | undefined)[] {
  const open = new Array<Block | undefined>(qubitCount).fill(undefined);
  return list.map(({ gate, qubits }) => {
    const [p = 0, q = 0] = qubits;
    if (qubits.length === 1) return open[p];
    if (qubits.length > 2) {
      for (const qubit of qubits) open[qubit] = undefined;
      return undefined;
    }
    let block = open[p];
    if (block === undefined || block !== open[q]) {
      block = { low: Math.min(p, q), high: Math.max(p, q), entanglingCount: 0, left: 0, matrix: undefined };
      for (const other of [p, q]) open[other] = block;
    }
    block.left++;
    if (gate !== "swap" && !diagonalPairs.has(gate)) block.entanglingCount++;
    if (alwaysTakenApart.has(gate)) block.entanglingCount += 2;
    return block;
  });
}

class Lowering {
  readonly #steps: Step[] = [];
  readonly #wireOf: number[];
  readonly #scale: MutableComplex = { re: 1, im: 0 };
  readonly #trigonometry: Trigonometry;
  /** The product of 1-qubit gates that wait at a wire; 0: none, 1: diagonal, 2: any. */
  readonly #waiting: readonly Flat[];
  readonly #waitingKind: Uint8Array;
  readonly #rotation = createRotation();
  readonly #odd = createRotation();
  readonly #decomposition = createDecomposition();

  readonly #lengthCountMax: number;
  #lengthCount = 0;

  constructor(qubitCount: number, trigonometry: Trigonometry, lengthCountMax: number) {
    this.#lengthCountMax = lengthCountMax;
    this.#wireOf = Array.from({ length: qubitCount }, (_, qubit) => qubit);
    this.#trigonometry = trigonometry;
    this.#waiting = Array.from({ length: qubitCount }, () => new Float64Array(8));
    this.#waitingKind = new Uint8Array(qubitCount);
  }

  take({ gate, qubits, angles }: Gate, block: Block | undefined): void {
    const wires = qubits.map((qubit) => this.#wireOf[qubit] as number);
    const [a = 0, b = 0, c = 0] = wires;
    if (block !== undefined && block.entanglingCount >= 2 && (qubits.length === 2 || block.matrix !== undefined)) {
      this.#gather(block, gate, qubits, angles as readonly number[]);
      return;
    }
    if (block !== undefined && qubits.length === 2) block.left--;
    switch (gate) {
      case "id":
        return;
      case "swap": {
        const [p = 0, q = 0] = qubits;
        this.#wireOf[p] = b;
        this.#wireOf[q] = a;
        return;
      }
      case "iswap":
      case "iswapdg": {
        const sign = gate === "iswap" ? 1 : -1;
        this.#flushUnlessDiagonal(a);
        this.#flushUnlessDiagonal(b);
        this.#phase(1 << a, 0, sign);
        this.#phase(1 << b, 0, sign);
        this.#phase((1 << a) | (1 << b), -1, 0);
        const [p = 0, q = 0] = qubits;
        this.#wireOf[p] = b;
        this.#wireOf[q] = a;
        return;
      }
      case "cx":
        this.#flushUnlessDiagonal(a);
        this.#flush(b);
        this.#steps.push({ place: this.#steps.length, kind: "flip", x: 1 << b, z: 1 << a, target: b });
        return;
      case "ccx":
        this.#flushUnlessDiagonal(a);
        this.#flushUnlessDiagonal(b);
        this.#flush(c);
        this.#steps.push({ place: this.#steps.length, kind: "flip", x: 1 << c, z: (1 << a) | (1 << b), target: c });
        return;
      case "ccz":
        for (const wire of wires) this.#flushUnlessDiagonal(wire);
        this.#phase((1 << a) | (1 << b) | (1 << c), -1, 0);
        return;
      case "cswap":
        this.#flushUnlessDiagonal(a);
        this.#flush(b);
        this.#flush(c);
        this.#steps.push({ place: this.#steps.length, kind: "flip", x: 1 << b, z: 1 << c, target: b });
        this.#steps.push({ place: this.#steps.length, kind: "flip", x: 1 << c, z: (1 << a) | (1 << b), target: c });
        this.#steps.push({ place: this.#steps.length, kind: "flip", x: 1 << b, z: 1 << c, target: b });
        return;
      default:
    }
    const matrix = this.#matrixOf(gate, angles as readonly number[]);
    if (qubits.length === 1) {
      this.#wait(a, matrix);
      return;
    }
    invariant(qubits.length === 2, `${gate} has a lowering`);
    if (diagonalPairs.has(gate)) {
      this.#diagonalPair(a, b, matrix);
      return;
    }
    invariant(gates[gate].controlCount === 1, `${gate} is controlled`);
    // The block in which the control, the least significant bit, is 1.
    this.#controlled(a, b, matrix);
  }

  finish(): Lowered {
    for (const [wire] of this.#waiting.entries()) this.#flush(wire);
    return { steps: this.#steps, wireOf: this.#wireOf, scale: this.#scale };
  }

  #matrixOf(gate: GateName, angles: readonly number[]): Flat {
    const { angleCount, matrix } = gates[gate];
    if (angleCount > 0) return flatten(matrix(angles, this.#trigonometry));
    let known = fixedMatrices.get(gate);
    if (known === undefined) {
      known = flatten(matrix([], this.#trigonometry));
      fixedMatrices.set(gate, known);
    }
    return known;
  }

  #wait(wire: number, matrix: Flat): void {
    const waiting = this.#waiting[wire] as Flat;
    const isDiagonal = matrix[2] === 0 && matrix[3] === 0 && matrix[4] === 0 && matrix[5] === 0;
    if (this.#waitingKind[wire] === 0) {
      waiting.set(matrix);
      this.#waitingKind[wire] = isDiagonal ? 1 : 2;
    } else {
      multiply2(waiting, matrix);
      if (!isDiagonal) this.#waitingKind[wire] = 2;
    }
  }

  #flushUnlessDiagonal(wire: number): void {
    if (this.#waitingKind[wire] === 2) this.#flush(wire);
  }

  #flush(wire: number): void {
    if (this.#waitingKind[wire] === 0) return;
    this.#waitingKind[wire] = 0;
    const m = this.#waiting[wire] as Flat;
    const rotation = toRotation(
      this.#rotation,
      m[0] as number,
      m[1] as number,
      m[2] as number,
      m[3] as number,
      m[4] as number,
      m[5] as number,
      m[6] as number,
      m[7] as number,
    );
    this.#scaleBy(rotation.scale.re, rotation.scale.im);
    this.#phase(1 << wire, rotation.pre.re, rotation.pre.im);
    if (rotation.exchange && rotation.tangent === 0)
      this.#steps.push({ place: this.#steps.length, kind: "flip", x: 1 << wire, z: 0, target: wire });
    else if (rotation.tangent !== 0) {
      const { exchange, tangent } = rotation;
      this.#steps.push({ place: this.#steps.length, kind: "rotate", x: 1 << wire, z: 0, qubit: wire, exchange, tangent });
      this.#countLength();
    }
    this.#phase(1 << wire, rotation.post.re, rotation.post.im);
  }

  #scaleBy(re: number, im: number): void {
    const { re: oldRe, im: oldIm } = this.#scale;
    this.#scale.re = oldRe * re - oldIm * im;
    this.#scale.im = oldRe * im + oldIm * re;
  }

  /** After a rotation: its length is in the scale. */
  #countLength(): void {
    if (++this.#lengthCount < this.#lengthCountMax) return;
    this.#lengthCount = 0;
    this.#phase(0, this.#scale.re, this.#scale.im);
    this.#scale.re = 1;
    this.#scale.im = 0;
  }

  #phase(z: number, re: number, im: number): void {
    if (re === 1 && im === 0) return;
    this.#steps.push({ place: this.#steps.length, kind: "phase", x: 0, z, re, im });
  }

  /** diag(e0, e1, e2, e3) = e0 * (e1/e0)^a * (e2/e0)^b * (e3 e0 / (e1 e2))^(ab); all on the unit circle. */
  #diagonalPair(a: number, b: number, m: Flat): void {
    this.#flushUnlessDiagonal(a);
    this.#flushUnlessDiagonal(b);
    this.#phases(
      a,
      b,
      m[0] as number,
      m[1] as number,
      m[10] as number,
      m[11] as number,
      m[20] as number,
      m[21] as number,
      m[30] as number,
      m[31] as number,
    );
  }

  #phases(
    a: number,
    b: number,
    e0Re: number,
    e0Im: number,
    e1Re: number,
    e1Im: number,
    e2Re: number,
    e2Im: number,
    e3Re: number,
    e3Im: number,
  ): void {
    this.#scaleBy(e0Re, e0Im);
    this.#phase(1 << a, e1Re * e0Re + e1Im * e0Im, e1Im * e0Re - e1Re * e0Im);
    this.#phase(1 << b, e2Re * e0Re + e2Im * e0Im, e2Im * e0Re - e2Re * e0Im);
    const topRe = e3Re * e0Re - e3Im * e0Im;
    const topIm = e3Re * e0Im + e3Im * e0Re;
    const bottomRe = e1Re * e2Re - e1Im * e2Im;
    const bottomIm = e1Re * e2Im + e1Im * e2Re;
    this.#phase((1 << a) | (1 << b), topRe * bottomRe + topIm * bottomIm, topIm * bottomRe - topRe * bottomIm);
  }

  /** Diagonals and scale that the control reads, around a real rotation under control. */
  #controlled(control: number, target: number, m: Flat): void {
    this.#flushUnlessDiagonal(control);
    this.#flush(target);
    // Rows and columns 1 and 3: the control is the least significant bit.
    const rotation = toRotation(
      this.#rotation,
      m[10] as number,
      m[11] as number,
      m[14] as number,
      m[15] as number,
      m[26] as number,
      m[27] as number,
      m[30] as number,
      m[31] as number,
    );
    const both = (1 << control) | (1 << target);
    this.#phase(both, rotation.pre.re, rotation.pre.im);
    const length = lengthOf(rotation.scale);
    const { tangent, exchange } = rotation;
    if (exchange) this.#steps.push({ place: this.#steps.length, kind: "flip", x: 1 << target, z: 1 << control, target });
    if (tangent !== 0) {
      this.#steps.push({
        place: this.#steps.length,
        kind: "rotateControlled",
        x: 1 << target,
        z: 1 << control,
        target,
        cosine: length,
        sine: tangent * length,
      });
    }
    this.#phase(1 << control, rotation.scale.re / length, rotation.scale.im / length);
    this.#phase(both, rotation.post.re, rotation.post.im);
  }

  /** Takes a gate into its block; the last one ends the block. */
  #gather(block: Block, gate: GateName, qubits: readonly number[], angles: readonly number[]): void {
    const low = this.#wireOf[block.low] as number;
    const high = this.#wireOf[block.high] as number;
    if (block.matrix === undefined) {
      block.matrix = new Float64Array(32);
      setIdentity(block.matrix, 4);
      this.#absorb(block.matrix, low, 0);
      this.#absorb(block.matrix, high, 1);
    }
    const matrix = this.#matrixOf(gate, angles);
    if (qubits.length === 1) {
      multiplyOnBit(block.matrix, matrix, qubits[0] === block.low ? 0 : 1);
      return;
    }
    multiply4(block.matrix, qubits[0] === block.low ? matrix : reverseBits(matrix));
    block.left--;
    if (block.left > 0) return;
    this.#pair(low, high, block.matrix);
    block.matrix = undefined;
    block.entanglingCount = 0;
  }

  #absorb(matrix: Flat, wire: number, bit: 0 | 1): void {
    if (this.#waitingKind[wire] !== 0) multiplyOnBit(matrix, this.#waiting[wire] as Flat, bit);
    this.#waitingKind[wire] = 0;
  }

  #pair(a: number, b: number, matrix: Flat): void {
    const parts = this.#decomposition;
    decompose(parts, matrix);
    this.#wait(a, parts.a0);
    this.#wait(b, parts.b0);
    this.#flush(a);
    this.#flush(b);
    const even = circulant(this.#rotation, parts.even);
    const odd = circulant(this.#odd, parts.odd);
    // Before: pre phases on |11> and |10>.
    this.#phases(a, b, 1, 0, 1, 0, odd.pre.re, odd.pre.im, even.pre.re, even.pre.im);
    const evenLength = lengthOf(even.scale);
    const oddLength = lengthOf(odd.scale);
    if (even.tangent !== 0 || odd.tangent !== 0 || even.exchange || odd.exchange) {
      const exchange = (even.exchange ? 1 : 0) | (odd.exchange ? 2 : 0);
      const x = (1 << a) | (1 << b);
      const ratio = oddLength / evenLength;
      this.#steps.push({
        place: this.#steps.length,
        kind: "rotatePair",
        x,
        z: 0,
        first: a,
        second: b,
        exchange,
        even: even.tangent,
        odd: odd.tangent,
        ratio,
      });
    }
    this.#scaleBy(even.scale.re, even.scale.im);
    this.#countLength();
    // After: the odd pair's phase against the even one's, and post phases on |11> and |10>.
    const re = (odd.scale.re * even.scale.re + odd.scale.im * even.scale.im) / (evenLength * oddLength);
    const im = (odd.scale.im * even.scale.re - odd.scale.re * even.scale.im) / (evenLength * oddLength);
    const postRe = odd.post.re * re - odd.post.im * im;
    const postIm = odd.post.re * im + odd.post.im * re;
    this.#phases(a, b, 1, 0, re, im, postRe, postIm, even.post.re, even.post.im);
    this.#wait(a, parts.a1);
    this.#wait(b, parts.b1);
  }
}

function lengthOf({ re, im }: MutableComplex): number {
  return Math.sqrt(re * re + im * im);
}

/** [[p, q], [q, p]]. */
function circulant(into: Rotation, pq: Flat): Rotation {
  const [pRe = 0, pIm = 0, qRe = 0, qIm = 0] = pq;
  return toRotation(into, pRe, pIm, qRe, qIm, qRe, qIm, pRe, pIm);
}

const fixedMatrices = new Map<GateName, Flat>();
