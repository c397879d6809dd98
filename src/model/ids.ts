// Server ids: the kind as prefix, then 26 characters of Crockford base32: 48 bits of time, 80 bits of randomness (the ULID
// layout), so that ids sort by creation and never repeat.

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

export type IdKind = "job" | "circ" | "kernel";

export function createId(kind: IdKind, nowMs: number, randomBytes: (count: number) => Uint8Array): string {
  let time = Math.floor(nowMs);
  let head = "";
  for (let digit = 0; digit < 10; digit++) {
    head = alphabet.charAt(time % 32) + head;
    time = Math.floor(time / 32);
  }
  let tail = "";
  for (const byte of randomBytes(16)) tail += alphabet.charAt(byte & 31);
  return `${kind}_${head}${tail}`;
}
