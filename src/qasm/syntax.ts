// The syntax tree of both languages: what the parser gives and the elaboration reads. Every node knows its offset in the text.
// OpenQASM 2 is written in the same nodes, since nearly all of it is a part of OpenQASM 3.

import type { LanguageVersion } from "./tokens.ts";

export interface Program {
  readonly version: LanguageVersion;
  readonly statements: readonly Statement[];
}

export type UnaryOperator = "-" | "!" | "~";
export type BinaryOperator =
  | ("+" | "-" | "*" | "/" | "%" | "**" | "<<" | ">>" | "&" | "|" | "^")
  | ("==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||");

export type Expression =
  | { readonly kind: "integer"; readonly at: number; readonly value: number | bigint }
  | { readonly kind: "float"; readonly at: number; readonly value: number }
  | { readonly kind: "imaginary"; readonly at: number; readonly value: number }
  | { readonly kind: "boolean"; readonly at: number; readonly value: boolean }
  /** Digits 0 and 1, the most significant first. */
  | { readonly kind: "bitstring"; readonly at: number; readonly digits: string }
  | { readonly kind: "duration"; readonly at: number; readonly value: number; readonly unit: string }
  | NameExpression
  | { readonly kind: "hardware"; readonly at: number; readonly index: number }
  | { readonly kind: "unary"; readonly at: number; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: "binary";
      readonly at: number;
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | CallExpression
  /** One bracket; registers take one item, arrays one per dimension. */
  | { readonly kind: "index"; readonly at: number; readonly target: Expression; readonly items: readonly IndexItem[] }
  | { readonly kind: "cast"; readonly at: number; readonly type: TypeNode; readonly operand: Expression }
  | { readonly kind: "durationof"; readonly at: number; readonly body: readonly Statement[] };

interface NameExpression {
  readonly kind: "name";
  readonly at: number;
  readonly name: string;
}

export interface CallExpression {
  readonly kind: "call";
  readonly at: number;
  readonly name: string;
  readonly arguments: readonly Expression[];
}

/** first:last or first:step:last, the last included. */
export interface RangeItem {
  readonly kind: "range";
  readonly at: number;
  readonly first: Expression | undefined;
  readonly step: Expression | undefined;
  readonly last: Expression | undefined;
}

export interface SetItem {
  readonly kind: "set";
  readonly at: number;
  readonly elements: readonly Expression[];
}

export type IndexItem = Expression | RangeItem | SetItem;

/** What a declaration or an assignment may take beside an expression. */
export type Initializer = Expression | MeasureExpression | ArrayLiteral;

interface MeasureExpression {
  readonly kind: "measure";
  readonly at: number;
  readonly operand: Operand;
}

export interface ArrayLiteral {
  readonly kind: "array";
  readonly at: number;
  readonly elements: readonly (Expression | ArrayLiteral)[];
}

/** A register, a part of it, or a physical qubit: `q`, `q[0]`, `q[0:2][1]`, `$3`. */
export interface Operand {
  readonly at: number;
  readonly name: string;
  readonly isHardware: boolean;
  /** One item per bracket. */
  readonly indices: readonly IndexItem[];
}

export type ScalarTypeName =
  | "bit"
  | "int"
  | "uint"
  | "float"
  | "angle"
  | "bool"
  | "duration"
  | "stretch"
  | "complex"
  | "qubit"
  | "creg"
  | "qreg";

export interface TypeNode {
  readonly at: number;
  readonly name: ScalarTypeName | "array";
  readonly size: Expression | undefined;
  /** Of arrays and complex numbers. */
  readonly element: TypeNode | undefined;
  /** Of arrays; for `#dim = n` the count n. */
  readonly dimensions: readonly Expression[];
  readonly isReference: boolean;
}

export interface GateModifier {
  readonly kind: "inv" | "pow" | "ctrl" | "negctrl";
  readonly at: number;
  readonly argument: Expression | undefined;
}

export interface Argument {
  readonly at: number;
  readonly name: string;
  readonly type: TypeNode;
}

export interface Parameter {
  readonly at: number;
  readonly name: string;
}

export interface SwitchCase {
  readonly at: number;
  /** Empty for `default`. */
  readonly labels: readonly Expression[];
  readonly body: readonly Statement[];
}

export interface GateDefinitionStatement {
  readonly kind: "gate";
  readonly at: number;
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly qubits: readonly Parameter[];
  readonly body: readonly Statement[];
  /** Offset behind the closing brace. */
  readonly end: number;
}

export interface GateCallStatement {
  readonly kind: "call";
  readonly at: number;
  readonly modifiers: readonly GateModifier[];
  readonly name: string;
  readonly nameAt: number;
  readonly arguments: readonly Expression[];
  /** The duration in `gate[100ns] q;`. */
  readonly designator: Expression | undefined;
  readonly operands: readonly Operand[];
}

export type Statement =
  | { readonly kind: "include"; readonly at: number; readonly path: string }
  | { readonly kind: "qubits"; readonly at: number; readonly name: string; readonly size: Expression | undefined }
  | {
      readonly kind: "declaration";
      readonly at: number;
      readonly role: "variable" | "const" | "input" | "output";
      readonly type: TypeNode;
      readonly name: string;
      readonly initial: Initializer | undefined;
    }
  | GateDefinitionStatement
  | { readonly kind: "opaque"; readonly at: number; readonly name: string }
  | GateCallStatement
  | { readonly kind: "measure"; readonly at: number; readonly operand: Operand; readonly target: Operand | undefined }
  | { readonly kind: "reset"; readonly at: number; readonly operand: Operand }
  | { readonly kind: "barrier"; readonly at: number; readonly operands: readonly Operand[] }
  | { readonly kind: "delay"; readonly at: number; readonly duration: Expression; readonly operands: readonly Operand[] }
  | { readonly kind: "nop"; readonly at: number; readonly operands: readonly Operand[] }
  | {
      readonly kind: "if";
      readonly at: number;
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: "for";
      readonly at: number;
      readonly type: TypeNode;
      readonly name: string;
      readonly values: Expression | RangeItem | SetItem;
      readonly body: readonly Statement[];
    }
  | { readonly kind: "while"; readonly at: number; readonly condition: Expression; readonly body: readonly Statement[] }
  | { readonly kind: "switch"; readonly at: number; readonly value: Expression; readonly cases: readonly SwitchCase[] }
  | { readonly kind: "alias"; readonly at: number; readonly name: string; readonly parts: readonly Expression[] }
  | {
      readonly kind: "assignment";
      readonly at: number;
      readonly target: Expression;
      /** Undefined for `=`. */
      readonly operator: BinaryOperator | undefined;
      readonly value: Initializer;
    }
  | { readonly kind: "expression"; readonly at: number; readonly expression: Expression }
  | {
      readonly kind: "def";
      readonly at: number;
      readonly name: string;
      readonly arguments: readonly Argument[];
      readonly returns: TypeNode | undefined;
      readonly body: readonly Statement[];
    }
  | { readonly kind: "return"; readonly at: number; readonly value: Initializer | undefined }
  | {
      readonly kind: "extern";
      readonly at: number;
      readonly name: string;
      readonly arguments: readonly TypeNode[];
      readonly returns: TypeNode | undefined;
    }
  | { readonly kind: "box"; readonly at: number; readonly duration: Expression | undefined; readonly body: readonly Statement[] }
  | { readonly kind: "scope"; readonly at: number; readonly body: readonly Statement[] }
  | { readonly kind: "break" | "continue" | "end"; readonly at: number }
  /** Text in another language, kept as it was written. */
  | { readonly kind: "cal" | "defcal" | "pragma" | "annotation"; readonly at: number; readonly text: string }
  | { readonly kind: "defcalgrammar"; readonly at: number; readonly grammar: string };

export type StatementOf<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;
