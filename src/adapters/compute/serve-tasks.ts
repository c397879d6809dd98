// The inside of a compute worker: runs one task after another on its own instances of the engines.

import type { ComputeTask } from "../../ports/compute.ts";
import {
  createSimulator,
  type Invitation,
  joinCrew,
  OutOfMemoryError,
  type Simulator,
  type SimulatorModules,
} from "../../simulator/index.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

/** `post` sends while a task runs; what is returned is sent when the message has been dealt with. */
export function createTaskServer(
  elapsedMs: () => number,
  post: (message: FromWorker) => void,
): (message: ToWorker) => FromWorker | undefined {
  let simulator: Simulator | undefined;
  let modules: SimulatorModules | undefined;
  return (message) => {
    if (message.kind === "start") {
      const { helperCountMax } = message;
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
    return runTask(simulator, message.task, elapsedMs);
  };
}

function runTask(simulator: Simulator, task: ComputeTask, elapsedMs: () => number): FromWorker {
  try {
    const outcome = simulator.run(task, elapsedMs);
    return { kind: "done", outcome, memoryBytes: simulator.memoryBytes() };
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
