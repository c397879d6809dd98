// Another implementation of gRPC, in another language, against the native gRPC port of each runtime.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../../tools/runtime.mjs";
import { startKernel, whyMissing } from "../support/kernel.ts";
import { whyWithout } from "./install.ts";

const python = "/usr/bin/python3";
const packages = ["python3-grpcio", "python3-protobuf", "protobuf-compiler", "protobuf-compiler-grpc", "libprotobuf-dev"];
const probe = `${python} -c 'import grpc, google.protobuf' && protoc --version && test -x /usr/bin/grpc_python_plugin && test -f /usr/include/google/protobuf/descriptor.proto`;
const reason = whyWithout(["sh", "-c", probe], packages);

describe.skipIf(reason !== undefined)(`Python's grpcio${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  test.each(["bun", "deno", "node"] as const)("submits, follows, reads and is refused on %s", async (runtime) => {
    const missing = whyMissing(runtime);
    if (missing !== undefined) return expect(missing).toBeDefined();
    const kernel = await startKernel({ runtime });
    try {
      const target = new URL(kernel.target.grpcUrl).host;
      const { stdout, stderr } = spawnSync(python, [join(root, "test/outside/grpcio.py"), target], {
        encoding: "utf8",
        timeout: 60_000,
      });
      expect(JSON.parse(stdout || "{}"), stderr).toEqual({
        health: 1,
        states: ["JOB_STATE_QUEUED", "JOB_STATE_SCHEDULED", "JOB_STATE_RUNNING", "JOB_STATE_COMPLETED"],
        shots: 1024,
        outcomes: ["00", "11"],
        same_circuit: true,
        devices: ["simulator"],
        processed: [1, 1],
        refused: "INVALID_ARGUMENT",
        code: "invalid_request",
        faults: ["openqasm", "shots"],
      });
    } finally {
      await kernel.stop();
    }
  });
});
