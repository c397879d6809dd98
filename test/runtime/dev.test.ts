// `eigen dev` as its user starts it: one command, real jobs against it, a signal, and nothing left behind.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { root } from "../../tools/runtime.mjs";

const launcher = join(root, "tools/eigen.mjs");
const header = 'OPENQASM 3.0; include "stdgates.inc";';
const bell = `${header} qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;`;
const apart = `${header} qubit[3] q; bit[3] c; h q[0]; cx q[0], q[2]; c = measure q;`;

interface DevRun {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly told: { readonly page: string; readonly restUrl: string; readonly grpcUrl: string; readonly metricsUrl: string };
}

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "eigen-dev-test-"));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function startDev(temporary: string, ...args: readonly string[]): Promise<DevRun> {
  const child = spawn(process.execPath, [launcher, "dev", "-o", "json", ...args], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  // Not SIGKILL: the launcher could not hand it on.
  cleanUps.push(() => {
    child.kill("SIGTERM");
    return ended;
  });
  let text = "";
  const told = await new Promise<DevRun["told"]>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      if (text.endsWith("}\n")) resolve(JSON.parse(text));
    });
    void ended.then((code) => reject(new Error(`it ended with ${code} before it was ready`)));
  });
  return { child, ended, told };
}

/** The real command against the kernel at a URL. */
function eigen(url: string, args: readonly string[], input = ""): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, EIGEN_URL: url };
  return spawnSync(process.execPath, [launcher, ...args], { encoding: "utf8", input, env });
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "jobs run on its fleet, and %s ends it with 0 and leaves nothing behind",
  async (signal) => {
    const temporary = freshFolder();
    const { child, ended, told } = await startDev(temporary);
    expect(readdirSync(temporary)).not.toEqual([]);
    expect(told.page).toBe(`${told.restUrl}/`);

    const ran = eigen(told.restUrl, ["run", "-", "--shots", "100", "--id", "mine", "--seed", "1"], bell);
    expect([ran.status, ran.stderr]).toEqual([0, ""]);
    // It fits every device; the smallest one comes first.
    expect(ran.stdout).toMatch(/^device +line-5 \(/m);
    const listed = eigen(`grpc://${new URL(told.grpcUrl).host}`, ["jobs", "list", "-o", "json"]);
    expect(JSON.parse(listed.stdout)).toMatchObject([{ name: "mine", state: "COMPLETED", device: "line-5" }]);
    const devices = JSON.parse(eigen(told.restUrl, ["devices", "list", "-o", "json"]).stdout) as { name: string }[];
    expect(devices.map(({ name }) => name)).toEqual(["line-5", "ring-12", "grid-16", "simulator"]);

    // Nothing routes, so qubits that are apart go where every pair is coupled, and are refused elsewhere with the reason.
    expect(eigen(told.restUrl, ["run", "-", "--shots", "10"], apart).stdout).toMatch(/^device +simulator \(/m);
    const refused = eigen(told.restUrl, ["run", "-", "--device", "grid-16"], apart);
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain("gates only between coupled qubits");
    expect(refused.stderr).toContain("0-2");
    expect(await (await fetch(told.metricsUrl)).text()).toContain('jobs_processed_total{state="COMPLETED"} 2');

    child.kill(signal);
    expect(await ended).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  },
);

test("a second one takes the next free ports, and a folder that is given is kept and found again", async () => {
  const temporary = freshFolder();
  const dataDir = join(temporary, "kept");
  // Somebody else may have the usual port already: either way it is taken now.
  const holder = createServer();
  await new Promise<void>((resolve) => {
    holder.once("error", () => resolve());
    holder.listen(8080, "127.0.0.1", resolve);
  });
  cleanUps.push(() => holder.close());
  const first = await startDev(temporary, "--data-dir", dataDir);
  expect(new URL(first.told.restUrl).port).not.toBe("8080");
  const file = join(temporary, "bell.qasm");
  writeFileSync(file, bell);
  expect(eigen(first.told.restUrl, ["run", file, "--id", "kept"]).status).toBe(0);
  first.child.kill("SIGTERM");
  expect(await first.ended).toBe(0);
  expect(existsSync(join(dataDir, "kernel.db"))).toBe(true);

  const second = await startDev(temporary, "--data-dir", dataDir);
  expect(eigen(second.told.restUrl, ["jobs", "get", "kept"]).stdout).toContain("state      COMPLETED");
  second.child.kill("SIGTERM");
  expect(await second.ended).toBe(0);
  expect(readdirSync(temporary).sort()).toEqual(["bell.qasm", "kept"]);
});
