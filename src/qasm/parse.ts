// The two readings that the room offers: text to circuit, and text to syntax tree alone.

import { limits } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Circuit } from "../model/circuit.ts";
import type { Fault } from "../model/errors.ts";
import { Cursor } from "./cursor.ts";
import { elaborate } from "./elaborate.ts";
import { FaultList, ReadingEnd } from "./faults.ts";
import { parseProgram } from "./parser.ts";
import type { Program } from "./syntax.ts";

export interface ParseOptions {
  /** What faults call the text: a file's name, or the field it came in. */
  readonly source?: string;
}

/** Reads OpenQASM 2 or 3, as the text's first line says (3 where it says nothing). Never throws; every fault that was found comes back. */
export function parseQasm(text: string, { source = "openqasm" }: ParseOptions = {}): Result<Circuit, readonly Fault[]> {
  return read(text, source, elaborate);
}

/** The syntax tree alone: for tools, and for programs that are valid but no circuit yet. */
export function parseSyntax(text: string, { source = "openqasm" }: ParseOptions = {}): Result<Program, readonly Fault[]> {
  return read(text, source, parseProgram);
}

function read<T>(text: string, source: string, reading: (cursor: Cursor) => T): Result<T, readonly Fault[]> {
  const faults = new FaultList(text, source);
  try {
    if (text.length > limits.qasmBytesMax) refuseLength(text, faults);
    const value = reading(new Cursor(text, faults));
    if (faults.size === 0) return ok(value);
  } catch (error) {
    if (!(error instanceof ReadingEnd)) throw error;
  }
  return err(faults.toFaults());
}

function refuseLength(text: string, faults: FaultList): never {
  const wanted = `a text of at most ${limits.qasmBytesMax} characters`;
  faults.add({ at: 0, wanted, found: String(text.length), hint: "Use gate definitions and loops, or split the circuit." });
  throw new ReadingEnd();
}
