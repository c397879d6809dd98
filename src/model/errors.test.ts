import { expect, test } from "vitest";
import { describeError, errorCatalogue, kernelError } from "./errors.ts";

test("a hint that a fault gives already is not told twice", () => {
  const { hint } = errorCatalogue.deadline_passed;
  const fault = { field: "deadline", wanted: "later", found: "earlier", hint };
  expect(describeError(kernelError("deadline_passed", { faults: [fault] })).split(hint)).toHaveLength(2);
  expect(describeError(kernelError("deadline_passed")).split(hint)).toHaveLength(2);
});
