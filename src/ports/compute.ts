// Where circuits are computed: a bounded pool of workers, each with its own WASM instance.

import type { Binding } from "../model/bind-angles.ts";
import type { Circuit } from "../model/circuit.ts";
import type { NoiseModel } from "../model/noise-model.ts";
import type { Observable, RunOutcome } from "../model/result.ts";
import type { MethodChoice, Precision, RunOutputs } from "../model/simulation.ts";

export interface ComputeTask {
  /** For logs and tests; unique among running tasks. */
  readonly id: string;
  /** Every parameter bound, or bound by every run of the sweep. */
  readonly circuit: Circuit;
  readonly shots: number;
  /** Key of the shots' Philox stream: shot k is the same whatever the chunking. 0 .. 2^64-1. */
  readonly seed: bigint;
  readonly observables: readonly Observable[];
  /** One run for each of these; every angle becomes finite. Run k has the seed `seed` + k modulo 2^64. Without outputs. */
  readonly sweep?: readonly Binding[];
  /**
   * The state that the run begins with instead of |0…0>: [re, im, …], 2^qubitCount amplitudes of length 1, bit q of an index is qubit q of the
   * circuit. A pool may move it to the worker, which leaves the caller with an empty array.
   */
  readonly initialState?: Float64Array;
  /** Whose imperfections the run shows; qubit k of the circuit is qubit k of the device. Absent: none. */
  readonly noise?: NoiseModel;
  /** How it is computed; absent: the simulator chooses. */
  readonly method?: MethodChoice;
  /** Of a state vector; absent: double. */
  readonly precision?: Precision;
  /** What it leaves beside counts and expectation values; absent: nothing. */
  readonly outputs?: RunOutputs;
  /** Bytes that one state may take; absent: as many as the engine gets. */
  readonly stateBytesMax?: number;
  /** W3C traceparent of the job, so that a worker's log lines join its trace. */
  readonly traceparent?: string;
}

export type ComputeFailure =
  /** The worker trapped or threw: the task's own doing. */
  | { readonly kind: "trapped"; readonly cause: string }
  | { readonly kind: "out_of_memory"; readonly cause: string }
  /** The signal was aborted; the worker was killed if the task had begun. */
  | { readonly kind: "aborted" }
  /** The pool was closed. */
  | { readonly kind: "closed" };

export type ComputeResult =
  | { readonly ok: true; readonly outcome: RunOutcome }
  | { readonly ok: false; readonly failure: ComputeFailure };

export interface ComputePool {
  /** Most tasks that run at once. */
  readonly slotCount: number;
  /** Slots without a task now. */
  freeSlots(): number;
  /**
   * Runs a task on a free worker; never rejects. The caller must not start more than freeSlots() tasks: one more is
   * an invariant error. Aborting the signal kills the worker (and nothing else) within 200 ms and frees its memory.
   */
  run(task: ComputeTask, signal: AbortSignal): Promise<ComputeResult>;
  close(): Promise<void>;
}
