// The inside of a compute worker: runs one task after another on its own instances of the engines.

import { limits } from "../../base/limits.ts";
import type { RunOutcome } from "../../model/result.ts";
import {
  createSimulator,
  type Invitation,
  joinCrew,
  OutOfMemoryError,
  type Simulator,
  type SimulatorModules,
  type Slices,
} from "../../simulator/index.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

/** `post` sends while a task runs; what is returned is sent when the message has been dealt with. */
export function createTaskServer(
  elapsedMs: () => number,
  post: (message: FromWorker) => void,
): (message: ToWorker) => FromWorker | undefined {
  let simulator: Simulator | undefined;
  let modules: SimulatorModules | undefined;
  let stop: Int32Array | undefined;
  let sliceWorkMax: number = limits.stopWorkMax;
  const mustStop = (): boolean => stop !== undefined && Atomics.load(stop, 0) !== 0;
  return (message) => {
    if (message.kind === "start") {
      const { helperCountMax } = message;
      stop = message.stop;
      sliceWorkMax = limits.stopWorkMax * (1 + helperCountMax);
      modules = message.modules;
      const crew = { memberCountMax: helperCountMax, call: (invitation: Invitation) => post({ kind: "call", invitation }) };
      simulator = createSimulator(modules, helperCountMax > 0 ? { crew } : {});
      return undefined;
    }
    if (message.kind === "join") {
      if (modules !== undefined) joinCrew(modules, message.invitation);
      return { kind: "left" };
    }
    if (simulator === undefined) return { kind: "failed", failure: { kind: "trapped", cause: "a task came before the modules" } };
    const slices = simulator.runInSlices(message.task, elapsedMs, sliceWorkMax);
    return runTask(slices, simulator, mustStop);
  };
}

/** Undefined when it was stopped: whoever stops it waits for nothing. */
function runTask(slices: Slices<RunOutcome>, simulator: Simulator, mustStop: () => boolean): FromWorker | undefined {
  try {
    for (;;) {
      const step = slices.next();
      if (step.done === true) return { kind: "done", outcome: step.value, memoryBytes: simulator.memoryBytes() };
      if (!mustStop()) continue;
      slices.return(undefined as never);
      return undefined;
    }
  } catch (error) {
    return { kind: "failed", failure: toFailure(error) };
  }
}

export function toFailure(error: unknown): Extract<FromWorker, { kind: "failed" }>["failure"] {
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  // Engines report a memory or array that is too large as a RangeError.
  const isMemory = error instanceof OutOfMemoryError || error instanceof RangeError;
  return { kind: isMemory ? "out_of_memory" : "trapped", cause };
}
