// Writes gates as the commands that wasm/statevector/direct.ts runs one by one, with no more thought than each needs by itself.

import { invariant } from "../../base/invariant.ts";
import type { Operation } from "../../model/circuit.ts";
import { type GateName, gates, type Matrix, type Trigonometry } from "../../model/gates.ts";

export interface DirectProgram {
  readonly bytes: Uint8Array;
  /** The state is what the commands give times this. */
  readonly scale: { readonly re: number; readonly im: number };
}

const codes = { cx: 1, x: 2, swap: 3, parityPhase: 4, hadamard: 5, matrix: 6, flip: 7, phase: 8, scale: 9 } as const;

/** Hadamards of length sqrt(2) between two corrections: stored amplitudes stay below 2^16, whatever the precision. */
const hadamardCountMax = 32;

/** Only gates count; every parameter is bound. */
export function writeDirect(operations: readonly Operation[], trigonometry: Trigonometry): DirectProgram {
  const writer = new DirectWriter(trigonometry);
  for (const operation of operations) {
    if (operation.kind === "gate") writer.take(operation.gate, operation.qubits, operation.angles as readonly number[]);
  }
  return writer.finish();
}

class DirectWriter {
  #buffer = new ArrayBuffer(4096);
  #words = new Uint32Array(this.#buffer);
  #reals = new Float64Array(this.#buffer);
  /** In words of 8 bytes. */
  #place = 0;
  #scaleRe = 1;
  #scaleIm = 0;
  #hadamardCount = 0;
  readonly #trigonometry: Trigonometry;

  constructor(trigonometry: Trigonometry) {
    this.#trigonometry = trigonometry;
  }

  finish(): DirectProgram {
    const length = (this.#hadamardCount % 2 === 0 ? 1 : Math.SQRT1_2) * 2 ** -Math.floor(this.#hadamardCount / 2);
    return {
      bytes: new Uint8Array(this.#buffer, 0, 8 * this.#place),
      scale: { re: this.#scaleRe * length, im: this.#scaleIm * length },
    };
  }

  take(gate: GateName, qubits: readonly number[], angles: readonly number[]): void {
    const [a = 0, b = 0, c = 0] = qubits;
    switch (gate) {
      case "cx":
        this.#command(codes.cx, b, a, 0);
        return;
      case "h":
        this.#hadamard(a);
        return;
      case "rz":
        this.#rzz(1 << a, angles);
        return;
      case "id":
        return;
      case "x":
        this.#command(codes.x, a, 0, 0);
        return;
      case "y":
        // i X Z
        this.#parityPhase(1 << a, -1, 0);
        this.#command(codes.x, a, 0, 0);
        this.#scaleBy(0, 1);
        return;
      case "cy":
        this.#parityPhase(1 << b, 0, -1);
        this.#command(codes.cx, b, a, 0);
        this.#parityPhase(1 << b, 0, 1);
        return;
      case "swap":
        this.#command(codes.swap, a, b, 0);
        return;
      case "iswap":
      case "iswapdg": {
        const sign = gate === "iswap" ? 1 : -1;
        this.#parityPhase(1 << a, 0, sign);
        this.#parityPhase(1 << b, 0, sign);
        this.#phase((1 << a) | (1 << b), -1, 0);
        this.#command(codes.swap, a, b, 0);
        return;
      }
      case "ccx":
        this.#command(codes.flip, c, 0, (1 << a) | (1 << b));
        return;
      case "cswap":
        this.#command(codes.cx, b, c, 0);
        this.#command(codes.flip, c, 0, (1 << a) | (1 << b));
        this.#command(codes.cx, b, c, 0);
        return;
      case "rzz":
        this.#rzz((1 << a) | (1 << b), angles);
        return;
      case "rzx":
        this.#rzx(a, b, angles);
        return;
      case "ecr":
        this.#rzx(a, b, quarterTurn);
        this.#command(codes.x, a, 0, 0);
        this.#rzx(a, b, backTurn);
        return;
      case "rxx":
        this.#hadamard(a);
        this.#rzx(a, b, angles);
        this.#hadamard(a);
        return;
      case "ryy":
        this.#parityPhase(1 << a, 0, -1);
        this.#parityPhase(1 << b, 0, -1);
        this.#hadamard(a);
        this.#rzx(a, b, angles);
        this.#hadamard(a);
        this.#parityPhase(1 << a, 0, 1);
        this.#parityPhase(1 << b, 0, 1);
        return;
      default:
        this.#byMatrix(gate, qubits, angles);
    }
  }

  /** exp(-i theta/2 Z…Z). */
  #rzz(qubits: number, [theta = 0]: readonly number[]): void {
    const re = this.#trigonometry.cos(theta / 2);
    const im = this.#trigonometry.sin(theta / 2);
    this.#scaleBy(re, -im);
    this.#parityPhase(qubits, re * re - im * im, 2 * re * im);
  }

  /** Z on a, X on b. */
  #rzx(a: number, b: number, angles: readonly number[]): void {
    this.#hadamard(b);
    this.#rzz((1 << a) | (1 << b), angles);
    this.#hadamard(b);
  }

  /** A gate on one qubit, under controls or not. */
  #byMatrix(gate: GateName, qubits: readonly number[], angles: readonly number[]): void {
    const { controlCount } = gates[gate];
    const target = qubits[controlCount] as number;
    let controls = 0;
    for (let place = 0; place < controlCount; place++) controls |= 1 << (qubits[place] as number);
    invariant(qubits.length === controlCount + 1, `${gate} has one target`);
    const [[e0, e01], [e10, e1]] = this.#targetMatrix(gate, angles);
    if (e01[0] === 0 && e01[1] === 0 && e10[0] === 0 && e10[1] === 0) {
      if (controls === 0) this.#scaleBy(e0[0], e0[1]);
      else this.#phase(controls, e0[0], e0[1]);
      this.#phase(controls | (1 << target), e1[0] * e0[0] + e1[1] * e0[1], e1[1] * e0[0] - e1[0] * e0[1]);
      return;
    }
    this.#command(codes.matrix, target, 0, controls);
    for (const entry of [e0, e01, e10, e1]) {
      this.#real(entry[0]);
      this.#real(entry[1]);
    }
  }

