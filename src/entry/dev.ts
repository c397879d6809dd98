// What `eigen dev` boots: a kernel with a small fleet, on the usual ports or the next free ones, in a folder of its own.

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { limits } from "../base/limits.ts";
import { ok, type Result } from "../base/result.ts";
import { simulatedFleet } from "../driver-manager/index.ts";
import type { KernelError } from "../model/errors.ts";
import { type EmbeddedKernel, tryBootKernel } from "./embedded.ts";
import { widestState } from "./host.ts";

export interface DevArguments {
  /** Kept, and found again by the next run; a fresh folder that is removed at the end when left out. */
  readonly dataDir?: string | undefined;
}

export interface DevKernel extends EmbeddedKernel {
  readonly dataDir: string;
  readonly isDataKept: boolean;
}

const portsOf = ["rest", "websocket", "grpc", "metrics"] as const;

export async function bootDev({ dataDir }: DevArguments): Promise<Result<DevKernel, KernelError>> {
  const isDataKept = dataDir !== undefined;
  const folder = isDataKept ? resolve(dataDir) : mkdtempSync(join(tmpdir(), "eigen-dev-"));
  const clean = (): void => {
    if (!isDataKept) rmSync(folder, { recursive: true, force: true });
  };
  // Also when a second signal ends the process at once.
  process.once("exit", clean);
  const booted = await bootOnFreePorts(folder);
  if (!booted.ok) {
    clean();
    return booted;
  }
  const kernel = booted.value;
  return ok({
    ...kernel,
    dataDir: folder,
    isDataKept,
    async close() {
      await kernel.close();
      clean();
    },
  });
}

/** Somebody may take a port between the look and the boot: then others are looked for, a few times. */
async function bootOnFreePorts(dataDir: string): Promise<Result<EmbeddedKernel, KernelError>> {
  for (let attempt = 1; ; attempt++) {
    const devices = simulatedFleet(widestState());
    const booted = await tryBootKernel({ dataDir, devices, choosePorts: freePorts });
    if (booted.ok || booted.error.code !== "port_unavailable" || attempt >= limits.devBootAttemptMax) return booted;
  }
}

type Ports = Record<(typeof portsOf)[number], number>;

async function freePorts(host: string, usual: Readonly<Ports>): Promise<Ports> {
  const taken = new Set<number>();
  const ports = { ...usual };
  for (const name of portsOf) {
    // Past the last try any free port will do.
    let port = usual[name];
    const portMax = port + limits.devPortTryMax;
    while (port < portMax && (taken.has(port) || !(await isFree(host, port)))) port++;
    ports[name] = port < portMax ? port : 0;
    taken.add(port);
  }
  return ports;
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once("error", () => done(false));
    probe.listen(port, host, () => probe.close(() => done(true)));
  });
}
