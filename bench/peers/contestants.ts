// Who runs in the simulator bench: native simulators from PyPI in throw-away environments, quantum-circuit from npm, and ours on each runtime.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { pythonWith } from "../../test/support/python.ts";
import { pickRuntime, root } from "../../tools/runtime.mjs";
import { type Peer, startPeer } from "./child.ts";

export type Threads = "one" | "all";
export type Precision = "f64" | "f32";
export type RuntimeName = "bun" | "deno" | "node";

export const runtimeNames: readonly RuntimeName[] = ["bun", "deno", "node"];
export const pythonPeers = ["qulacs", "aer", "qsim"] as const;
export type PythonPeerName = (typeof pythonPeers)[number];
export const peerNames = [...pythonPeers, "quantum-circuit"] as const;

/** Pinned, so that a figure can be had again. */
const packages: Readonly<Record<PythonPeerName, readonly string[]>> = {
  qulacs: ["qulacs==0.6.14", "numpy==2.4.6"],
  aer: ["qiskit==2.6.2", "qiskit-aer==0.18.2", "numpy==2.4.6"],
  qsim: ["qsimcirq==0.22.1", "cirq-core==1.7.0", "numpy==2.4.6"],
};
const quantumCircuitVersion = "0.9.250";

export const allThreads = os.availableParallelism();

export type Started<T> = T | { readonly missing: string };

export function isMissing(started: object): started is { readonly missing: string } {
  return "missing" in started;
}

/** `python`: an interpreter that has the peer already, built for this machine say; by default an environment made for it. */
export async function startPython(name: PythonPeerName, threads: Threads, python?: string): Promise<Started<Peer>> {
  const environment = python === undefined ? pythonWith(packages[name]) : { python };
  if ("missing" in environment) return environment;
  const count = String(threads === "one" ? 1 : allThreads);
  try {
    return await startPeer({
      command: environment.python,
      args: [join(root, "bench/peers/simulators.py"), name, count],
      env: { OMP_NUM_THREADS: count, QULACS_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count },
    });
  } catch (error) {
    return { missing: String(error) };
  }
}

/**
 * The interpreter of a Qulacs built for this machine, or undefined: the wheels hold no SIMD kernels, and beside them we would look better than we
 * are. Built once, where cmake, a compiler and Debian's headers can be had; it takes minutes, so only when `mayBuild` says so.
 */
export function qulacsOfThisMachine(mayBuild: boolean): string | undefined {
  const folder = join(root, "build/qulacs-native");
  const python = join(folder, "venv/bin/python");
  if (existsSync(join(folder, "complete"))) return python;
  if (!mayBuild) return undefined;
  rmSync(folder, { recursive: true, force: true });
  const script = join(root, "bench/peers/build-qulacs.sh");
  const { status } = spawnSync("sh", [script, folder], { stdio: "ignore", timeout: 900_000 });
  return status === 0 ? python : undefined;
}

/** A package that no part of the project depends on: it lies in a folder of its own under build/. */
export async function startQuantumCircuit(): Promise<Started<Peer>> {
  const node = pickRuntime(["node"]);
  if (node === undefined) return { missing: "no Node on this machine" };
  const folder = join(root, "build/npm", `quantum-circuit-${quantumCircuitVersion}`);
  if (!existsSync(join(folder, "node_modules/quantum-circuit/package.json"))) {
    mkdirSync(folder, { recursive: true });
    const wanted = `quantum-circuit@${quantumCircuitVersion}`;
    const args = ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", wanted];
    const { status } = spawnSync("npm", args, { cwd: os.tmpdir(), stdio: "ignore", timeout: 180_000 });
    if (status !== 0) return { missing: `${wanted} cannot be installed here` };
  }
  try {
    return await startPeer({ command: node.command, args: [join(root, "bench/peers/quantum-circuit.mjs"), folder] });
  } catch (error) {
    return { missing: String(error) };
  }
}

export async function startOurs(runtime: RuntimeName): Promise<Started<Peer>> {
  const found = pickRuntime([runtime]);
  if (found === undefined) return { missing: `${runtime} is not installed on this platform` };
  return startPeer({ command: found.command, args: [...found.launchArguments, join(root, "bench/peers/ours.ts")] });
}
