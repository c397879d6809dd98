// Which of the two noisy methods ends sooner: two estimates of time, fitted to measurements, and the smaller wins.
//
// Measured with layers of two sx and three rz a qubit and as many cx as fit, on the montreal snapshot (medians of its qubits: T1 100 us, T2 78 us,
// cx error 0.9 %), Node 20, one thread of a 2-core Zen 4 guest; milliseconds, and the shots at which both take as long:
//
// | qubits | operations | density_matrix | trajectories                    | as long at shots |
// |--------|------------|----------------|---------------------------------|------------------|
// |      4 |        358 |            2.8 |  34.7 (1 024)   189 (16 384)    |             ~80  |
// |      6 |        526 |            8.2 |  57.8 (1 024)   533 (16 384)    |            ~150  |
// |      8 |        183 |           13.6 |  11.4 (1 024)   123 (16 384)    |          ~1 200  |
// |      8 |        708 |           33.4 |   102 (1 024)  1045 (16 384)    |            ~330  |
// |     10 |        227 |            179 |  11.2   (512)  23.9  (2 048)    |         ~15 000  |
// |     10 |        887 |            711 |   138   (512)   362  (2 048)    |          ~4 000  |
// |     11 |        251 |            897 |  14.3   (512)  65.2  (2 048)    |         ~28 000  |
// |     11 |        971 |          3 392 |   193   (512)   841  (2 048)    |          ~8 300  |

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
  return operationCount * (8 + 0.75e-3 * 4 ** qubitCount) + drawUs * shots;
}

function trajectoriesUs({ qubitCount, operationCount, shots }: NoisyWork): number {
  // Shots share the run up to their first error: with E errors a shot on average, 1 - (1 - e^-E) / E of the run is not shared.
  const operationsPerError = 300;
  const errors = Math.max(1e-6, operationCount / operationsPerError);
  const unshared = 1 - (1 - Math.exp(-errors)) / errors;
  const runUs = operationCount * (0.1 + 0.2e-3 * 2 ** qubitCount);
  return runUs + shots * (3 + unshared * runUs);
}
