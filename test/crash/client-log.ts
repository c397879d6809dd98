// What a client was told, one JSON line each, written by the client itself before it acts on it.

import { readFileSync } from "node:fs";

export type Told =
  /** A submit was acknowledged. */
  | {
      readonly kind: "submitted";
      readonly key: string;
      readonly jobId: string;
      readonly circuit: number;
      readonly shots: number;
      readonly seed: string;
      readonly repeated: boolean;
    }
  /** A cancel was acknowledged. */
  | { readonly kind: "cancelled"; readonly jobId: string }
  /** One move, on the stream of its job. */
  | { readonly kind: "moved"; readonly jobId: string; readonly sequence: number; readonly to: string }
  /** A result was read. */
  | { readonly kind: "result"; readonly jobId: string; readonly counts: Readonly<Record<string, string>> }
  /** One event of the stream of everything. */
  | { readonly kind: "event"; readonly cursor: number; readonly jobId: string; readonly sequence: number; readonly to: string }
  | { readonly kind: "resumed" }
  /** Its last line: all that it began has ended, as far as it was told. */
  | { readonly kind: "done" };

export function readLog(path: string): readonly Told[] {
  // A client is never killed, so every line is whole.
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Told);
}
