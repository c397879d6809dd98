// The gate table: one record per gate that the kernel knows, the single place where a gate's name, shape and matrix stand.
// The front end, the writer, the compiler, the simulator, the drawing and their tests are driven by it.
//
// Matrices follow Qiskit: for a gate on qubits [a, b, c], a is the least significant bit of the row index.
// Source of the definitions: OpenQASM 3 stdgates.inc and OpenQASM 2 qelib1.inc (Cross et al. 2022, arXiv:2104.14722).

/** A complex number: [real, imaginary]. */
export type Complex = readonly [number, number];
/** Row-major square matrix. */
export type Matrix = readonly (readonly Complex[])[];

export interface GateRecord {
  readonly qubitCount: number;
  readonly angleCount: number;
  /** Leading qubits that only condition the rest; `target` acts when all of them are 1. */
  readonly controlCount: number;
  /** Short label for drawings; controls are drawn as dots. */
  readonly label: string;
  readonly description: string;
  /** The inverse gate: its name, and how its angles follow from this gate's. Absent: the gate is its own inverse. */
  readonly inverse?: { readonly gate: string; readonly angles?: (angles: readonly number[]) => number[] };
  /** The matrix over all its qubits, controls included. Angles in radians. */
  readonly matrix: (angles: readonly number[], trigonometry?: Trigonometry) => Matrix;
}

/** Sine and cosine. The simulator hands in those of its WASM module, so that every engine computes the same bits. */
export interface Trigonometry {
  sin(angle: number): number;
  cos(angle: number): number;
}

const zero: Complex = [0, 0];
const one: Complex = [1, 0];
const i: Complex = [0, 1];
const minusI: Complex = [0, -1];
const half = Math.SQRT1_2;

function phase(angle: number, trig: Trigonometry): Complex {
  return [trig.cos(angle), trig.sin(angle)];
}

function scale(factor: number, [re, im]: Complex): Complex {
  return [factor * re, factor * im];
}

function diagonal(...entries: readonly Complex[]): Matrix {
  return entries.map((entry, row) => entries.map((_, column) => (row === column ? entry : zero)));
}

/** Sends basis state `column` to `images[column]`. */
function permutation(images: readonly number[]): Matrix {
  return images.map((_, row) => images.map((image) => (image === row ? one : zero)));
}

/** Controls are the first, least significant qubits: rows whose control bits are all 1 form the target's block. */
export function controlled(controlCount: number, target: Matrix): Matrix {
  const mask = (1 << controlCount) - 1;
  const size = target.length << controlCount;
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column): Complex => {
      if ((row & mask) !== mask || (column & mask) !== mask) return row === column ? one : zero;
      return target[row >> controlCount]?.[column >> controlCount] ?? zero;
    }),
  );
}

function u([theta = 0, phi = 0, lambda = 0]: readonly number[], trig: Trigonometry): Matrix {
  const cos = trig.cos(theta / 2);
  const sin = trig.sin(theta / 2);
  return [
    [[cos, 0], scale(-sin, phase(lambda, trig))],
    // Not the phase of phi + lambda: a sum of large angles is rounded, and the matrix would not be unitary.
    [scale(sin, phase(phi, trig)), scale(cos, multiply(phase(phi, trig), phase(lambda, trig)))],
  ];
}

function rx([theta = 0]: readonly number[], trig: Trigonometry): Matrix {
  const cos = trig.cos(theta / 2);
  const sin = trig.sin(theta / 2);
  return [
    [
      [cos, 0],
      [0, -sin],
    ],
    [
      [0, -sin],
      [cos, 0],
    ],
  ];
}

function ry([theta = 0]: readonly number[], trig: Trigonometry): Matrix {
  const cos = trig.cos(theta / 2);
  const sin = trig.sin(theta / 2);
  return [
    [
      [cos, 0],
      [-sin, 0],
    ],
    [
      [sin, 0],
      [cos, 0],
    ],
  ];
}

function rz([theta = 0]: readonly number[], trig: Trigonometry): Matrix {
  return diagonal(phase(-theta / 2, trig), phase(theta / 2, trig));
}

/** exp(-i theta/2 P) for a two-qubit Pauli P that maps basis state k to `sign(k) * |k ^ flip>`. */
function pauliRotation(theta: number, trig: Trigonometry, flip: number, coefficient: (column: number) => Complex): Matrix {
  const cos = trig.cos(theta / 2);
  const sin = trig.sin(theta / 2);
  return [0, 1, 2, 3].map((row) =>
    [0, 1, 2, 3].map((column): Complex => {
      const [re, im] = (column ^ flip) === row ? coefficient(column) : zero;
      // -i * sin * (re + i im) = sin * im - i * sin * re
      return [(row === column ? cos : 0) + sin * im, -sin * re];
    }),
  );
}

