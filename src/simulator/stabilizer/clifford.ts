// Which gates of the table are Clifford, and the few steps that make each of them. A gate is judged by what it does to Paulis: U P U^-1 must be a
// Pauli again for the X and the Z of each of its qubits. So rotations, u and cu count when their angles happen to be right.

import type { Angle } from "../../model/circuit.ts";
import { type Complex, type GateName, gates, type Matrix, type Trigonometry } from "../../model/gates.ts";

/** Bit 0: x, bit 1: z; both are Y. */
export type PauliLetter = 1 | 2 | 3;

/** What the tableau and the frames can do. */
export type CliffordStep =
  | { readonly kind: "h" | "s" | "sx"; readonly qubit: number }
  | { readonly kind: "cx" | "cz" | "swap"; readonly first: number; readonly second: number }
  | { readonly kind: "pauli"; readonly qubit: number; readonly pauli: PauliLetter };

/** A Pauli on the qubits of one gate: bit k of x and z belongs to qubit k; both are Y. */
interface SignedPauli {
  readonly x: number;
  readonly z: number;
  readonly isNegative: boolean;
}

/** The gate on qubits 0 and 1 as steps in order, up to a global phase; undefined when it is not Clifford. */
export function cliffordSteps(gate: GateName, angles: readonly Angle[]): readonly CliffordStep[] | undefined {
  if (angles.length > 0) return decompose(gate, angles);
  const known = fixedSteps.get(gate);
  if (known !== undefined || fixedSteps.has(gate)) return known;
  const steps = decompose(gate, angles);
  fixedSteps.set(gate, steps);
  return steps;
}

// Gates without angles are judged once; there are as many as the table has.
const fixedSteps = new Map<GateName, readonly CliffordStep[] | undefined>();

function decompose(gate: GateName, angles: readonly Angle[]): readonly CliffordStep[] | undefined {
  const { qubitCount, matrix } = gates[gate];
  const numbers = angles.filter((angle) => typeof angle === "number");
  // Of three qubits the table has the Toffolis, which are not Clifford; an unbound angle may become anything.
  if (qubitCount > 2 || numbers.length < angles.length) return undefined;
  const images = generatorImages(qubitCount, matrix(numbers, snappedTrigonometry));
  if (images === undefined) return undefined;
  const steps = stepsByAction(qubitCount).get(actionKey(images)) ?? [];
  const made = generators(qubitCount).map((pauli) => steps.reduce(conjugate, pauli));
  return [...signCorrections(images, made), ...steps];
}

// Sines and cosines of multiples of pi/4 are exact, so that an angle computed with rounding is still recognised, alike on every engine.
const angleErrorMax = 1e-12;
const snappedTrigonometry: Trigonometry = {
  sin: (angle) => snapped(angle) ?? Math.sin(angle),
  cos: (angle) => snapped(angle + Math.PI / 2) ?? Math.cos(angle),
};
const half = Math.SQRT1_2;
// sines[k]: of k pi/4.
const sines = [0, half, 1, half, 0, -half, -1, -half];

function snapped(angle: number): number | undefined {
  const eighth = Math.round(angle / (Math.PI / 4));
  if (Math.abs(angle - eighth * (Math.PI / 4)) > angleErrorMax) return undefined;
  return sines[((eighth % 8) + 8) % 8];
}

/** X and Z of each qubit: X_0, Z_0, X_1, Z_1. */
function generators(qubitCount: number): readonly SignedPauli[] {
  return Array.from({ length: 2 * qubitCount }, (_, k) => {
    const bit = 1 << (k >> 1);
    return k % 2 === 0 ? { x: bit, z: 0, isNegative: false } : { x: 0, z: bit, isNegative: false };
  });
}

/** U P U^-1 for each generator P; undefined when one of them is not a Pauli. */
function generatorImages(qubitCount: number, matrix: Matrix): readonly SignedPauli[] | undefined {
  const images: SignedPauli[] = [];
  for (const generator of generators(qubitCount)) {
    const image = toPauli(multiply(multiply(matrix, pauliMatrix(generator, matrix.length)), adjoint(matrix)));
    if (image === undefined) return undefined;
    images.push(image);
  }
  return images;
}

// Entries off by more belong to an angle that was not snapped; rounding is a hundred times less.
const entryErrorMax = 1e-13;

function toPauli(matrix: Matrix): SignedPauli | undefined {
  const x = matrix[0]?.findIndex(([re, im]) => Math.hypot(re, im) > 0.5) ?? -1;
  if (x < 0) return undefined;
  // Rows whose index differs in one bit have the same sign, or the qubit has a z.
  let z = 0;
  for (let bit = 1; bit < matrix.length; bit <<= 1) if (dot(matrix[0]?.[x], matrix[bit]?.[bit ^ x]) < 0) z |= bit;
  for (const isNegative of [false, true]) {
    const pauli = { x, z, isNegative };
    if (distance(matrix, pauliMatrix(pauli, matrix.length)) < entryErrorMax) return pauli;
  }
  return undefined;
}

function pauliMatrix({ x, z, isNegative }: SignedPauli, size: number): Matrix {
  // Y = -i at its upper right.
  const phase = powersOfI[(3 * countBits(x & z) + (isNegative ? 2 : 0)) & 3] ?? [1, 0];
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column): Complex => {
      if ((row ^ column) !== x) return [0, 0];
      return countBits(row & z) % 2 === 0 ? phase : [-phase[0], -phase[1]];
    }),
  );
}

const powersOfI: readonly Complex[] = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
];

