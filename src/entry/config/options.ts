// What a configuration comes to: plain, typed options with every default filled in, units in their names.
// Rooms receive parts of this and never see a file.

import { limits } from "../../base/limits.ts";
import type { Fault } from "../../model/errors.ts";
import type { Environment } from "./interpolate.ts";
import { quote } from "./printable.ts";
import { type IsolationLevel, isolationLevels } from "./schema/execution.ts";
import { type LogLevel, logLevels } from "./schema/observability.ts";
import type { Mode, Settings } from "./schema.ts";

/** Components that a file can turn off. */
export const switchableComponents = ["qrtx", "resource-manager", "qfs", "observability", "security"] as const;
export type SwitchableComponent = (typeof switchableComponents)[number];
/** Only what the file says: what it leaves open is on if what it needs is on. */
export type ComponentSwitches = Readonly<Partial<Record<SwitchableComponent, boolean>>>;

export interface EffectiveOptions {
  readonly mode: Mode;
  /** Not in effect: nothing says it yet. */
  readonly clusterName: string;
  readonly componentSwitches: ComponentSwitches;
  readonly host: string;
  readonly ports: {
    readonly grpc: number;
    readonly rest: number;
    readonly websocket: number;
    readonly metrics: number;
    /** Not in effect: nothing listens there yet. */
    readonly internal: number;
  };
  readonly network: {
    readonly maxConcurrentRequests: number;
    readonly requestTimeoutMs: number;
    readonly keepAlive: boolean;
    /** Exact origins, none of them "*". */
    readonly corsAllowedOrigins: readonly string[];
  };
  readonly maxConcurrentTasks: number;
  readonly threadPool: {
    readonly coreSize: number;
    readonly maxSize: number;
    readonly queueSize: number;
  };
  readonly simulator: {
    readonly fast: boolean;
    /** Of one state. */
    readonly threadCount: number;
  };
  readonly circuitCacheSize: number;
  readonly useInMemoryStorage: boolean;
  /** A folder; unused with useInMemoryStorage. */
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** The stricter of the two that a file may give. Not in effect yet. */
  readonly isolationLevel: IsolationLevel;
}

export interface Surroundings {
  readonly env: Environment;
  /** Cores of this machine: the size of the thread pool, unless the file says another. */
  readonly coreCount: number;
}

/** The variables that the kernel reads, besides those that a file names in ${env:…}. */
export const environmentVariables = [
  { name: "KERNEL_CONFIG", meaning: "The configuration file, when the command line has no --config." },
  { name: "KERNEL_DATA_DIR", meaning: "Wins over kernel.storage.data_dir." },
  { name: "EIGEN_LOG_LEVEL", meaning: "Wins over kernel.observability.log_level." },
  {
    name: "RUST_LOG",
    meaning: "The log level when neither EIGEN_LOG_LEVEL nor the file gives one; filters by module are ignored.",
  },
] as const;

// Where pages of developers come from: Node servers, Vite, Jupyter.
const developmentOrigins = [3000, 5173, 8888].flatMap((port) => [`http://localhost:${port}`, `http://127.0.0.1:${port}`]);

export function effectiveOptions(settings: Settings, { env, coreCount }: Surroundings): EffectiveOptions {
  const { network = {}, performance = {}, observability = {} } = settings;
  const mode = settings.mode ?? "development";
  return {
    mode,
    clusterName: settings.cluster_name ?? "eigen-local",
    componentSwitches: switchesOf(settings),
    host: network.host ?? (staysLocal(mode) ? "127.0.0.1" : "0.0.0.0"),
    ports: {
      grpc: network.grpc_port ?? 50_051,
      rest: network.rest_port ?? 8080,
      websocket: network.websocket_port ?? 8081,
      metrics: observability.metrics_port ?? 9090,
      internal: network.internal_port ?? 50_052,
    },
    network: {
      maxConcurrentRequests: performance.network?.max_concurrent_requests ?? 1000,
      requestTimeoutMs: performance.network?.request_timeout ?? 30_000,
      keepAlive: performance.network?.keep_alive ?? true,
      corsAllowedOrigins: network.cors_allowed_origins ?? (mode === "development" ? developmentOrigins : []),
    },
    maxConcurrentTasks: settings.qrtx?.max_concurrent_tasks ?? 100,
    threadPool: threadPoolOf(performance.thread_pool ?? {}, coreCount),
    simulator: {
      fast: settings.simulator?.fast ?? false,
      threadCount: settings.simulator?.threads ?? Math.min(Math.max(1, coreCount), limits.stateThreadCountMax),
    },
    circuitCacheSize: qfsOf(settings, "circuit_cache_size") ?? 1000,
    useInMemoryStorage: qfsOf(settings, "use_in_memory_storage") ?? false,
    dataDir: given(env, "KERNEL_DATA_DIR") ?? settings.storage?.data_dir ?? "data",
    logLevel: levelFrom(given(env, "EIGEN_LOG_LEVEL")) ?? observability.log_level ?? rustLogLevel(env) ?? "info",
    isolationLevel: stricter(settings.resource_manager?.isolation_level, settings.security?.isolation_level),
  };
}

