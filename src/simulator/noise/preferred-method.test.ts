import { expect, test } from "vitest";
import { preferredNoisyMethod } from "./preferred-method.ts";

// Rows of the measured table, at a third and at three times the shots at which both methods took as long.
test.each([
  [4, 358, 60],
  [6, 526, 50],
  [8, 183, 800],
  [8, 708, 210],
  [10, 227, 10_000],
  [10, 887, 2600],
  [11, 251, 37_000],
  [11, 971, 11_000],
])("%i qubits, %i operations: trajectories below, density_matrix above %i shots", (qubitCount, operationCount, shots) => {
  expect(preferredNoisyMethod({ qubitCount, operationCount, shots: Math.round(shots / 3) })).toBe("trajectories");
  expect(preferredNoisyMethod({ qubitCount, operationCount, shots: shots * 3 })).toBe("density_matrix");
});

test("what no density matrix holds goes by trajectories, however many shots", () => {
  expect(preferredNoisyMethod({ qubitCount: 14, operationCount: 10, shots: 1_000_000 })).toBe("trajectories");
});
