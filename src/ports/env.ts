// Everything the kernel takes from the world. A runtime hands in the real ones; the whole-kernel simulation hands in virtual time, seeded
// randomness, a store and workers that fail on purpose.

import type { Clock, Entropy } from "./clock.ts";
import type { ComputePool } from "./compute.ts";
import type { KernelStore } from "./store.ts";
import type { Telemetry } from "./telemetry.ts";

export interface Env {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: KernelStore;
  readonly compute: ComputePool;
  readonly telemetry: Telemetry;
}
