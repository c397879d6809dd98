// Which of the two noisy methods ends sooner: two estimates of time, fitted to measurements, and the smaller wins.
//
// Measured with layers of two sx and two rz a qubit and as many cx as fit, on the montreal snapshot (medians: T1 100 us, T2 78 us, cx error 0.9 %),
// Node 26, one thread of a busy 2-core Zen 4 guest; milliseconds, and the shots at which both take as long:
//
// | qubits | operations | density_matrix | trajectories at shots           | as long at shots |
// |--------|------------|----------------|---------------------------------|------------------|
// |      4 |        358 |            2.0 |  34.0 at 1 024, 196 at 16 384   |              60  |
// |      6 |        526 |            2.5 |  46.1 at 1 024, 452 at 16 384   |              70  |
// |      8 |        183 |            7.2 |  12.9 at 1 024,  87 at 16 384   |             600  |
// |      8 |        708 |           21.9 |   107 at 1 024, 811 at 16 384   |             220  |
// |     10 |        227 |            114 |   9.3 at   512,  20 at  2 048   |          11 000  |
// |     10 |        887 |            460 |   106 at   512, 327 at  2 048   |           2 900  |
// |     11 |        251 |            631 |  13.8 at   512,  49 at  2 048   |          26 000  |
// |     11 |        971 |          2 485 |   162 at   512, 814 at  2 048   |           6 200  |

import { limits } from "../../base/limits.ts";

export type NoisyMethod = "density_matrix" | "trajectories";

export interface NoisyWork {
  /** Those in use. */
  readonly qubitCount: number;
  readonly shots: number;
  readonly operationCount: number;
}

export function preferredNoisyMethod(work: NoisyWork): NoisyMethod {
  if (work.qubitCount > limits.densityMatrixQubitCountMax) return "trajectories";
  return densityMatrixUs(work) <= trajectoriesUs(work) ? "density_matrix" : "trajectories";
}

function densityMatrixUs({ qubitCount, operationCount, shots }: NoisyWork): number {
  const drawUs = 0.3;
  return operationCount * (4 + 0.52e-3 * 4 ** qubitCount) + drawUs * shots;
}

function trajectoriesUs({ qubitCount, operationCount, shots }: NoisyWork): number {
  // Shots share the run up to their first error: with E errors a shot on average, 1 - (1 - e^-E) / E of the run is not shared.
  const operationsPerError = 300;
  const errors = Math.max(1e-6, operationCount / operationsPerError);
  const unshared = 1 - (1 - Math.exp(-errors)) / errors;
  const runUs = operationCount * (0.1 + 0.2e-3 * 2 ** qubitCount);
  return runUs + shots * (3 + unshared * runUs);
}
