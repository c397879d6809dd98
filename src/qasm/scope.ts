// What names mean where: nested scopes of symbols.

import type { GateDefinition } from "./items.ts";
import type { TypeNode } from "./syntax.ts";
import { isAngleExpression, type Value } from "./values.ts";

export type NameSymbol =
  /** Qubits or classical bits; a register even of size 1 broadcasts as a register, a single one does not. */
  | { readonly kind: "qubits" | "bits"; readonly indices: readonly number[]; readonly isRegister: boolean }
  | { readonly kind: "gate"; readonly definition: GateDefinition | undefined }
  | VariableSymbol
  /** Its declaration had a fault; uses of it tell nothing new. */
  | { readonly kind: "broken" };

interface VariableSymbol {
  readonly kind: "value";
  readonly type: TypeNode;
  readonly isConst: boolean;
  /** How many branches over measured bits stood around its declaration. */
  readonly branchDepth: number;
  /** Undefined until it is assigned. */
  value: Value | undefined;
}

export class Scope {
  readonly names = new Map<string, NameSymbol>();
  readonly parent: Scope | undefined;
  /** A gate's body sees gates and constants of the scopes around it, nothing else. */
  readonly isGateBody: boolean;

  constructor(parent?: Scope, isGateBody = false) {
    this.parent = parent;
    this.isGateBody = isGateBody;
  }

  lookup(name: string): NameSymbol | undefined {
    let isOutsideGate = false;
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      const symbol = scope.names.get(name);
      if (symbol !== undefined) return isOutsideGate && !isVisibleInGate(symbol) ? undefined : symbol;
      isOutsideGate ||= scope.isGateBody;
    }
    return undefined;
  }

  /** Names of one sort, for suggestions. */
  *namesOf(...kinds: readonly NameSymbol["kind"][]): Generator<string> {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      for (const [name, symbol] of scope.names) if (kinds.includes(symbol.kind)) yield name;
    }
  }
}

function isVisibleInGate(symbol: NameSymbol): boolean {
  if (symbol.kind !== "value") return symbol.kind === "gate" || symbol.kind === "broken";
  // An input is a constant of one run, not of the text.
  return symbol.isConst && !(typeof symbol.value === "object" && isAngleExpression(symbol.value));
}
