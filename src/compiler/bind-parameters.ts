// Gives every parameter of a circuit its value, so that all angles are numbers.

import { err, ok, type Result } from "../base/result.ts";
import { evaluateAngle } from "../model/angle.ts";
import type { Angle, Circuit, Operation } from "../model/circuit.ts";
import type { Fault } from "../model/errors.ts";

/** Refuses parameters without a value, and angles that are not finite (a division by zero, the root of a negative number). */
export function bindParameters(circuit: Circuit, values: Readonly<Record<string, number>>): Result<Circuit, readonly Fault[]> {
  const faults: Fault[] = [];
  for (const name of circuit.parameters) {
    if (Object.hasOwn(values, name)) continue;
    faults.push({
      field: `parameters.${name}`,
      wanted: "a finite number",
      found: "nothing",
      hint: "Bind every input parameter.",
    });
  }
  if (faults.length > 0) return err(faults);

  const number = (angle: Angle): number => {
    const value = evaluateAngle(angle, values);
    if (!Number.isFinite(value) && faults.length === 0) {
      const hint = "Check the parameters of the angle's expression.";
      faults.push({ field: "parameters", wanted: "angles that are finite", found: String(value), hint });
    }
    return value;
  };
  const bind = (operation: Operation): Operation => {
    switch (operation.kind) {
      case "gate":
        return operation.angles.every(isNumber) ? operation : { ...operation, angles: operation.angles.map(number) };
      case "if":
        return { ...operation, then: operation.then.map(bind), otherwise: operation.otherwise.map(bind) };
      default:
        return operation;
    }
  };
  const bound = {
    ...circuit,
    parameters: [],
    globalPhase: number(circuit.globalPhase),
    operations: circuit.operations.map(bind),
  };
  return faults.length > 0 ? err(faults) : ok(bound);
}

function isNumber(angle: Angle): angle is number {
  return typeof angle === "number";
}
