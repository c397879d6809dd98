// A plain value to a calibration, with every fault at once; what can be mended without guessing is mended, and said.

import { limits } from "../../base/limits.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type Fault, type KernelError, kernelError } from "../errors.ts";
import type { Calibration, QubitCalibration } from "./calibration.ts";
import { calibrationSchema } from "./schema.ts";

export interface ParsedCalibration {
  readonly calibration: Calibration;
  /** Sentences about what was changed. */
  readonly warnings: readonly string[];
}

export function parseCalibration(value: unknown): Result<ParsedCalibration, KernelError> {
  const parsed = calibrationSchema.safeParse(value);
  // Places that are sound by themselves are judged against each other even when others are not.
  const faults = [...(parsed.success ? [] : shapeFaults(parsed.error.issues, value)), ...placeFaults(value)];
  if (!parsed.success || faults.length > 0) {
    return err(kernelError("invalid_calibration", { faults: faults.slice(0, limits.faultCountMax) }));
  }
  const { $schema: _, ...given } = parsed.data;
  const calibration = withoutUndefined(given) as Calibration;
  const warnings: string[] = [];
  const qubits = calibration.qubits.map((qubit, q) => truncate(qubit, q, warnings));
  return ok({ calibration: { ...calibration, qubits }, warnings });
}

/** T2 <= 2 * T1 holds for every qubit (pure dephasing cannot be negative); figures taken at different times may say otherwise. */
function truncate(qubit: QubitCalibration, q: number, warnings: string[]): QubitCalibration {
  const { t1Us, t2Us } = qubit;
  if (t1Us === undefined || t2Us === undefined || t2Us <= 2 * t1Us) return qubit;
  warnings.push(`qubits[${q}].t2Us was ${t2Us}, more than twice t1Us, and was lowered to ${2 * t1Us}`);
  return { ...qubit, t2Us: 2 * t1Us };
}

/** The same value whether a key was left out or given as undefined. The schema is four deep. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isPlainObject(value)) return value;
  const given = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(given.map(([key, inner]) => [key, withoutUndefined(inner)]));
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function shapeFaults(issues: readonly Issue[], value: unknown): Fault[] {
  return issues.flatMap((issue): Fault[] => {
    const { code, path, message, keys = [] } = issue;
    if (code === "unrecognized_keys") {
      return keys.map((key) => ({ field: toPath([...path, key]), wanted: "no such key", found: "one", hint: pageHint }));
    }
    const given = path.reduce<unknown>(
      (inner, step) => (isPlainObject(inner) || Array.isArray(inner) ? Reflect.get(inner, step) : undefined),
      value,
    );
    return [
      {
        field: toPath(path),
        wanted: message.startsWith("Invalid input") ? "an object" : message,
        found: describe(given),
        hint: pageHint,
      },
    ];
  });
}

const pageHint = "config/calibration.schema.json says what each key may be; leave out what was not measured.";

/** Qubits that do not exist, pairs of a qubit with itself, and what is said twice. */
function placeFaults(value: unknown): Fault[] {
  if (!isPlainObject(value) || !Array.isArray(value.qubits)) return [];
  const qubitCount = value.qubits.length;
  const faults: Fault[] = [];
  const seen = new Set<string>();
  const judge = (field: string, qubits: unknown, label: string, isOrdered: boolean): void => {
    if (!Array.isArray(qubits) || !qubits.every((qubit): qubit is number => Number.isInteger(qubit) && qubit >= 0)) return;
    const found = JSON.stringify(qubits);
    const outside = qubits.some((qubit) => qubit >= qubitCount);
    if (outside) faults.push({ field, wanted: `qubits 0 to ${qubitCount - 1}`, found, hint: "qubits has one entry per qubit." });
    if (new Set(qubits).size < qubits.length) faults.push({ field, wanted: "distinct qubits", found, hint: "" });
    const key = `${label} ${isOrdered ? qubits : [...qubits].sort((a, b) => a - b)}`;
    if (seen.has(key)) faults.push({ field, wanted: "each gate or pair once", found: `${label} on ${found} again`, hint: "" });
    seen.add(key);
  };
  for (const [k, entry] of entriesOf(value.couplings)) judge(`couplings[${k}]`, entry, "coupling", false);
  for (const [k, entry] of entriesOf(value.gates)) {
    if (isPlainObject(entry)) judge(`gates[${k}].qubits`, entry.qubits, String(entry.gate), true);
  }
  for (const [k, entry] of entriesOf(value.zzCouplings)) {
    if (isPlainObject(entry)) judge(`zzCouplings[${k}].qubits`, entry.qubits, "zz", false);
  }
  return faults;
}

function entriesOf(list: unknown): Iterable<[number, unknown]> {
  return Array.isArray(list) ? list.slice(0, limits.calibratedGateCountMax).entries() : [];
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : `${text === "" ? "" : `${text}.`}${String(step)}`),
    "",
  );
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
