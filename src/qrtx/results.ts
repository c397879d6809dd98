// Results on their way into the store and out again, in parts that no request has to hold at once.

import { limits } from "../base/limits.ts";
import type { Job } from "../model/job.ts";
import type { RunOutcome } from "../model/result.ts";
import { decodeResultPart, encodeResult } from "../model/result-codec.ts";
import type { KernelStore, NewResult, StoredResult } from "../ports/store.ts";
import type { JobResultPart } from "./door.ts";

export interface CompiledText {
  readonly text: string;
  readonly hash: string;
}

export function toNewResult(job: Job, compiled: CompiledText, outcome: RunOutcome): NewResult {
  const chunks = encodeResult(outcome, limits.chunkBytesMax);
  return {
    chunks,
    metadata: {
      circuitId: job.spec.circuitId,
      compiledHash: compiled.hash,
      compiledQasm: compiled.text,
      device: job.device,
      method: outcome.method,
      methodReason: outcome.methodReason,
      precision: outcome.precision,
      engine: outcome.engine,
      shots: job.spec.shots,
      seed: job.spec.seed,
      outcomeCount: [outcome, ...(outcome.sweep ?? [])].reduce((count, { counts }) => count + counts.size, 0),
      expectationValues: outcome.expectationValues,
      estimates: outcome.estimates,
      simulatedMs: outcome.simulatedMs,
      countsBytes: chunks.reduce((bytes, chunk) => bytes + chunk.length, 0),
    },
  };
}

/** The whole result of a COMPLETED job, when it is small enough to travel with a status. */
export async function findSmallResult(store: KernelStore, job: Job): Promise<JobResultPart | undefined> {
  if (job.state !== "COMPLETED") return undefined;
  const stored = await store.findResult(job.id);
  if (stored === undefined || stored.chunkCount !== 1) return undefined;
  const bytes = stored.metadata.countsBytes + stored.metadata.compiledQasm.length;
  return bytes > limits.inlineResultBytesMax ? undefined : readPart(store, job, stored, 0);
}

export async function* readParts(store: KernelStore, job: Job, stored: StoredResult): AsyncGenerator<JobResultPart> {
  for (let index = 0; index < stored.chunkCount; index++) {
    const part = await readPart(store, job, stored, index);
    if (part !== undefined) yield part;
  }
}

async function readPart(store: KernelStore, job: Job, stored: StoredResult, index: number): Promise<JobResultPart | undefined> {
  const chunk = await store.resultChunk(job.id, index);
  if (chunk === undefined) return undefined;
  return {
    jobId: job.id,
    metadata: stored.metadata,
    observableNames: job.spec.observables.map(({ name }) => name),
    probabilityLists: job.spec.outputs.probabilities,
    ...decodeResultPart(chunk),
    partIndex: index,
    partCount: stored.chunkCount,
  };
}
