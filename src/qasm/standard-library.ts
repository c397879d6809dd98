// The standard gate libraries: qelib1.inc of OpenQASM 2 (Cross et al. 2017, arXiv:1707.03429, with the gates that Qiskit's copy adds)
// and stdgates.inc of OpenQASM 3 (Cross et al. 2022, arXiv:2104.14722). Names map onto the gate table, so that reading a
// library gate keeps it whole; what the table lacks is a definition in OpenQASM.

import type { Angle } from "../model/circuit.ts";
import { type GateName, gates, isGateName } from "../model/gates.ts";
import { combine, negate } from "./angle.ts";
import type { LanguageVersion } from "./tokens.ts";

export type LibraryGate =
  | {
      readonly kind: "table";
      readonly gate: GateName;
      readonly qubitCount: number;
      readonly angleCount: number;
      /** The table gate's angles from the library gate's; absent: the same. */
      readonly angles?: (angles: readonly Angle[]) => readonly Angle[];
      /** Global phase beside the table gate, where the language defines one. */
      readonly phase?: (angles: readonly Angle[]) => Angle;
    }
  | { readonly kind: "text"; readonly qubitCount: number; readonly angleCount: number; readonly text: string };

export function libraryNameOf(version: LanguageVersion): string {
  return version === 2 ? "qelib1.inc" : "stdgates.inc";
}

/** Gates that need no include. */
export function builtinGate(version: LanguageVersion, name: string): LibraryGate | undefined {
  if (name === "U") return version === 2 ? u3Of2 : u3WithPhase(([theta = 0]) => combine("/", theta, 2));
  return name === "CX" && version === 2 ? plain("cx") : undefined;
}

export function libraryGate(version: LanguageVersion, name: string): LibraryGate | undefined {
  return (version === 2 ? qelib1 : stdgates).get(name);
}

export function libraryGateNames(version: LanguageVersion): Iterable<string> {
  return (version === 2 ? qelib1 : stdgates).keys();
}

/**
 * Whether a program may not define the name anew after the include. Copies of qelib1.inc differ in what they add to the published
 * file, so programs that bring their own `rzz` are right in OpenQASM 2.
 */
export function isReserved(version: LanguageVersion, name: string): boolean {
  return version === 2 ? published.has(name) : stdgates.has(name);
}

function plain(gate: GateName): LibraryGate {
  const { qubitCount, angleCount } = gates[gate];
  return { kind: "table", gate, qubitCount, angleCount };
}

function u3WithPhase(phase: (angles: readonly Angle[]) => Angle): LibraryGate {
  return { kind: "table", gate: "u", qubitCount: 1, angleCount: 3, phase };
}

const u2Angles = ([phi = 0, lambda = 0]: readonly Angle[]): readonly Angle[] => [Math.PI / 2, phi, lambda];

/** stdgates.inc makes u2 and u3 with determinant 1. */
const minusHalfSum = (a: Angle, b: Angle): Angle => negate(combine("/", combine("+", a, b), 2));

const u3Of2: LibraryGate = { kind: "table", gate: "u", qubitCount: 1, angleCount: 3 };
const u2Of2: LibraryGate = { kind: "table", gate: "u", qubitCount: 1, angleCount: 2, angles: u2Angles };

function plainEntries(names: readonly GateName[]): readonly (readonly [string, LibraryGate])[] {
  return names.map((name) => [name, plain(name)] as const);
}

const stdgates: ReadonlyMap<string, LibraryGate> = new Map([
  ...plainEntries(["p", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "rx", "ry", "rz", "cx", "cy", "cz", "cp"]),
  ...plainEntries(["crx", "cry", "crz", "ch", "swap", "ccx", "cswap", "cu", "id"]),
  ["CX", plain("cx")],
  ["phase", plain("p")],
  ["cphase", plain("cp")],
  ["u1", plain("p")],
  [
    "u2",
    {
      kind: "table",
      gate: "u",
      qubitCount: 1,
      angleCount: 2,
      angles: u2Angles,
      phase: ([phi = 0, lambda = 0]) => minusHalfSum(phi, lambda),
    },
  ],
  ["u3", u3WithPhase(([, phi = 0, lambda = 0]) => minusHalfSum(phi, lambda))],
]);

