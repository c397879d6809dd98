// What the pool and a compute worker say to each other. Everything here survives structured cloning.

import type { RunOutcome } from "../../model/result.ts";
import type { ComputeFailure, ComputeTask } from "../../ports/compute.ts";
import type { Invitation, SimulatorModules } from "../../simulator/index.ts";

export type ToWorker =
  /** First: the compiled modules, from which the worker makes instances of its own. */
  | {
      readonly kind: "start";
      readonly modules: SimulatorModules;
      readonly helperCountMax: number;
      /** One shared word: 1 when the worker is to stop what it does. Deno ends a worker only when it is idle. Absent where no memory is shared. */
      readonly stop?: Int32Array | undefined;
    }
  | { readonly kind: "run"; readonly task: ComputeTask }
  /** Help the worker that sent this with its state, until it is done. */
  | { readonly kind: "join"; readonly invitation: Invitation };

export type FromWorker =
  | {
      readonly kind: "done";
      readonly outcome: RunOutcome /** Of its WASM instances; memory never shrinks. */;
      readonly memoryBytes: number;
    }
  /** While it runs a task that others can help with. */
  | { readonly kind: "call"; readonly invitation: Invitation }
  /** A helper is free again. */
  | { readonly kind: "left" }
  | { readonly kind: "failed"; readonly failure: Extract<ComputeFailure, { kind: "trapped" | "out_of_memory" }> };

/** The buffers that change hands instead of being copied: states. */
export function movedWith(message: ToWorker | FromWorker): ArrayBuffer[] {
  const state =
    message.kind === "run" ? message.task.initialState : message.kind === "done" ? message.outcome.finalState : undefined;
  return state === undefined ? [] : [state.buffer as ArrayBuffer];
}

/** A worker as the pool sees it, whatever the runtime calls it. */
export interface WorkerHandle {
  post(message: ToWorker): void;
  /** Set once, before the first post. */
  listen(onMessage: (message: FromWorker) => void, onDeath: (cause: string) => void): void;
  /** Ends it, and its memory is freed: at once, on Deno when it is idle. */
  terminate(): void;
}
