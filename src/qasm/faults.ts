// Where a reading of a text collects what is wrong with it: every fault with its line, its column and a caret below the place.

import { limits } from "../base/limits.ts";
import type { Fault } from "../model/errors.ts";

/** One fault before its place is worked out; `at` is an offset into the text. */
export interface FaultDraft {
  readonly at: number;
  readonly wanted: string;
  readonly found: string;
  readonly hint: string;
}

/**
 * Thrown to end the reading of one statement; whoever reads statements catches it and goes on with the next. No Error: nobody reads
 * its stack, and a hostile text throws thousands.
 */
export class Refusal {
  /** Undefined when it only follows from a fault that was told before. */
  readonly draft: FaultDraft | undefined;

  constructor(draft: FaultDraft | undefined) {
    this.draft = draft;
  }
}

/** Thrown to end the whole reading: a bound of the kernel is reached, or there are more faults than anybody reads. */
export class ReadingEnd {}

export function refuse(at: number, wanted: string, found: string, hint: string): never {
  throw new Refusal({ at, wanted, found, hint });
}

// An excerpt is a terminal line with the caret near its middle; machine-written files have lines of megabytes.
const excerptWidth = 110;
const quotedLengthMax = 40;

export class FaultList {
  readonly #text: string;
  readonly #field: string;
  readonly #drafts: FaultDraft[] = [];
  #lineStarts: readonly number[] | undefined;

  constructor(text: string, field: string) {
    this.#text = text;
    this.#field = field;
  }

  get size(): number {
    return this.#drafts.length;
  }

  /** Throws ReadingEnd when the list is full. */
  add(draft: FaultDraft): void {
    this.#drafts.push(draft);
    if (this.#drafts.length >= limits.faultCountMax) throw new ReadingEnd();
  }

  /** In the order of the text. */
  toFaults(): readonly Fault[] {
    return [...this.#drafts].sort((a, b) => a.at - b.at).map((draft) => this.#place(draft));
  }

  #place({ at, wanted, found, hint }: FaultDraft): Fault {
    this.#lineStarts ??= lineStartsOf(this.#text);
    const line = lineIndexOf(this.#lineStarts, at);
    const start = this.#lineStarts[line] ?? 0;
    const nextStart = this.#lineStarts[line + 1] ?? this.#text.length + 1;
    const content = this.#text.slice(start, nextStart - 1);
    return {
      field: this.#field,
      wanted,
      found,
      hint,
      line: line + 1,
      column: at - start + 1,
      excerpt: excerptOf(content, at - start),
    };
  }
}

/** Quotes a piece of the user's text in a message: short, and without characters that would steer a terminal. */
export function quoted(text: string): string {
  const shown = text.length > quotedLengthMax ? `${text.slice(0, quotedLengthMax)}…` : text;
  return `\`${printable(shown)}\``;
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The last line that starts at or before the offset. */
function lineIndexOf(starts: readonly number[], at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

function excerptOf(line: string, column: number): string {
  const from = Math.max(0, Math.min(column - excerptWidth / 2, line.length - excerptWidth));
  const to = Math.min(line.length, from + excerptWidth);
  const head = from > 0 ? "…" : "";
  const tail = to < line.length ? "…" : "";
  const shown = printable(line.slice(from, to)).trimEnd();
  // Tabs stay, so that the caret stands below its place whatever their width.
  const pad = (head + printable(line.slice(from, column))).replace(/[^\t]/g, " ");
  return `${head}${shown}${tail}\n${pad}^`;
}

function printable(text: string): string {
  return text.replace(/(?!\t)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "?");
}