function countBits(value: number): number {
  return (value & 1) + ((value >> 1) & 1);
}

function dot(a: Complex = [0, 0], b: Complex = [0, 0]): number {
  return a[0] * b[0] + a[1] * b[1];
}

function multiply(left: Matrix, right: Matrix): Matrix {
  return left.map((row) =>
    row.map((_, column): Complex => {
      let re = 0;
      let im = 0;
      for (const [k, [a, b]] of row.entries()) {
        const [c, d] = right[k]?.[column] ?? [0, 0];
        re += a * c - b * d;
        im += a * d + b * c;
      }
      return [re, im];
    }),
  );
}

function adjoint(matrix: Matrix): Matrix {
  return matrix.map((_, row) => matrix.map((source): Complex => [source[row]?.[0] ?? 0, -(source[row]?.[1] ?? 0)]));
}

function distance(a: Matrix, b: Matrix): number {
  return Math.max(
    ...a.flatMap((row, r) => row.map(([re, im], c) => Math.hypot(re - (b[r]?.[c]?.[0] ?? 0), im - (b[r]?.[c]?.[1] ?? 0)))),
  );
}

/** What a gate does to Paulis, signs aside: two bits a qubit and generator. */
function actionKey(images: readonly SignedPauli[]): number {
  return images.reduce((key, { x, z }) => (key << 4) | (x << 2) | z, 0);
}

/** stepsByAction(n).get(key): the shortest steps with that action. 6 actions of one qubit, 720 of two, found breadth first once. */
function stepsByAction(qubitCount: number): ReadonlyMap<number, readonly CliffordStep[]> {
  const known = actionTables[qubitCount];
  if (known !== undefined) return known;
  const found = new Map<number, readonly CliffordStep[]>();
  let frontier = [{ images: generators(qubitCount), steps: [] as readonly CliffordStep[] }];
  while (frontier.length > 0) {
    const next: typeof frontier = [];
    for (const { images, steps } of frontier) {
      if (found.has(actionKey(images))) continue;
      found.set(actionKey(images), steps);
      for (const step of elementarySteps(qubitCount)) {
        next.push({ images: images.map((image) => conjugate(image, step)), steps: [...steps, step] });
      }
    }
    frontier = next;
  }
  actionTables[qubitCount] = found;
  return found;
}

const actionTables: ReadonlyMap<number, readonly CliffordStep[]>[] = [];

function elementarySteps(qubitCount: number): readonly CliffordStep[] {
  const onOne = Array.from({ length: qubitCount }, (_, qubit) =>
    (["h", "s", "sx"] as const).map((kind) => ({ kind, qubit })),
  ).flat();
  if (qubitCount === 1) return onOne;
  const onTwo = (["cx", "cz", "swap"] as const).map((kind) => ({ kind, first: 0, second: 1 }));
  return [...onOne, ...onTwo, { kind: "cx", first: 1, second: 0 }];
}

/** step * pauli * step^-1. */
function conjugate({ x, z, isNegative }: SignedPauli, step: CliffordStep): SignedPauli {
  const at = (bits: number, qubit: number): number => (bits >> qubit) & 1;
  switch (step.kind) {
    case "h": {
      const both = at(x, step.qubit) & at(z, step.qubit);
      const differ = (at(x, step.qubit) ^ at(z, step.qubit)) << step.qubit;
      return { x: x ^ differ, z: z ^ differ, isNegative: isNegative !== (both === 1) };
    }
    case "s":
      return { x, z: z ^ (x & (1 << step.qubit)), isNegative: isNegative !== ((at(x, step.qubit) & at(z, step.qubit)) === 1) };
    case "sx": {
      const turns = at(z, step.qubit) & ~at(x, step.qubit);
      return { x: x ^ (z & (1 << step.qubit)), z, isNegative: isNegative !== (turns === 1) };
    }
    case "cx": {
      const turns = at(x, step.first) & at(z, step.second) & (at(x, step.second) ^ at(z, step.first) ^ 1);
      const newX = x ^ (at(x, step.first) << step.second);
      return { x: newX, z: z ^ (at(z, step.second) << step.first), isNegative: isNegative !== (turns === 1) };
    }
    case "cz": {
      const turns = at(x, step.first) & at(x, step.second) & (at(z, step.first) ^ at(z, step.second));
      const newZ = z ^ (at(x, step.second) << step.first) ^ (at(x, step.first) << step.second);
      return { x, z: newZ, isNegative: isNegative !== (turns === 1) };
    }
    case "swap": {
      const exchange = (bits: number): number => (at(bits, 0) << 1) | at(bits, 1);
      return { x: exchange(x), z: exchange(z), isNegative };
    }
    case "pauli": {
      const turns = (at(x, step.qubit) & (step.pauli >> 1)) ^ (at(z, step.qubit) & step.pauli & 1);
      return { x, z, isNegative: isNegative !== (turns === 1) };
    }
  }
}

/** Paulis in front: Z turns the sign of its qubit's X, X that of its Z. */
function signCorrections(wanted: readonly SignedPauli[], made: readonly SignedPauli[]): readonly CliffordStep[] {
  const letters: (0 | PauliLetter)[] = [0, 0];
  for (const [k, { isNegative }] of wanted.entries()) {
    if (isNegative === made[k]?.isNegative) continue;
    letters[k >> 1] = ((letters[k >> 1] ?? 0) | (k % 2 === 0 ? 2 : 1)) as PauliLetter;
  }
  return letters.flatMap((pauli, qubit): CliffordStep[] => (pauli === 0 ? [] : [{ kind: "pauli", qubit, pauli }]));
}
