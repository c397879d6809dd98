// Stored circuits as the contract's messages.

import { create } from "@bufbuild/protobuf";
import {
  type CircuitData,
  CircuitDataSchema,
  type CircuitHandle,
  CircuitHandleSchema,
} from "../../gen/eigen/kernel/v1/circuits_pb.ts";
import type { Circuit } from "../../model/circuit.ts";
import type { StoredCircuit } from "../../ports/store.ts";
import { toTimestamp } from "./time.ts";

export interface CircuitAtRest {
  readonly stored: StoredCircuit;
  readonly circuit: Circuit;
}

export function toCircuitHandle({ stored, circuit }: CircuitAtRest): CircuitHandle {
  return create(CircuitHandleSchema, {
    id: stored.id,
    qubitCount: stored.qubitCount,
    sizeBytes: BigInt(new TextEncoder().encode(stored.openqasm).byteLength),
    parameters: [...circuit.parameters],
    createdAt: toTimestamp(stored.createdAtMs),
  });
}

export function toCircuitData(atRest: CircuitAtRest): CircuitData {
  const { stored } = atRest;
  return create(CircuitDataSchema, {
    openqasm: stored.openqasm,
    name: stored.name,
    metadata: { ...stored.metadata },
    handle: toCircuitHandle(atRest),
  });
}
