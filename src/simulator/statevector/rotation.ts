// A 2 x 2 unitary as a real rotation between two diagonals, its length and phase put off.
//
//   [[a, b], [c, d]] = scale * diag(1, post) * R * diag(1, pre)
//   R = [[1, -t], [t, 1]], or with an exchange [[-t, 1], [1, t]], so that 0 <= |t| <= 1
//
// R costs one real multiplication and one addition an amplitude, a dense gate four complex products a pair. Only + - * / and sqrt, which every
// engine rounds alike.

/** A complex number that is written to. */
export interface MutableComplex {
  re: number;
  im: number;
}

/** Exactly. */
export function isOne({ re, im }: Readonly<MutableComplex>): boolean {
  return re === 1 && im === 0;
}

export interface Rotation {
  /** Whether the two amplitudes change places first. */
  exchange: boolean;
  tangent: number;
  readonly scale: MutableComplex;
  readonly pre: MutableComplex;
  readonly post: MutableComplex;
}

export const createRotation = (): Rotation => ({
  exchange: false,
  tangent: 0,
  scale: { re: 1, im: 0 },
  pre: { re: 1, im: 0 },
  post: { re: 1, im: 0 },
});

// Below this an entry is rounding, not a rotation.
const negligible = 1e-15;

/** Writes into `into` and returns it; the matrix is row-major [re, im, …]. */
export function toRotation(
  into: Rotation,
  aRe: number,
  aIm: number,
  bRe: number,
  bIm: number,
  cRe: number,
  cIm: number,
  dRe: number,
  dIm: number,
): Rotation {
  const a = Math.sqrt(aRe * aRe + aIm * aIm);
  const c = Math.sqrt(cRe * cRe + cIm * cIm);
  if (c < negligible) {
    into.exchange = false;
    into.tangent = 0;
    set(into.scale, aRe, aIm);
    set(into.pre, 1, 0);
    quotient(into.post, dRe, dIm, aRe, aIm);
    return into;
  }
  if (a < negligible) {
    into.exchange = true;
    into.tangent = 0;
    set(into.scale, bRe, bIm);
    set(into.pre, 1, 0);
    quotient(into.post, cRe, cIm, bRe, bIm);
    return into;
  }
  into.exchange = c > a;
  const isReal = aIm === 0 && bIm === 0 && cIm === 0 && dIm === 0 && aRe === dRe && bRe === -cRe;
  if (isReal) {
    // A rotation already: the sign goes into the tangent.
    into.tangent = into.exchange ? aRe / cRe : cRe / aRe;
    set(into.pre, 1, 0);
    set(into.post, into.exchange ? -1 : 1, 0);
    set(into.scale, into.exchange ? -cRe : aRe, 0);
    return into;
  }
  // A small entry has a phase of its own only up to rounding: it is chosen once, and the large entries are met exactly.
  if (into.exchange) {
    into.tangent = a / c;
    set(into.scale, (-aRe * c) / a, (-aIm * c) / a);
    quotient(into.pre, bRe, bIm, into.scale.re, into.scale.im);
    quotient(into.post, cRe, cIm, into.scale.re, into.scale.im);
  } else {
    into.tangent = c / a;
    set(into.scale, aRe, aIm);
    quotient(into.pre, -bRe, -bIm, aRe, aIm);
    quotient(into.post, dRe, dIm, aRe, aIm);
  }
  normalise(into.pre);
  // A turn backwards instead of a phase of -1: what the phase is depends on the gate's axis, not on its angle.
  if (into.pre.re < 0 || (into.pre.re === 0 && into.pre.im < 0)) {
    into.tangent = -into.tangent;
    negate(into.pre);
    if (into.exchange) {
      negate(into.scale);
      negate(into.post);
    }
  }
  if (!into.exchange) quotient(into.post, into.post.re, into.post.im, into.pre.re, into.pre.im);
  normalise(into.post);
  return into;
}

function negate(z: MutableComplex): void {
  set(z, -z.re, -z.im);
}

function set(z: MutableComplex, re: number, im: number): void {
  z.re = re;
  z.im = im;
}

/** a / b. */
function quotient(into: MutableComplex, aRe: number, aIm: number, bRe: number, bIm: number): void {
  const norm = bRe * bRe + bIm * bIm;
  set(into, (aRe * bRe + aIm * bIm) / norm, (aIm * bRe - aRe * bIm) / norm);
}

/** To length 1; a part that is rounding becomes 0. */
function normalise(z: MutableComplex): void {
  const length = Math.sqrt(z.re * z.re + z.im * z.im);
  const re = z.re / length;
  const im = z.im / length;
  if (Math.abs(im) < negligible) set(z, Math.sign(re), 0);
  else if (Math.abs(re) < negligible) set(z, 0, Math.sign(im));
  else set(z, re, im);
}
