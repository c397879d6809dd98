// Text that is safe in one line of a log: nothing in it ends the line, leaves its quotes, or drives the terminal that shows it.

// C0 and C1 controls (a terminal obeys U+009B as it obeys ESC [), line separators, and marks that turn the direction of writing.
const unsafe = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const unsafeOne = new RegExp(unsafe.source, "u"); // Without the global flag, whose test() has a memory.

const encoder = new TextEncoder();

/** A JSON string. */
export function quote(text: string): string {
  return escapeControls(JSON.stringify(text));
}

export function escapeControls(text: string): string {
  return text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

/** The text, or as much of its beginning, and an ellipsis, as takes at most this many bytes between the quotes of `quote`. */
export function clip(text: string, bytesMax: number): string {
  // One UTF-16 unit takes at most 6 bytes, escaped.
  if (text.length * 6 <= bytesMax) return text;
  const ellipsis = "…";
  const room = bytesMax - utf8Bytes(ellipsis);
  let bytes = 0;
  let kept = 0; // UTF-16 units that fit together with an ellipsis.
  for (const character of text) {
    bytes += quotedBytesMax(character);
    if (bytes > bytesMax) return text.slice(0, kept) + ellipsis;
    if (bytes <= room) kept += character.length;
  }
  return text;
}

/** What one character takes in a JSON string, at most: `\n` takes less than the `\u000a` that is reckoned. */
function quotedBytesMax(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (character === '"' || character === "\\") return 2;
  const isLoneSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (isLoneSurrogate || unsafeOne.test(character)) return 6;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
