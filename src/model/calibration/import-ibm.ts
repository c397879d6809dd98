// Reads what IBM publishes of a backend: its configuration (conf_*.json) and its properties (props_*.json), both parsed already.
// Source of the two formats: qiskit-ibm-runtime, models/backend_configuration.py and models/backend_properties.py.
// What IBM does not tell stays away; what it tells in a way that cannot be read is a fault of parseCalibration.

import { err, type Result } from "../../base/result.ts";
import { type Fault, type KernelError, kernelError } from "../errors.ts";
import { type ParsedCalibration, parseCalibration } from "./parse.ts";

export function importIbmCalibration(configuration: unknown, properties: unknown): Result<ParsedCalibration, KernelError> {
  const faults: Fault[] = [];
  const conf = asRecord(configuration, "configuration", faults);
  const props = asRecord(properties, "properties", faults);
  const qubits = listOf(props.qubits, "properties.qubits", faults);
  const gates = listOf(props.gates, "properties.gates", faults);
  const qubitCount = conf.n_qubits;
  if (qubits.length > 0 && qubitCount !== undefined && qubitCount !== qubits.length) {
    faults.push(
      fault("properties.qubits", `${String(qubitCount)} entries, as configuration.n_qubits says`, String(qubits.length)),
    );
  }
  if (faults.length > 0) return err(kernelError("invalid_calibration", { faults }));
  const couplings = toCouplings(conf.coupling_map);
  return parseCalibration({
    device: props.backend_name ?? conf.backend_name,
    measuredAt: props.last_update_date,
    // dt is in nanoseconds in these files; simulators and old devices have none.
    dtNs: conf.dt ?? undefined,
    qubits: qubits.map(toQubit),
    couplings,
    gates: gates.map(toGate),
    zzCouplings: listOf(props.general, "", []).flatMap(toZz(new Set(Array.isArray(couplings) ? couplings.map(String) : []))),
  });
}

function toQubit(entry: unknown): unknown {
  const read = readerOf(entry);
  const readout = {
    // readout_error is the mean of the two; some devices publish only it.
    oneGivenZeroRate: read("prob_meas1_prep0", 1) ?? read("readout_error", 1),
    zeroGivenOneRate: read("prob_meas0_prep1", 1) ?? read("readout_error", 1),
    durationNs: read("readout_length", 1),
  };
  const isMeasured = Object.values(readout).some((value) => value !== undefined);
  return { t1Us: read("T1", 1e-3), t2Us: read("T2", 1e-3), readout: isMeasured ? readout : undefined };
}

function toGate(entry: unknown): unknown {
  const gate = asRecord(entry, "", []);
  const read = readerOf(gate.parameters);
  return { gate: gate.gate, qubits: gate.qubits, errorRate: read("gate_error", 1), durationNs: read("gate_length", 1) };
}

const nanosecondsPer: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9 };

/** Reads one figure of a list of { name, unit, value }; times become nanoseconds times `scale`. */
function readerOf(parameters: unknown): (name: string, scale: number) => unknown {
  const list = Array.isArray(parameters) ? parameters.map((entry) => asRecord(entry, "", [])) : [];
  return (name, scale) => {
    const found = list.find((entry) => entry.name === name);
    if (found === undefined || typeof found.value !== "number") return found?.value ?? undefined;
    const unit = nanosecondsPer[String(found.unit)];
    return unit === undefined ? found.value : found.value * (unit * scale);
  };
}

/** Directed pairs become undirected ones, each once. */
function toCouplings(map: unknown): unknown {
  if (map === null || map === undefined) return [];
  if (!Array.isArray(map)) return map;
  const seen = new Set<string>();
  return map.flatMap((pair: unknown) => {
    if (!Array.isArray(pair)) return [pair];
    const sorted = [...pair].sort((a, b) => Number(a) - Number(b));
    if (seen.has(String(sorted))) return [];
    seen.add(String(sorted));
    return [sorted];
  });
}

/**
 * General parameters named `zz_<a><b>`, in GHz. The two numbers are written without anything between them: zz_123 is the pair of 1 and 23
 * or of 12 and 3, whichever is coupled; one that has two such readings, or none, is left out.
 */
function toZz(couplings: ReadonlySet<string>): (entry: unknown) => unknown[] {
  return (entry) => {
    const { name, unit, value } = asRecord(entry, "", []);
    if (typeof name !== "string" || typeof value !== "number" || value === 0 || unit !== "GHz") return [];
    const digits = /^zz_(\d{2,8})$/.exec(name)?.[1];
    if (digits === undefined) return [];
    const readings = new Map<string, readonly number[]>();
    for (let cut = 1; cut < digits.length; cut++) {
      if (cut > 1 && digits.startsWith("0")) continue;
      const pair = [Number(digits.slice(0, cut)), Number(digits.slice(cut))].sort((x, y) => x - y);
      if (couplings.has(String(pair))) readings.set(String(pair), pair);
    }
    const [only] = readings.values();
    return only === undefined || readings.size > 1 ? [] : [{ qubits: only, frequencyKhz: value * 1e6 }];
  };
}

function asRecord(value: unknown, field: string, faults: Fault[]): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  faults.push(fault(field, "an object", value === undefined ? "nothing" : Array.isArray(value) ? "a list" : String(value)));
  return {};
}

function listOf(value: unknown, field: string, faults: Fault[]): readonly unknown[] {
  if (Array.isArray(value)) return value;
  faults.push(fault(field, "a list", value === undefined ? "nothing" : typeof value));
  return [];
}

function fault(field: string, wanted: string, found: string): Fault {
  return {
    field,
    wanted,
    found,
    hint: "Give the two files of one backend as IBM publishes them: configuration, then properties.",
  };
}
