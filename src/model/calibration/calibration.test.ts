import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { createSeededRandom } from "../../../test/simulation/seeded-random.ts";
import { isDead } from "./calibration.ts";
import { importIbmCalibration } from "./import-ibm.ts";
import { parseCalibration } from "./parse.ts";

const plain = {
  device: "two-qubits",
  measuredAt: "2026-01-02T03:04:05Z",
  qubits: [{ t1Us: 100, t2Us: 80, readout: { oneGivenZeroRate: 0.01, zeroGivenOneRate: 0.02, durationNs: 700 } }, {}],
  couplings: [[0, 1]],
  gates: [
    { gate: "sx", qubits: [0], errorRate: 0.0003, durationNs: 35.5 },
    { gate: "cx", qubits: [0, 1], errorRate: 1 },
  ],
  zzCouplings: [{ qubits: [0, 1], frequencyKhz: -39.4 }],
};

function faultsOf(value: unknown): readonly { readonly field: string; readonly wanted: string; readonly found: string }[] {
  const parsed = parseCalibration(value);
  if (parsed.ok) throw new Error("the calibration was taken");
  expect(parsed.error.code).toBe("invalid_calibration");
  return parsed.error.faults;
}

describe("calibration files", () => {
  test("a calibration is the same after it was written as JSON and read again", () => {
    const first = parseCalibration(plain);
    if (!first.ok) throw new Error(JSON.stringify(first.error));
    expect(first.value).toEqual({ calibration: plain, warnings: [] });
    expect(parseCalibration(JSON.parse(JSON.stringify(first.value.calibration)))).toEqual(first);
  });

  test("what was not measured is absent, which is not 0; a gate whose error is 1 is dead", () => {
    const parsed = parseCalibration(plain);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    const { qubits, gates } = parsed.value.calibration;
    expect(qubits[1]).toEqual({});
    expect(gates[1]).not.toHaveProperty("durationNs");
    expect(gates.map(isDead)).toEqual([false, true]);
  });

  test("T2 above twice T1 is lowered to it, and said", () => {
    const parsed = parseCalibration({ ...plain, qubits: [{ t1Us: 50, t2Us: 130 }, { t2Us: 130 }] });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    expect(parsed.value.calibration.qubits).toEqual([{ t1Us: 50, t2Us: 100 }, { t2Us: 130 }]);
    expect(parsed.value.warnings).toEqual(["qubits[0].t2Us was 130, more than twice t1Us, and was lowered to 100"]);
  });

  test("every fault is told at once: NaN, negative times, probabilities above 1, qubits out of range, repeated entries, unknown keys", () => {
    const faults = faultsOf({
      ...plain,
      measuredAt: "yesterday",
      colour: "red",
      qubits: [{ t1Us: Number.NaN, readout: { oneGivenZeroRate: 1.5 } }, { t2Us: -3 }],
      couplings: [[0, 1], [1, 0], [0]],
      gates: [
        { gate: "cx", qubits: [0, 2] },
        { gate: "cx", qubits: [1, 1], errorRate: "low" },
        { gate: "sx", qubits: [0], durationNs: Number.POSITIVE_INFINITY },
        { gate: "sx", qubits: [0] },
      ],
    });
    expect(faults.map(({ field, found }) => `${field}: ${found}`).sort()).toEqual(
      [
        "colour: one",
        "couplings[1]: coupling on [1,0] again",
        "couplings[2]: [0]",
        "gates[0].qubits: [0,2]",
        'gates[1].errorRate: "low"',
        "gates[1].qubits: [1,1]",
        "gates[2].durationNs: Infinity",
        "gates[3].qubits: sx on [0] again",
        'measuredAt: "yesterday"',
        "qubits[0].readout.oneGivenZeroRate: 1.5",
        "qubits[0].t1Us: NaN",
        "qubits[1].t2Us: -3",
      ].sort(),
    );
    expect(faults.find(({ field }) => field === "qubits[0].readout.oneGivenZeroRate")?.wanted).toBe("a probability, 0 to 1");
  });

  test.each([null, 7, "x", [], {}, { qubits: 3 }, { ...plain, qubits: [null] }, { ...plain, gates: [[]] }])(
    "%j is refused, not crashed on",
    (value) => expect(faultsOf(value).length).toBeGreaterThan(0),
  );

  test("a value with any one part replaced by nonsense is taken or refused, never crashed on", () => {
    const seed = 20261123;
    const random = createSeededRandom(seed);
    const nonsense = [null, -1, 1e300, "", "NaN", [], {}, [[]], true, Number.NaN];
    for (let round = 0; round < 300; round++) {
      const value = JSON.parse(JSON.stringify(plain)) as Record<string, unknown>;
      let target: Record<string, unknown> = value;
      for (let depth = 0; depth < 4; depth++) {
        const keys = Object.keys(target);
        const key = keys[random.between(0, Math.max(1, keys.length))] ?? "extra";
        const inner = target[key];
        if (typeof inner === "object" && inner !== null && random.next() < 0.7) target = inner as Record<string, unknown>;
        else {
          target[key] = nonsense[random.between(0, nonsense.length)];
          break;
        }
      }
      expect(() => parseCalibration(value), `seed ${seed}, round ${round}`).not.toThrow();
    }
  });
});

