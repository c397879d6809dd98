import { describe, expect, test } from "vitest";
import { limits } from "../base/limits.ts";
import type { Circuit, Operation } from "../model/circuit.ts";
import { describeFault, type Fault } from "../model/errors.ts";
import { parseQasm, parseSyntax } from "./index.ts";
import { parsed } from "./unitary.fixture.ts";

const head2 = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n';
const head3 = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n';

function faultsOf(text: string): readonly Fault[] {
  const result = parseQasm(text);
  return result.ok ? expect.fail("the text should be refused") : result.error;
}

/** Each fault as "line:column wanted | found | hint". */
function briefs(text: string): readonly string[] {
  return faultsOf(text).map(({ line, column, wanted, found, hint }) => `${line}:${column} ${wanted} | ${found} | ${hint}`);
}

const gatesOf = (circuit: Circuit): readonly string[] => circuit.operations.map(gateText);

function gateText(operation: Operation): string {
  if (operation.kind !== "gate") return operation.kind;
  const angles = operation.angles.length === 0 ? "" : `(${operation.angles.map((angle) => JSON.stringify(angle)).join(",")})`;
  return `${operation.gate}${angles} ${operation.qubits.join(",")}`;
}

describe("OpenQASM 2", () => {
  test("registers follow each other and single operations keep their order", () => {
    const circuit = parsed(`${head2}qreg a[2]; qreg b[1]; creg c[3]; h a[1]; cx a[1], b[0]; measure b[0] -> c[2]; reset a[0];`);
    expect(circuit).toEqual({
      qubitCount: 3,
      bitCount: 3,
      qubitRegisters: [
        { name: "a", size: 2, offset: 0 },
        { name: "b", size: 1, offset: 2 },
      ],
      bitRegisters: [{ name: "c", size: 3, offset: 0 }],
      parameters: [],
      globalPhase: 0,
      operations: [
        { kind: "gate", gate: "h", qubits: [1], angles: [] },
        { kind: "gate", gate: "cx", qubits: [1, 2], angles: [] },
        { kind: "measure", qubit: 2, bit: 2 },
        { kind: "reset", qubit: 0 },
      ],
    });
  });

  test("registers are broadcast, a single qubit taking part in every round", () => {
    const circuit = parsed(`${head2}qreg a[2]; qreg b[2]; creg c[2]; cx a, b; cx a[0], b; measure b -> c; barrier a, b[0];`);
    expect(circuit.operations).toMatchObject([
      { qubits: [0, 2] },
      { qubits: [1, 3] },
      { qubits: [0, 2] },
      { qubits: [0, 3] },
      { kind: "measure", qubit: 2, bit: 0 },
      { kind: "measure", qubit: 3, bit: 1 },
      { kind: "barrier", qubits: [0, 1, 2] },
    ]);
  });

  test("arithmetic is that of real numbers, with ^ as the power and functions", () => {
    const circuit = parsed(
      `${head2}qreg q[1]; rz(1/2) q[0]; rz(-2^2) q[0]; rz(2^3^2) q[0]; rz(sin(pi/2)+ln(exp(1))*sqrt(4)) q[0]; rz(3-2-1) q[0];`,
    );
    expect(gatesOf(circuit)).toEqual(["rz(0.5) 0", "rz(-4) 0", "rz(512) 0", "rz(3) 0", "rz(0) 0"]);
  });

  test("own gates are expanded with their parameters, barriers in them too", () => {
    const circuit = parsed(
      `${head2}gate inner(a, b) x, y { rz(a + b) y; barrier x, y; cx x, y; }
       gate outer(k) x, y, z { inner(k, 1) z, x; inner(2 * k, -k) x, y; }
       qreg q[3]; outer(0.5) q[2], q[1], q[0];`
        .replaceAll(" x,", " p,")
        .replaceAll(" x;", " p;"),
    );
    expect(gatesOf(circuit)).toEqual(["rz(1.5) 2", "barrier", "cx 0,2", "rz(0.5) 1", "barrier", "cx 2,1"]);
    expect(circuit.operations[1]).toEqual({ kind: "barrier", qubits: [0, 2] });
  });

  test("if compares a whole register, over any width", () => {
    const circuit = parsed(
      `${head2}qreg q[2]; creg c[80]; creg d[1]; if (c==604462909807314587353088) x q; if (d==1) measure q[0] -> c[0];`,
    );
    expect(circuit.operations).toMatchObject([
      {
        kind: "if",
        condition: { kind: "register", comparison: "==", value: 604462909807314587353088n },
        then: [{ qubits: [0] }, { qubits: [1] }],
        otherwise: [],
      },
      { kind: "if", condition: { kind: "bit", bit: 80, value: 1 }, then: [{ kind: "measure" }] },
    ]);
  });

  test("a program may bring a gate that only some copies of qelib1.inc have", () => {
    expect(gatesOf(parsed(`${head2}gate rzz(t1) a, b { cx a, b; } qreg q[2]; rzz(0.1) q[0], q[1];`))).toEqual(["cx 0,1"]);
  });

  test("words of OpenQASM 3 are free names", () => {
    expect(parsed(`${head2}qreg box[1]; creg input[1]; measure box -> input;`).bitRegisters[0]?.name).toBe("input");
  });
});

