// Rotations with one real coefficient: lo = a - t b, hi = b + t a, where a and b are the amplitudes in which the qubit is 0 and 1.
// Every 1-qubit gate is such a rotation between two diagonals, its length put off (plan.ts). With an exchange (t is then the cotangent) a and b
// change places first, so that |t| <= 1 always. One to three qubits a pass over the block: 2, 4 or 8 vectors in registers.
// Bytes: each amplitude read and written once. Arithmetic: one multiplication and one addition an amplitude and qubit.
// The block is `bytes` long; `step` values are the byte distances between the two amplitudes of a qubit, ascending and at least a vector.

import { multiplyAdd, multiplySubtract } from "./vector";

export function rotate1<T>(block: usize, bytes: usize, step: usize, exchange: u32, tangent: f64): void {
  const t = v128.splat<T>(<T>tangent);
  const loadA: usize = exchange != 0 ? step : 0;
  const loadB: usize = step - loadA;
  for (let group: usize = 0; group < bytes; group += step << 1) {
    const end = block + group + step;
    for (let at = block + group; at < end; at += 16) {
      const a = v128.load(at + loadA);
      const b = v128.load(at + loadB);
      v128.store(at, multiplySubtract<T>(t, b, a));
      v128.store(at + step, multiplyAdd<T>(t, a, b));
    }
  }
}

/** Two qubits; bit 0 of `exchange` is that of the smaller step. */
export function rotate2<T>(
  block: usize,
  bytes: usize,
  step0: usize,
  step1: usize,
  exchange: u32,
  tangent0: f64,
  tangent1: f64,
): void {
  const t0 = v128.splat<T>(<T>tangent0);
  const t1 = v128.splat<T>(<T>tangent1);
  const both = step0 + step1;
  const swap = exchangeOffset(exchange, 0, step0) + exchangeOffset(exchange, 1, step1);
  const load0 = swap;
  const load1 = step0 ^ swap;
  const load2 = step1 ^ swap;
  const load3 = both ^ swap;
  for (let outer: usize = 0; outer < bytes; outer += step1 << 1) {
    for (let middle = outer; middle < outer + step1; middle += step0 << 1) {
      const end = block + middle + step0;
      for (let at = block + middle; at < end; at += 16) {
        const x0 = v128.load(at + load0);
        const x1 = v128.load(at + load1);
        const x2 = v128.load(at + load2);
        const x3 = v128.load(at + load3);
        const y0 = multiplySubtract<T>(t0, x1, x0);
        const y1 = multiplyAdd<T>(t0, x0, x1);
        const y2 = multiplySubtract<T>(t0, x3, x2);
        const y3 = multiplyAdd<T>(t0, x2, x3);
        v128.store(at, multiplySubtract<T>(t1, y2, y0));
        v128.store(at + step0, multiplySubtract<T>(t1, y3, y1));
        v128.store(at + step1, multiplyAdd<T>(t1, y0, y2));
        v128.store(at + both, multiplyAdd<T>(t1, y1, y3));
      }
    }
  }
}

