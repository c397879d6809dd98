// What a command may touch: handed in, so that tests run commands without a process.

import type { Result } from "../base/result.ts";
import type { KernelClient } from "../client/index.ts";
import type { KernelConfig } from "../entry/config/index.ts";
import type { DevArguments, DevKernel } from "../entry/dev.ts";
import type { ServeArguments } from "../entry/serve.ts";
import type { KernelError } from "../model/errors.ts";

export interface Stream {
  write(text: string): void;
  readonly isTty: boolean;
}

export interface World {
  /** Data. */
  readonly stdout: Stream;
  /** Progress and refusals. */
  readonly stderr: Stream;
  /** Width of the terminal. */
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly interrupt: AbortSignal;
  readonly nowMs: () => number;
  /** The text of a file, "-" for standard input; undefined when there is none or it cannot be read. */
  readText(path: string): Promise<string | undefined>;
  connect(url: string): Promise<KernelClient>;
  serve(args: ServeArguments): Promise<number>;
  bootDev(args: DevArguments): Promise<Result<DevKernel, KernelError>>;
  /** Resolves at the first SIGINT or SIGTERM; the second one ends the process at once. */
  untilSignalled(): Promise<void>;
  readConfig(path: string | undefined): Promise<Result<KernelConfig, KernelError>>;
  readonly version: string;
}