describe("OpenQASM 3", () => {
  test("the version may be missing, and single qubits and bits are no registers", () => {
    const circuit = parsed(
      'include "stdgates.inc"; qubit a; qubit[2] b; bit c; bit[2] d; cx a, b; c = measure a; measure b -> d;',
    );
    expect(circuit.operations).toMatchObject([
      { qubits: [0, 1] },
      { qubits: [0, 2] },
      { kind: "measure", qubit: 0, bit: 0 },
      { kind: "measure", qubit: 1, bit: 1 },
      { kind: "measure", qubit: 2, bit: 2 },
    ]);
  });

  test("inputs stay symbols, constants around them are folded", () => {
    const circuit = parsed(
      `${head3}input float theta; input angle[20] phi; const float half = 1 / 2; qubit q; rx(2 * half * theta) q; rz(-(phi - pi / 2)) q;`,
    );
    expect(circuit.parameters).toEqual(["theta", "phi"]);
    expect(circuit.operations).toMatchObject([
      { angles: [{ kind: "parameter", name: "theta" }] },
      {
        angles: [
          {
            kind: "unary",
            operator: "-",
            operand: { kind: "binary", operator: "-", left: { kind: "parameter", name: "phi" }, right: Math.PI / 2 },
          },
        ],
      },
    ]);
  });

  test("gate parameters are replaced by what the call gives, symbols included", () => {
    const circuit = parsed(`${head3}input float theta; gate g(a, b) r { rx(a / b) r; } qubit q; g(theta, 2) q; g(pi, 4) q;`);
    expect(circuit.operations).toMatchObject([
      { angles: [{ kind: "binary", operator: "/", left: { kind: "parameter", name: "theta" }, right: 2 }] },
      { angles: [Math.PI / 4] },
    ]);
  });

  test("ranges, steps, sets and negative indices select qubits", () => {
    const circuit = parsed(`${head3}qubit[5] q; x q[1:3]; y q[-1]; z q[4:-2:0]; h q[{3, 0}]; s q[:1]; t q[0:2:]; x q[1:3][-1];`);
    expect(gatesOf(circuit)).toEqual([
      ...["x 1", "x 2", "x 3", "y 4", "z 4", "z 2", "z 0", "h 3", "h 0", "s 0", "s 1", "t 0", "t 2", "t 4", "x 3"],
    ]);
  });

  test("aliases name parts and concatenations", () => {
    const circuit = parsed(`${head3}qubit[2] a; qubit[2] b; let both = a[1] ++ b; let one = b[0]; cx both, a[0] ; x one;`);
    expect(gatesOf(circuit)).toEqual(["cx 1,0", "cx 2,0", "cx 3,0", "x 2"]);
  });

  test("loops over ranges and sets are unrolled, variables change on the way", () => {
    const circuit = parsed(
      `${head3}const int n = 3; qubit[n] q; float angle_sum = 0; uint[4] mask = 5;
       for int i in [0 : n - 1] { angle_sum += 0.5; rz(angle_sum) q[i]; if (bool(mask[i])) { x q[i]; } else y q[i]; }
       for uint i in {2, 0} cx q[i], q[1];`,
    );
    expect(gatesOf(circuit)).toEqual(["rz(0.5) 0", "x 0", "rz(1) 1", "y 1", "rz(1.5) 2", "x 2", "cx 2,1", "cx 0,1"]);
  });

  test.each([
    ["c[1]", { kind: "bit", bit: 1, value: 1 }],
    ["!c[1]", { kind: "bit", bit: 1, value: 0 }],
    ["c[1] == 0", { kind: "bit", bit: 1, value: 0 }],
    ["c[1] != true", { kind: "bit", bit: 1, value: 0 }],
    ["1 == d", { kind: "bit", bit: 3, value: 1 }],
    ["bool(d)", { kind: "bit", bit: 3, value: 1 }],
    ["c", { kind: "register", bits: [0, 1, 2], comparison: "!=", value: 0n }],
    ["c == 5", { kind: "register", bits: [0, 1, 2], comparison: "==", value: 5n }],
    ['c == "101"', { kind: "register", bits: [0, 1, 2], comparison: "==", value: 5n }],
    ["int[3](c) >= 2", { kind: "register", bits: [0, 1, 2], comparison: ">=", value: 2n }],
    ["2 < c", { kind: "register", bits: [0, 1, 2], comparison: ">", value: 2n }],
    ["c[0:1] == 3", { kind: "register", bits: [0, 1], comparison: "==", value: 3n }],
    [
      "c[0] && !(c == 2)",
      {
        kind: "and",
        left: { kind: "bit", bit: 0, value: 1 },
        right: { kind: "not", operand: { kind: "register", bits: [0, 1, 2], comparison: "==", value: 2n } },
      },
    ],
    ["false || d", { kind: "bit", bit: 3, value: 1 }],
  ])("if (%s)", (text, condition) => {
    const { operations } = parsed(`${head3}bit[3] c; bit d; qubit q; if (${text}) { x q; } else { y q; reset q; }`);
    expect(operations).toMatchObject([
      { kind: "if", condition, then: [{ gate: "x" }], otherwise: [{ gate: "y" }, { kind: "reset" }] },
    ]);
  });

  test("bits may be declared with an outcome, or with the zeros that they are", () => {
    const circuit = parsed(`${head3}qubit[2] q; bit[2] a = "00"; bit b = false; bit[2] c = measure q;`);
    expect(circuit.operations).toEqual([
      { kind: "measure", qubit: 0, bit: 3 },
      { kind: "measure", qubit: 1, bit: 4 },
    ]);
  });

  test("delays are nanoseconds, a barrier without operands is for every qubit", () => {
    const circuit = parsed(`${head3}qubit[2] q; duration d = 2us; delay[100ns] q[0]; delay[d / 4] q; delay[1ms]; barrier;`);
    expect(circuit.operations).toEqual([
      { kind: "delay", qubits: [0], durationNs: 100 },
      { kind: "delay", qubits: [0, 1], durationNs: 500 },
      { kind: "delay", qubits: [0, 1], durationNs: 1e6 },
      { kind: "barrier", qubits: [0, 1] },
    ]);
  });

  test("gphase and the phase of U add up, those inside of branches are unobservable", () => {
    const circuit = parsed(`${head3}bit c; qubit q; gphase(0.25); U(0.5, 0, 0) q; if (c) { gphase(1); U(1, 0, 0) q; }`);
    expect(circuit.globalPhase).toBe(0.5);
  });

  test("pragmas and annotations change nothing and stay in the syntax tree", () => {
    const text = `${head3}pragma vendor do this\n@hint.fast 3\nqubit q;\n#pragma old\nx q;`;
    expect(gatesOf(parsed(text))).toEqual(["x 0"]);
    const syntax = parseSyntax(text);
    expect(syntax.ok && syntax.value.statements.flatMap((statement) => ("text" in statement ? [statement.text] : []))).toEqual([
      "vendor do this",
      "hint.fast 3",
      "old",
    ]);
  });

  test("calibrations are kept as text in the syntax tree", () => {
    const syntax = parseSyntax(
      'defcalgrammar "openpulse";\ncal { a { b } }\ndefcal rz(angle[20] theta) $0 -> bit { play {}; }\nqubit q;',
    );
    expect(syntax.ok && syntax.value.statements).toMatchObject([
      { kind: "defcalgrammar", grammar: "openpulse" },
      { kind: "cal", text: "cal { a { b } }" },
      { kind: "defcal", text: "defcal rz(angle[20] theta) $0 -> bit { play {}; }" },
      { kind: "qubits" },
    ]);
  });
});

