// Which method computes a job, and why: the first of a list that nothing speaks against.
//
// Without noise a Clifford circuit goes to the stabilizer method where that ends sooner; everything else is a state vector, as long as one fits.
// Measured in milliseconds on Node 20, one thread of a 2-core Zen 4 guest, 1 024 shots; "layers" are ten of random h and s on every qubit and cx
// between neighbours, "dynamic" is a GHZ state with a measurement in front, which a state vector runs shot by shot:
//
// | qubits | GHZ: statevector | stabilizer | layers: statevector | stabilizer | dynamic: statevector | stabilizer |
// |--------|------------------|------------|---------------------|------------|----------------------|------------|
// |      2 |             0.02 |       0.03 |                0.02 |       0.03 |                  1.0 |       0.03 |
// |      8 |             0.02 |       0.02 |                0.23 |       0.15 |                  7.4 |       0.03 |
// |     12 |             0.07 |       0.03 |                0.79 |       0.28 |                  120 |       0.03 |
// |     16 |             0.28 |       0.03 |                 5.7 |       0.50 |                    - |          - |
// |     20 |              4.3 |       0.03 |                  80 |       0.52 |                    - |          - |
//
// Which noisy method ends sooner: noise/preferred-method.ts.

import { limits } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import { type Circuit, hasOnlyFinalMeasurements, usedQubits } from "../model/circuit.ts";
import type { Fault } from "../model/errors.ts";
import type { NoiseModel } from "../model/noise-model.ts";
import {
  type MethodChoice,
  namesOfOutputs,
  type Precision,
  type RunOutputs,
  type SimulationMethod,
} from "../model/simulation.ts";
import { whyNotDensityMatrix } from "./density-matrix/run.ts";
import { amplitudeBytes } from "./engine.ts";
import { preferredNoisyMethod } from "./noise/preferred-method.ts";
import { tableauBytes, whyNotStabilizer } from "./stabilizer/index.ts";

export interface MethodNeed {
  /** Its parameters bound, where they are known: an angle that is not may be any. */
  readonly circuit: Circuit;
  readonly shots: number;
  readonly noise: NoiseModel | undefined;
  readonly method: MethodChoice;
  readonly precision: Precision;
  readonly outputs: RunOutputs;
  /** Whether the run begins with a state of the caller's; absent: with |0…0>. */
  readonly hasInitialState?: boolean;
  /** What a state may take. */
  readonly stateBytesMax: number;
}

export interface ChosenMethod {
  readonly method: SimulationMethod;
  /** For people: why this one. */
  readonly reason: string;
}

/** From here on a Clifford circuit whose measurements are last ends sooner as a stabilizer state: see the table above. */
const cliffordQubitCountMin = 10;

/** The method, or why none can carry the job: of the one that was asked for, or of each. */
export function chooseMethod(need: MethodNeed): Result<ChosenMethod, readonly Fault[]> {
  const judge = createJudge(need);
  if (need.method !== "automatic") {
    const objection = judge(need.method);
    return objection === undefined ? ok({ method: need.method, reason: "asked for" }) : err([askedFault(need, objection, judge)]);
  }
  const order = preferences(need);
  for (const chosen of order) if (judge(chosen.method) === undefined) return ok(chosen);
  return err(order.map(({ method }) => widthFault(need, method, judge(method) ?? "")));
}

/** Why the method cannot carry the job; undefined when it can. Each is looked at once. */
type Judge = (method: SimulationMethod) => string | undefined;

function createJudge(need: MethodNeed): Judge {
  const known = new Map<SimulationMethod, string | undefined>();
  return (method) => {
    if (!known.has(method)) known.set(method, objectionTo(method, need));
    return known.get(method);
  };
}

function objectionTo(method: SimulationMethod, need: MethodNeed): string | undefined {
  const { circuit, noise, precision } = need;
  const missing = namesOfOutputs(need.outputs).filter((output) => outputsOf[method]?.includes(output) === false);
  if (missing.length > 0) return `it gives no ${missing.join(" and no ")}`;
  if (need.hasInitialState === true && method !== "statevector") return "it begins with |0…0> alone";
  if (precision === "single" && method !== "statevector") return "it computes in double precision only";
  switch (method) {
    case "statevector":
      return noise === undefined ? stateObjection(need, (qubitCount) => stateVectorBytes(need, qubitCount)) : "it knows no noise";
    case "trajectories":
      return stateObjection(need, trajectoryBytes);
    case "stabilizer":
      return stabilizerObjection(need);
    case "density_matrix": {
      const qubitCount = usedQubits(circuit).size;
      const bytes = amplitudeBytes.double * 4 ** qubitCount;
      return bytes > need.stateBytesMax ? bytesText(qubitCount, bytes, need) : whyNotDensityMatrix(circuit);
    }
  }
}

/** What a method can leave beside counts and expectation values; absent: everything. */
const outputsOf: Readonly<Partial<Record<SimulationMethod, readonly string[]>>> = {
  stabilizer: ["memory"],
  density_matrix: [],
  trajectories: [],
};

