import { expect, test } from "vitest";
import { decodeResultPart, encodeResult, type ResultContent, type ResultPart } from "./result-codec.ts";

function join(parts: readonly Uint8Array[]) {
  const decoded = parts.map(decodeResultPart);
  const states = decoded.flatMap(({ finalState }) => (finalState === undefined ? [] : [finalState]));
  const memory = decoded.flatMap((part) => part.memory);
  return {
    counts: decoded.flatMap(({ counts }) => [...counts]),
    memory: memory.flatMap(({ outcomes }) => outcomes),
    firstShots: memory.map(({ firstShot }) => firstShot),
    probabilities: decoded.flatMap((part) => part.probabilities),
    amplitudes: states.flatMap(({ bytes }) => [...new Float64Array(bytes.slice().buffer)]),
    firstAmplitudes: states.map(({ firstAmplitude }) => firstAmplitude),
  };
}

const counts = new Map(Array.from({ length: 1000 }, (_, k) => [k.toString(2).padStart(10, "0"), k + 1]));

test("counts come back from their parts, each within the bound, in order", () => {
  const parts = encodeResult({ counts }, 500);
  expect(parts.length).toBeGreaterThan(10);
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(500);
  expect(join(parts).counts).toEqual([...counts]);
});

test("counts alone are written as older kernels wrote and read them", () => {
  const two = new Map([
    ["0", 3],
    ["1", 5],
  ]);
  const [part] = encodeResult({ counts: two }, 500);
  expect(new TextDecoder().decode(part)).toBe('[["0",3],["1",5]]');
});

test("no outcomes are one empty part", () => {
  const parts = encodeResult({ counts: new Map() }, 500);
  expect(parts).toHaveLength(1);
  const nothing: ResultPart = { counts: new Map(), memory: [], probabilities: [], finalState: undefined, sweep: [] };
  expect(decodeResultPart(parts[0] ?? new Uint8Array())).toEqual(nothing);
});

test("an outcome longer than the bound still gets a part of its own", () => {
  const two = new Map([
    ["0".repeat(100), 1],
    ["1", 2],
  ]);
  expect(encodeResult({ counts: two }, 50)).toHaveLength(2);
});

test("the runs of a sweep come back from as many parts as they need, their values once each", () => {
  const run = (k: number) => ({
    counts: new Map([...counts].slice(0, (37 * k) % 90)),
    method: "statevector" as const,
    methodReason: "",
    precision: "double" as const,
    engine: "",
    simulatedMs: 0,
    expectationValues: [k / 7],
    estimates: [],
  });
  const sweep = Array.from({ length: 40 }, (_, k) => run(k));
  const parts = encodeResult({ counts: new Map(), sweep }, 700);
  expect(parts.length).toBeGreaterThan(10);
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(700);
  const pieces = parts.flatMap((part) => decodeResultPart(part).sweep);
  expect(parts.every((part) => decodeResultPart(part).counts.size === 0)).toBe(true);
  for (const [k, { counts: own, expectationValues, estimates, method }] of sweep.entries()) {
    const mine = pieces.filter((piece) => piece.run === k);
    expect(
      mine.flatMap((piece) => [...piece.counts]),
      `run ${k}`,
    ).toEqual([...own]);
    expect(mine.map(({ values }) => values)).toEqual([
      { method, expectationValues, estimates },
      ...mine.slice(1).map(() => undefined),
    ]);
  }
});

test("the outcomes of shots come back in their order, from as many parts as they need", () => {
  const shotOutcomes = Uint32Array.from({ length: 20_000 }, (_, shot) => (shot * 7919) % 1000);
  const parts = encodeResult({ counts, shotOutcomes }, 100_000);
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(100_000);
  const joined = join(parts);
  expect(joined.counts).toEqual([...counts]);
  expect(joined.memory).toEqual(Array.from(shotOutcomes, (place) => [...counts.keys()][place]));
  expect(joined.firstShots[0]).toBe(0);
  expect(joined.firstShots).toEqual([...joined.firstShots].sort((a, b) => a - b));
});

test("probabilities and amplitudes come back to the last bit", () => {
  const content: ResultContent = {
    counts: new Map(),
    probabilities: [Float64Array.of(0.1, 0.9), Float64Array.from({ length: 4096 }, (_, k) => 1 / (k + 3))],
    finalState: Float64Array.from({ length: 512 }, (_, k) => Math.sin(k)),
  };
  const parts = encodeResult(content, 20_000);
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(20_000);
  const { probabilities, amplitudes, firstAmplitudes } = join(parts);
  const values = [0, 1].map((list) => probabilities.filter((run) => run.list === list).flatMap((run) => run.probabilities));
  expect(values).toEqual(content.probabilities?.map((list) => [...list]));
  expect(amplitudes).toEqual([...(content.finalState ?? [])]);
  expect(firstAmplitudes).toEqual([0]);
  expect(join(encodeResult(content, 4_000)).firstAmplitudes.length).toBeGreaterThan(1);
});
