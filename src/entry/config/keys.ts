// Every key that a configuration file may hold: which room it belongs to, and whether it is in effect yet. The docs, the boot
// log and `eigen config show` come from this table; a test holds it equal to the schema.

import type { EffectiveOptions } from "./options.ts";
import { formatDuration } from "./units.ts";

export type KeyValue = string | number | boolean | readonly string[] | undefined;

interface KeyBase {
  readonly key: string;
  /** The room that acts on it. */
  readonly room: string;
  readonly meaning: string;
}

export interface KeyInEffect extends KeyBase {
  readonly state: "in effect";
  /** The value that the kernel runs with, as the file would write it. */
  readonly read: (options: EffectiveOptions) => KeyValue;
  /** Where the default depends on the machine or on another key; elsewhere it is what `read` finds without a file. */
  readonly fallback?: string;
  /** Why nothing acts on the value that these options have, such as what another key turned off. */
  readonly idle?: (options: EffectiveOptions) => Idle | undefined;
}

export interface Idle {
  readonly because: string;
  /** Empty where another value would put it in effect now. */
  readonly broughtBy: string;
}

export interface KeyAccepted extends KeyBase {
  readonly state: "accepted, not in effect";
  readonly broughtBy: string;
  /** The key promises protection: serving as if it were kept would be a lie (serve-check.ts). */
  readonly protects: boolean;
}

export type KeyRow = KeyInEffect | KeyAccepted;

const broughtBy = {
  cluster: "the cluster issue",
  compiler: "the compiler issue",
  fleet: "the fleet and scheduling issue",
  observability: "the observability issue",
  performance: "the performance issue",
  security: "the security issue",
  storage: "the storage issue",
} as const;
type Bringer = keyof typeof broughtBy;

function inEffect(key: string, room: string, meaning: string, read: KeyInEffect["read"], fallback?: string): KeyInEffect {
  const row = { key: `kernel.${key}`, room, meaning, state: "in effect", read } as const;
  return fallback === undefined ? row : { ...row, fallback };
}

function idleWhen(row: KeyInEffect, idle: NonNullable<KeyInEffect["idle"]>): KeyInEffect {
  return { ...row, idle };
}

function accepted(key: string, room: string, by: Bringer, meaning: string): KeyAccepted {
  return { key: `kernel.${key}`, room, meaning, state: "accepted, not in effect", broughtBy: broughtBy[by], protects: false };
}

function protects(key: string, room: string, by: Bringer, meaning: string): KeyAccepted {
  return { ...accepted(key, room, by, meaning), protects: true };
}

const generalKeys: readonly KeyRow[] = [
  inEffect("mode", "entry", "What the kernel is run for; staging and production refuse to start unprotected.", (o) => o.mode),
  accepted("cluster_name", "entry", "cluster", "The name that logs and health answers carry."),
];

const executionKeys: readonly KeyRow[] = [
  inEffect("qrtx.enabled", "qrtx", "false turns the component off.", (o) => o.componentSwitches.qrtx, "on"),
  accepted("qrtx.scheduler_algorithm", "qrtx", "fleet", "How the next job is chosen."),
  inEffect("qrtx.max_concurrent_tasks", "qrtx", "Most tasks that run at once.", (o) => o.maxConcurrentTasks),
  accepted("qrtx.time_slice", "qrtx", "fleet", "How long a task runs before a more urgent one may go first."),
  accepted("qrtx.use_mock_scheduler", "qrtx", "fleet", "First come, first served."),
  inEffect(
    "resource_manager.enabled",
    "resource-manager",
    "false turns the component off.",
    (o) => o.componentSwitches["resource-manager"],
    "on",
  ),
  accepted("resource_manager.allocation_strategy", "resource-manager", "fleet", "How qubits are chosen for a job."),
  protects(
    "resource_manager.isolation_level",
    "resource-manager",
    "fleet",
    "How far jobs keep from each other; the stricter of this and kernel.security.isolation_level counts.",
  ),
  accepted(
    "resource_manager.load_balancing_interval",
    "resource-manager",
    "fleet",
    "How often waiting jobs are weighed against all devices again.",
  ),
  accepted("resource_manager.use_mock_devices", "driver-manager", "fleet", "A fleet of simulated twins instead of devices."),
  accepted("resource_manager.device_count", "driver-manager", "fleet", "How many twins."),
  accepted("resource_manager.qubits_per_device", "driver-manager", "fleet", "How many qubits each twin has."),
];

