// CircuitFS: circuits by the hash of their text, parsed once and kept in a bounded cache.

import { sha256Hex } from "../base/hash.ts";
import { limits } from "../base/limits.ts";
import { LruCache } from "../base/lru-cache.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Circuit } from "../model/circuit.ts";
import { type Fault, kernelError } from "../model/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { KernelStore } from "../ports/store.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { CircuitFs } from "./door.ts";

export interface CircuitFsOptions {
  readonly store: KernelStore;
  /** The language front end, handed in so that this room does not know it. */
  readonly parse: (text: string) => Result<Circuit, readonly Fault[]>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Parsed circuits to keep. */
  readonly cacheSize: number;
}

export function createCircuitFs({ store, parse, clock, telemetry, cacheSize }: CircuitFsOptions): CircuitFs {
  const parsed = new LruCache<string, Circuit>(cacheSize);
  // Students submit one circuit again and again; hashing its text each time was 3 % of a small job (measured).
  const ids = new LruCache<string, string>(cacheSize);

  function readText(id: string, openqasm: string): Result<Circuit, readonly Fault[]> {
    const known = parsed.get(id);
    if (known !== undefined) return ok(known);
    const read = parse(openqasm);
    if (read.ok) parsed.set(id, read.value);
    return read;
  }

  function idOf(openqasm: string): string {
    if (openqasm.length > limits.keptTextLengthMax) return circuitId(openqasm);
    const known = ids.get(openqasm);
    if (known !== undefined) return known;
    const id = circuitId(openqasm);
    ids.set(openqasm, id);
    return id;
  }

  const circuits: CircuitFs = {
    read(owner, openqasm) {
      const id = idOf(openqasm);
      const read = readText(id, openqasm);
      if (!read.ok) return read;
      const row = { id, owner, name: "", openqasm, qubitCount: read.value.qubitCount, metadata: {} };
      return ok({ id, circuit: read.value, row });
    },

    async circuitOf(owner, id) {
      const known = parsed.get(id);
      if (known !== undefined) return ok(known);
      const loaded = await circuits.load(owner, id);
      return loaded.ok ? ok(loaded.value.circuit) : loaded;
    },

    async load(owner, id) {
      const stored = await store.findCircuit(owner.tenant, id);
      if (stored === undefined) return err(kernelError("circuit_not_found", { facts: { circuit_id: id } }));
      const read = readText(id, stored.openqasm);
      // It was readable when it was stored; a newer front end that refuses it must say why.
      return read.ok ? ok({ stored, circuit: read.value }) : err(kernelError("invalid_circuit", { faults: read.error }));
    },

    async store(owner, { openqasm, name, metadata, faults }) {
      const startMs = clock.monotonicMs();
      const read = openqasm === "" ? undefined : circuits.read(owner, openqasm);
      const allFaults = [...faults, ...(read !== undefined && !read.ok ? read.error : [])];
      if (read === undefined || !read.ok || allFaults.length > 0) {
        return err(kernelError(faults.length === 0 ? "invalid_circuit" : "invalid_request", { faults: allFaults }));
      }
      const stored = await store.putCircuit({ ...read.value.row, name, metadata });
      telemetry.observe("circuit_store_latency", clock.monotonicMs() - startMs);
      return ok({ stored, circuit: read.value.circuit });
    },
  };
  return circuits;
}

/** `circ_` and half of the text's SHA-256: 128 bits, so that two texts never meet. */
export function circuitId(openqasm: string): string {
  return `circ_${sha256Hex(openqasm).slice(0, 32)}`;
}