/** Faults of the environment itself; RUST_LOG is meant for other programs too, so it has none. */
export function environmentFaults(env: Environment): readonly Fault[] {
  const level = given(env, "EIGEN_LOG_LEVEL");
  if (level === undefined || levelFrom(level) !== undefined) return [];
  const wanted = `one of ${logLevels.join(", ")}`;
  return [
    {
      field: "EIGEN_LOG_LEVEL",
      wanted,
      found: quote(level),
      hint: "Set the variable to one of these, or unset it.",
    },
  ];
}

/** Keys of the file whose value is one of the environment instead. */
export function overriddenKeys(settings: Settings, env: Environment): readonly string[] {
  const fromRust = settings.observability?.log_level === undefined && rustLogLevel(env) !== undefined;
  return [
    ...(given(env, "KERNEL_DATA_DIR") === undefined ? [] : ["kernel.storage.data_dir"]),
    ...(given(env, "EIGEN_LOG_LEVEL") !== undefined || fromRust ? ["kernel.observability.log_level"] : []),
  ];
}

/** Modes that never listen beyond this machine. */
export function staysLocal(mode: Mode): boolean {
  return mode === "development" || mode === "test";
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** A key of kernel.qfs in its short or its long form; rules.ts sees to it that they agree. */
function qfsOf<Key extends keyof NonNullable<Settings["qfs"]>>(settings: Settings, key: Key) {
  return settings.qfs?.[key] ?? settings.storage?.qfs?.[key];
}

function switchesOf(settings: Settings): ComponentSwitches {
  const enabled: Record<SwitchableComponent, boolean | undefined> = {
    qrtx: settings.qrtx?.enabled,
    "resource-manager": settings.resource_manager?.enabled,
    qfs: qfsOf(settings, "enabled"),
    observability: settings.observability?.enabled,
    security: settings.security?.enabled,
  };
  return Object.fromEntries(Object.entries(enabled).filter(([, value]) => value !== undefined));
}

type ThreadPoolSettings = NonNullable<NonNullable<Settings["performance"]>["thread_pool"]>;

function threadPoolOf(
  { core_size, max_size, queue_size }: ThreadPoolSettings,
  coreCount: number,
): EffectiveOptions["threadPool"] {
  const cores = Math.min(Math.max(1, coreCount), limits.threadCountMax);
  const coreSize = core_size ?? Math.min(cores, max_size ?? cores);
  return { coreSize, maxSize: max_size ?? Math.max(coreSize, cores), queueSize: queue_size ?? limits.queuedJobCountMax };
}

function stricter(...levels: readonly (IsolationLevel | undefined)[]): IsolationLevel {
  const strictest = Math.max(...levels.map((level) => isolationLevels.indexOf(level ?? "none")));
  return isolationLevels[strictest] ?? "none";
}

// A variable that is set to nothing is not set: that is how shells and compose files unset one.
function given(env: Environment, name: (typeof environmentVariables)[number]["name"]): string | undefined {
  const value = env[name];
  return value === "" ? undefined : value;
}

function levelFrom(text: string | undefined): LogLevel | undefined {
  return logLevels.find((level) => level === text?.toLowerCase());
}

// "info,hyper=warn": the part without a module is the level.
function rustLogLevel(env: Environment): LogLevel | undefined {
  return levelFrom(
    given(env, "RUST_LOG")
      ?.split(",")
      .find((directive) => !directive.includes("=")),
  );
}