const folder = resolve(import.meta.dirname, "../../../../shared/data/devices/raw");
const reason = existsSync(folder) ? undefined : "the published device files are not beside this checkout";
const names = reason === undefined ? readdirSync(folder).flatMap((file) => /^conf_(.+)\.json$/.exec(file)?.[1] ?? []) : [];
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));

const conf = {
  backend_name: "tiny",
  n_qubits: 2,
  dt: 0.5,
  coupling_map: [
    [0, 1],
    [1, 0],
  ],
};
const props = {
  backend_name: "tiny",
  last_update_date: "2021-04-20T07:26:31+02:00",
  qubits: [
    [
      { name: "T1", unit: "µs", value: 44 },
      { name: "T2", unit: "ms", value: 0.05 },
      { name: "readout_error", unit: "", value: 0.1 },
      { name: "prob_meas0_prep1", unit: "", value: 0.15 },
      { name: "readout_length", unit: "us", value: 5 },
    ],
    [],
  ],
  gates: [{ gate: "cx", qubits: [1, 0], parameters: [{ name: "gate_length", unit: "ns", value: 300 }] }],
  general: [{ name: "zz_01", unit: "GHz", value: -0.00004 }],
};

describe("files that IBM publishes", () => {
  test("every figure is found, in our units", () => {
    const imported = importIbmCalibration(conf, props);
    if (!imported.ok) throw new Error(JSON.stringify(imported.error));
    expect(imported.value.calibration).toEqual({
      device: "tiny",
      measuredAt: "2021-04-20T07:26:31+02:00",
      dtNs: 0.5,
      qubits: [{ t1Us: 44, t2Us: 50, readout: { oneGivenZeroRate: 0.1, zeroGivenOneRate: 0.15, durationNs: 5000 } }, {}],
      couplings: [[0, 1]],
      gates: [{ gate: "cx", qubits: [1, 0], durationNs: 300 }],
      zzCouplings: [{ qubits: [0, 1], frequencyKhz: expect.closeTo(-40, 9) }],
    });
  });

  test("files of two different widths, and things that are no such files, are refused", () => {
    for (const [a, b] of [
      [{ ...conf, n_qubits: 3 }, props],
      [null, props],
      [conf, undefined],
      [conf, { ...props, qubits: 4 }],
      [[], []],
    ]) {
      const imported = importIbmCalibration(a, b);
      expect(imported.ok ? undefined : imported.error.code).toBe("invalid_calibration");
    }
  });

  test.skipIf(reason !== undefined)(`there are device files${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
    expect(names.length).toBeGreaterThanOrEqual(15);
  });

  test.each(names)("%s is imported, and reads back as it was written", (name) => {
    const imported = importIbmCalibration(read(`conf_${name}.json`), read(`props_${name}.json`));
    if (!imported.ok) throw new Error(JSON.stringify(imported.error));
    const { calibration, warnings } = imported.value;
    expect(calibration.gates.some(({ qubits, errorRate }) => qubits.length === 2 && errorRate !== undefined)).toBe(true);
    expect(calibration.qubits.every(({ t1Us = 0, t2Us = 0 }) => t2Us <= 2 * t1Us)).toBe(true);
    const published = read(`props_${name}.json`) as {
      readonly qubits: readonly { readonly name: string; readonly value: number }[][];
    };
    const figure = (q: number, wanted: string): number => published.qubits[q]?.find((entry) => entry.name === wanted)?.value ?? 0;
    const tooLong = published.qubits.filter((_, q) => figure(q, "T2") > 2 * figure(q, "T1"));
    expect(warnings).toHaveLength(tooLong.length);
    expect(calibration.qubits[0]?.t1Us).toBeCloseTo(figure(0, "T1"), 9);
    expect(calibration.qubits[1]?.readout?.zeroGivenOneRate).toBe(figure(1, "prob_meas0_prep1"));
    const again = parseCalibration(JSON.parse(JSON.stringify(calibration)));
    expect(again).toEqual({ ok: true, value: { calibration, warnings: [] } });
  });
});
