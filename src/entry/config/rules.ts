// Faults between keys that are each sound: two forms that contradict, ports that collide, a development kernel that would
// listen to the world.

import type { Fault } from "../../model/errors.ts";
import type { Plain } from "./document.ts";
import { type EffectiveOptions, isLoopback, staysLocal } from "./options.ts";
import type { Settings } from "./schema.ts";
import { leaves, valueAt } from "./walk.ts";

export function contradictions(settings: Settings, options: EffectiveOptions): readonly Fault[] {
  return [
    ...qfsForms(settings),
    ...observabilityForms(settings),
    ...poolSizes(options),
    ...portClashes(options),
    ...openDoors(options),
  ];
}

interface Said {
  readonly key: string;
  readonly value: Plain | undefined;
}

// Every key of kernel.qfs may also stand under kernel.storage.qfs, and storage_backend is short for circuit_fs.backend.
function qfsForms({ qfs = {}, storage = {} }: Settings): readonly Fault[] {
  const forms = [
    { prefix: "kernel.qfs", section: qfs as Plain },
    { prefix: "kernel.storage.qfs", section: (storage.qfs ?? {}) as Plain },
  ];
  const paths = new Set(forms.flatMap(({ section }) => leaves(section)).map(({ path }) => path));
  const saidAt = (path: string): readonly Said[] =>
    forms.map(({ prefix, section }) => ({ key: `${prefix}.${path}`, value: valueAt(section, path.split(".")) }));
  const backends = [...saidAt("storage_backend"), ...saidAt("circuit_fs.backend")];
  const same = [...paths].filter((path) => path !== "storage_backend" && path !== "circuit_fs.backend").map(saidAt);
  return [...same, backends].flatMap(disagreement);
}

function disagreement(said: readonly Said[]): readonly Fault[] {
  const [first, ...others] = said.filter(({ value }) => value !== undefined);
  const other = others.find(({ value }) => JSON.stringify(value) !== JSON.stringify(first?.value));
  if (first === undefined || other === undefined) return [];
  // Values stay unsaid: either may come from a secret.
  const hint = "They are a short and a long form of the same setting: keep one of the two.";
  return [{ field: other.key, wanted: `the same value as ${first.key}`, found: "another one", hint }];
}

function observabilityForms({ observability = {} }: Settings): readonly Fault[] {
  const { metrics_port, tracing_exporter, events_backend, metrics, tracing, events } = observability;
  return [
    // Jaeger is fed over OpenTelemetry's protocol, so both names of an exporter want it on.
    ...shortAndLong({
      short: { key: "tracing_exporter", on: tracing_exporter === undefined ? undefined : tracing_exporter !== "none" },
      long: { key: "tracing.opentelemetry.enabled", on: tracing?.opentelemetry?.enabled },
    }),
    ...shortAndLong({
      short: { key: "events_backend", on: events_backend === undefined ? undefined : events_backend === "kafka" },
      long: { key: "events.kafka.enabled", on: events?.kafka?.enabled },
    }),
    // Only a port contradicts: leaving it out is not the same as wanting no metrics.
    ...shortAndLong({
      short: { key: "metrics_port", on: metrics_port === undefined ? undefined : true },
      long: { key: "metrics.prometheus.enabled", on: metrics?.prometheus?.enabled === false ? false : undefined },
    }),
  ];
}

interface Switch {
  readonly key: string;
  readonly on: boolean | undefined;
}

function shortAndLong({ short, long }: { readonly short: Switch; readonly long: Switch }): readonly Fault[] {
  if (short.on === undefined || long.on === undefined || short.on === long.on) return [];
  const [on, off] = short.on ? [short, long] : [long, short];
  return [
    {
      field: `kernel.observability.${long.key}`,
      wanted: `what kernel.observability.${short.key} says`,
      found: `kernel.observability.${on.key} turns it on, kernel.observability.${off.key} turns it off`,
      hint: "They are a short and a long form of the same setting: keep one of the two.",
    },
  ];
}

function poolSizes({ threadPool: { coreSize, maxSize } }: EffectiveOptions): readonly Fault[] {
  if (maxSize >= coreSize) return [];
  const hint = "Raise max_size or lower kernel.performance.thread_pool.core_size.";
  return [
    { field: "kernel.performance.thread_pool.max_size", wanted: `at least core_size, ${coreSize}`, found: `${maxSize}`, hint },
  ];
}

const portKeys = {
  grpc: "kernel.network.grpc_port",
  rest: "kernel.network.rest_port",
  websocket: "kernel.network.websocket_port",
  metrics: "kernel.observability.metrics_port",
  internal: "kernel.network.internal_port",
} as const satisfies Record<keyof EffectiveOptions["ports"], string>;

function portClashes({ ports }: EffectiveOptions): readonly Fault[] {
  const entries = Object.entries(portKeys).map(([name, key]) => ({ key, port: ports[name as keyof typeof portKeys] }));
  return entries.flatMap(({ key, port }, index) => {
    // 0 is any free port, each time another one.
    const first = entries.slice(0, index).find((earlier) => port !== 0 && earlier.port === port);
    if (first === undefined) return [];
    return [
      {
        field: key,
        wanted: "a port of its own",
        found: `${port}, which is also ${first.key}`,
        hint: "Give one of them another port.",
      },
    ];
  });
}

function openDoors({ mode, host }: EffectiveOptions): readonly Fault[] {
  if (!staysLocal(mode) || isLoopback(host)) return [];
  const hint = `A ${mode} kernel asks nobody who they are. Set kernel.mode to staging or production, or leave the host out.`;
  return [
    { field: "kernel.network.host", wanted: "127.0.0.1, ::1 or localhost", found: "an address that others can reach", hint },
  ];
}
