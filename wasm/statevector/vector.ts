// Complex arithmetic on one 128-bit vector: one f64 amplitude, or two f32 amplitudes. T is f64 or f32.
//
// A complex factor is held "split": one vector with its real part in every lane, one with its imaginary part, negated where a real part is
// multiplied by it. A product is then two multiplications, one exchange of lanes and one addition.

/** a * b + c; rounded once in the fast build, twice in the plain one. */
// @ts-expect-error: decorator
@inline
export function multiplyAdd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(c, v128.mul<T>(a, b));
}

/** c - a * b. */
// @ts-expect-error: decorator
@inline
export function multiplySubtract<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_nmadd<T>(a, b, c);
  return v128.sub<T>(c, v128.mul<T>(a, b));
}

/** Exchanges the real and imaginary part of each amplitude. */
// @ts-expect-error: decorator
@inline
export function exchangeParts<T>(x: v128): v128 {
  if (sizeof<T>() == 8) return i64x2.shuffle(x, x, 1, 0);
  return i32x4.shuffle(x, x, 1, 0, 3, 2);
}

/** x times the factor with split parts (re, im). */
// @ts-expect-error: decorator
@inline
export function times<T>(x: v128, re: v128, im: v128): v128 {
  return multiplyAdd<T>(exchangeParts<T>(x), im, v128.mul<T>(x, re));
}

/** The real part of the product of two split factors, split. */
// @ts-expect-error: decorator
@inline
export function splitRe<T>(re0: v128, im0: v128, re1: v128, im1: v128): v128 {
  return multiplySubtract<T>(im0, im1, v128.mul<T>(re0, re1));
}

/** The imaginary part of the product of two split factors, split. */
// @ts-expect-error: decorator
@inline
export function splitIm<T>(re0: v128, im0: v128, re1: v128, im1: v128): v128 {
  return multiplyAdd<T>(re0, im1, v128.mul<T>(im0, re1));
}

// @ts-expect-error: decorator
@inline
export function splatRe<T>(re: f64): v128 {
  return v128.splat<T>(<T>re);
}

// @ts-expect-error: decorator
@inline
export function splatIm<T>(im: f64): v128 {
  if (sizeof<T>() == 8) return f64x2.replace_lane(f64x2.splat(im), 0, -im);
  const part = <f32>im;
  return f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(part), 0, -part), 2, -part);
}

/** log2 of the bytes of an amplitude. */
// @ts-expect-error: decorator
@inline
export function amplitudeShift<T>(): u32 {
  return sizeof<T>() == 8 ? 4 : 3;
}
