// Drops gates that do nothing: identities, pairs of a gate and its inverse with nothing in between, rotations that add up to none.
// The unitary stays exactly the same, global phase included. Cost: O(operations).

import type { Circuit, Operation } from "../model/circuit.ts";
import { gates } from "../model/gates.ts";

type GateOperation = Extract<Operation, { kind: "gate" }>;

export function cancelInverses(circuit: Circuit): Circuit {
  return { ...circuit, operations: simplify(circuit.operations, circuit.qubitCount) };
}

function simplify(operations: readonly Operation[], qubitCount: number): Operation[] {
  // kept[k]: an operation, or undefined once it was cancelled.
  const kept: (Operation | undefined)[] = [];
  // stacks[q]: places in `kept` of what acts on qubit q, newest last. A barrier or branch is a place on all its qubits.
  const stacks: number[][] = Array.from({ length: qubitCount }, () => []);

  const push = (operation: Operation, qubits: readonly number[]): void => {
    for (const qubit of qubits) stacks[qubit]?.push(kept.length);
    kept.push(operation);
  };

  for (const operation of operations) {
    if (operation.kind !== "gate") {
      push(simplifyInside(operation, qubitCount), qubitsOf(operation, qubitCount));
      continue;
    }
    if (isIdentity(operation)) continue;
    const place = commonTop(operation.qubits, stacks);
    const previous = place === undefined ? undefined : kept[place];
    const merged = previous?.kind === "gate" ? merge(previous, operation) : undefined;
    if (place === undefined || merged === undefined) {
      push(operation, operation.qubits);
    } else if (merged === "nothing") {
      kept[place] = undefined;
      for (const qubit of operation.qubits) stacks[qubit]?.pop();
    } else {
      kept[place] = merged;
    }
  }
  return kept.filter((operation) => operation !== undefined);
}

function simplifyInside(operation: Operation, qubitCount: number): Operation {
  if (operation.kind !== "if") return operation;
  return { ...operation, then: simplify(operation.then, qubitCount), otherwise: simplify(operation.otherwise, qubitCount) };
}

/** Qubits on which nothing may move past this operation. */
function qubitsOf(operation: Operation, qubitCount: number): readonly number[] {
  switch (operation.kind) {
    case "measure":
    case "reset":
      return [operation.qubit];
    case "barrier":
    case "delay":
    case "gate":
      return operation.qubits;
    case "if":
      return Array.from({ length: qubitCount }, (_, qubit) => qubit);
  }
}

/** The place that is newest on every one of these qubits, if there is one. */
function commonTop(qubits: readonly number[], stacks: readonly (readonly number[])[]): number | undefined {
  const [first, ...others] = qubits.map((qubit) => stacks[qubit]?.at(-1));
  return first !== undefined && others.every((top) => top === first) ? first : undefined;
}

function isIdentity({ gate, angles }: GateOperation): boolean {
  if (gate === "id") return true;
  return additive.has(gate) && angles[0] === 0;
}

// Rotations about one axis: two of them on the same qubits are one by the sum of the angles, exactly.
const additive: ReadonlySet<string> = new Set(["p", "rx", "ry", "rz", "cp", "crx", "cry", "crz", "rxx", "ryy", "rzz", "rzx"]);

/** The sum of two angles below it is off by less than a billionth. */
const angleMax = 2 ** 20;

/** What two neighbours on the same qubits come to; undefined when they stay two. */
function merge(previous: GateOperation, next: GateOperation): GateOperation | "nothing" | undefined {
  if (!hasSameQubits(previous, next)) return undefined;
  if (additive.has(next.gate)) {
    const [a] = previous.angles;
    const [b] = next.angles;
    if (previous.gate !== next.gate || typeof a !== "number" || typeof b !== "number") return undefined;
    // A sum of large angles is rounded: they stay two.
    if (Math.abs(a) > angleMax || Math.abs(b) > angleMax) return undefined;
    return a + b === 0 ? "nothing" : { ...next, angles: [a + b] };
  }
  const { inverse, angleCount } = gates[previous.gate];
  const inverseName = inverse?.gate ?? previous.gate;
  return angleCount === 0 && next.gate === inverseName ? "nothing" : undefined;
}

function hasSameQubits(previous: GateOperation, next: GateOperation): boolean {
  return previous.qubits.length === next.qubits.length && previous.qubits.every((qubit, place) => qubit === next.qubits[place]);
}
