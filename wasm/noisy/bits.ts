// Named bit arithmetic of the kernels.

/** `value` with a zero inserted at bit `place`: 0b1011 at 2 becomes 0b10011. */
// @ts-expect-error: decorator
@inline
export function insertZeroBit(value: u32, place: u32): u32 {
  const below: u32 = ((<u32>1) << place) - 1;
  return ((value & ~below) << 1) | (value & below);
}

/** Byte address of amplitude `index`. */
// @ts-expect-error: decorator
@inline
export function addressOf(base: usize, index: u32): usize {
  return base + ((<usize>index) << 4);
}
