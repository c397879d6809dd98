// What the quantum data fabric offers: circuits by their content (CircuitFS).

import type { Result } from "../base/result.ts";
import type { Circuit } from "../model/circuit.ts";
import type { Fault, KernelError } from "../model/errors.ts";
import type { Owner } from "../model/job.ts";
import type { NewCircuit, StoredCircuit } from "../ports/store.ts";

/** A text that was read: its content id, the circuit, and the row to store. */
export interface ReadCircuit {
  readonly id: string;
  readonly circuit: Circuit;
  readonly row: NewCircuit;
}

export interface CircuitFs {
  /** Parses (or finds parsed) a text; stores nothing. */
  read(owner: Owner, openqasm: string): Result<ReadCircuit, readonly Fault[]>;
  /** The circuit of an admitted job: what a tenant's job names, that tenant has stored. */
  circuitOf(owner: Owner, id: string): Promise<Result<Circuit, KernelError>>;
  /** A stored circuit, parsed. */
  load(owner: Owner, id: string): Promise<Result<{ readonly stored: StoredCircuit; readonly circuit: Circuit }, KernelError>>;
  store(
    owner: Owner,
    data: {
      readonly openqasm: string;
      readonly name: string;
      readonly metadata: Readonly<Record<string, string>>;
      readonly faults: readonly Fault[];
    },
  ): Promise<Result<{ readonly stored: StoredCircuit; readonly circuit: Circuit }, KernelError>>;
}