/** The gates of qelib1.inc as it was published. */
const published: ReadonlySet<string> = new Set([
  ...["u3", "u2", "u1", "cx", "id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "rx", "ry", "rz", "cz", "cy", "ch"],
  ...["ccx", "crz", "cu1", "cu3"],
]);

/** OpenQASM 2 knows no global phase, so the library's gates are the table's. */
const qelib1: ReadonlyMap<string, LibraryGate> = new Map([
  ...plainEntries(["x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "sxdg", "rx", "ry", "rz", "p", "u", "id", "cx", "cy"]),
  ...plainEntries(["cz", "ch", "csx", "cp", "crx", "cry", "crz", "cu", "swap", "ccx", "cswap", "rxx", "rzz"]),
  ["u0", { kind: "table", gate: "id", qubitCount: 1, angleCount: 1, angles: () => [] }],
  ["u1", plain("p")],
  ["u2", u2Of2],
  ["u3", u3Of2],
  ["cu1", plain("cp")],
  [
    "cu3",
    {
      kind: "table",
      gate: "cu",
      qubitCount: 2,
      angleCount: 3,
      angles: ([theta = 0, phi = 0, lambda = 0]) => [theta, phi, lambda, 0],
    },
  ],
  ["rccx", text(3, "gate rccx a, b, c { h c; t c; cx b, c; tdg c; cx a, c; t c; cx b, c; tdg c; h c; }")],
  [
    "rc3x",
    text(
      4,
      `gate rc3x a, b, c, d {
  h d; t d; cx c, d; tdg d; h d;
  cx a, d; t d; cx b, d; tdg d; cx a, d; t d; cx b, d; tdg d;
  h d; t d; cx c, d; tdg d; h d;
}`,
    ),
  ],
  [
    "c3x",
    text(
      4,
      `gate c3x a, b, c, d {
  h d;
  p(pi/8) a; p(pi/8) b; p(pi/8) c; p(pi/8) d;
  cx a, b; p(-pi/8) b; cx a, b;
  cx b, c; p(-pi/8) c; cx a, c; p(pi/8) c; cx b, c; p(-pi/8) c; cx a, c;
  cx c, d; p(-pi/8) d; cx b, d; p(pi/8) d; cx c, d; p(-pi/8) d; cx a, d;
  p(pi/8) d; cx c, d; p(-pi/8) d; cx b, d; p(pi/8) d; cx c, d; p(-pi/8) d; cx a, d;
  h d;
}`,
    ),
  ],
  [
    "c3sqrtx",
    text(
      4,
      `gate c3sqrtx a, b, c, d {
  h d; cp(pi/8) a, d;
  cx a, b; cp(-pi/8) b, d; cx a, b; cp(pi/8) b, d;
  cx b, c; cp(-pi/8) c, d; cx a, c; cp(pi/8) c, d; cx b, c; cp(-pi/8) c, d; cx a, c; cp(pi/8) c, d;
  h d;
}`,
    ),
  ],
  [
    "c4x",
    text(
      5,
      `gate c4x a, b, c, d, e {
  h e; cp(pi/2) d, e; h e;
  c3x a, b, c, d;
  h e; cp(-pi/2) d, e; h e;
  c3x a, b, c, d;
  c3sqrtx a, b, c, e;
}`,
    ),
  ],
]);

function text(qubitCount: number, definition: string): LibraryGate {
  return { kind: "text", qubitCount, angleCount: 0, text: definition };
}

/**
 * Definitions of the table's gates that a standard library lacks, exact to the global phase. The writer puts them into its text; the
 * reader takes a definition that says just this as the table's gate, so that writing and reading give the same circuit.
 */
const definitionTexts: Partial<Readonly<Record<GateName, string>>> = {
  u: "gate u(theta, phi, lambda) a { gphase(-theta/2); U(theta, phi, lambda) a; }",
  sxdg: "gate sxdg a { inv @ sx a; }",
  csx: "gate csx a, b { ctrl @ sx a, b; }",
  csxdg: "gate csxdg a, b { h b; cp(-pi/2) a, b; h b; }",
  iswap: "gate iswap a, b { s a; s b; h a; cx a, b; cx b, a; h b; }",
  iswapdg: "gate iswapdg a, b { h b; cx b, a; cx a, b; h a; sdg b; sdg a; }",
  rxx: "gate rxx(theta) a, b { h a; h b; cx a, b; rz(theta) b; cx a, b; h b; h a; }",
  ryy: "gate ryy(theta) a, b { rx(pi/2) a; rx(pi/2) b; cx a, b; rz(theta) b; cx a, b; rx(-pi/2) b; rx(-pi/2) a; }",
  rzz: "gate rzz(theta) a, b { cx a, b; rz(theta) b; cx a, b; }",
  rzx: "gate rzx(theta) a, b { h b; cx a, b; rz(theta) b; cx a, b; h b; }",
  ecr: "gate ecr a, b { h b; cx a, b; rz(pi/4) b; cx a, b; h b; x a; h b; cx a, b; rz(-pi/4) b; cx a, b; h b; }",
  ccz: "gate ccz a, b, c { h c; ccx a, b, c; h c; }",
};

/** What to write before a gate of the table is used; undefined where the library of that version has it. */
export function definitionTextOf(version: LanguageVersion, gate: GateName): string | undefined {
  const known = libraryGate(version, gate);
  return known?.kind === "table" && known.gate === gate ? undefined : definitionTexts[gate];
}

/** The table gate that a definition's text is, to the letter. */
export function gateOfDefinitionText(name: string, definition: string): GateName | undefined {
  return isGateName(name) && definitionTexts[name] === definition ? name : undefined;
}
