// Kernels of one store, one process each, on ports that stay the same so that clients find the next one.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pickRuntime, root } from "../../tools/runtime.mjs";
import type { ServerRuntime } from "../support/kernel.ts";
import type { StopPlan } from "./plan.ts";

export interface CrashedKernel {
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM"): void;
  /** Resolves when it takes requests, or is no more. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** Stopped by SIGSTOP, also by its own hand. */
  isStopped(): boolean;
  log(): string;
}

export interface KernelPlace {
  readonly runtime: ServerRuntime;
  readonly folder: string;
  readonly restPort: number;
}

const preloadOptions = { bun: "--preload", deno: "--preload", node: "--import" } as const;

export function startKernel({ runtime, folder, restPort }: KernelPlace, plan: StopPlan): CrashedKernel {
  const launcher = pickRuntime([runtime]);
  if (launcher === undefined) throw new Error(`${runtime} is missing`);
  const configFile = join(folder, `kernel-${restPort}.yaml`);
  writeFileSync(configFile, configOf(folder, restPort));
  const preload = [preloadOptions[runtime], join(import.meta.dirname, "stop-points.preload.ts")];
  const entry = join(root, `src/entry/${runtime}.ts`);
  const child = spawn(launcher.command, [...launcher.launchArguments, ...preload, entry, "--config", configFile], {
    cwd: root,
    env: { ...process.env, EIGEN_CRASH_PLAN: JSON.stringify(plan) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    text = (text + part).slice(-8000);
  });
  let isOver = false;
  const ended = new Promise<void>((resolve) =>
    child.once("exit", () => {
      isOver = true;
      resolve();
    }),
  );
  return {
    signal: (signal) => void child.kill(signal),
    ready: Promise.race([untilReady(child), ended]),
    ended,
    hasEnded: () => isOver,
    isStopped: () => processState(child.pid ?? 0) === "T",
    log: () => text,
  };
}

function configOf(folder: string, restPort: number): string {
  return `kernel:
  mode: development
  network: { rest_port: ${restPort}, grpc_port: 0, websocket_port: 0 }
  observability: { metrics_port: 0, log_level: warn }
  storage: { data_dir: ${JSON.stringify(folder)} }
  performance: { thread_pool: { core_size: 1, max_size: 2 } }
`;
}

function untilReady(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error("the kernel has no stdout");
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve) => lines.on("line", (line) => line.startsWith("{") && resolve()));
}

/** The letter of proc(5); empty where there is no such process. */
function processState(pid: number): string {
  try {
    return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1] ?? "";
  } catch {
    return "";
  }
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
