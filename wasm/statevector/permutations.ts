// Gates that only move amplitudes: no arithmetic.

import { amplitudeShift } from "./vector";

/** X on `step` where every bit of `controls` is set (byte offsets within the block). */
export function flip<T>(block: usize, bytes: usize, step: usize, controls: usize): void {
  // Two f32 amplitudes move together unless the lane itself is a target or a control.
  if (sizeof<T>() == 4 && (step | controls) & 8) {
    for (let group: usize = 0; group < bytes; group += step << 1) {
      for (let offset = group; offset < group + step; offset += 8) {
        if ((offset & controls) != controls) continue;
        const at = block + offset;
        const a = load<u64>(at);
        store<u64>(at, load<u64>(at + step));
        store<u64>(at + step, a);
      }
    }
    return;
  }
  for (let group: usize = 0; group < bytes; group += step << 1) {
    for (let offset = group; offset < group + step; offset += 16) {
      if ((offset & controls) != controls) continue;
      const at = block + offset;
      const a = v128.load(at);
      v128.store(at, v128.load(at + step));
      v128.store(at + step, a);
    }
  }
}

/**
 * target[y] = source[M y ^ origin] for a linear map M over bits: any number of X, CX and SWAP at once. `columns`: M's image of each bit as an
 * amplitude index, 8 bytes apart. Neighbours y and y + 8 differ by the columns of the bits that change: one XOR each, from `steps`.
 */
export function permute<T>(target: usize, source: usize, bitCount: u32, origin: u32, columns: usize): void {
  const shift = amplitudeShift<T>();
  const column0: usize = <usize>load<u32>(columns) << shift;
  const column1: usize = bitCount > 1 ? <usize>load<u32>(columns, 8) << shift : 0;
  const column01 = column0 ^ column1;
  const count: u32 = (<u32>1) << bitCount;
  let from: usize = <usize>origin << shift;
  if (bitCount < 2) {
    moveAmplitude<T>(target, source + from);
    if (bitCount == 1) moveAmplitude<T>(target + ((<usize>1) << shift), source + (from ^ column0));
    return;
  }
  const one: usize = (<usize>1) << shift;
  let at = target;
  for (let y: u32 = 0; y < count; y += 4) {
    moveAmplitude<T>(at, source + from);
    moveAmplitude<T>(at + one, source + (from ^ column0));
    moveAmplitude<T>(at + 2 * one, source + (from ^ column1));
    moveAmplitude<T>(at + 3 * one, source + (from ^ column01));
    at += 4 * one;
    // y + 4 flips bits 2 .. k, where k is the lowest unset one.
    let changed: u32 = (y + 4) ^ y;
    let column = columns + 16;
    changed >>= 2;
    while (changed != 0) {
      from ^= <usize>load<u32>(column) << shift;
      column += 8;
      changed >>= 1;
    }
  }
}

// @ts-expect-error: decorator
@inline
function moveAmplitude<T>(target: usize, source: usize): void {
  if (sizeof<T>() == 8) v128.store(target, v128.load(source));
  else store<u64>(target, load<u64>(source));
}

/** Exchanges the two amplitudes of a vector with bit `step`: qubit 0 of an f32 block changes places with another one. */
export function exchangeLane(block: usize, bytes: usize, step: usize): void {
  for (let group: usize = 0; group < bytes; group += step << 1) {
    for (let at = block + group; at < block + group + step; at += 16) {
      const a = v128.load(at);
      const b = v128.load(at + step);
      v128.store(at, i64x2.shuffle(a, b, 0, 2));
      v128.store(at + step, i64x2.shuffle(a, b, 1, 3));
    }
  }
}