const parity = (k: number): number => ((k & 1) ^ (k >> 1)) & 1;

const x: Matrix = permutation([1, 0]);
const y: Matrix = [
  [zero, minusI],
  [i, zero],
];
const z: Matrix = diagonal(one, [-1, 0]);
const h: Matrix = [
  [
    [half, 0],
    [half, 0],
  ],
  [
    [half, 0],
    [-half, 0],
  ],
];
const sx: Matrix = [
  [
    [0.5, 0.5],
    [0.5, -0.5],
  ],
  [
    [0.5, -0.5],
    [0.5, 0.5],
  ],
];
const sxdg: Matrix = [
  [
    [0.5, -0.5],
    [0.5, 0.5],
  ],
  [
    [0.5, 0.5],
    [0.5, -0.5],
  ],
];
const swap: Matrix = permutation([0, 2, 1, 3]);

const negated = (angles: readonly number[]): number[] => angles.map((angle) => -angle);

interface Shape {
  readonly label: string;
  readonly description: string;
  readonly qubitCount?: number;
  readonly angleCount?: number;
  readonly controlCount?: number;
  readonly inverse?: NonNullable<GateRecord["inverse"]>;
}

function fixed(matrix: Matrix, shape: Shape): GateRecord {
  return { qubitCount: 1, angleCount: 0, controlCount: 0, ...shape, matrix: () => matrix };
}

function rotation(gate: string, matrix: (angles: readonly number[], trig: Trigonometry) => Matrix, shape: Shape): GateRecord {
  const build: GateRecord["matrix"] = (angles, trigonometry = Math) => matrix(angles, trigonometry);
  return { qubitCount: 1, angleCount: 1, controlCount: 0, inverse: { gate, angles: negated }, ...shape, matrix: build };
}

const uInverse = ([theta = 0, phi = 0, lambda = 0]: readonly number[]): number[] => [-theta, -lambda, -phi];

