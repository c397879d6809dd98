// The door of the compiler. So far: parameters are bound and what cancels is dropped. Layout, routing and basis translation come with
// the compiler issue; devices that need them do not exist yet.

import { sha256Hex } from "../base/hash.ts";
import { ok, type Result } from "../base/result.ts";
import type { Binding } from "../model/bind-angles.ts";
import type { Circuit } from "../model/circuit.ts";
import type { Fault } from "../model/errors.ts";
import { writeQasm } from "../qasm/index.ts";
import { bindingFaults, bindParameters } from "./bind-parameters.ts";
import { cancelInverses } from "./cancel-inverses.ts";

export { bindingFaults, bindParameters, cancelInverses };

export interface CompiledCircuit {
  readonly circuit: Circuit;
  /** As OpenQASM 3. */
  readonly text: string;
  /** SHA-256 of the text, hex. */
  readonly hash: string;
}

/** Simplified first, so that a circuit does the same whether a job or a run of a sweep binds it. */
export function bindAndSimplify(circuit: Circuit, parameters: Binding): Result<CompiledCircuit, readonly Fault[]> {
  const bound = bindParameters(cancelInverses(circuit), parameters);
  return bound.ok ? compiled(bound.value) : bound;
}

/** Parameters stay as they are. */
export function simplify(circuit: Circuit): Result<CompiledCircuit, readonly Fault[]> {
  return compiled(cancelInverses(circuit));
}

function compiled(circuit: Circuit): Result<CompiledCircuit, readonly Fault[]> {
  const text = writeQasm(circuit, { version: 3 });
  return text.ok ? ok({ circuit, text: text.value, hash: sha256Hex(text.value) }) : text;
}
