// Gate definitions: a body is resolved once, to items over positions, and expanded at every call.

import { limits } from "../base/limits.ts";
import type { Context } from "./context.ts";
import { type ElaborateBlock, inScope } from "./control-flow.ts";
import { declareNew, requireGlobal } from "./declare.ts";
import { refuse } from "./faults.ts";
import { createDefinition, type GateDefinition, type Item } from "./items.ts";
import { countFrom } from "./operands.ts";
import { Scope } from "./scope.ts";
import { gateOfDefinitionText } from "./standard-library.ts";
import type { GateDefinitionStatement } from "./syntax.ts";

export function elaborateGate(context: Context, statement: GateDefinitionStatement, elaborateBlock: ElaborateBlock): void {
  const { at, name } = statement;
  requireGlobal(context, at, "gates");
  declareNew(context, name, at, () => {
    // Its own name is not known in its body, and no later one: a gate cannot call itself.
    const faultsBefore = context.faults.size;
    const definition = definitionOf(context, statement, elaborateBlock);
    return context.faults.size === faultsBefore ? { kind: "gate", definition } : { kind: "broken" };
  });
}

function definitionOf(context: Context, statement: GateDefinitionStatement, elaborateBlock: ElaborateBlock): GateDefinition {
  const { at, name, parameters, qubits, end } = statement;
  const parameterNames = parameters.map((parameter) => parameter.name);
  const positions = countFrom(0, qubits.length);
  const known = gateOfDefinitionText(name, context.text.slice(at, end));
  if (known !== undefined) {
    const angles = parameterNames.map((parameter) => ({ kind: "parameter", name: parameter }) as const);
    return createDefinition(parameterNames, qubits.length, [{ kind: "gate", gate: known, qubits: positions, angles }]);
  }
  const items = bodyItems(context, statement, elaborateBlock);
  const definition = createDefinition(parameterNames, qubits.length, items);
  if (definition.depth > limits.qasmNestingMax) {
    refuse(at, `gates that call gates at most ${limits.qasmNestingMax} levels deep`, "one more", "Write some of them out.");
  }
  return definition;
}

function bodyItems(
  context: Context,
  { name: gateName, parameters, qubits, body }: GateDefinitionStatement,
  elaborateBlock: ElaborateBlock,
): readonly Item[] {
  const scope = new Scope(context.scope, true);
  const items: Item[] = [];
  context.gateItems = items;
  context.gateName = gateName;
  try {
    inScope(context, scope, () => {
      for (const { name, at } of parameters) {
        const type = { at, name: "angle", size: undefined, element: undefined, dimensions: [], isReference: false } as const;
        declareNew(context, name, at, () => ({
          kind: "value",
          type,
          isConst: true,
          branchDepth: 0,
          value: { kind: "parameter", name },
        }));
      }
      for (const [position, { name, at }] of qubits.entries()) {
        declareNew(context, name, at, () => ({ kind: "qubits", indices: [position], isRegister: false }));
      }
      elaborateBlock(context, body);
    });
  } finally {
    context.gateItems = undefined;
    context.gateName = "";
  }
  return items;
}
