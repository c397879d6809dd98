// Gives every parameter of a circuit its value, so that all angles are numbers.

import { limits } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import { evaluateAngle } from "../model/angle.ts";
import { type Binding, bindAngles } from "../model/bind-angles.ts";
import { type Angle, type AngleExpression, type Circuit, walkOperations } from "../model/circuit.ts";
import type { Fault } from "../model/errors.ts";

/** Refuses parameters without a value, and angles that are not finite (a division by zero, the root of a negative number). */
export function bindParameters(circuit: Circuit, values: Binding): Result<Circuit, readonly Fault[]> {
  const faults = bindingFaults(circuit, [values]);
  return faults.length > 0 ? err(faults.map(({ fault }) => fault)) : ok(bindAngles(circuit, values));
}

/** Why bindings are refused, and which, without binding the circuit to each of them; at most limits.faultCountMax. */
export function bindingFaults(circuit: Circuit, bindings: readonly Binding[]): readonly { place: number; fault: Fault }[] {
  const expressions = expressionsOf(circuit);
  const faults: { place: number; fault: Fault }[] = [];
  for (const [place, values] of bindings.entries()) {
    faults.push(...faultsOf(circuit, expressions, values).map((fault) => ({ place, fault })));
    if (faults.length >= limits.faultCountMax) break;
  }
  return faults.slice(0, limits.faultCountMax);
}

function faultsOf({ parameters }: Circuit, expressions: readonly AngleExpression[], values: Binding): readonly Fault[] {
  const missing = parameters.filter((name) => !Object.hasOwn(values, name));
  if (missing.length > 0) {
    const hint = "Bind every input parameter.";
    return missing.map((name) => ({ field: `parameters.${name}`, wanted: "a finite number", found: "nothing", hint }));
  }
  for (const expression of expressions) {
    const angle = evaluateAngle(expression, values);
    if (Number.isFinite(angle)) continue;
    const hint = "Check the parameters of the angle's expression.";
    return [{ field: "parameters", wanted: "angles that are finite", found: String(angle), hint }];
  }
  return [];
}

function expressionsOf({ globalPhase, operations }: Circuit): readonly AngleExpression[] {
  const angles: Angle[] = [globalPhase];
  for (const operation of walkOperations(operations)) if (operation.kind === "gate") angles.push(...operation.angles);
  return angles.filter((angle) => typeof angle !== "number");
}
