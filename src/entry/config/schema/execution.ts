// kernel.qrtx, resource_manager, simulator, performance and high_availability: how much runs at once, and where.

import { limits } from "../../../base/limits.ts";
import { duration, flag, oneOf, section, size, wholeNumber } from "./leaves.ts";

/** Ascending: the later one is stricter. */
export const isolationLevels = ["none", "low", "medium", "strong"] as const;
export type IsolationLevel = (typeof isolationLevels)[number];

export const qrtxSection = section({
  enabled: flag(),
  scheduler_algorithm: oneOf(["noise_aware"]),
  max_concurrent_tasks: wholeNumber(1, limits.queuedJobCountMax),
  time_slice: duration("1ms", "1h"),
  use_mock_scheduler: flag(),
});

export const resourceManagerSection = section({
  enabled: flag(),
  allocation_strategy: oneOf(["topology_aware"]),
  isolation_level: oneOf(isolationLevels),
  load_balancing_interval: duration("1s", "1d"),
  use_mock_devices: flag(),
  device_count: wholeNumber(1, 1000),
  qubits_per_device: wholeNumber(1, limits.declaredQubitCountMax),
});

export const simulatorSection = section({
  fast: flag(),
  threads: wholeNumber(1, limits.stateThreadCountMax),
});

export const performanceSection = section({
  cache_size: wholeNumber(0, 1_000_000),
  prefetch_enabled: flag(),
  compression_level: wholeNumber(0, 9),
  thread_pool: section({
    core_size: wholeNumber(1, limits.threadCountMax),
    max_size: wholeNumber(1, limits.threadCountMax),
    queue_size: wholeNumber(1, 1_000_000),
  }),
  memory: section({
    heap_size: size("64M"),
    direct_memory_size: size("1M"),
    cache_size: size("0"),
  }),
  network: section({
    max_concurrent_requests: wholeNumber(1, limits.concurrentRequestCountMax),
    request_timeout: duration("100ms", "1h"),
    keep_alive: flag(),
  }),
});

export const highAvailabilitySection = section({
  enabled: flag(),
  replica_count: wholeNumber(1, 100),
  failover_timeout: duration("1s", "1h"),
  data_replication: flag(),
});
