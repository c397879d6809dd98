import type { ChildProcess } from "node:child_process";

export interface EdgeOptions {
  readonly outDir: string;
  /** 0: any free one. */
  readonly port: number;
  readonly dataDir: string;
  /** Text of KERNEL_CONFIG. */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdio?: "inherit" | "pipe";
  readonly onListen: (port: number) => void;
}

export function bundleEdge(outDir: string): number;
export function serveEdge(options: EdgeOptions): ChildProcess;
export function workerdBinary(): string;
