import { expect, test } from "vitest";
import { circuitOf } from "../../test/oracle/random-circuit.ts";
import { limits } from "../base/limits.ts";
import { noOutputs } from "../model/simulation.ts";
import { createTally } from "./tally.ts";

test("counts are sorted, and each shot keeps its place in them when memory is asked for", () => {
  const tally = createTally({ circuit: circuitOf(1, [], 2), outputs: { ...noOutputs, memory: true } });
  for (const outcome of ["10", "00", "10"]) tally.add(outcome);
  const { counts, shotOutcomes } = tally.finish();
  expect([...counts]).toEqual([
    ["00", 1],
    ["10", 2],
  ]);
  expect([...(shotOutcomes ?? [])]).toEqual([1, 0, 1]);
});

test("more text than a run may hold is refused, less of it where there is little room for states; what is known costs nothing", () => {
  const bitCount = 2 ** 22;
  const fill = (stateBytesMax?: number): number => {
    const tally = createTally({ circuit: circuitOf(1, [], bitCount), ...(stateBytesMax === undefined ? {} : { stateBytesMax }) });
    let count = 0;
    expect(() => {
      for (; count < 1000; count++) {
        tally.add(String(count));
        tally.add("0", 5);
      }
    }).toThrow(/different outcomes of 4194304 bits came, and a run may have \d+ bytes/);
    return count;
  };
  expect(fill()).toBe(limits.outcomeTextBytesMax / bitCount);
  expect(fill(2 ** 20)).toBe(limits.outcomeTextBytesMin / bitCount);
});
