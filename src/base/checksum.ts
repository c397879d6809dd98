// A short sum over what is stored, to notice a disk that gives back something else. Not for secrets: whoever can write can sum.

export type Summed = string | number | null | Uint8Array;

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;
const separator = 0xffff; // No character of a well-formed text.

/**
 * FNV-1a (Fowler, Noll, Vo 1991) with 32 bits over the UTF-16 units of texts and numbers and over bytes, as 8 hex digits. Each step is a
 * bijection of the sum, so a single changed unit always changes it.
 */
export function checksumOf(...parts: readonly Summed[]): string {
  let sum = offsetBasis;
  for (const part of parts) {
    if (part instanceof Uint8Array) {
      for (let place = 0; place < part.length; place++) sum = Math.imul(sum ^ (part[place] ?? 0), prime);
    } else {
      const text = String(part);
      for (let place = 0; place < text.length; place++) sum = Math.imul(sum ^ text.charCodeAt(place), prime);
    }
    sum = Math.imul(sum ^ separator, prime);
  }
  return (sum >>> 0).toString(16).padStart(8, "0");
}
