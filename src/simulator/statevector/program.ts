// Writes passes as the stream of 8-byte words that wasm/statevector/program.ts runs: a u32 in the low half, or an f64.

import { invariant } from "../../base/invariant.ts";
import { bitCount } from "./bits.ts";
import type { Lowered, Step } from "./lower.ts";
import { isOne, type MutableComplex } from "./rotation.ts";
import type { Factor, Operation, Schedule } from "./schedule.ts";

export interface Program {
  readonly bytes: Uint8Array;
  /** passOffsets[k]: byte offset of pass k. */
  readonly passOffsets: readonly number[];
  /** blockCounts[k]: blocks of pass k. */
  readonly blockCounts: readonly number[];
}

const codes: Readonly<Record<Exclude<Operation["kind"], "rotate">, number>> = {
  rotatePair: 4,
  rotateControlled: 5,
  flip: 6,
  permute: 7,
  diagonal: 8,
  phase: 9,
  exchangeLane: 10,
};

/** With the coefficients of these steps; undefined when the schedule was made for steps of which other factors come to 1. */
export function writeProgram({ passes, dropped }: Schedule, lowered: Lowered): Program | undefined {
  const coefficients = new Coefficients(lowered);
  for (const factor of dropped) coefficients.product(factor, true);
  const writer = new Writer();
  const passOffsets: number[] = [];
  const blockCounts: number[] = [];
  for (const { localMask, outerMask, emptyMask, operations } of passes) {
    passOffsets.push(writer.offset());
    writer.integer(operations.length);
    writer.integer(localMask);
    // A run is copied whole: the positions below the first that is not local, or was empty.
    writer.integer(Math.min(trailingOnes(localMask), trailingOnes(~emptyMask)));
    writer.integer(outerMask);
    writer.integer(emptyMask);
    blockCounts.push(2 ** bitCount(outerMask));
    for (const operation of operations) writeOperation(writer, operation, coefficients);
  }
  return coefficients.areThoseScheduled() ? { bytes: writer.bytes(), passOffsets, blockCounts } : undefined;
}

/** What the steps of a schedule are multiplied by. */
class Coefficients {
  readonly #lowered: Lowered;
  readonly #product: MutableComplex = { re: 1, im: 0 };
  #areThoseScheduled = true;

  constructor(lowered: Lowered) {
    this.#lowered = lowered;
  }

  step<K extends Step["kind"]>(kind: K, place: number): Extract<Step, { kind: K }> {
    const step = this.#lowered.steps[place];
    invariant(step?.kind === kind, "a schedule names its steps by their places");
    return step as Extract<Step, { kind: K }>;
  }

  /** Until the next one is asked for. */
  product(factor: Factor, isDropped = false): Readonly<MutableComplex> {
    const product = this.#product;
    product.re = 1;
    product.im = 0;
    for (const [k, place] of factor.entries()) {
      const { re, im } = place === this.#lowered.steps.length ? this.#lowered.scale : this.step("phase", place);
      if (k === 0) {
        product.re = re;
        product.im = im;
        continue;
      }
      const { re: oldRe, im: oldIm } = product;
      product.re = oldRe * re - oldIm * im;
      product.im = oldRe * im + oldIm * re;
      if (isOne(product) !== (isDropped && k === factor.length - 1)) this.#areThoseScheduled = false;
    }
    return product;
  }

  areThoseScheduled(): boolean {
    return this.#areThoseScheduled;
  }
}

/** At most 31. */
function trailingOnes(mask: number): number {
  return Math.clz32(~mask & (mask + 1)) === 32 ? 31 : 31 - Math.clz32(~mask & (mask + 1));
}

function writeOperation(writer: Writer, operation: Operation, coefficients: Coefficients): void {
  switch (operation.kind) {
    case "rotate": {
      const { bits } = operation;
      const steps = operation.steps.map((place) => coefficients.step("rotate", place));
      writer.head(bits.length, 2 * bits.length + 1, 0);
      for (const bit of bits) writer.integer(bit);
      writer.integer(steps.reduce((mask, { exchange }, k) => mask | (exchange ? 1 << k : 0), 0));
      for (const { tangent } of steps) writer.real(tangent);
      return;
    }
    case "rotatePair": {
      const { exchange, even, odd, ratio } = coefficients.step("rotatePair", operation.step);
      writer.head(codes.rotatePair, 6, 0);
      writer.integer(operation.bit0);
      writer.integer(operation.bit1);
      writer.integer(exchange);
      writer.real(even);
      // |01>, |10> with the step's first qubit the lower bit; seen from the other side the odd pair turns backwards.
      writer.real(operation.isTurned ? -odd : odd);
      writer.real(ratio);
      return;
    }
    case "rotateControlled": {
      const { cosine, sine } = coefficients.step("rotateControlled", operation.step);
      writer.head(codes.rotateControlled, 4, operation.condition);
      writer.integer(operation.bit);
      writer.integer(operation.controls);
      writer.real(cosine);
      writer.real(sine);
      return;
    }
    case "flip":
      writer.head(codes.flip, 2, operation.condition);
      writer.integer(operation.bit);
      writer.integer(operation.controls);
      return;
    case "permute":
      writer.head(codes.permute, 1 + operation.columns.length, 0);
      writer.integer(operation.origin);
      for (const column of operation.columns) writer.integer(column);
      return;
    case "phase":
      writer.head(codes.phase, 3, operation.condition);
      writer.integer(operation.mask);
      writer.complex(coefficients.product(operation.factor));
      return;
    case "exchangeLane":
      writer.head(codes.exchangeLane, 1, 0);
      writer.integer(operation.bit);
      return;
    case "diagonal": {
      const { scalar, linear, quadratic, outer } = operation.terms;
      writer.head(codes.diagonal, 5 + 4 * (linear.length + quadratic.length + outer.length), 0);
      writer.complex(coefficients.product(scalar));
      writer.integer(linear.length);
      writer.integer(quadratic.length);
      writer.integer(outer.length);
      for (const { bit, outer: mask, factor } of linear) writer.term(bit, mask, coefficients.product(factor));
      for (const { bit0, bit1, factor } of quadratic) writer.term(bit0, bit1, coefficients.product(factor));
      for (const { mask, factor } of outer) writer.term(mask, 0, coefficients.product(factor));
    }
  }
}

class Writer {
  #buffer = new ArrayBuffer(8192);
  #integers = new Uint32Array(this.#buffer);
  #reals = new Float64Array(this.#buffer);
  #place = 0;

  offset(): number {
    return 8 * this.#place;
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#buffer, 0, 8 * this.#place);
  }

  head(code: number, argumentCount: number, condition: number): void {
    this.integer(code);
    this.integer(3 + argumentCount);
    this.integer(condition);
  }

  integer(value: number): void {
    this.#grow();
    this.#integers[2 * this.#place++] = value;
  }

  real(value: number): void {
    this.#grow();
    this.#reals[this.#place++] = value;
  }

  complex({ re, im }: Readonly<MutableComplex>): void {
    this.real(re);
    this.real(im);
  }

  term(first: number, second: number, factor: Readonly<MutableComplex>): void {
    this.integer(first);
    this.integer(second);
    this.complex(factor);
  }

  #grow(): void {
    if (8 * this.#place < this.#buffer.byteLength) return;
    const larger = new ArrayBuffer(2 * this.#buffer.byteLength);
    new Uint8Array(larger).set(new Uint8Array(this.#buffer));
    this.#buffer = larger;
    this.#integers = new Uint32Array(larger);
    this.#reals = new Float64Array(larger);
  }
}
