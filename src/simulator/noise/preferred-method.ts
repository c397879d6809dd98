// Which of the two noisy methods ends sooner: two estimates of time, fitted to measurements, and the smaller wins.
//
// Measured with layers of two sx and two rz a qubit and as many cx as fit, on the montreal snapshot (medians: T1 100 us, T2 78 us, cx error 0.9 %),
// Node 26, one thread of a 2-core Zen 4 guest; milliseconds, and the shots at which both take as long:
//
// | qubits | operations | density_matrix | trajectories at shots           | as long at shots |
// |--------|------------|----------------|---------------------------------|------------------|
// |      4 |        358 |            3.2 |  26.3 at 1 024, 147 at 16 384   |              60  |
// |      6 |        526 |            2.4 |  41.2 at 1 024, 407 at 16 384   |              50  |
// |      8 |        183 |            5.7 |   7.4 at 1 024,  60 at 16 384   |             800  |
// |      8 |        708 |           20.7 |  77.8 at 1 024, 754 at 16 384   |             210  |
// |     10 |        227 |             93 |   8.2 at   512,  18 at  2 048   |          10 000  |
// |     10 |        887 |            378 |    85 at   512, 295 at  2 048   |           2 600  |
// |     11 |        251 |            557 |  11.5 at   512,  31 at  2 048   |          37 000  |
// |     11 |        971 |          2 248 |   120 at   512, 416 at  2 048   |          11 000  |

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
  return operationCount * (3 + 0.45e-3 * 4 ** qubitCount) + drawUs * shots;
}

function trajectoriesUs({ qubitCount, operationCount, shots }: NoisyWork): number {
  // Shots share the run up to their first error: with E errors a shot on average, 1 - (1 - e^-E) / E of the run is not shared.
  const operationsPerError = 300;
  const errors = Math.max(1e-6, operationCount / operationsPerError);
  const unshared = 1 - (1 - Math.exp(-errors)) / errors;
  const runUs = operationCount * (0.09 + 0.1e-3 * 2 ** qubitCount);
  return runUs + shots * (1.5 + unshared * runUs);
}