  /** What happens to the target where every control, the least significant bits, is 1. */
  #targetMatrix(gate: GateName, angles: readonly number[]): TargetMatrix {
    const known = fixedMatrices.get(gate);
    if (known !== undefined) return known;
    const { controlCount, angleCount, matrix } = gates[gate];
    const on = (1 << controlCount) - 1;
    const rows: Matrix = matrix(angles, this.#trigonometry).filter((_, row) => (row & on) === on);
    const target = rows.map((row) => row.filter((_, column) => (column & on) === on)) as unknown as TargetMatrix;
    if (angleCount === 0) fixedMatrices.set(gate, target);
    return target;
  }

  #hadamard(qubit: number): void {
    this.#command(codes.hadamard, qubit, 0, 0);
    if (++this.#hadamardCount < hadamardCountMax) return;
    this.#command(codes.scale, 0, 0, 0);
    this.#real(2 ** (-hadamardCountMax / 2));
    this.#hadamardCount = 0;
  }

  /** Where every one of the qubits is 1. */
  #phase(qubits: number, re: number, im: number): void {
    if ((qubits & (qubits - 1)) === 0) {
      this.#parityPhase(qubits, re, im);
      return;
    }
    if (re === 1 && im === 0) return;
    this.#command(codes.phase, 0, 0, qubits);
    this.#real(re);
    this.#real(im);
  }

  #parityPhase(qubits: number, re: number, im: number): void {
    if (re === 1 && im === 0) return;
    this.#command(codes.parityPhase, 0, 0, qubits);
    this.#real(re);
    this.#real(im);
  }

  #scaleBy(re: number, im: number): void {
    const old = this.#scaleRe;
    this.#scaleRe = old * re - this.#scaleIm * im;
    this.#scaleIm = old * im + this.#scaleIm * re;
  }

  #command(code: number, target: number, other: number, mask: number): void {
    this.#grow();
    this.#words[2 * this.#place] = code | (target << 8) | (other << 16);
    this.#words[2 * this.#place++ + 1] = mask;
  }

  #real(value: number): void {
    this.#grow();
    this.#reals[this.#place++] = value;
  }

  #grow(): void {
    if (8 * this.#place < this.#buffer.byteLength) return;
    const larger = new ArrayBuffer(2 * this.#buffer.byteLength);
    new Uint8Array(larger).set(new Uint8Array(this.#buffer));
    this.#buffer = larger;
    this.#words = new Uint32Array(larger);
    this.#reals = new Float64Array(larger);
  }
}

type Row = readonly [readonly [number, number], readonly [number, number]];
type TargetMatrix = readonly [Row, Row];

const quarterTurn = [Math.PI / 4];
const backTurn = [-Math.PI / 4];
const fixedMatrices = new Map<GateName, TargetMatrix>();
