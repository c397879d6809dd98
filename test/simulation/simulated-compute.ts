// Compute workers that take virtual time, trap now and then, and compute a function of the seed alone, so that the checker knows what
// every result must be whichever attempt produced it.

import { limits } from "../../src/base/limits.ts";
import type { RunOutcome } from "../../src/model/result.ts";
import type { ComputePool, ComputeResult, ComputeTask } from "../../src/ports/compute.ts";
import type { Process, World } from "./world.ts";

export function createSimulatedCompute(world: World, process: Process): ComputePool {
  const slotCount = 2;
  let busy = 0;
  return {
    slotCount,
    freeSlots: () => slotCount - busy,
    run(task, signal) {
      if (busy >= slotCount) world.violations.push("a task was started without a free slot");
      busy++;
      const { random, totals, rates } = world;
      // Most runs are short; some outlive several renewals of a lease.
      const durationMs = random.chance(0.1) ? random.between(limits.leaseMs, 2 * limits.leaseMs) : random.between(1, 2000);
      const traps = random.chance(rates.workerTrap);
      if (traps) totals.workerTraps++;
      return new Promise((resolve) => {
        let isSettled = false;
        const settle = (result: ComputeResult): void => {
          if (isSettled) return;
          isSettled = true;
          busy--;
          resolve(result);
        };
        signal.addEventListener("abort", () => process.deliver(random.between(0, 200), () => settle(aborted)), { once: true });
        if (signal.aborted) settle(aborted);
        process.deliver(durationMs, () => settle(traps ? trapped : { ok: true, outcome: expectedOutcome(task) }));
      });
    },
    close: async () => {},
  };
}

const aborted: ComputeResult = { ok: false, failure: { kind: "aborted" } };
const trapped: ComputeResult = { ok: false, failure: { kind: "trapped", cause: "simulated" } };

function expectedOutcome(task: ComputeTask): RunOutcome {
  return {
    counts: expectedCounts(task.seed, task.shots),
    expectationValues: [],
    estimates: [],
    method: "statevector",
    methodReason: "simulated",
    precision: "double",
    engine: "simulated",
    simulatedMs: 1,
  };
}

/** Two outcomes that share the shots as the seed says. */
export function expectedCounts(seed: bigint, shots: number): Map<string, number> {
  const zeros = Number(seed % BigInt(shots + 1));
  return new Map([
    ["00", zeros],
    ["11", shots - zeros],
  ]);
}