// kernel.qfs.* and kernel.storage.qfs.* are the same keys.
const qfsKeys = (prefix: "qfs" | "storage.qfs"): readonly KeyRow[] => [
  inEffect(`${prefix}.enabled`, "qfs", "false turns the component off.", (o) => o.componentSwitches.qfs, "on"),
  accepted(`${prefix}.storage_backend`, "qfs", "storage", `Where circuits are kept; short for ${prefix}.circuit_fs.backend.`),
  inEffect(`${prefix}.circuit_cache_size`, "qfs", "Parsed circuits that stay in memory.", (o) => o.circuitCacheSize),
  accepted(`${prefix}.state_compression`, "qfs", "storage", "Whether snapshots are compressed."),
  inEffect(`${prefix}.use_in_memory_storage`, "adapters", "Nothing is kept when the kernel ends.", (o) => o.useInMemoryStorage),
  accepted(`${prefix}.circuit_fs.backend`, "qfs", "storage", "Where circuits are kept."),
  accepted(`${prefix}.circuit_fs.bucket`, "qfs", "storage", "The bucket of circuits."),
  accepted(`${prefix}.circuit_fs.region`, "qfs", "storage", "The bucket's region."),
  protects(`${prefix}.circuit_fs.encryption`, "qfs", "storage", "How circuits are encrypted at rest."),
  accepted(`${prefix}.state_store.backend`, "qfs", "storage", "Where snapshots of states are kept."),
  accepted(`${prefix}.state_store.hosts`, "qfs", "storage", "The hosts of that store."),
  accepted(`${prefix}.state_store.index`, "qfs", "storage", "The index of snapshots in that store."),
  accepted(`${prefix}.live_qubit_mgr.cache_size`, "qfs", "storage", "Live qubits whose readings stay in memory."),
  accepted(`${prefix}.live_qubit_mgr.telemetry_interval`, "qfs", "storage", "How often live qubits are read."),
];

const observabilityKeys: readonly KeyRow[] = [
  inEffect(
    "observability.enabled",
    "observability",
    "false turns the component off.",
    (o) => o.componentSwitches.observability,
    "on",
  ),
  inEffect("observability.metrics_port", "entry", "Where Prometheus reads metrics.", (o) => o.ports.metrics),
  accepted("observability.tracing_exporter", "adapters", "observability", "Where traces go; short for the tracing section."),
  accepted("observability.events_backend", "adapters", "observability", "Where events go; short for the events section."),
  accepted("observability.disable_external_exporters", "adapters", "observability", "Nothing leaves the kernel."),
  idleWhen(
    inEffect("observability.log_level", "observability", "The least that is worth a line in the log.", (o) => o.logLevel),
    (o) => (o.logLevel === "trace" ? { because: "the kernel says nothing finer than debug", broughtBy: "" } : undefined),
  ),
  accepted(
    "observability.metrics.prometheus.enabled",
    "observability",
    "observability",
    "Whether metrics are offered to Prometheus.",
  ),
  accepted("observability.metrics.prometheus.push_gateway", "adapters", "observability", "A gateway that metrics are pushed to."),
  accepted("observability.metrics.prometheus.job_name", "adapters", "observability", "The kernel's name at that gateway."),
  accepted("observability.tracing.opentelemetry.enabled", "adapters", "observability", "Whether traces are exported."),
  accepted("observability.tracing.opentelemetry.endpoint", "adapters", "observability", "The collector of traces."),
  accepted("observability.tracing.opentelemetry.service_name", "adapters", "observability", "The kernel's name in traces."),
  accepted(
    "observability.tracing.opentelemetry.sampling_rate",
    "adapters",
    "observability",
    "The share of jobs whose trace is exported.",
  ),
  accepted("observability.events.kafka.enabled", "adapters", "observability", "Whether events go to Kafka too."),
  accepted("observability.events.kafka.bootstrap_servers", "adapters", "observability", "The brokers to ask first."),
  accepted("observability.events.kafka.topic_prefix", "adapters", "observability", "What the topics' names begin with."),
  accepted(
    "observability.events.kafka.acks",
    "adapters",
    "observability",
    "How many brokers must have an event before it counts as sent.",
  ),
  accepted("observability.events.kafka.compression", "adapters", "observability", "How batches of events are compressed."),
];

