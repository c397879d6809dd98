// The door of the compiler. So far: parameters are bound and what cancels is dropped. Layout, routing and basis translation come with
// the compiler issue; devices that need them do not exist yet.

import { sha256Hex } from "../base/hash.ts";
import { ok, type Result } from "../base/result.ts";
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

export function bindAndSimplify(
  circuit: Circuit,
  parameters: Readonly<Record<string, number>>,
): Result<CompiledCircuit, readonly Fault[]> {
  const bound = bindParameters(circuit, parameters);
  return bound.ok ? simplify(bound.value) : bound;
}

/** Parameters stay as they are. */
export function simplify(circuit: Circuit): Result<CompiledCircuit, readonly Fault[]> {
  const simplified = cancelInverses(circuit);
  const text = writeQasm(simplified, { version: 3 });
  return text.ok ? ok({ circuit: simplified, text: text.value, hash: sha256Hex(text.value) }) : text;
}
