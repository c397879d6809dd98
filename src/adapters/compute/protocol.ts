// What the pool and a compute worker say to each other. Everything here survives structured cloning.

import type { RunOutcome } from "../../model/result.ts";
import type { ComputeFailure, ComputeTask } from "../../ports/compute.ts";
import type { SimulatorModules } from "../../simulator/index.ts";

export type ToWorker =
  /** First: the compiled modules, from which the worker makes instances of its own. */
  { readonly kind: "start"; readonly modules: SimulatorModules } | { readonly kind: "run"; readonly task: ComputeTask };

export type FromWorker =
  | {
      readonly kind: "done";
      readonly outcome: RunOutcome /** Of its WASM instances; memory never shrinks. */;
      readonly memoryBytes: number;
    }
  | { readonly kind: "failed"; readonly failure: Extract<ComputeFailure, { kind: "trapped" | "out_of_memory" }> };

/** A worker as the pool sees it, whatever the runtime calls it. */
export interface WorkerHandle {
  post(message: ToWorker): void;
  /** Set once, before the first post. */
  listen(onMessage: (message: FromWorker) => void, onDeath: (cause: string) => void): void;
  /** Ends it at once, whatever it does; its memory is freed. */
  terminate(): void;
}