const table = {
  id: fixed(diagonal(one, one), { label: "I", description: "identity" }),
  x: fixed(x, { label: "X", description: "Pauli X" }),
  y: fixed(y, { label: "Y", description: "Pauli Y" }),
  z: fixed(z, { label: "Z", description: "Pauli Z" }),
  h: fixed(h, { label: "H", description: "Hadamard" }),
  s: fixed(diagonal(one, i), { label: "S", description: "square root of Z", inverse: { gate: "sdg" } }),
  sdg: fixed(diagonal(one, minusI), { label: "S†", description: "inverse of S", inverse: { gate: "s" } }),
  t: fixed(diagonal(one, [half, half]), { label: "T", description: "fourth root of Z", inverse: { gate: "tdg" } }),
  tdg: fixed(diagonal(one, [half, -half]), { label: "T†", description: "inverse of T", inverse: { gate: "t" } }),
  sx: fixed(sx, { label: "√X", description: "square root of X", inverse: { gate: "sxdg" } }),
  sxdg: fixed(sxdg, { label: "√X†", description: "inverse of sx", inverse: { gate: "sx" } }),
  p: rotation("p", ([lambda = 0], trig) => diagonal(one, phase(lambda, trig)), {
    label: "P",
    description: "phase exp(i lambda) on |1>",
  }),
  rx: rotation("rx", rx, { label: "Rx", description: "rotation about X" }),
  ry: rotation("ry", ry, { label: "Ry", description: "rotation about Y" }),
  rz: rotation("rz", rz, { label: "Rz", description: "rotation about Z" }),
  u: rotation("u", u, {
    label: "U",
    description: "any 1-qubit gate (theta, phi, lambda)",
    angleCount: 3,
    inverse: { gate: "u", angles: uInverse },
  }),
  cx: fixed(controlled(1, x), { label: "X", description: "controlled X", qubitCount: 2, controlCount: 1 }),
  cy: fixed(controlled(1, y), { label: "Y", description: "controlled Y", qubitCount: 2, controlCount: 1 }),
  cz: fixed(controlled(1, z), { label: "Z", description: "controlled Z", qubitCount: 2, controlCount: 1 }),
  ch: fixed(controlled(1, h), { label: "H", description: "controlled Hadamard", qubitCount: 2, controlCount: 1 }),
  csx: fixed(controlled(1, sx), {
    label: "√X",
    description: "controlled square root of X",
    qubitCount: 2,
    controlCount: 1,
    inverse: { gate: "csxdg" },
  }),
  csxdg: fixed(controlled(1, sxdg), {
    label: "√X†",
    description: "inverse of csx",
    qubitCount: 2,
    controlCount: 1,
    inverse: { gate: "csx" },
  }),
  cp: rotation("cp", ([lambda = 0], trig) => diagonal(one, one, one, phase(lambda, trig)), {
    label: "P",
    description: "controlled phase",
    qubitCount: 2,
    controlCount: 1,
  }),
  crx: rotation("crx", (angles, trig) => controlled(1, rx(angles, trig)), {
    label: "Rx",
    description: "controlled rotation about X",
    qubitCount: 2,
    controlCount: 1,
  }),
  cry: rotation("cry", (angles, trig) => controlled(1, ry(angles, trig)), {
    label: "Ry",
    description: "controlled rotation about Y",
    qubitCount: 2,
    controlCount: 1,
  }),
  crz: rotation("crz", (angles, trig) => controlled(1, rz(angles, trig)), {
    label: "Rz",
    description: "controlled rotation about Z",
    qubitCount: 2,
    controlCount: 1,
  }),
  cu: rotation(
    "cu",
    ([theta = 0, phi = 0, lambda = 0, gamma = 0], trig) =>
      controlled(
        1,
        u([theta, phi, lambda], trig).map((row) => row.map((entry) => multiply(entry, phase(gamma, trig)))),
      ),
    {
      label: "U",
      description: "controlled exp(i gamma) U(theta, phi, lambda)",
      qubitCount: 2,
      controlCount: 1,
      angleCount: 4,
      inverse: { gate: "cu", angles: ([theta = 0, phi = 0, lambda = 0, gamma = 0]) => [-theta, -lambda, -phi, -gamma] },
    },
  ),
  swap: fixed(swap, { label: "×", description: "exchange two qubits", qubitCount: 2 }),
  iswap: fixed(
    [
      [one, zero, zero, zero],
      [zero, zero, i, zero],
      [zero, i, zero, zero],
      [zero, zero, zero, one],
    ],
    {
      label: "iSW",
      description: "exchange with phase i",
      qubitCount: 2,
      inverse: { gate: "iswapdg" },
    },
  ),
  iswapdg: fixed(
    [
      [one, zero, zero, zero],
      [zero, zero, minusI, zero],
      [zero, minusI, zero, zero],
      [zero, zero, zero, one],
    ],
    {
      label: "iSW†",
      description: "inverse of iswap",
      qubitCount: 2,
      inverse: { gate: "iswap" },
    },
  ),
  ecr: fixed(
    [
      [zero, [half, 0], zero, [0, half]],
      [[half, 0], zero, [0, -half], zero],
      [zero, [0, half], zero, [half, 0]],
      [[0, -half], zero, [half, 0], zero],
    ],
    { label: "ECR", description: "echoed cross resonance", qubitCount: 2 },
  ),
  rxx: rotation("rxx", ([theta = 0], trig) => pauliRotation(theta, trig, 3, () => one), {
    label: "Rxx",
    description: "rotation about XX",
    qubitCount: 2,
  }),
  ryy: rotation("ryy", ([theta = 0], trig) => pauliRotation(theta, trig, 3, (k) => (parity(k) === 0 ? [-1, 0] : one)), {
    label: "Ryy",
    description: "rotation about YY",
    qubitCount: 2,
  }),
  rzz: rotation("rzz", ([theta = 0], trig) => pauliRotation(theta, trig, 0, (k) => (parity(k) === 0 ? one : [-1, 0])), {
    label: "Rzz",
    description: "rotation about ZZ",
    qubitCount: 2,
  }),
  rzx: rotation("rzx", ([theta = 0], trig) => pauliRotation(theta, trig, 2, (k) => ((k & 1) === 0 ? one : [-1, 0])), {
    label: "Rzx",
    description: "rotation about ZX (Z on the first qubit)",
    qubitCount: 2,
  }),
  ccx: fixed(controlled(2, x), { label: "X", description: "Toffoli", qubitCount: 3, controlCount: 2 }),
  ccz: fixed(controlled(2, z), { label: "Z", description: "doubly controlled Z", qubitCount: 3, controlCount: 2 }),
  cswap: fixed(controlled(1, swap), { label: "×", description: "Fredkin", qubitCount: 3, controlCount: 1 }),
} as const satisfies Record<string, GateRecord>;

export type GateName = keyof typeof table;

/** gates[name]: the record of a gate. */
export const gates: Readonly<Record<GateName, GateRecord>> = table;

export const gateNames = Object.keys(table) as readonly GateName[];

export function isGateName(name: string): name is GateName {
  return Object.hasOwn(table, name);
}

function multiply([a, b]: Complex, [c, d]: Complex): Complex {
  return [a * c - b * d, a * d + b * c];
}
