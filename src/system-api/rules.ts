// Checks a message against the rules written beside its fields (eigen/options.proto), every field, all faults at once.
// What a rule asks of which kind of field is said in eigen/options.proto; beyond the rules, no number may be NaN or infinite,
// no enum value unknown, and no well-known time outside of its range.

import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  getOption,
  hasOption,
  ScalarType,
} from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { type Duration, DurationSchema, type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { limits } from "../base/limits.ts";
import { type FieldRules, oneof_required, rules as rulesOption } from "../gen/eigen/options_pb.ts";
import type { Fault } from "../model/errors.ts";

/** Faults of a message; `path` is where it stands in the request. Bounded by limits.faultCountMax. */
function checkMessage(message: ReflectMessage, path = "", faults: Fault[] = []): Fault[] {
  for (const oneof of message.desc.oneofs) checkOneof(message, oneof, path, faults);
  for (const field of message.fields) {
    if (faults.length >= limits.faultCountMax) break;
    checkField(message, field, join(path, field.name), faults);
  }
  return faults;
}

export function checkRequest(desc: DescMessage, message: Parameters<typeof reflect>[1]): Fault[] {
  return checkMessage(reflect(desc, message));
}

/** A single string against the rules of one field: for values that a header carries instead of the message. */
export function checkText(field: DescField, value: string, path: string): readonly Fault[] {
  const faults: Fault[] = [];
  checkString(value, { path, rules: rulesOf(field), secret: isSecret(field) }, faults);
  return faults;
}

// Decoding an option costs more than checking a value; the contract has a few hundred fields and never changes.
const decodedRules = new Map<DescField, FieldRules | undefined>();
const requiredOneofs = new Map<DescOneof, boolean>();

export function rulesOf(field: DescField): FieldRules | undefined {
  if (!decodedRules.has(field))
    decodedRules.set(field, hasOption(field, rulesOption) ? getOption(field, rulesOption) : undefined);
  return decodedRules.get(field);
}

function isOneofRequired(oneof: DescOneof): boolean {
  const known = requiredOneofs.get(oneof) ?? getOption(oneof, oneof_required);
  requiredOneofs.set(oneof, known);
  return known;
}

export function isSecret(field: DescField): boolean {
  return field.proto.options?.debugRedact === true;
}

/** What a value is checked against and told as. */
interface Subject {
  readonly path: string;
  readonly rules: FieldRules | undefined;
  readonly secret: boolean;
}

function checkOneof(message: ReflectMessage, oneof: DescOneof, path: string, faults: Fault[]): void {
  if (!isOneofRequired(oneof)) return;
  const chosen = message.oneofCase(oneof);
  // An empty text chooses nothing.
  if (chosen !== undefined && message.get(chosen) !== "") return;
  const names = oneof.fields.map((field) => field.name).join(", ");
  const found = chosen === undefined ? "none of them" : `an empty ${chosen.name}`;
  faults.push({ field: join(path, oneof.name), wanted: `one of ${names}`, found, hint: "Send exactly one." });
}

function checkField(message: ReflectMessage, field: DescField, path: string, faults: Fault[]): void {
  const rules = rulesOf(field);
  const subject: Subject = { path, rules, secret: isSecret(field) };
  if (!message.isSet(field)) {
    if (rules?.required === true)
      faults.push({ field: path, wanted: wantedText(rules), found: missingText(field), hint: rules.hint });
    return;
  }
  switch (field.fieldKind) {
    case "list": {
      const list = message.get(field);
      checkSize(list.size, subject, faults);
      let index = 0;
      for (const item of list) {
        if (faults.length >= limits.faultCountMax) return;
        checkValue(item, field, { ...subject, path: `${path}[${index++}]` }, faults);
      }
      return;
    }
    case "map": {
      const map = message.get(field);
      checkSize(map.size, subject, faults);
      for (const [key, value] of map) {
        if (faults.length >= limits.faultCountMax) return;
        const entry = { ...subject, path: entryPath(path, String(key)) };
        if (typeof key === "string") checkString(key, entry, faults);
        // The pattern is the keys' alone.
        checkValue(value, field, { ...entry, rules: rules === undefined ? undefined : { ...rules, pattern: "" } }, faults);
      }
      return;
    }
    default:
      checkValue(message.get(field), field, subject, faults);
  }
}

function checkValue(value: unknown, field: DescField, subject: Subject, faults: Fault[]): void {
  if (field.message !== undefined) checkNested(value as ReflectMessage, subject, faults);
  else if (field.enum !== undefined) checkEnum(value as number, field.enum, field.fieldKind === "list", subject, faults);
  else if (typeof value === "string") checkString(value, subject, faults);
  else if (typeof value === "number" || typeof value === "bigint") checkNumber(value, field.scalar, subject, faults);
}

function checkNested(message: ReflectMessage, subject: Subject, faults: Fault[]): void {
  if (message.desc.typeName === DurationSchema.typeName) checkDuration(message.message as Duration, subject, faults);
  else if (message.desc.typeName === TimestampSchema.typeName) checkTimestamp(message.message as Timestamp, subject, faults);
  else checkMessage(message, subject.path, faults);
}

function checkEnum(value: number, desc: DescEnum, inList: boolean, { path }: Subject, faults: Fault[]): void {
  const known = desc.value[value];
  // In a list, "unspecified" names nothing that could be matched.
  if (known !== undefined && !(inList && value === 0)) return;
  faults.push({ field: path, wanted: enumText(desc, inList), found: known?.name ?? String(value), hint: "" });
}

export function enumText(desc: DescEnum, inList: boolean): string {
  const names = desc.values.filter((value) => !inList || value.number !== 0).map((value) => value.name);
  return `one of ${names.join(", ")}`;
}

function checkString(value: string, { path, rules, secret }: Subject, faults: Fault[]): void {
  if (rules === undefined) return;
  const found = secret ? "a hidden value" : quoteShort(value);
  if (rules.maxLength !== undefined && value.length > rules.maxLength) {
    const length = [...value].length;
    if (length > rules.maxLength) {
      faults.push({
        field: path,
        wanted: `at most ${rules.maxLength} characters`,
        found: `${length} characters`,
        hint: rules.hint,
      });
      return;
    }
  }
  if (rules.pattern !== "" && !anchored(rules.pattern).test(value)) {
    faults.push({ field: path, wanted: `text matching ${rules.pattern}`, found, hint: rules.hint });
  }
}

function checkNumber(value: number | bigint, scalar: ScalarType | undefined, { path, rules }: Subject, faults: Fault[]): void {
  if (typeof value === "number" && !Number.isFinite(value) && (scalar === ScalarType.DOUBLE || scalar === ScalarType.FLOAT)) {
    faults.push({
      field: path,
      wanted: rules === undefined ? "a finite number" : wantedText(rules),
      found: String(value),
      hint: rules?.hint ?? "",
    });
    return;
  }
  if (rules === undefined) return;
  const tooSmall = rules.min !== undefined && value < rules.min;
  const tooLarge = rules.max !== undefined && value > rules.max;
  if (tooSmall || tooLarge) faults.push({ field: path, wanted: wantedText(rules), found: String(value), hint: rules.hint });
}

function checkSize(size: number, { path, rules }: Subject, faults: Fault[]): void {
  if (rules?.maxItems === undefined || size <= rules.maxItems) return;
  faults.push({ field: path, wanted: `at most ${rules.maxItems} entries`, found: `${size} entries`, hint: rules.hint });
}

/** protobuf's own range of a Duration: about 10 000 years, either sign, nanoseconds of the same sign. */
const durationSecondsMax = 315_576_000_000n;

function checkDuration({ seconds, nanos }: Duration, { path, rules }: Subject, faults: Fault[]): void {
  const mixed = (seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0);
  if (mixed || Math.abs(nanos) > 999_999_999 || seconds > durationSecondsMax || seconds < -durationSecondsMax) {
    faults.push({ field: path, wanted: "a duration", found: `${seconds} s and ${nanos} ns`, hint: "" });
    return;
  }
  const total = Number(seconds) + nanos / 1e9;
  const { minSeconds, maxSeconds } = rules ?? {};
  if ((minSeconds !== undefined && total < minSeconds) || (maxSeconds !== undefined && total > maxSeconds)) {
    faults.push({ field: path, wanted: rangeText(minSeconds, maxSeconds, "s"), found: `${total} s`, hint: rules?.hint ?? "" });
  }
}

/** 0001-01-01 and 9999-12-31, protobuf's own range of a Timestamp. */
const timestampSecondsMin = -62_135_596_800n;
const timestampSecondsMax = 253_402_300_799n;

function checkTimestamp({ seconds, nanos }: Timestamp, { path }: Subject, faults: Fault[]): void {
  if (seconds >= timestampSecondsMin && seconds <= timestampSecondsMax && nanos >= 0 && nanos <= 999_999_999) return;
  faults.push({ field: path, wanted: "a time between the years 1 and 9999", found: `${seconds} s and ${nanos} ns`, hint: "" });
}

/** The rule as people read it. */
function wantedText(rules: FieldRules): string {
  if (rules.min !== undefined || rules.max !== undefined) return rangeText(rules.min, rules.max, rules.unit);
  if (rules.minSeconds !== undefined || rules.maxSeconds !== undefined) return rangeText(rules.minSeconds, rules.maxSeconds, "s");
  if (rules.pattern !== "") return `text matching ${rules.pattern}`;
  return "a value";
}

function rangeText(min: number | undefined, max: number | undefined, unit: string): string {
  const tail = unit === "" ? "" : ` ${unit}`;
  if (min === undefined) return `at most ${max}${tail}`;
  if (max === undefined) return `at least ${min}${tail}`;
  return `${min} to ${max}${tail}`;
}

function missingText(field: DescField): string {
  if (field.fieldKind === "scalar" && field.scalar !== ScalarType.STRING && field.scalar !== ScalarType.BYTES)
    return "0, or nothing";
  return "nothing";
}

const foundLengthMax = 80;

export function quoteShort(value: string): string {
  const quoted = JSON.stringify(value.length <= foundLengthMax ? value : value.slice(0, foundLengthMax));
  return value.length <= foundLengthMax ? quoted : `${quoted}… (${value.length} characters)`;
}

// One compiled expression per pattern of the contract: as many as the contract has.
const compiled = new Map<string, RegExp>();

function anchored(pattern: string): RegExp {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    expression = new RegExp(`^(?:${pattern})$`, "u");
    compiled.set(pattern, expression);
  }
  return expression;
}

/** Path of a map's entry; a key may be far longer than anybody wants to read. */
export function entryPath(path: string, key: string): string {
  return `${path}.${key.length <= keyLengthMax ? key : `${key.slice(0, keyLengthMax)}…`}`;
}

const keyLengthMax = 64;

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