const securityKeys: readonly KeyRow[] = [
  idleWhen(
    inEffect(
      "security.enabled",
      "security",
      "false turns the component off; true alone asks nobody who they are.",
      (o) => o.componentSwitches.security,
      "on",
    ),
    (o) =>
      o.componentSwitches.security === false
        ? undefined
        : { because: "nobody is asked who they are yet", broughtBy: broughtBy.security },
  ),
  protects(
    "security.authentication",
    "security",
    "security",
    "How callers prove who they are: a method, or a list of providers.",
  ),
  protects("security.authentication.providers[].type", "security", "security", "The kind of provider."),
  protects("security.authentication.providers[].issuer", "security", "security", "The issuer that a token must name."),
  protects("security.authentication.providers[].audience", "security", "security", "The audience that a token must name."),
  protects("security.authentication.providers[].public_key_file", "security", "security", "The issuer's public key, PEM."),
  protects("security.authentication.providers[].provider", "security", "security", "The product that signs callers in."),
  protects("security.authentication.providers[].realm", "security", "security", "The realm there."),
  protects("security.authentication.providers[].client_id", "security", "security", "The kernel's client id there."),
  protects(
    "security.isolation_level",
    "security",
    "security",
    "How far jobs keep from each other; the stricter of this and kernel.resource_manager.isolation_level counts.",
  ),
  protects("security.audit_enabled", "security", "security", "Whether every decision is written to the audit chain."),
  protects("security.tls.enabled", "entry", "security", "Whether the doors speak TLS."),
  protects("security.tls.certificate", "entry", "security", "The certificate, PEM."),
  protects("security.tls.private_key", "entry", "security", "The file of its private key, PEM."),
  protects("security.tls.ca_bundle", "entry", "security", "The authorities whose client certificates are trusted, PEM."),
  protects("security.authorization.policy_engine", "security", "security", "What decides who may do what."),
  protects("security.authorization.policy_file", "security", "security", "The policy that it reads."),
  accepted(
    "security.disable_authentication",
    "security",
    "security",
    "Everybody is the one local owner; staging and production refuse to start with it.",
  ),
  accepted(
    "security.allow_all_operations",
    "security",
    "security",
    "Everybody may do everything; staging and production refuse to start with it.",
  ),
];

