// A plan as text: one line a pass, and what is done in it. A pure function.

import type { Plan } from "./plan.ts";
import type { Operation, Pass } from "./schedule.ts";

export function drawPlan({ qubitCount, schedule: { passes }, precision }: Plan, gateCount: number): string {
  const operationCount = passes.reduce((sum, { operations }) => sum + operations.length, 0);
  const work = `${plural(operationCount, "operation")} in ${plural(passes.length, "pass", "passes")}`;
  const head = `${plural(gateCount, "gate")} on ${plural(qubitCount, "qubit")} in ${precision} precision: ${work} over the state`;
  return `${[head, ...passes.map((pass, k) => drawPass(pass, k + 1, qubitCount))].join("\n")}\n`;
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function drawPass({ localMask, operations }: Pass, number: number, qubitCount: number): string {
  const positions = Array.from({ length: qubitCount }, (_, position) => position).filter(
    (position) => (localMask >>> position) & 1,
  );
  const blocks = plural(2 ** (qubitCount - positions.length), "block");
  const lines = [`pass ${number}: ${blocks} of 2^${positions.length} amplitudes, positions ${ranges(positions)}`];
  for (let first = 0; first < operations.length; ) {
    const text = drawOperation(operations[first] as Operation);
    let count = 1;
    while (first + count < operations.length && drawOperation(operations[first + count] as Operation) === text) count++;
    lines.push(`  ${count === 1 ? "" : `${count} x `}${text}`);
    first += count;
  }
  return lines.join("\n");
}

/** [0, 1, 2, 5] as "0-2, 5". */
function ranges(ascending: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const value of ascending) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === value - 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}

function drawOperation(operation: Operation): string {
  switch (operation.kind) {
    case "rotate":
      return `rotate ${plural(operation.bits.length, "qubit")}`;
    case "rotatePair":
      return "rotate a pair";
    case "rotateControlled":
      return "rotate under a control";
    case "flip":
      return "flip";
    case "permute":
      return "permute";
    case "phase":
      return "phase on a part of the block";
    case "exchangeLane":
      return "exchange the lane";
    case "diagonal": {
      const { linear, quadratic, outer } = operation.terms;
      const phaseCount = linear.length + quadratic.length + outer.length;
      return phaseCount === 0 ? "scale" : `diagonal of ${plural(phaseCount, "phase")}`;
    }
  }
}
