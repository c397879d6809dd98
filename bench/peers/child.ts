// The bench's side of its children: one process per contestant, one JSON request a line, one JSON answer a line, one at a time.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** `fields` of the first line that the child writes, then an answer for each request. */
export interface Peer {
  readonly hello: Readonly<Record<string, unknown>>;
  readonly pid: number;
  /** Rejects with the child's own error, when it ends, and when it takes longer than `timeoutMs`; then it is ended. */
  ask<Answer>(request: object): Promise<Answer>;
  close(): void;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The longest answer is Aer's noisy run; ten times what it takes here. */
const timeoutMs = 900_000;

export async function startPeer({ command, args, env = {} }: Command): Promise<Peer> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
  let complaints = "";
  child.stderr.on("data", (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-4000);
  });
  const ended = new Promise<never>((_, reject) => {
    const fail = (): void =>
      reject(new Error(`${args.join(" ")} ended: ${complaints.trim().split("\n").at(-1) ?? "without a word"}`));
    child.on("error", fail);
    child.on("exit", fail);
  });
  ended.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> => {
    const { timer, late } = deadline(child);
    try {
      const line = await Promise.race([lines.next(), ended, late]);
      if (line.done === true) return await ended;
      return JSON.parse(line.value) as Record<string, unknown>;
    } finally {
      clearTimeout(timer);
    }
  };
  const hello = await next();
  return {
    hello,
    pid: child.pid ?? 0,
    async ask<Answer>(request: object): Promise<Answer> {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = await next();
      if (typeof answer.error === "string") throw new Error(answer.error);
      return answer as Answer;
    },
    close: () => child.stdin.end(),
  };
}

function deadline(child: ChildProcess): { timer: ReturnType<typeof setTimeout>; late: Promise<never> } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`no answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
  });
  return { timer: timer as unknown as ReturnType<typeof setTimeout>, late };
}