describe("faults", () => {
  test("a fault shows its line with a caret below the place", () => {
    const [fault] = faultsOf("OPENQASM 3.0;\nqubit q;\n\tU(0, 0, foo) q;\n");
    expect(fault).toEqual({
      field: "openqasm",
      wanted: "a declared name",
      found: "`foo`",
      hint: "Declare `foo` before it is used.",
      line: 3,
      column: 10,
      excerpt: "\tU(0, 0, foo) q;\n\t        ^",
    });
  });

  test("the source option names the text", () => {
    const result = parseQasm("qubit", { source: "bell.qasm" });
    expect(result.ok ? "" : describeFault(result.error[0] ?? expect.fail("one fault"))).toMatch(/^bell\.qasm:1:6: wanted/);
  });

  test("all faults of a text come at once, each once, in its order", () => {
    const text = `${head2}qreg q[3]\ncreg c[3];\nh q[0]\ncx q[0], q[0];\nhh q;\nmeasure q -> dd;\nmeasure q -> dd;\nccx q[0], q[1];\nu3(1) q;\nfoo(;\nx q[3];\n`;
    expect(briefs(text)).toEqual([
      "3:10 `;` after the statement | `creg` | End each statement with `;`.",
      "5:7 `;` after the statement | `cx` | End each statement with `;`.",
      "6:10 2 different qubits | `q[0]` twice | A gate cannot act on one qubit in two roles.",
      "7:1 a gate that is defined | `hh` | Did you mean `h`?",
      "8:14 declared bits | `dd` | Declare `dd` before it is used.",
      "10:1 3 qubits of `ccx` | 2 | ",
      "11:1 3 parameters of `u3` | 1 | ",
      "12:5 an expression | `;` | ",
      "13:5 an index of `q` from 0 to 2 | 3 | `q` has 3 elements.",
    ]);
  });

  test.each([
    ["cx q[0], r[0];", "declared qubits", "Declare `r` before it is used."],
    ["barier q;", "a gate that is defined", ""],
    ["U(1,2,3) qubts;", "declared qubits", "Did you mean `qubits`?"],
    ["cx q, three;", "a register of 2 like the one before it", "Registers in one statement have the same size."],
    ["cx q, q;", "2 different qubits", "A gate cannot act on one qubit in two roles."],
    ["creg q[2];", "a new name", "Choose another name."],
    ["gate cx a, b { }", "a new name", "Choose another name, or leave out the include."],
    ["gate g a, a { }", "a new name", "Choose another name."],
    ["gate CX a, b { }", "a new name", "Choose another name."],
    ["creg pi[1];", "a new name", "Choose another name."],
    ["gate g a { g a; }", "a gate that is defined before `g`", "A gate cannot call itself."],
    ["gate g a { later a; } gate later a { }", "a gate that is defined", "Declare `later` before it is used."],
    ["gate g a { measure a -> c[0]; }", "a gate call in the body of a gate", "A gate is unitary: only gates are in it."],
    ["gate g a { x q[0]; }", "declared qubits", ""],
    ["opaque o(t1) a; o(1) q[0];", "a gate with a body", "Define it with `gate`: an opaque gate has no meaning here."],
    ["measure q -> c[0];", "2 bits, one for each qubit", ""],
    ["measure c -> q;", "a qubit or a register of qubits", ""],
    [
      "if (c[0]==1) x q;",
      "a whole register compared with a number, such as `c==1`",
      "OpenQASM 3 has conditions over single bits.",
    ],
    ["if (c==1) barrier q;", "a gate, a measurement or a reset behind `if`", ""],
    ["qreg huge[5000];", "1 to 4087 qubits", "A circuit has at most 4096 qubits in all."],
    ["qreg none[0];", "1 to 4087 qubits", "A circuit has at most 4096 qubits in all."],
    ['include "qelib1.inc";', "one include of the standard library", "Leave it out."],
    ['include "stdgates.inc";', '`include "qelib1.inc";`', '"stdgates.inc" belongs to OpenQASM 3; this text is OpenQASM 2.0.'],
    ["rz(1/0) q;", "a finite angle", "Check for a division by zero or a value that is too large."],
    ["rz(ln(-1)) q;", "a finite angle", "Check for a division by zero or a value that is too large."],
    ["rz(foo(1)) q;", "a function of the language", "Declare `foo` before it is used."],
    ["if (c==d) x q;", "a register compared with a number, such as `c==1`", "OpenQASM 3 has other conditions."],
    ["x q[0:1];", "one index", "OpenQASM 2 has single indices only."],
    ["let a = q;", "`;` after the statement", ""],
    ["qubit[2] z2;", "the qubits that `qubit` acts on", "`qubit` is a word of OpenQASM 3; the text says it is OpenQASM 2.0."],
    ["OPENQASM 2.0;", "a statement", "The version stands once, at the beginning of the text."],
    ["rx q;", "1 parameter of `rx`", ""],
    ["x() q[0], q[1];", "1 qubit of `x`", ""],
    ["h;", "the qubits that `h` acts on", ""],
  ])("in OpenQASM 2, %s", (statement, wanted, hint) => {
    const text = `${head2}qreg q[2]; qreg three[3]; qreg qubits[4]; creg c[2];\n${statement}`;
    expect(faultsOf(text)[0]).toMatchObject({ line: 4, wanted, ...(hint === "" ? {} : { hint }) });
  });

  test.each([
    ["rzz(0.1) q[0], q[1];", "a gate that is defined", /^stdgates\.inc does not have it; define it: `gate rzz\(theta\)/],
    ["const int n = 3.5;", "a constant integer", /^$/],
    ["const int n;", "`=` and the value of the constant", /^$/],
    ["x q[5 / 2];", "a constant integer", /^$/],
    ["x q[1:0];", "a range with at least one element", /both ends/],
    ["x q[-3];", "an index of `q` from 0 to 1", /^/],
    ["x q[0][0];", "no further index behind a single element", /^/],
    ["int k; x q[k];", "a value of `k`", /^Assign one/],
    ["int k = 1; if (c[0]) { k = 2; }", "a part of OpenQASM 3 that becomes a circuit", /^/],
    ["const int k = 1; k = 2;", "a variable", /^/],
    ["if (c == d) x q;", "a constant integer beside the measured bits", /^/],
    ["if (q) x q;", "a number or classical bits", /^Measure them/],
    ["delay[3dt] q;", "a time in ns, us, ms or s", /^/],
    ["delay[-3ns] q;", "a time such as `100ns`, 0 or more", /^/],
    ["delay[3] q;", "a time such as `100ns`, 0 or more", /^/],
    ["for float f in {1} { }", "a part of OpenQASM 3 that becomes a circuit", /^/],
    ["for int i in [0:0:3] { }", "a step that is not 0", /^/],
    ["if (c[0]) { qubit r; }", "qubits declared outside of blocks", /^Move it/],
    ["c[0] = c[1];", "a part of OpenQASM 3 that becomes a circuit", /^/],
    ["if (c[0]) { c = 0; }", "a part of OpenQASM 3 that becomes a circuit", /^/],
    ["bit[2] e = 3;", "a part of OpenQASM 3 that becomes a circuit", /^/],
    ["const float tau = 1;", "a new name", /^/],
    ["gate U(a, b, k) r { }", "a new name", /^/],
    ["gate g a { rx(theta) a; }", "a declared name", /^The body of a gate sees/],
    ["measure q;", "bits that the outcome goes to", /^/],
    ["x;", "the qubits that `x` acts on", /^$/],
    ["rx(1);", "the qubits that `rx` acts on", /^$/],
    ["3 + 4;", "a statement that does something", /^$/],
    ["gate p2 a { p a; }", "1 parameter of `p`", /^/],
    ['include "qelib1.inc";', '`include "stdgates.inc";`', /belongs to OpenQASM 2/],
    ["rx(q) q;", "a number or classical bits", /^/],
    ["rx(c) q;", "a number", /^/],
    ["rx(1ns) q;", "a number", /^/],
    ["rx(true) q;", "a number", /^/],
  ])("in OpenQASM 3, %s", (statement, wanted, hint) => {
    const [fault] = faultsOf(`${head3}input float theta; qubit[2] q; bit[2] c; bit[2] d;\n${statement}`);
    expect(fault).toMatchObject({ line: 4, wanted, hint: expect.stringMatching(hint) });
  });

  test.each([
    ["while (c[0]) { x q; }", "a `while` loop"],
    ["switch (c) { case 1, 2 { x q; } default { } }", "`switch`"],
    ["def f(qubit a, int[8] n) -> bit { return measure a; }", "a subroutine (`def`)"],
    ["extern f(int, creg[3]) -> bit;", "an external function (`extern`)"],
    ["box[100ns] { x q; }", "`box`"],
    ["for int i in [0:1] { break; }", "`break`"],
    ["end;", "`end`"],
    ["cal { anything }", "a calibration (`cal`)"],
    ["defcal x $0 { }", "a calibration (`defcal`)"],
    ['defcalgrammar "openpulse";', "a calibration grammar"],
    ["x $0;", "physical qubits such as `$0`"],
    ["array[int[8], 2] a = {1, 2};", "an array"],
    ["stretch s1;", "type `stretch`"],
    ["complex[float[64]] z1 = 2im;", "complex numbers"],
    ["input int n;", "an input that is not `float` or `angle`"],
    ["output int n;", "an output that is not `bit`"],
    ["duration t1 = durationof({ x q; });", "`durationof`"],
    ["x[100ns] q;", "a gate with a duration"],
  ])("%s is refused as not supported yet, once", (statement, what) => {
    const faults = faultsOf(`${head3}qubit[2] q; bit[2] c;\n${statement}`);
    expect(faults).toMatchObject([{ line: 4, found: `${what}, not supported yet` }]);
  });

  test("a call of a subroutine that is not supported yet is no second fault", () => {
    expect(faultsOf(`${head3}qubit q; def f(qubit a) { x a; }\nf(q);\nf q;`)).toHaveLength(1);
  });

  test("names of a declaration that cannot be read are not reported as missing", () => {
    expect(briefs(`${head3}qubit[2 q;\nx q;\nbit[0] c;\nc = measure q;`)).toEqual([
      "3:9 `]` after the size | `q` | ",
      "5:5 1 to 4096 classical bits | 0 | A circuit has at most 4096 classical bits in all.",
    ]);
  });

  test.each([
    ["OPENQASM 2.6; qreg q[1];", "OpenQASM 2.0, 3.0 or 3.1"],
    ["OPENQASM 4; qubit q;", "OpenQASM 2.0, 3.0 or 3.1"],
    ["OPENQASM three;", "the version of the language: 2.0, 3.0 or 3.1"],
  ])("%s has no version that is known", (text, wanted) => {
    expect(faultsOf(text)).toMatchObject([{ line: 1, column: 10, wanted }]);
  });

  test("gates of a file that cannot be included are not reported as missing", () => {
    expect(briefs('OPENQASM 3.0;\ninclude "qelib1.inc";\nqubit q;\nh q;\nx r;')).toEqual([
      '2:1 `include "stdgates.inc";` | `qelib1.inc` | "qelib1.inc" belongs to OpenQASM 2.0; this text is OpenQASM 3.',
    ]);
  });

  test("an input that a gate's body cannot see is told and stays known outside", () => {
    expect(briefs(`${head3}input float theta; qubit q;\ngate g a { rx(theta) a; }\nrx(theta) q; ry(theta, 1) q;`)).toEqual([
      "4:15 a declared name | `theta` | The body of a gate sees its own parameters and qubits, and constants and gates from outside.",
      "5:14 1 parameter of `ry` | 2 | ",
    ]);
  });

  test("the rounds of a loop tell a fault once", () => {
    expect(briefs(`${head3}qubit[2] q; for int i in [0:99] { x q[i]; y q[0]; }`)).toHaveLength(1);
  });

  test("excerpts of long lines are cut around the place, without control characters", () => {
    const [fault] = faultsOf(
      `OPENQASM 2.0; qreg q[1]; ${"reset q; ".repeat(1000)}reset r; /* \u001b[31m */ ${"reset q; ".repeat(1000)}`,
    );
    const [line = "", caret = ""] = (fault?.excerpt ?? "").split("\n");
    expect(line.length).toBeLessThan(120);
    expect(line).not.toContain("\u001b");
    expect(line.slice(caret.length - 1)).toMatch(/^r; /);
  });

  test("no more faults are told than anybody reads", () => {
    const text = head2 + Array.from({ length: 500 }, (_, index) => `nosuch${index} q;\n`).join("");
    expect(faultsOf(text)).toHaveLength(limits.faultCountMax);
  });
});