/** Three qubits. */
export function rotate3<T>(
  block: usize,
  bytes: usize,
  step0: usize,
  step1: usize,
  step2: usize,
  exchange: u32,
  tangent0: f64,
  tangent1: f64,
  tangent2: f64,
): void {
  const t0 = v128.splat<T>(<T>tangent0);
  const t1 = v128.splat<T>(<T>tangent1);
  const t2 = v128.splat<T>(<T>tangent2);
  const swap = exchangeOffset(exchange, 0, step0) + exchangeOffset(exchange, 1, step1) + exchangeOffset(exchange, 2, step2);
  const step01 = step0 + step1;
  const load0 = swap;
  const load1 = step0 ^ swap;
  const load2 = step1 ^ swap;
  const load3 = step01 ^ swap;
  for (let outer: usize = 0; outer < bytes; outer += step2 << 1) {
    for (let middle = outer; middle < outer + step2; middle += step1 << 1) {
      for (let inner = middle; inner < middle + step1; inner += step0 << 1) {
        const end = block + inner + step0;
        for (let at = block + inner; at < end; at += 16) {
          // The half in which the third qubit is 0 after its exchange, then the other.
          let x0 = v128.load(at + load0);
          let x1 = v128.load(at + load1);
          let x2 = v128.load(at + load2);
          let x3 = v128.load(at + load3);
          let y0 = multiplySubtract<T>(t0, x1, x0);
          let y1 = multiplyAdd<T>(t0, x0, x1);
          let y2 = multiplySubtract<T>(t0, x3, x2);
          let y3 = multiplyAdd<T>(t0, x2, x3);
          const z0 = multiplySubtract<T>(t1, y2, y0);
          const z1 = multiplySubtract<T>(t1, y3, y1);
          const z2 = multiplyAdd<T>(t1, y0, y2);
          const z3 = multiplyAdd<T>(t1, y1, y3);
          x0 = v128.load(at + (load0 ^ step2));
          x1 = v128.load(at + (load1 ^ step2));
          x2 = v128.load(at + (load2 ^ step2));
          x3 = v128.load(at + (load3 ^ step2));
          y0 = multiplySubtract<T>(t0, x1, x0);
          y1 = multiplyAdd<T>(t0, x0, x1);
          y2 = multiplySubtract<T>(t0, x3, x2);
          y3 = multiplyAdd<T>(t0, x2, x3);
          x0 = multiplySubtract<T>(t1, y2, y0);
          x1 = multiplySubtract<T>(t1, y3, y1);
          x2 = multiplyAdd<T>(t1, y0, y2);
          x3 = multiplyAdd<T>(t1, y1, y3);
          v128.store(at, multiplySubtract<T>(t2, x0, z0));
          v128.store(at + step0, multiplySubtract<T>(t2, x1, z1));
          v128.store(at + step1, multiplySubtract<T>(t2, x2, z2));
          v128.store(at + step01, multiplySubtract<T>(t2, x3, z3));
          const upper = at + step2;
          v128.store(upper, multiplyAdd<T>(t2, z0, x0));
          v128.store(upper + step0, multiplyAdd<T>(t2, z1, x1));
          v128.store(upper + step1, multiplyAdd<T>(t2, z2, x2));
          v128.store(upper + step01, multiplyAdd<T>(t2, z3, x3));
        }
      }
    }
  }
}

// @ts-expect-error: decorator
@inline
function exchangeOffset(exchange: u32, place: u32, step: usize): usize {
  return ((exchange >> place) & 1) != 0 ? step : 0;
}

/**
 * Rotates |00>, |11> by `even` and |01>, |10> by `odd` times `ratio`: the part of a 2-qubit gate that is not local, between two diagonals
 * (kak.ts). Bit 0 of `exchange` belongs to the even pair, bit 1 to the odd pair.
 */
export function rotatePair<T>(
  block: usize,
  bytes: usize,
  step0: usize,
  step1: usize,
  exchange: u32,
  even: f64,
  odd: f64,
  ratio: f64,
): void {
  const t = v128.splat<T>(<T>even);
  const u = v128.splat<T>(<T>(odd * ratio));
  const r = v128.splat<T>(<T>ratio);
  const both = step0 + step1;
  const evenA: usize = (exchange & 1) != 0 ? both : 0;
  const evenB: usize = both - evenA;
  const oddA: usize = (exchange & 2) != 0 ? step1 : step0;
  const oddB: usize = both - oddA;
  for (let outer: usize = 0; outer < bytes; outer += step1 << 1) {
    for (let middle = outer; middle < outer + step1; middle += step0 << 1) {
      const end = block + middle + step0;
      for (let at = block + middle; at < end; at += 16) {
        const x0 = v128.load(at + evenA);
        const x3 = v128.load(at + evenB);
        const x1 = v128.load(at + oddA);
        const x2 = v128.load(at + oddB);
        v128.store(at, multiplySubtract<T>(t, x3, x0));
        v128.store(at + both, multiplyAdd<T>(t, x0, x3));
        v128.store(at + step0, multiplySubtract<T>(u, x2, v128.mul<T>(r, x1)));
        v128.store(at + step1, multiplyAdd<T>(u, x1, v128.mul<T>(r, x2)));
      }
    }
  }
}

/** A real rotation where every bit of `controls` (byte offsets) is set: lo = c a - s b, hi = s a + c b. */
export function rotateControlled<T>(block: usize, bytes: usize, step: usize, controls: usize, cosine: f64, sine: f64): void {
  const c = v128.splat<T>(<T>cosine);
  const s = v128.splat<T>(<T>sine);
  for (let group: usize = 0; group < bytes; group += step << 1) {
    for (let offset = group; offset < group + step; offset += 16) {
      if ((offset & controls) != controls) continue;
      const at = block + offset;
      const a = v128.load(at);
      const b = v128.load(at + step);
      v128.store(at, multiplySubtract<T>(s, b, v128.mul<T>(c, a)));
      v128.store(at + step, multiplyAdd<T>(s, a, v128.mul<T>(c, b)));
    }
  }
}
