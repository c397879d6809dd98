// What the edge kernel owes to its alarm; the rest is tested on workerd itself (test/runtime/edge.test.ts).

import { expect, test } from "vitest";
import { loadSimulatorModules } from "../../test/fixtures/wasm.ts";
import { startHranaServer } from "../../test/support/hrana-server.ts";
import { createTemporaryFile } from "../adapters/libsql/testing.ts";
import { bootEdge } from "./edge.ts";

test("an alarm that could not be set is set by the next request", async () => {
  const file = createTemporaryFile();
  const server = await startHranaServer({ path: file.path });
  const alarmsMs: number[] = [];
  let isRefused = true;
  const storage = {
    // The jobs lie in the database behind HTTP.
    sql: { exec: () => expect.unreachable("the object's own database is used") },
    transactionSync: () => expect.unreachable("the object's own database is used"),
    sync: async () => {},
    async setAlarm(atMs: number) {
      if (isRefused) throw new Error("the object's storage is busy");
      alarmsMs.push(atMs);
    },
  };
  try {
    const modules = await loadSimulatorModules();
    const booted = await bootEdge({ storage, modules, page: "", env: { KERNEL_STORE_URL: server.url } });
    if (!booted.ok) throw new Error(booted.error.code);
    const request = new Request("http://localhost/api/v1/health");
    await expect(booted.value.fetch(request)).rejects.toThrow("busy");
    isRefused = false;
    expect((await booted.value.fetch(request)).status).toBe(200);
    expect(alarmsMs).toHaveLength(1);
  } finally {
    await server.close();
    file.remove();
  }
});
