// What a calibration file may hold. config/calibration.schema.json is generated from this, and parse.ts checks with it.

import { z } from "zod";
import { limits } from "../../base/limits.ts";

function number(min: number, max: number, wanted: string) {
  return z.number({ error: wanted }).min(min, { error: wanted }).max(max, { error: wanted });
}

// A qubit that lives an hour would be news; so would one second for a gate.
const lifetimeUs = () => number(1e-3, 3.6e9, "microseconds, 0.001 to 3600000000").optional();
const durationNs = () => number(0, 1e9, "nanoseconds, 0 to 1000000000").optional();
const rate = () => number(0, 1, "a probability, 0 to 1").optional();

function list<Item extends z.ZodType>(item: Item, min: number, max: number, wanted: string) {
  return z.array(item, { error: wanted }).min(min, { error: wanted }).max(max, { error: wanted });
}

const qubit = () =>
  z
    .int({ error: "a qubit's number" })
    .min(0, { error: "a qubit's number" })
    .max(limits.declaredQubitCountMax - 1, { error: `a qubit's number below ${limits.declaredQubitCountMax}` });
const pair = () => z.tuple([qubit(), qubit()], { error: "two qubits" });

const instantForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const instantWanted = "a time with its zone, such as 2021-04-20T07:26:31+02:00";

const readout = z.strictObject({ oneGivenZeroRate: rate(), zeroGivenOneRate: rate(), durationNs: durationNs() });
const name = (wanted: string) => z.string({ error: wanted }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, { error: wanted });

export const calibrationSchema = z.strictObject({
  $schema: z.string().optional(),
  device: name("the device's name: letters, digits, dots, dashes and underscores, at most 128"),
  measuredAt: z.string({ error: instantWanted }).regex(instantForm, { error: instantWanted }),
  dtNs: number(1e-6, 1e6, "nanoseconds, 0.000001 to 1000000").optional(),
  qubits: list(
    z.strictObject({ t1Us: lifetimeUs(), t2Us: lifetimeUs(), readout: readout.optional() }),
    1,
    limits.declaredQubitCountMax,
    `1 to ${limits.declaredQubitCountMax} qubits`,
  ),
  couplings: list(pair(), 0, limits.calibratedGateCountMax, `at most ${limits.calibratedGateCountMax} pairs of qubits`),
  gates: list(
    z.strictObject({
      gate: name("a gate's name"),
      qubits: list(qubit(), 1, 4, "1 to 4 qubits"),
      errorRate: rate(),
      durationNs: durationNs(),
    }),
    0,
    limits.calibratedGateCountMax,
    `at most ${limits.calibratedGateCountMax} gates`,
  ),
  zzCouplings: list(
    z.strictObject({ qubits: pair(), frequencyKhz: number(-1e6, 1e6, "kilohertz, -1000000 to 1000000") }),
    0,
    limits.calibratedGateCountMax,
    `at most ${limits.calibratedGateCountMax} pairs of qubits`,
  ),
});
