// The inside of a compute worker: runs one task after another on its own instances of the engines.

import { limits } from "../../base/limits.ts";
import type { RunOutcome } from "../../model/result.ts";
import {
  createSimulator,
  type Invitation,
  joinCrew,
  OutOfMemoryError,
  type Simulator,
  type Slices,
} from "../../simulator/index.ts";
import type { FromWorker, HelpCall, ToWorker } from "./protocol.ts";

/** What is returned is sent when the message has been dealt with. */
export function createTaskServer(elapsedMs: () => number): (message: ToWorker) => FromWorker | undefined {
  let start: Extract<ToWorker, { kind: "start" }> | undefined;
  let simulator: Simulator | undefined;
  const helpers = new Map<number, MessagePort>();
  const mustStop = (): boolean => isSet(start?.stop);

  function call(invitation: Invitation): void {
    const helpCall: HelpCall = { invitation, stop: start?.stop };
    for (const port of helpers.values()) port.postMessage(helpCall);
  }

  return (message) => {
    switch (message.kind) {
      case "start": {
        start = message;
        const { modules, helperCountMax } = message;
        simulator = createSimulator(modules, helperCountMax > 0 ? { crew: { memberCountMax: helperCountMax, call } } : {});
        return undefined;
      }
      case "meet":
        helpers.set(message.helper, message.port);
        return undefined;
      case "forget":
        helpers.get(message.helper)?.close();
        helpers.delete(message.helper);
        return undefined;
      case "help":
        message.port.onmessage = ({ data: { invitation, stop } }: MessageEvent<HelpCall>) => {
          if (start !== undefined) joinCrew(start.modules, invitation, () => isSet(stop));
        };
        return undefined;
      case "leave":
        return { kind: "left" };
      case "run": {
        if (simulator === undefined || start === undefined) {
          return { kind: "failed", failure: { kind: "trapped", cause: "a task came before the modules" } };
        }
        // With helpers a slice of the same length holds more work.
        const sliceWorkMax = limits.stopWorkMax * (1 + start.helperCountMax);
        return runTask(simulator.runInSlices(message.task, elapsedMs, sliceWorkMax), simulator, mustStop);
      }
    }
  };
}

function isSet(flag: Int32Array | undefined): boolean {
  return flag !== undefined && Atomics.load(flag, 0) !== 0;
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
