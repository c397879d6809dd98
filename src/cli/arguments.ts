// Readers of option values. What is wrong is told by commander, with the option's name, as a fault of the command line.

import { InvalidArgumentError } from "commander";
import { toMs } from "../client/index.ts";
import type { Observable, PauliTerm } from "../model/result.ts";

export function parseCount(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("A whole number is wanted.");
  return Number(text);
}

export function parseSeed(text: string): bigint {
  if (!/^\d{1,20}$/.test(text) || BigInt(text) >= 2n ** 64n)
    throw new InvalidArgumentError("A whole number below 2^64 is wanted.");
  return BigInt(text);
}

export function parseMs(text: string): number {
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? undefined : toMs(text);
  if (ms === undefined || ms === 0)
    throw new InvalidArgumentError("A number with its unit ms, s, m or h is wanted, such as 30s.");
  return ms;
}

/** Collects `--tag key=value`. */
export function collectPair(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [name, value] = splitPair(text, "key=value");
  return { ...before, [name]: value };
}

/** Collects `--param name=value`; the value is a number, or a multiple of pi such as `pi`, `-pi/2` or `3*pi/4`. */
export function collectParameter(text: string, before: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> {
  const [name, value] = splitPair(text, "name=value");
  return { ...before, [name]: parseAngle(value) };
}

function parseAngle(text: string): number {
  const match = /^(-?)(?:(\d+(?:\.\d+)?)\*)?pi(?:\/(\d+(?:\.\d+)?))?$/.exec(text);
  const value =
    match === null ? Number(text) : ((match[1] === "-" ? -1 : 1) * Number(match[2] ?? 1) * Math.PI) / Number(match[3] ?? 1);
  if (text.trim() === "" || !Number.isFinite(value)) {
    throw new InvalidArgumentError("A number or a multiple of pi is wanted, such as 1.5, pi/2 or 3*pi/4.");
  }
  return value;
}

/** Collects `--probabilities 0,1`. */
export function collectQubits(text: string, before: readonly (readonly number[])[] = []): readonly (readonly number[])[] {
  if (!/^\d{1,5}(?:,\d{1,5})*$/.test(text)) throw new InvalidArgumentError("Qubits are wanted, such as 0,1.");
  return [...before, text.split(",").map(Number)];
}

/** Collects `--observable name=0.5*ZZ-0.5*XX`; without a name, the text names itself. */
export function collectObservable(text: string, before: readonly Observable[] = []): readonly Observable[] {
  const equals = text.indexOf("=");
  const sum = text.slice(equals + 1).replaceAll(" ", "");
  const name = equals < 0 ? sum : text.slice(0, equals);
  return [...before, { name, terms: parseTerms(sum) }];
}

/** Collects `--estimate energy=0.5*ZZ-0.5*XX`. */
export function collectEstimate(text: string, before: readonly Observable[] = []): readonly Observable[] {
  const [observable] = collectObservable(text);
  return observable === undefined ? before : [...before, { ...observable, sampled: true }];
}

function parseTerms(sum: string): readonly PauliTerm[] {
  const term = /([+-]?)(?:(\d+(?:\.\d+)?)\*)?([IXYZ]+)/y;
  const terms: PauliTerm[] = [];
  while (term.lastIndex < sum.length) {
    const match = term.exec(sum);
    const needsSign = terms.length > 0 && match?.[1] === "";
    if (match === null || needsSign) break;
    terms.push({ coefficient: (match[1] === "-" ? -1 : 1) * Number(match[2] ?? 1), pauli: match[3] ?? "" });
    if (term.lastIndex === sum.length) return terms;
  }
  throw new InvalidArgumentError(
    "A sum of Pauli strings is wanted, such as energy=0.5*ZZ-0.25*XI; the rightmost letter acts on qubit 0.",
  );
}

function splitPair(text: string, form: string): readonly [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new InvalidArgumentError(`${form} is wanted.`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
