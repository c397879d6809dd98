// Gives every parameter of a circuit its value, so that all angles are numbers.

import { err, ok, type Result } from "../base/result.ts";
import { bindAngles } from "../model/bind-angles.ts";
import { type Angle, type Circuit, walkOperations } from "../model/circuit.ts";
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

  const bound = bindAngles(circuit, values);
  const found = firstInfinite(bound);
  if (found === undefined) return ok(bound);
  const hint = "Check the parameters of the angle's expression.";
  return err([{ field: "parameters", wanted: "angles that are finite", found: String(found), hint }]);
}

function firstInfinite({ globalPhase, operations }: Circuit): Angle | undefined {
  if (!Number.isFinite(globalPhase)) return globalPhase;
  for (const operation of walkOperations(operations)) {
    const angle = operation.kind === "gate" ? operation.angles.find((each) => !Number.isFinite(each)) : undefined;
    if (angle !== undefined) return angle;
  }
  return undefined;
}