// A waiting job is judged at every tick, and its circuit does not change.
const stabilizerObjections = new WeakMap<Circuit, string | undefined>();

function stabilizerObjection(need: MethodNeed): string | undefined {
  const { circuit, noise } = need;
  const qubitCount = usedQubits(circuit).size;
  const bytes = tableauBytes(qubitCount);
  if (bytes > need.stateBytesMax) return bytesText(qubitCount, bytes, need);
  if (noise !== undefined) return whyNotStabilizer(circuit, noise);
  if (!stabilizerObjections.has(circuit)) stabilizerObjections.set(circuit, whyNotStabilizer(circuit, undefined));
  return stabilizerObjections.get(circuit);
}

/** What a state vector takes: shots that are run one by one begin with a copy of the state, of which only a small one comes on top. */
function stateVectorBytes({ circuit, precision }: Pick<MethodNeed, "circuit" | "precision">, qubitCount: number): number {
  const bytes = amplitudeBytes[precision] * 2 ** qubitCount;
  return hasOnlyFinalMeasurements(circuit) || bytes <= limits.checkpointBytesMax ? bytes : 2 * bytes;
}

/** Copies of trajectories are as many as fit. */
function trajectoryBytes(qubitCount: number): number {
  return amplitudeBytes.double * 2 ** qubitCount;
}

function stateObjection(need: MethodNeed, bytesOf: (qubitCount: number) => number): string | undefined {
  const qubitCount = usedQubits(need.circuit).size;
  const bytes = bytesOf(qubitCount);
  return bytes > need.stateBytesMax ? bytesText(qubitCount, bytes, need) : undefined;
}

function bytesText(qubitCount: number, bytes: number, { stateBytesMax }: MethodNeed): string {
  return `${qubitCount} qubits need ${countText(bytes)} bytes, and ${countText(stateBytesMax)} are available`;
}

/** Exact as long as a double is. */
function countText(count: number): string {
  return Number.isSafeInteger(count) ? String(count) : `2^${Math.log2(count)}`;
}

/** The order in which automatic tries them. */
function preferences(need: MethodNeed): readonly ChosenMethod[] {
  const { circuit, noise, shots } = need;
  const qubitCount = usedQubits(circuit).size;
  if (noise !== undefined) {
    const first = preferredNoisyMethod({ qubitCount, shots, operationCount: circuit.operations.length });
    const second = first === "density_matrix" ? "trajectories" : "density_matrix";
    const work = `${shots} shots of ${circuit.operations.length} operations on ${qubitCount} qubits with noise`;
    return [
      { method: first, reason: `${work} are expected to end soonest so` },
      { method: second, reason: `${work}, which ${first} cannot carry` },
    ];
  }
  const isDynamic = !hasOnlyFinalMeasurements(circuit);
  const statevector = { method: "statevector", reason: `the state of ${qubitCount} qubits fits into memory` } as const;
  const clifford = (why: string) => ({ method: "stabilizer", reason: `every gate is Clifford${why}` }) as const;
  if (isDynamic)
    return [clifford(", and the shots share one run"), { ...statevector, reason: `${statevector.reason}; shot by shot` }];
  if (qubitCount >= cliffordQubitCountMin) return [clifford(` on ${qubitCount} qubits`), statevector];
  return [statevector, clifford(", and no state vector fits")];
}

function askedFault(need: MethodNeed, objection: string, judge: Judge): Fault {
  const fitting = preferences({ ...need, method: "automatic" }).find(({ method }) => judge(method) === undefined);
  const none = fitsInSingle(need, need.method) ? singleHint : "No other method can carry it either.";
  return {
    field: "method",
    wanted: `a job that ${need.method} can carry`,
    found: objection,
    hint: fitting === undefined ? none : `${fitting.method} can carry it, and automatic takes it.`,
  };
}

function widthFault(need: MethodNeed, method: SimulationMethod, objection: string): Fault {
  const isState = method === "statevector" || method === "trajectories";
  const bytesOf = (count: number): number => (method === "statevector" ? stateVectorBytes(need, count) : trajectoryBytes(count));
  let qubitCountMax = Math.floor(Math.log2(need.stateBytesMax / amplitudeBytes.single));
  while (bytesOf(qubitCountMax) > need.stateBytesMax) qubitCountMax--;
  const wanted = isState ? `at most ${qubitCountMax} qubits by ${method}` : `a circuit that ${method} can carry`;
  const hint = isState ? "Use fewer qubits." : fittingHints[method];
  return { field: "circuit", wanted, found: objection, hint: fitsInSingle(need, method) ? singleHint : hint };
}

const singleHint = "In single precision it fits.";

function fitsInSingle(need: MethodNeed, method: MethodChoice): boolean {
  return (
    method === "statevector" && need.precision === "double" && objectionTo(method, { ...need, precision: "single" }) === undefined
  );
}

const fittingHints: Readonly<Record<Exclude<SimulationMethod, "statevector" | "trajectories">, string>> = {
  stabilizer: "With Clifford gates alone, thousands of qubits fit.",
  density_matrix: "",
};
