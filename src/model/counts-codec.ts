// Counts as bytes: JSON lists of [outcome, count], cut into chunks so that no stored row is large. Lists, because an object would not keep
// the order of outcomes that look like numbers.
// JSON because a chunk can be read with any tool when something went wrong; a chunk is about 20 bytes an outcome.

import type { Counts } from "./result.ts";

/** At least one chunk; each at most `chunkBytesMax` (one outcome is never split). */
export function encodeCounts(counts: Counts, chunkBytesMax: number): Uint8Array[] {
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  let entries: string[] = [];
  let bytes = 2;
  const flush = (): void => {
    chunks.push(encoder.encode(`[${entries.join(",")}]`));
    entries = [];
    bytes = 2;
  };
  for (const [outcome, count] of counts) {
    // Outcomes are 0, 1 and spaces: JSON needs no escapes and a character is a byte.
    const entry = `["${outcome}",${count}]`;
    if (bytes + entry.length + 1 > chunkBytesMax && entries.length > 0) flush();
    entries.push(entry);
    bytes += entry.length + 1;
  }
  flush();
  return chunks;
}

export function decodeCounts(chunk: Uint8Array): Counts {
  const pairs = JSON.parse(new TextDecoder().decode(chunk)) as readonly (readonly [string, number])[];
  return new Map(pairs);
}
