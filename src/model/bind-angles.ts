// Gives the parameters of a circuit their values.

import { evaluateAngle } from "./angle.ts";
import type { Angle, Circuit, Operation } from "./circuit.ts";

/** Values of a circuit's parameters. */
export type Binding = Readonly<Record<string, number>>;

/** Every angle a number: NaN or infinite where its expression has no value. Operations without parameters stay the same objects. */
export function bindAngles(circuit: Circuit, values: Binding): Circuit {
  const number = (angle: Angle): number => (typeof angle === "number" ? angle : evaluateAngle(angle, values));
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
  return {
    ...circuit,
    parameters: [],
    globalPhase: number(circuit.globalPhase),
    operations: circuit.operations.map(bind),
  };
}

function isNumber(angle: Angle): angle is number {
  return typeof angle === "number";
}
