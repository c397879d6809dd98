// Real SQLite of real Durable Objects, on workerd in a process of its own, as a connection that a test can hand to the store.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Connection, Rows, Statement } from "../../src/adapters/sqlite/connection.ts";
import { workerdBinary } from "../../tools/edge.mjs";

export interface ObjectStorageServer {
  /** Of one object, fresh for a name that was not used before. */
  connect(name: string): Connection;
  close(): void;
}

// Their other imports are types.
const modules = ["object-storage.worker.ts", "../../src/adapters/durable-object/connection.ts"];

export async function startObjectStorage(): Promise<ObjectStorageServer> {
  const directory = mkdtempSync(join(tmpdir(), "eigen-objects-"));
  mkdirSync(join(directory, "objects"));
  for (const file of modules) {
    const source = stripTypeScriptTypes(readFileSync(join(import.meta.dirname, file), "utf8"));
    writeFileSync(
      join(directory, basename(file)),
      source.replaceAll(/"[^"]*durable-object\/connection\.ts"/g, '"./connection.ts"'),
    );
  }
  writeFileSync(join(directory, "workerd.capnp"), config);
  const child = spawn(
    workerdBinary(),
    ["serve", join(directory, "workerd.capnp"), "--directory-path", `objects=${join(directory, "objects")}`, "--control-fd=3"],
    { stdio: ["ignore", "inherit", "inherit", "pipe"] },
  );
  const port = await listeningPort(child);
  return {
    connect: (name) => connect(`http://127.0.0.1:${port}/${name}`),
    close() {
      child.kill("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .main), (name = "objects", disk = (writable = true)) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ],
);
const main :Workerd.Worker = (
  modules = [ ${modules.map((file) => `(name = "${basename(file)}", esModule = embed "${basename(file)}")`).join(", ")} ],
  compatibilityDate = "2026-10-23",
  durableObjectNamespaces = [ (className = "StorageObject", uniqueKey = "test", enableSql = true) ],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [ (name = "STORAGE", durableObjectNamespace = "StorageObject") ],
);
`;

function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`workerd ended with ${code}`)));
    child.stdio[3]?.on("data", (lines: Buffer) => {
      const port = /"event":"listen".*?"port":(\d+)/.exec(lines.toString())?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}

function connect(url: string): Connection {
  const ask = async (isCommit: boolean, statements: readonly Statement[]): Promise<readonly Rows[]> => {
    const answer = await fetch(url, { method: "POST", body: JSON.stringify({ isCommit, statements }, replace) });
    const { rows, error } = JSON.parse(await answer.text(), revive);
    if (error !== undefined) throw Object.assign(new Error(error.message), error.code === undefined ? {} : { code: error.code });
    return rows;
  };
  return {
    commit: (statements) => ask(true, statements),
    query: async (statement) => (await ask(false, [statement]))[0] ?? [],
    close() {},
  };
}

function replace(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { hex: Buffer.from(value).toString("hex") } : value;
}

function revive(_key: string, value: unknown): unknown {
  const hex = (value as { readonly hex?: string } | null)?.hex;
  return hex === undefined ? value : new Uint8Array(Buffer.from(hex, "hex"));
}
