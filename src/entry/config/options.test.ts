import { expect, test } from "vitest";
import { limits } from "../../base/limits.ts";
import { configOf, faultsOf, fileWith } from "./load.fixture.ts";

test.each([
  ["none", "strong", "strong"],
  ["medium", "low", "medium"],
  [undefined, "low", "low"],
  ["low", undefined, "low"],
])("of the isolation levels %s and %s the stricter one counts", async (manager, security, stricter) => {
  const values = {
    ...(manager === undefined ? {} : { "kernel.resource_manager.isolation_level": manager }),
    ...(security === undefined ? {} : { "kernel.security.isolation_level": security }),
  };
  expect((await configOf(fileWith(values))).options.isolationLevel).toBe(stricter);
});

test.each([
  [{}, 4, { coreSize: 4, maxSize: 4 }],
  [{ core_size: 8 }, 2, { coreSize: 8, maxSize: 8 }],
  [{ core_size: 1 }, 4, { coreSize: 1, maxSize: 4 }],
  [{ max_size: 2 }, 16, { coreSize: 2, maxSize: 2 }],
  [{}, 4096, { coreSize: limits.threadCountMax, maxSize: limits.threadCountMax }],
  [{}, 0, { coreSize: 1, maxSize: 1 }],
])("a thread pool of %j on %i cores is %j", async (pool, coreCount, sizes) => {
  const { options } = await configOf(fileWith({ "kernel.performance.thread_pool": pool }), { coreCount });
  expect(options.threadPool).toMatchObject(sizes);
});

test("staging and production listen to everybody unless the file says otherwise", async () => {
  for (const mode of ["staging", "production"]) {
    expect((await configOf(fileWith({ "kernel.mode": mode }))).options.host).toBe("0.0.0.0");
    expect((await configOf(fileWith({ "kernel.mode": mode, "kernel.network.host": "10.0.0.7" }))).options.host).toBe("10.0.0.7");
  }
});

test("only development lets pages of other origins in by itself", async () => {
  for (const mode of ["staging", "production", "test"]) {
    expect((await configOf(fileWith({ "kernel.mode": mode }))).options.network.corsAllowedOrigins).toEqual([]);
  }
  const { options } = await configOf(fileWith({ "kernel.mode": "development" }));
  expect(options.network.corsAllowedOrigins).toContain("http://localhost:5173");
  for (const origin of options.network.corsAllowedOrigins) expect(origin).toMatch(/^http:\/\/(localhost|127\.0\.0\.1):\d+$/);
});

test.each([
  [{ EIGEN_LOG_LEVEL: "error", RUST_LOG: "trace" }, "warn", "error"],
  [{ RUST_LOG: "trace" }, "warn", "warn"],
  [{ RUST_LOG: "hyper=trace,DEBUG" }, undefined, "debug"],
  [{ RUST_LOG: "hyper=trace" }, undefined, "info"],
  [{ RUST_LOG: "what is this" }, undefined, "info"],
  [{ EIGEN_LOG_LEVEL: "" }, undefined, "info"],
])("with %j and log_level %s the level is %s", async (env, inFile, level) => {
  const text = inFile === undefined ? "kernel: {}" : fileWith({ "kernel.observability.log_level": inFile });
  expect((await configOf(text, { env })).options.logLevel).toBe(level);
});

test("a wrong EIGEN_LOG_LEVEL is a fault even beside a file that cannot be read", async () => {
  const faults = await faultsOf("", { env: { EIGEN_LOG_LEVEL: "loud" } });
  expect(faults.map(({ field }) => field)).toEqual(["kernel", "EIGEN_LOG_LEVEL"]);
});

test("KERNEL_DATA_DIR wins over the file", async () => {
  const config = await configOf(fileWith({ "kernel.storage.data_dir": "a" }), { env: { KERNEL_DATA_DIR: "/data" } });
  expect(config.options.dataDir).toBe("/data");
  expect(config.overridden).toEqual(["kernel.storage.data_dir"]);
});

test("a file switches components off in either form", async () => {
  const values = { "kernel.qrtx.enabled": false, "kernel.resource_manager.enabled": true, "kernel.storage.qfs.enabled": false };
  expect((await configOf(fileWith(values))).options.componentSwitches).toEqual({
    qrtx: false,
    "resource-manager": true,
    qfs: false,
  });
});
