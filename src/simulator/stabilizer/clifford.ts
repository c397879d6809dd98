// Which gates of the table are Clifford, and the few steps that make each of them. A gate is judged by what it does to Paulis: U P U^-1 must be a
// Pauli again for the X and the Z of each of its qubits. Rotations, u and cu can be Clifford only at multiples of pi/2, so there are few cases in all, and
// each is judged once.

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
  const key = quarterKey(gate, angles);
  if (key === undefined) return undefined;
  let known = stepsOf.get(gate);
  if (known === undefined) {
    known = new Map();
    stepsOf.set(gate, known);
  }
  let steps = known.get(key);
  if (steps === undefined) {
    steps = decompose(gate, key) ?? "not Clifford";
    known.set(key, steps);
  }
  return steps === "not Clifford" ? undefined : steps;
}

// By gate, then by its angles in quarter turns: 8 for each angle, of which no gate has more than four.
const stepsOf = new Map<GateName, Map<number, readonly CliffordStep[] | "not Clifford">>();

const angleErrorMax = 1e-12;
const quarter = Math.PI / 2;

/** The angles as multiples of pi/2 modulo 4 pi, an octal digit each; undefined when one is none, and then the gate is not Clifford. */
function quarterKey(gate: GateName, angles: readonly Angle[]): number | undefined {
  const given = gate === "u" || gate === "cu" ? withoutSlack(angles) : angles;
  let key = 0;
  for (const angle of given) {
    // An unbound angle may become anything.
    if (typeof angle !== "number") return undefined;
    const turns = Math.round(angle / quarter);
    if (!(Math.abs(angle - turns * quarter) <= angleErrorMax)) return undefined;
    key = 8 * key + (((turns % 8) + 8) % 8);
  }
  return key;
}

/** Angles of u or cu, where only a sum or difference of phi and lambda counts: phi becomes 0, and what it did goes to lambda and gamma. */
function withoutSlack(angles: readonly Angle[]): readonly Angle[] {
  const [theta = 0, phi = 0, lambda = 0, gamma = 0] = angles;
  if (typeof theta !== "number" || typeof phi !== "number" || typeof lambda !== "number" || typeof gamma !== "number")
    return angles;
  const halves = Math.round(theta / Math.PI);
  if (Math.abs(theta - halves * Math.PI) > angleErrorMax) return angles;
  // Diagonal: exp(i (phi + lambda)) on |1>. Antidiagonal: exp(i phi) comes out of both entries.
  const isDiagonal = halves % 2 === 0;
  const kept = [theta, 0, isDiagonal ? phi + lambda : lambda - phi];
  return angles.length === 3 ? kept : [...kept, isDiagonal ? gamma : gamma + phi];
}

function decompose(gate: GateName, key: number): readonly CliffordStep[] | undefined {
  const { qubitCount, angleCount, matrix } = gates[gate];
  // Of three qubits the table has the Toffolis, which are not Clifford.
  if (qubitCount > 2) return undefined;
  const angles = Array.from({ length: angleCount }, (_, k) => (Math.floor(key / 8 ** (angleCount - 1 - k)) % 8) * quarter);
  const images = generatorImages(qubitCount, matrix(angles, exactTrigonometry));
  if (images === undefined) return undefined;
  const steps = stepsByAction(qubitCount).get(actionKey(images)) ?? [];
  const made = generators(qubitCount).map((pauli) => steps.reduce(conjugate, pauli));
  return [...signCorrections(images, made), ...steps];
}

// Of multiples of pi/4, the same on every engine.
const exactTrigonometry: Trigonometry = {
  sin: (angle) => sines[eighths(angle) % 8] ?? 0,
  cos: (angle) => sines[(eighths(angle) + 2) % 8] ?? 0,
};
const half = Math.SQRT1_2;
// sines[k]: of k pi/4.
const sines = [0, half, 1, half, 0, -half, -1, -half];

function eighths(angle: number): number {
  const turns = Math.round(angle / (Math.PI / 4)) % 8;
  return turns < 0 ? turns + 8 : turns;
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

// Far above rounding, far below what an eighth of a turn does.
const entryErrorMax = 1e-9;

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
