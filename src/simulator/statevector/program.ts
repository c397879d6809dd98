// Writes passes as the stream of 8-byte words that wasm/statevector/program.ts runs: a u32 in the low half, or an f64.

import type { Operation, Pass } from "./schedule.ts";

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

export function writeProgram(passes: readonly Pass[]): Program {
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
    for (const operation of operations) writeOperation(writer, operation);
  }
  return { bytes: writer.bytes(), passOffsets, blockCounts };
}

/** At most 31. */
function trailingOnes(mask: number): number {
  return Math.clz32(~mask & (mask + 1)) === 32 ? 31 : 31 - Math.clz32(~mask & (mask + 1));
}

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function writeOperation(writer: Writer, operation: Operation): void {
  switch (operation.kind) {
    case "rotate": {
      const { bits, exchange, tangents } = operation;
      writer.head(bits.length, 2 * bits.length + 1, 0);
      for (const bit of bits) writer.integer(bit);
      writer.integer(exchange);
      for (const tangent of tangents) writer.real(tangent);
      return;
    }
    case "rotatePair":
      writer.head(codes.rotatePair, 6, 0);
      writer.integer(operation.bit0);
      writer.integer(operation.bit1);
      writer.integer(operation.exchange);
      writer.real(operation.even);
      writer.real(operation.odd);
      writer.real(operation.ratio);
      return;
    case "rotateControlled":
      writer.head(codes.rotateControlled, 4, operation.condition);
      writer.integer(operation.bit);
      writer.integer(operation.controls);
      writer.real(operation.cosine);
      writer.real(operation.sine);
      return;
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
      writer.real(operation.re);
      writer.real(operation.im);
      return;
    case "exchangeLane":
      writer.head(codes.exchangeLane, 1, 0);
      writer.integer(operation.bit);
      return;
    case "diagonal": {
      const { scalar, linear, quadratic, outer } = operation.terms;
      writer.head(codes.diagonal, 5 + 4 * (linear.length + quadratic.length + outer.length), 0);
      writer.real(scalar.re);
      writer.real(scalar.im);
      writer.integer(linear.length);
      writer.integer(quadratic.length);
      writer.integer(outer.length);
      for (const term of linear) writer.term(term.bit, term.outer, term.re, term.im);
      for (const term of quadratic) writer.term(term.bit0, term.bit1, term.re, term.im);
      for (const term of outer) writer.term(term.mask, 0, term.re, term.im);
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

  term(first: number, second: number, re: number, im: number): void {
    this.integer(first);
    this.integer(second);
    this.real(re);
    this.real(im);
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
