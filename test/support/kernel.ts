// Boots a real kernel in a process of its own, on any of the runtimes, with an embedded database in a fresh directory.
// On workerd it is the bundle that would be deployed, and its database that of the Durable Object.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { limits } from "../../src/base/limits.ts";
import { bundleEdge, serveEdge } from "../../tools/edge.mjs";
import { pickRuntime, root } from "../../tools/runtime.mjs";
import type { Target } from "../api/target.ts";

export type ServerRuntime = "bun" | "deno" | "node";
export type RuntimeName = ServerRuntime | "workerd";

export interface RunningKernel {
  readonly target: Target;
  readonly dataDir: string;
  readonly pid: number;
  /** With its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Asks it to drain and end; resolves with its exit code. */
  stop(): Promise<number | null>;
  kill(signal: NodeJS.Signals): Promise<void>;
  logs(): string;
}

export interface KernelSetup {
  readonly runtime: RuntimeName;
  /** YAML of the `kernel:` section, without ports and data directory. */
  readonly config?: string;
  /** An existing data directory; by default a fresh one that is removed at the end. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Origins of pages that may call. */
  readonly allowedOrigins?: readonly string[];
}

const bootTimeoutMs = 30_000;

/** Why a runtime cannot be used here; undefined when it can. */
export function whyMissing(runtime: RuntimeName): string | undefined {
  if (runtime === "workerd")
    return existsSync(join(root, "node_modules/@cloudflare/workerd-linux-64")) ? undefined : "workerd is not installed";
  return pickRuntime([runtime]) === undefined ? `${runtime} is not installed on this platform` : undefined;
}

export async function startKernel({
  runtime,
  config = "",
  dataDir,
  env = {},
  args = [],
  allowedOrigins = [],
}: KernelSetup): Promise<RunningKernel> {
  const workDir = mkdtempSync(join(tmpdir(), "eigen-test-"));
  const ownDataDir = dataDir ?? join(workDir, "data");
  const text = toYaml(config, ownDataDir, allowedOrigins);
  const { child, ready } =
    runtime === "workerd" ? startEdge(text, ownDataDir, env) : startServer(runtime, text, workDir, env, args);
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  if (runtime === "workerd") {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  }
  // A worker is never asked to drain: the signal that ended it is its good end.
  const ended = new Promise<number | null>((resolve) =>
    child.on("exit", (code, signal) => resolve(runtime === "workerd" && signal === "SIGTERM" ? 0 : code)),
  );
  try {
    const target = await untilReady(ready, ended, () => log);
    return {
      target,
      dataDir: ownDataDir,
      pid: child.pid ?? 0,
      ended,
      logs: () => log,
      async stop() {
        child.kill("SIGTERM");
        const code = await ended;
        rmSync(workDir, { recursive: true, force: true });
        return code;
      },
      async kill(signal) {
        child.kill(signal);
        if (signal === "SIGKILL") await ended;
      },
    };
  } catch (error) {
    child.kill("SIGKILL");
    rmSync(workDir, { recursive: true, force: true });
    throw error;
  }
}

/** Any free ports, the data directory, and what the test adds. */
function toYaml(config: string, dataDir: string, allowedOrigins: readonly string[]): string {
  const lines = config.split("\n").map((line) => `  ${line}`);
  const network = ["  network:", "    grpc_port: 0", "    rest_port: 0", "    websocket_port: 0"];
  if (allowedOrigins.length > 0) network.push(`    cors_allowed_origins: ${JSON.stringify(allowedOrigins)}`);
  const metrics = ["  observability:", "    metrics_port: 0"];
  return ["kernel:", ...lines, ...network, ...metrics, "  storage:", `    data_dir: ${JSON.stringify(dataDir)}`, ""].join("\n");
}

interface Started {
  readonly child: ChildProcess;
  readonly ready: Promise<Target>;
}

function startServer(
  runtime: ServerRuntime,
  config: string,
  workDir: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): Started {
  const launcher = pickRuntime([runtime]);
  if (launcher === undefined) throw new Error(`${runtime} is missing`);
  const configFile = join(workDir, "kernel.yaml");
  writeFileSync(configFile, config);
  const entry = join(root, `src/entry/${runtime}.ts`);
  const child = spawn(launcher.command, [...launcher.launchArguments, entry, "--config", configFile, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, ready: readReadyLine(child) };
}

let edgeBundle: string | undefined;

function startEdge(config: string, dataDir: string, env: Readonly<Record<string, string>>): Started {
  if (edgeBundle === undefined) {
    edgeBundle = mkdtempSync(join(tmpdir(), "eigen-edge-"));
    const bundle = edgeBundle;
    process.once("exit", () => rmSync(bundle, { recursive: true, force: true }));
    bundleEdge(bundle);
  }
  let onListen: (port: number) => void = () => {};
  const listening = new Promise<number>((resolve) => {
    onListen = resolve;
  });
  const child: ChildProcess = serveEdge({ outDir: edgeBundle, port: 0, dataDir, config, env, stdio: "pipe", onListen });
  const ready = listening.then((port) => {
    const baseUrl = `http://127.0.0.1:${port}`;
    return {
      baseUrl,
      grpcUrl: "",
      wsUrl: `ws://127.0.0.1:${port}`,
      metricsUrl: baseUrl,
      simulatorQubitCount: limits.edgeQubitCountMax,
    };
  });
  return { child, ready };
}

function untilReady(ready: Promise<Target>, ended: Promise<number | null>, log: () => string): Promise<Target> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the kernel did not boot in ${bootTimeoutMs} ms\n${log()}`)), bootTimeoutMs);
    void ended.then((code) => reject(new Error(`the kernel ended with ${code} before it was ready\n${log()}`)));
    ready.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The kernel prints one line of JSON when it takes requests. */
function readReadyLine(child: ChildProcess): Promise<Target> {
  if (child.stdout === null) throw new Error("the kernel has no stdout");
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve) => {
    lines.on("line", (line) => {
      if (!line.startsWith("{")) return;
      const { ports } = JSON.parse(line) as { ports: { rest: number; grpc: number; websocket: number; metrics: number } };
      resolve({
        baseUrl: `http://127.0.0.1:${ports.rest}`,
        grpcUrl: `http://127.0.0.1:${ports.grpc}`,
        wsUrl: `ws://127.0.0.1:${ports.websocket}`,
        metricsUrl: `http://127.0.0.1:${ports.metrics}`,
        simulatorQubitCount: limits.simulatorQubitCountMax,
      });
    });
  });
}
