// The `eigen` command as a process: its streams, its signals, its exit code.

import { createReadStream } from "node:fs";
import process from "node:process";
import packageFile from "../../package.json" with { type: "json" };
import { limits } from "../base/limits.ts";
import { KernelClient } from "../client/index.ts";
import { untilSignalled } from "../entry/signals.ts";
import { exitCodes } from "./exit-codes.ts";
import { runCli } from "./program.ts";
import type { Stream, World } from "./world.ts";

const columnsDefault = 100;

const interrupt = new AbortController();
process.on("SIGINT", () => {
  // The second Ctrl-C is for whoever does not want to wait for a peaceful end.
  if (interrupt.signal.aborted) process.exit(exitCodes.interrupted.code);
  interrupt.abort();
});
// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? exitCodes.ok.code : exitCodes.internal.code),
);

const world: World = {
  stdout: toStream(process.stdout),
  stderr: toStream(process.stderr),
  // Zero on terminals that do not say.
  columns: process.stdout.columns || columnsDefault,
  env: process.env,
  interrupt: interrupt.signal,
  nowMs: () => Date.now(),
  readText,
  connect: (url) => KernelClient.connect(url),
  // Loaded when they are wanted: a kernel is much more than its client.
  serve: async (args) => (await import("../entry/serve.ts")).serve(args),
  bootDev: async (args) => (await import("../entry/dev.ts")).bootDev(args),
  untilSignalled,
  readConfig: async (path) => (await import("../entry/serve.ts")).readConfig(path),
  version: packageFile.version,
};

const code = await runCli(process.argv.slice(2), world).catch((error: unknown) => {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`This is a bug of the command, please report it:\n${cause}\n`);
  return exitCodes.internal.code;
});
await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
process.exit(code);

function toStream(stream: NodeJS.WriteStream): Stream {
  return { write: (piece) => void stream.write(piece), isTty: stream.isTTY === true };
}

/** Reads no more than a command accepts: what is longer ends in a fault of whoever parses it. */
async function readText(path: string): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of path === "-" ? process.stdin : createReadStream(path)) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes > limits.terminalInputBytesMax) break;
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString("utf8");
}
