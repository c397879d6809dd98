// The kinds of value a key may have. Each says in words what it wants: the loader's faults and the docs come from there.

import { z } from "zod";
import { durationForm, durationPattern, parseDuration, parseSize, sizeForm, sizePattern } from "../units.ts";

/** What a schema wants, for people. */
export const wantedOf = z.registry<{ readonly wanted: string }>();

/** A mapping of which every key may be left out, and no other may stand in it. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape).partial();
}

export function flag() {
  return z.boolean().register(wantedOf, { wanted: "true or false" });
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values).register(wantedOf, { wanted: values.length === 1 ? values[0] : `one of ${values.join(", ")}` });
}

export function wholeNumber(min: number, max: number) {
  return z
    .int()
    .min(min)
    .max(max)
    .register(wantedOf, { wanted: `a whole number, ${min} to ${max}` });
}

export function fraction() {
  return z.number().min(0).max(1).register(wantedOf, { wanted: "a number, 0 to 1" });
}

/** 0: any free port, for tests and for several kernels on one machine. */
export function port() {
  return z.int().min(0).max(65_535).register(wantedOf, { wanted: "a port, 1 to 65535, or 0 for any free one" });
}

/** Becomes milliseconds. */
export function duration(min: string, max: string) {
  const wanted = `${durationForm}; at least ${min}, at most ${max}`;
  return z
    .string()
    .regex(durationPattern)
    .transform((text) => parseDuration(text) ?? Number.NaN)
    .pipe(
      z
        .number()
        .min(parseDuration(min) ?? Number.NaN)
        .max(parseDuration(max) ?? Number.NaN),
    )
    .register(wantedOf, { wanted });
}

/** Becomes bytes. */
export function size(min: string) {
  return z
    .string()
    .regex(sizePattern)
    .transform((text) => parseSize(text) ?? Number.NaN)
    .pipe(z.number().min(parseSize(min) ?? Number.NaN))
    .register(wantedOf, { wanted: `${sizeForm}; at least ${min}` });
}

/** One line of text. */
export function text(wanted: string) {
  return pattern(/^[^\p{Cc}]{1,1024}$/u, wanted);
}

export function path(wanted: string) {
  return text(`a path: ${wanted}`);
}

export function name(wanted: string) {
  return pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, `${wanted}: letters, digits, dots, dashes and underscores, at most 128`);
}

/** "collector:4317" or "http://collector:4317/v1/traces". */
export function endpoint() {
  return pattern(/^(https?:\/\/[^\s\p{Cc}]{1,1000}|[A-Za-z0-9._-]{1,255}:\d{1,5})$/u, "host:port or an http(s) URL");
}

export function pattern(form: RegExp, wanted: string) {
  return z.string().regex(form).register(wantedOf, { wanted });
}
