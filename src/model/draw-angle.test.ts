import { expect, test } from "vitest";
import type { Angle } from "./circuit.ts";
import { drawAngle } from "./draw-angle.ts";

const theta: Angle = { kind: "parameter", name: "theta" };

test.each([
  [0, "0"],
  [Math.PI, "π"],
  [-Math.PI / 2, "-π/2"],
  [(3 * Math.PI) / 4, "3π/4"],
  [(-77 * Math.PI) / 128, "-77π/128"],
  [Math.PI / 1024, "π/1024"],
  // Computed in another order, so off in the last bits.
  [0.1 * Math.PI + 0.2 * Math.PI, "3π/10"],
  [0.1234567, "0.1235"],
  [1e-9, "1e-9"],
  [123456.789, "123500"],
])("the angle %f is drawn as %s", (angle, text) => {
  expect(drawAngle(angle)).toBe(text);
});

test("expressions keep their meaning: a looser operator inside of a tighter one gets parentheses", () => {
  const sum: Angle = { kind: "binary", operator: "+", left: theta, right: Math.PI / 2 };
  const product: Angle = { kind: "binary", operator: "*", left: 2, right: sum };
  expect(drawAngle(sum)).toBe("theta+π/2");
  expect(drawAngle(product)).toBe("2*(theta+π/2)");
  expect(drawAngle({ kind: "unary", operator: "-", operand: sum })).toBe("-(theta+π/2)");
  expect(drawAngle({ kind: "unary", operator: "cos", operand: sum })).toBe("cos(theta+π/2)");
  expect(drawAngle({ kind: "binary", operator: "-", left: theta, right: sum })).toBe("theta-(theta+π/2)");
  expect(drawAngle({ kind: "binary", operator: "**", left: product, right: 2 })).toBe("(2*(theta+π/2))**2");
  expect(drawAngle({ kind: "binary", operator: "/", left: theta, right: Math.PI / 2 })).toBe("theta/(π/2)");
});

test("ASCII drawings say pi", () => {
  expect(drawAngle(-Math.PI / 2, { pi: "pi" })).toBe("-pi/2");
});
