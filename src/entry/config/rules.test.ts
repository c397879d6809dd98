import { expect, test } from "vitest";
import { configOf, faultsOf, fileWith } from "./load.fixture.ts";

test("a short and a long form that agree are one setting", async () => {
  const { options } = await configOf(
    fileWith({ "kernel.qfs.circuit_cache_size": 7, "kernel.storage.qfs.circuit_cache_size": 7 }),
  );
  expect(options.circuitCacheSize).toBe(7);
  expect((await configOf(fileWith({ "kernel.storage.qfs.circuit_cache_size": 9 }))).options.circuitCacheSize).toBe(9);
  await configOf(fileWith({ "kernel.qfs.storage_backend": "s3", "kernel.storage.qfs.circuit_fs.backend": "s3" }));
  await configOf(
    fileWith({
      "kernel.storage.qfs.live_qubit_mgr.telemetry_interval": "1s",
      "kernel.qfs.live_qubit_mgr.telemetry_interval": "1000ms",
    }),
  );
});

// Two keys that contradict, and the key that the fault stands at: the fault names both.
const contradictions: readonly (readonly [Readonly<Record<string, unknown>>, string, string])[] = [
  [
    { "kernel.qfs.circuit_cache_size": 7, "kernel.storage.qfs.circuit_cache_size": 8 },
    "kernel.storage.qfs.circuit_cache_size",
    "kernel.qfs.circuit_cache_size",
  ],
  [
    { "kernel.qfs.storage_backend": "local", "kernel.storage.qfs.circuit_fs.backend": "s3" },
    "kernel.storage.qfs.circuit_fs.backend",
    "kernel.qfs.storage_backend",
  ],
  [
    { "kernel.qfs.storage_backend": "local", "kernel.qfs.circuit_fs.backend": "s3" },
    "kernel.qfs.circuit_fs.backend",
    "kernel.qfs.storage_backend",
  ],
  [
    { "kernel.qfs.state_store.hosts": ["a:1"], "kernel.storage.qfs.state_store.hosts": ["b:1"] },
    "kernel.storage.qfs.state_store.hosts",
    "kernel.qfs.state_store.hosts",
  ],
  [
    { "kernel.observability.tracing_exporter": "none", "kernel.observability.tracing.opentelemetry.enabled": true },
    "kernel.observability.tracing.opentelemetry.enabled",
    "kernel.observability.tracing_exporter",
  ],
  [
    { "kernel.observability.tracing_exporter": "jaeger", "kernel.observability.tracing.opentelemetry.enabled": false },
    "kernel.observability.tracing.opentelemetry.enabled",
    "kernel.observability.tracing_exporter",
  ],
  [
    { "kernel.observability.events_backend": "kafka", "kernel.observability.events.kafka.enabled": false },
    "kernel.observability.events.kafka.enabled",
    "kernel.observability.events_backend",
  ],
  [
    { "kernel.observability.metrics_port": 9091, "kernel.observability.metrics.prometheus.enabled": false },
    "kernel.observability.metrics.prometheus.enabled",
    "kernel.observability.metrics_port",
  ],
  [
    { "kernel.performance.thread_pool.core_size": 8, "kernel.performance.thread_pool.max_size": 4 },
    "kernel.performance.thread_pool.max_size",
    "kernel.performance.thread_pool.core_size",
  ],
  [
    { "kernel.network.rest_port": 9000, "kernel.observability.metrics_port": 9000 },
    "kernel.observability.metrics_port",
    "kernel.network.rest_port",
  ],
  [{ "kernel.network.grpc_port": 8081 }, "kernel.network.websocket_port", "kernel.network.grpc_port"],
];

test.each(contradictions)("%j is refused, naming both keys", async (values, field, other) => {
  const faults = await faultsOf(fileWith(values));
  expect(faults.map((fault) => fault.field)).toEqual([field]);
  expect(JSON.stringify(faults)).toContain(other);
});

test("a fault between keys stands at the line and the column of the key that it names", async () => {
  const text = [
    "kernel:",
    "  network: { grpc_port: 7000, rest_port: 7000, websocket_port: 0 }",
    "  performance: { thread_pool: { core_size: 8, max_size: 4 } }",
    "  qfs:",
    "    circuit_cache_size: 7",
    "    state_store: { hosts: ['a:1'] }",
    "  storage:",
    "    qfs: { storage_backend: local, circuit_cache_size: 8,",
    "           state_store: { index: i, hosts: ['b:1'] }, circuit_fs: { backend: s3 } }",
    "  observability: { tracing_exporter: none, tracing: { opentelemetry: { enabled: true } } }",
    "",
  ].join("\n");
  const faults = await faultsOf(text);
  expect(Object.fromEntries(faults.map(({ field, line, column }) => [field, [line, column]]))).toEqual({
    "kernel.network.rest_port": placeOf(text, "rest_port: 7000"),
    "kernel.performance.thread_pool.max_size": placeOf(text, "max_size"),
    "kernel.storage.qfs.circuit_cache_size": placeOf(text, "circuit_cache_size: 8"),
    "kernel.storage.qfs.state_store.hosts": placeOf(text, "hosts: ['b:1']"),
    "kernel.storage.qfs.circuit_fs.backend": placeOf(text, "backend: s3"),
    "kernel.observability.tracing.opentelemetry.enabled": placeOf(text, "enabled: true"),
  });
});

function placeOf(text: string, part: string): readonly number[] {
  const before = text.slice(0, text.indexOf(part)).split("\n");
  return [before.length, (before.at(-1) ?? "").length + 1];
}

test("forms that say the same are no contradiction", async () => {
  await configOf(
    fileWith({
      "kernel.observability.tracing_exporter": "jaeger",
      "kernel.observability.tracing.opentelemetry.enabled": true,
      "kernel.observability.events_backend": "none",
      "kernel.observability.events.kafka.enabled": false,
      "kernel.observability.metrics_port": 9090,
      "kernel.observability.metrics.prometheus.enabled": true,
    }),
  );
});

test("port 0 is any free port, so several keys may have it", async () => {
  await configOf(
    fileWith({ "kernel.network.grpc_port": 0, "kernel.network.rest_port": 0, "kernel.observability.metrics_port": 0 }),
  );
});

test.each(["development", "test"])("a %s kernel listens on this machine only", async (mode) => {
  for (const host of ["0.0.0.0", "::", "192.168.1.7", "lab.example.org", "127.0.0.1.example.org"]) {
    const faults = await faultsOf(fileWith({ "kernel.mode": mode, "kernel.network.host": host }));
    expect(
      faults.map(({ field }) => field),
      host,
    ).toEqual(["kernel.network.host"]);
  }
  for (const host of ["127.0.0.1", "127.8.8.8", "::1", "localhost"]) {
    expect((await configOf(fileWith({ "kernel.mode": mode, "kernel.network.host": host }))).options.host).toBe(host);
  }
});
