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
  /** Where a thread is called that may help with wide states: past the pool, which would keep the state's memory until it is collected. */
  | { readonly kind: "meet"; readonly helper: number; readonly port: MessagePort }
  /** The helper is no more. */
  | { readonly kind: "forget"; readonly helper: number }
  /** Be a helper: join whoever calls here. */
  | { readonly kind: "help"; readonly port: MessagePort }
  /** Say when you help nobody any more. */
  | { readonly kind: "leave" };

export type FromWorker =
  | {
      readonly kind: "done";
      readonly outcome: RunOutcome;
      /** Of its WASM instances; memory never shrinks. */
      readonly memoryBytes: number;
    }
  | { readonly kind: "left" }
  | { readonly kind: "failed"; readonly failure: Extract<ComputeFailure, { kind: "trapped" | "out_of_memory" }> };

/** What a worker sends to those that may help it. */
export interface HelpCall {
  readonly invitation: Invitation;
  /** The caller's: a helper leaves when it is set. */
  readonly stop: Int32Array | undefined;
}

/** What changes hands instead of being copied: states and ports. */
export function movedToWorker(message: ToWorker): (ArrayBuffer | MessagePort)[] {
  if (message.kind === "meet" || message.kind === "help") return [message.port];
  return message.kind === "run" ? bufferOf(message.task.initialState) : [];
}

export function movedFromWorker(message: FromWorker): ArrayBuffer[] {
  return message.kind === "done" ? bufferOf(message.outcome.finalState) : [];
}

function bufferOf(state: Float64Array | undefined): ArrayBuffer[] {
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
