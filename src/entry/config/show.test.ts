import { expect, test } from "vitest";
import { configOf, fileWith, outside } from "./load.fixture.ts";
import { notInEffect, showConfig } from "./show.ts";

test("a value is shown with where it comes from", async () => {
  const text = fileWith({ "kernel.network.grpc_port": 7001, "kernel.qrtx.time_slice": "10ms" });
  const shown = new Map(showConfig(await configOf(text, { env: { KERNEL_DATA_DIR: "/data" } })).map((key) => [key.path, key]));
  expect(shown.get("kernel.network.grpc_port")).toMatchObject({ value: 7001, from: "file", state: "in effect" });
  expect(shown.get("kernel.network.rest_port")).toMatchObject({ value: 8080, from: "default" });
  expect(shown.get("kernel.storage.data_dir")).toMatchObject({ value: "/data", from: "environment" });
  expect(shown.get("kernel.qrtx.time_slice")).toMatchObject({
    value: "10ms",
    from: "file",
    state: "accepted, not in effect",
    room: "qrtx",
  });
  expect(shown.has("kernel.qrtx.scheduler_algorithm")).toBe(false);
});

test("of a short and a long form the one that the file has is shown", async () => {
  const pathsOf = async (key: string) => {
    const shown = showConfig(await configOf(fileWith({ [key]: 5 })));
    return shown.filter(({ path }) => path.endsWith("circuit_cache_size")).map(({ path, value }) => [path, value]);
  };
  for (const key of ["kernel.qfs.circuit_cache_size", "kernel.storage.qfs.circuit_cache_size"])
    expect(await pathsOf(key)).toEqual([[key, 5]]);
});

test("nothing that came from outside the file, and no password of a URL, is shown anywhere", async () => {
  const text = fileWith({
    "kernel.cluster_name": outside("env:S"),
    "kernel.backup.storage": `s3://${outside("file:/s")}/x`,
    "kernel.network.cors_allowed_origins": [`https://${outside("env:S")}`],
    "kernel.observability.tracing.opentelemetry.endpoint": "http://user:hunter2@collector:4317",
    "kernel.security.authentication.providers": [{ type: "jwt", issuer: outside("env:S"), audience: "a", public_key_file: "k" }],
  });
  const config = await configOf(text, { env: { S: "hunter2" }, files: { "/s": "hunter2" } });
  const shown = showConfig(config);
  expect(JSON.stringify([shown, config.given, notInEffect(config)])).not.toContain("hunter2");
  expect(shown.filter(({ value }) => JSON.stringify(value).includes("[redacted]"))).toHaveLength(5);
});

test("the keys that nothing acts on are those that the file sets", async () => {
  const text = fileWith({
    "kernel.qrtx.time_slice": "10ms",
    "kernel.qrtx.max_concurrent_tasks": 3,
    "kernel.backup.enabled": false,
  });
  expect(notInEffect(await configOf(text))).toEqual([
    { path: "kernel.qrtx.time_slice", room: "qrtx", broughtBy: "the fleet and scheduling issue" },
    { path: "kernel.backup.enabled", room: "adapters", broughtBy: "the storage issue" },
  ]);
});

test("a key tells its true state, which other keys may decide", async () => {
  const stateOf = async (values: Readonly<Record<string, unknown>>, key: string) => {
    const shown = showConfig(await configOf(fileWith(values))).find(({ path }) => path === key);
    return [shown?.state, shown?.because, shown?.broughtBy];
  };
  const idle = (because: string, broughtBy = "") => ["accepted, not in effect", because, broughtBy];
  const inEffect = ["in effect", "", ""];
  const security = "kernel.security.enabled";
  expect(await stateOf({ [security]: true }, security)).toEqual(idle("nobody is asked who they are yet", "the security issue"));
  expect(await stateOf({}, security)).toEqual(idle("nobody is asked who they are yet", "the security issue"));
  expect(await stateOf({ [security]: false }, security)).toEqual(inEffect);

  const memory = { "kernel.qfs.use_in_memory_storage": true };
  expect(await stateOf(memory, "kernel.storage.data_dir")).toEqual(idle("use_in_memory_storage is on"));
  expect(await stateOf({}, "kernel.storage.data_dir")).toEqual(inEffect);

  const level = "kernel.observability.log_level";
  expect(await stateOf({ [level]: "trace" }, level)).toEqual(idle("the kernel says nothing finer than debug"));
  expect(await stateOf({ [level]: "debug" }, level)).toEqual(inEffect);

  const withoutQfs = { "kernel.qfs.enabled": false };
  expect(await stateOf(withoutQfs, "kernel.qfs.enabled")).toEqual(inEffect);
  expect(await stateOf(withoutQfs, "kernel.qfs.circuit_cache_size")).toEqual(idle("qfs does not run"));
  // QRTX needs QFS, so it stays off although nobody turned it off.
  expect(await stateOf(withoutQfs, "kernel.qrtx.enabled")).toEqual(idle("qrtx does not run"));
  expect(await stateOf({}, "kernel.qrtx.max_concurrent_tasks")).toEqual(inEffect);

  expect(await stateOf({ "kernel.cluster_name": "lab" }, "kernel.cluster_name")).toEqual(idle("", "the cluster issue"));
});

test("security that is only switched on is told among the keys that nothing acts on", async () => {
  const pathsOf = async (enabled: boolean) => {
    return notInEffect(await configOf(fileWith({ "kernel.security.enabled": enabled }))).map(({ path }) => path);
  };
  expect(await pathsOf(true)).toEqual(["kernel.security.enabled"]);
  expect(await pathsOf(false)).toEqual([]);
});
