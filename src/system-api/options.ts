// What the system API is made of: the rooms behind its doors, the ports it uses, and its plain options.

import type { UpgradeWebSocket } from "hono/ws";
import type { DriverManager } from "../driver-manager/index.ts";
import type { Clock } from "../ports/clock.ts";
import type { Identity } from "../ports/identity.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { CircuitFs } from "../qfs/index.ts";
import type { Qrtx } from "../qrtx/index.ts";

/** Resolves after `ms`, or as soon as the signal aborts; never rejects. Timers belong to the runtime, so it is handed in. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** The rooms that this kernel runs; a call that needs another one is told which. */
export interface Rooms {
  readonly qrtx: Qrtx | undefined;
  readonly circuits: CircuitFs | undefined;
  readonly drivers: DriverManager | undefined;
  readonly metrics: MetricsReader | undefined;
}

export interface MetricsReadQuery {
  /** Empty: all. */
  readonly names: readonly string[];
  /** Every label with its value. */
  readonly labels: Readonly<Record<string, string>>;
  readonly windowMs: number;
}

export interface MetricReading {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined: not measured in the window. */
  readonly value: number | undefined;
  readonly unit: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
}

/** What the doors need of the observability room. */
export interface MetricsReader {
  /** Names that can be asked for. */
  names(): readonly string[];
  query(query: MetricsReadQuery): readonly MetricReading[];
  /** The text format of Prometheus, version 0.0.4. */
  prometheusText(): string;
}

export interface Component {
  readonly name: string;
  readonly running: boolean;
  readonly detail: string;
}

export interface SystemApiOptions {
  readonly rooms: Rooms;
  readonly identity: Identity;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** Every component of the kernel, those that do not run included. */
  readonly components: () => readonly Component[];
  /** docs/openapi.json, served as it is. */
  readonly openApi: object;
  /** The page at `/`, as one HTML document; undefined: there is none. */
  readonly page: (() => Promise<string>) | undefined;
  /** The runtime's own; undefined where there is none: GET /api/v1/events then only streams NDJSON. */
  readonly upgradeWebSocket: UpgradeWebSocket | undefined;
  /** Aborted when the kernel shuts down: streams end with "shutting_down". */
  readonly shutdownSignal: AbortSignal;
  readonly options: {
    /** performance.network.max_concurrent_requests. */
    readonly maxConcurrentRequests: number;
    /** performance.network.request_timeout. */
    readonly requestTimeoutMs: number;
    /** Origins of pages that may call; "*" for any. */
    readonly corsAllowedOrigins: readonly string[];
    /** The kernel's version. */
    readonly version: string;
    /** "Bun 1.4.5" and the like. */
    readonly runtimeName: string;
  };
}
