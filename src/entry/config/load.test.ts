import { expect, test } from "vitest";
import { limits } from "../../base/limits.ts";
import { configOf, faultsOf, fileWith, outside, parseText } from "./load.fixture.ts";

test("a file that says nothing is a development kernel with every default", async () => {
  const { options, given } = await configOf("kernel: {}");
  expect(given).toEqual([]);
  expect(options).toMatchObject({
    mode: "development",
    host: "127.0.0.1",
    ports: { grpc: 50_051, rest: 8080, websocket: 8081, metrics: 9090, internal: 50_052 },
    threadPool: { coreSize: 2, maxSize: 2, queueSize: limits.queuedJobCountMax },
    network: { maxConcurrentRequests: 1000, requestTimeoutMs: 30_000, keepAlive: true },
    useInMemoryStorage: false,
    dataDir: "data",
    logLevel: "info",
    isolationLevel: "none",
  });
});

// Each refusal: what a file says, and the fault that names it.
const refusals: readonly (readonly [key: string, value: unknown, wanted: string, found: string])[] = [
  ["kernel.mode", "prod", "one of development, staging, production, test", '"prod"'],
  ["kernel.mode", null, "one of development, staging, production, test", "an empty value"],
  ["kernel.cluster_name", "\u001b[2Jx", "a cluster name", '"�[2Jx"'],
  ["kernel.cluster_name", "x".repeat(500), "a cluster name", `"${"x".repeat(80)}…"`],
  ["kernel.cluster_name", "a b", "a cluster name", '"a b"'],
  ["kernel.qrtx", 3, "a mapping with keys of enabled, scheduler_algorithm", "3"],
  ["kernel.qrtx", [], "a mapping with keys of", "a list of 0"],
  ["kernel.qrtx.enabled", "yes", "true or false", '"yes"'],
  ["kernel.qrtx.max_concurrent_tasks", 0, "a whole number, 1 to", "0"],
  ["kernel.qrtx.max_concurrent_tasks", 1.5, "a whole number, 1 to", "1.5"],
  ["kernel.qrtx.time_slice", 10, "a whole number with its unit", "10"],
  ["kernel.qrtx.time_slice", "10", "a whole number with its unit", '"10"'],
  ["kernel.performance.network.request_timeout", "2d", "at least 100ms, at most 1h", '"2d"'],
  ["kernel.performance.memory.heap_size", "4GB", "a whole number of bytes with K, M, G or T", '"4GB"'],
  ["kernel.performance.memory.heap_size", "1K", "at least 64M", '"1K"'],
  ["kernel.network.grpc_port", 65_536, "a port, 1 to 65535", "65536"],
  ["kernel.network.grpc_port", "50051", "a port, 1 to 65535", '"50051"'],
  ["kernel.network.host", "0.0.0.0/0", "an address to listen on", '"0.0.0.0/0"'],
  ["kernel.network.cors_allowed_origins", ["*"], "an origin such as", '"*"'],
  ["kernel.network.cors_allowed_origins", ["https://a.example/path"], "an origin such as", '"https://a.example/path"'],
  ["kernel.storage.data_dir", "a\u0000b", "a path", '"a�b"'],
  ["kernel.observability.tracing.opentelemetry.sampling_rate", 1.1, "a number, 0 to 1", "1.1"],
  ["kernel.observability.events.kafka.acks", 2, "one of all, -1, 0, 1", "2"],
  ["kernel.observability.metrics.prometheus.push_gateway", "http://u:p@h/ x", "host:port", '"http://[redacted]@h/ x"'],
  ["kernel.security.authentication", "basic", "none, jwt, oauth2, or a mapping", '"basic"'],
  ["kernel.security.authentication", {}, "a list of 1 to 16 providers", "nothing"],
  ["kernel.security.authentication.providers", [], "a list of 1 to 16 providers", "a list of 0"],
  ["kernel.security.authentication.providers", [{ type: "saml" }], "jwt, or oauth2", '"saml"'],
  ["kernel.security.authentication.providers", [7], "a provider of type jwt or oauth2", "7"],
  ["kernel.backup.schedule", "daily", "five cron fields", '"daily"'],
];

test.each(refusals)("%s: %j is refused with what was wanted and found", async (key, value, wanted, found) => {
  const faults = await faultsOf(fileWith({ [key]: value }));
  expect(faults).toHaveLength(1);
  const [fault] = faults;
  expect(fault?.field.startsWith(key)).toBe(true);
  expect(fault?.wanted).toContain(wanted);
  expect(fault?.found).toBe(found);
  expect(fault?.hint).not.toBe("");
  expect(fault?.line).toBe(1);
});

