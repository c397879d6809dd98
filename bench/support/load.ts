// Load of the benches: clients over loopback, and one stream that tells them when their jobs are done.

import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { JobState } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { EigenKernelService } from "../../src/gen/eigen/kernel/v1/service_pb.ts";

export type KernelRpc = Client<typeof EigenKernelService>;

export const bell = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;';
const clientCount = 16;

export function connect(baseUrl: string): KernelRpc {
  return createClient(EigenKernelService, createConnectTransport({ baseUrl, useBinaryFormat: true }));
}

/** Calls a second when this many clients share the calls, each waiting for its answer. */
export async function rate(callCount: number, call: () => Promise<void>, clients = clientCount): Promise<number> {
  let left = callCount;
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (left-- > 0) await call();
    }),
  );
  return (1000 * callCount) / (performance.now() - startMs);
}

export interface Completions {
  wait(jobId: string): Promise<void>;
  close(): void;
}

/** One event stream tells all sixteen clients when their jobs are COMPLETED. */
export async function followCompletions(baseUrl: string): Promise<Completions> {
  const waiting = new Map<string, () => void>();
  const early = new Set<string>();
  const abort = new AbortController();
  const stream = connect(baseUrl).subscribeToEvents({ cursor: "0", states: [JobState.COMPLETED] }, { signal: abort.signal });
  void (async () => {
    try {
      for await (const { payload } of stream) {
        if (payload.case !== "jobMoved") continue;
        const { jobId } = payload.value;
        const wake = waiting.get(jobId);
        if (wake === undefined) early.add(jobId);
        waiting.delete(jobId);
        wake?.();
      }
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    }
  })();
  return {
    async wait(jobId) {
      if (early.delete(jobId)) return;
      await new Promise<void>((resolve) => waiting.set(jobId, resolve));
    },
    close: () => abort.abort(),
  };
}