const performanceKeys: readonly KeyRow[] = [
  accepted("performance.cache_size", "compiler", "compiler", "Compiled circuits that stay in memory."),
  accepted("performance.prefetch_enabled", "compiler", "compiler", "Whether waiting circuits are compiled ahead."),
  accepted("performance.compression_level", "qfs", "storage", "How hard stored data is compressed."),
  inEffect(
    "simulator.fast",
    "simulator",
    "Fused multiply-add where the runtime has it: faster, and the last bits of a result may differ from one processor to another.",
    (o) => o.simulator.fast,
  ),
  inEffect(
    "simulator.threads",
    "simulator",
    "Most threads that work on one wide state; an edge worker has one.",
    (o) => o.simulator.threadCount,
    "the machine's cores",
  ),
  inEffect(
    "performance.thread_pool.core_size",
    "adapters",
    "Compute workers that are kept ready.",
    (o) => o.threadPool.coreSize,
    "the machine's cores",
  ),
  inEffect(
    "performance.thread_pool.max_size",
    "adapters",
    "Most compute workers.",
    (o) => o.threadPool.maxSize,
    "the machine's cores",
  ),
  inEffect(
    "performance.thread_pool.queue_size",
    "qrtx",
    "Most jobs that wait; further ones are told to come back.",
    (o) => o.threadPool.queueSize,
  ),
  accepted("performance.memory.heap_size", "entry", "performance", "Memory of the kernel's own objects."),
  accepted("performance.memory.direct_memory_size", "adapters", "performance", "Memory of all compute workers together."),
  accepted("performance.memory.cache_size", "entry", "performance", "Memory of all caches together."),
  inEffect(
    "performance.network.max_concurrent_requests",
    "system-api",
    "Most requests that are answered at once.",
    (o) => o.network.maxConcurrentRequests,
  ),
  inEffect("performance.network.request_timeout", "system-api", "Longest time of a request; streams are free of it.", (o) =>
    formatDuration(o.network.requestTimeoutMs),
  ),
  inEffect(
    "performance.network.keep_alive",
    "entry",
    "Whether connections stay open between requests.",
    (o) => o.network.keepAlive,
  ),
];

const networkKeys: readonly KeyRow[] = [
  inEffect(
    "network.host",
    "entry",
    "The address of every door; development and test take loopback only.",
    (o) => o.host,
    "127.0.0.1 in development and test, else 0.0.0.0",
  ),
  inEffect("network.grpc_port", "entry", "Native gRPC.", (o) => o.ports.grpc),
  inEffect("network.rest_port", "entry", "REST, Connect, gRPC-Web, WebSocket.", (o) => o.ports.rest),
  inEffect("network.websocket_port", "entry", "The same doors again, for WebSocket clients.", (o) => o.ports.websocket),
  accepted("network.internal_port", "entry", "cluster", "Where kernels of one cluster talk to each other."),
  inEffect(
    "network.cors_allowed_origins",
    "system-api",
    "Pages of these origins may call the kernel from a browser.",
    (o) => o.network.corsAllowedOrigins,
    "local development servers in development, else none",
  ),
];

const operationKeys: readonly KeyRow[] = [
  idleWhen(
    inEffect("storage.data_dir", "adapters", "The folder of the database.", (o) => o.dataDir),
    (o) => (o.useInMemoryStorage ? { because: "use_in_memory_storage is on", broughtBy: "" } : undefined),
  ),
  accepted("high_availability.enabled", "adapters", "cluster", "Whether several kernels share one store."),
  accepted("high_availability.replica_count", "adapters", "cluster", "How many."),
  accepted(
    "high_availability.failover_timeout",
    "qrtx",
    "cluster",
    "How long a kernel is silent before another one takes its jobs.",
  ),
  accepted("high_availability.data_replication", "adapters", "cluster", "Whether the store is replicated."),
  accepted("backup.enabled", "adapters", "storage", "Whether backups are made."),
  accepted("backup.schedule", "adapters", "storage", "When, as five cron fields in UTC."),
  accepted("backup.retention_days", "adapters", "storage", "How long they are kept."),
  accepted("backup.storage", "adapters", "storage", "Where they go."),
  protects("backup.encryption", "adapters", "storage", "Whether they are encrypted."),
];

export const keyTable: readonly KeyRow[] = [
  ...generalKeys,
  ...networkKeys,
  ...executionKeys,
  ...qfsKeys("qfs"),
  ...qfsKeys("storage.qfs"),
  ...observabilityKeys,
  ...securityKeys,
  ...performanceKeys,
  ...operationKeys,
];

const rowsByKey = new Map(keyTable.map((row) => [row.key, row]));

/** The row of a key as it stands in the schema: `providers[].type`, not `providers[0].type`. */
export function keyRow(key: string): KeyRow | undefined {
  return rowsByKey.get(key);
}