test("every fault of a file comes at once, in the order of its lines", async () => {
  const text = `kernel:
  mode: "live"
  qrtx:
    enabeld: true
    time_slice: 10
  network:
    grpc_port: 8080
    host: "0.0.0.0"
  security:
    authentication:
      providers:
        - type: "jwt"
          issuer: "eigen-os"
          audience: 7
          public_key_file: "/key.pem"
        - type: "oauth2"
          realm: "eigen-os"
  performance:
    thread_pool: { core_size: 8, max_size: 4 }
colour: blue
`;
  const faults = await faultsOf(text, { env: { EIGEN_LOG_LEVEL: "loud" } });
  expect(faults.map(({ field, line, column }) => [field, line, column])).toEqual([
    ["kernel.mode", 2, 3],
    ["kernel.qrtx.enabeld", 4, 5],
    ["kernel.qrtx.time_slice", 5, 5],
    ["kernel.network.rest_port", 6, 3],
    ["kernel.network.host", 8, 5],
    ["kernel.security.authentication.providers[0].audience", 14, 11],
    ["kernel.security.authentication.providers[1].provider", 16, 11],
    ["kernel.security.authentication.providers[1].client_id", 16, 11],
    ["kernel.performance.thread_pool.max_size", 19, 34],
    ["colour", 20, 1],
    ["EIGEN_LOG_LEVEL", undefined, undefined],
  ]);
});

test("an unknown key is refused with the key that was meant, also when it belongs elsewhere", async () => {
  const hintFor = async (key: string) => (await faultsOf(fileWith({ [key]: 1 })))[0]?.hint;
  expect(await hintFor("kernel.network.grcp_port")).toBe("Did you mean kernel.network.grpc_port?");
  expect(await hintFor("kernel.network.request_timeout")).toBe("Did you mean kernel.performance.network.request_timeout?");
  expect(await hintFor("kernal")).toBe("Did you mean kernel?");
  expect(await hintFor("kernel.flux_capacitor")).toBe("docs/configuration.md lists every key.");
  expect(await hintFor("kernel.constructor")).toBe("docs/configuration.md lists every key.");
});

test("no more faults are told than anybody reads", async () => {
  const keys = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`kernel.unknown${index}`, 1]));
  expect(await faultsOf(fileWith(keys))).toHaveLength(limits.faultCountMax);
});

test("a text that is a list, a word or a number is refused, and never thrown at", async () => {
  for (const text of ["[]", "kernel", "3", "kernel: 3", "kernel: [1]", "kernel:"]) {
    const parsed = await parseText(text);
    expect(parsed.ok, text).toBe(false);
    expect(!parsed.ok && parsed.error.code, text).toBe("config_invalid");
    expect(!parsed.ok && parsed.error.facts.source, text).toBe("kernel.yaml");
  }
});

test("texts are filled from the environment and from files, a final newline left out", async () => {
  const text = fileWith({
    "kernel.cluster_name": `x-${outside("env:NAME")}`,
    "kernel.storage.data_dir": `${outside("file:/run/dir")}/$${outside("y")}`,
  });
  const { options, given } = await configOf(text, { env: { NAME: "lab" }, files: { "/run/dir": "/srv\r\n" } });
  expect(options.clusterName).toBe("x-lab");
  expect(options.dataDir).toBe(`/srv/${outside("y")}`);
  expect(given.map(({ shown }) => shown)).toEqual(["[redacted]", "[redacted]"]);
});

test("every missing variable, unreadable file, huge file and unknown source is a fault of its own", async () => {
  const values = {
    "kernel.cluster_name": outside("env:NOWHERE"),
    "kernel.storage.data_dir": outside("file:/gone"),
    "kernel.backup.storage": outside("file:/huge"),
    "kernel.qfs.circuit_fs.bucket": outside("vault:x"),
  };
  const faults = await faultsOf(fileWith(values), { files: { "/huge": "x".repeat(limits.secretBytesMax + 1) } });
  expect(faults.map(({ field }) => field).sort()).toEqual(Object.keys(values).sort());
  expect(faults.find(({ field }) => field === "kernel.cluster_name")).toMatchObject({
    wanted: "the environment variable NOWHERE",
    found: "not set",
  });
});

test("a secret that does not fit its key is not quoted", async () => {
  const text = fileWith({
    "kernel.cluster_name": outside("env:S"),
    "kernel.network.cors_allowed_origins": [outside("env:S")],
    "kernel.mode": outside("env:S"),
  });
  const faults = await faultsOf(text, { env: { S: "hunter 2" } });
  expect(faults).toHaveLength(3);
  expect(JSON.stringify(faults)).not.toContain("hunter");
});
