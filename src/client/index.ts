// The client of the kernel: what programs import. Runs unchanged on Bun, Deno, Node, edge workers and in browsers.

export { type CircuitDrawingOptions, drawCircuit } from "../model/draw-circuit.ts";
export { drawHistogram, type HistogramOptions } from "../model/draw-histogram.ts";
export type { Counts, Observable, PauliTerm } from "../model/result.ts";
export type { Protocol } from "./door.ts";
export {
  type DeviceStatus,
  type JobStateWord,
  jobStateWords,
  type Method,
  methods,
  type Precision,
  type Priority,
  precisions,
  priorities,
} from "./enums.ts";
export { KernelClientError, type RpcStatus } from "./errors.ts";
export {
  type Estimate,
  isTerminal,
  type JobHandle,
  type JobInfo,
  type JobProgress,
  type JobResult,
  type JobStatus,
  type QubitProbabilities,
  type SweepRun,
} from "./job.ts";
export { type CircuitInput, type DurationInput, type JobRequirements, type JobSpec, toMs } from "./job-spec.ts";
export type { CircuitHandle, Device, Health, KernelEvent, MetricPoint, Metrics, StoredCircuit, SystemMetrics } from "./kernel.ts";
export {
  type ClientOptions,
  type ConnectOptions,
  type EventFilter,
  type FollowOptions,
  type JobFilter,
  KernelClient,
  type MetricsQuery,
  type WaitOptions,
} from "./kernel-client.ts";
export { type AngleInput, ParameterExpression, parameter } from "./parameter.ts";
export { QuantumCircuit } from "./quantum-circuit.ts";
export type { RetryPolicy } from "./retry.ts";
export type { Topology } from "./topology.ts";
