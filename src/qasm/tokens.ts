// The vocabulary of both languages. A token's kind is its own spelling, or the class it belongs to, so that grammar rules and
// messages read like the text they are about.

/** Kinds of tokens that carry a value, and the two that end a reading. */
type TokenClass =
  | "end of text"
  | "problem" // not a token of the language; the lexer's `problem` says why
  | "identifier"
  | "hardware qubit" // $3
  | "integer"
  | "float"
  | "imaginary" // 2.5im
  | "duration" // 100ns
  | "string";

const sharedKeywords = ["OPENQASM", "include", "qreg", "creg", "gate", "if", "measure", "reset", "barrier"] as const;

const keywords3 = [
  ...sharedKeywords,
  ...(["defcalgrammar", "def", "cal", "defcal", "extern", "box", "let", "break", "continue", "else", "end"] as const),
  ...(["return", "for", "while", "in", "switch", "case", "default", "nop", "pragma", "input", "output", "const"] as const),
  ...(["readonly", "mutable", "qubit", "bool", "bit", "int", "uint", "float", "angle", "complex", "array", "void"] as const),
  ...(["duration", "stretch", "gphase", "inv", "pow", "ctrl", "negctrl", "durationof", "delay", "true", "false"] as const),
] as const;

type Keyword = (typeof keywords3)[number] | "opaque";

const punctuation = [
  ...(["[", "]", "{", "}", "(", ")", ":", ";", ".", ",", "=", "->", "+", "++", "-", "*", "**", "/", "%", "|", "||"] as const),
  ...(["&", "&&", "^", "@", "~", "!", "==", "!=", ">", "<", ">=", "<=", ">>", "<<", "#dim", "#pragma"] as const),
  ...(["+=", "-=", "*=", "/=", "&=", "|=", "^=", "<<=", ">>=", "%=", "**="] as const),
] as const;

/** Keywords of types are spelled like a class of literals ("float", "duration"), so they are told apart by a prefix. */
export type TokenKind = TokenClass | (typeof punctuation)[number] | `kw:${Keyword}`;

export type LanguageVersion = 2 | 3;

function keywordTable(words: readonly Keyword[]): ReadonlyMap<string, TokenKind> {
  return new Map(words.map((word) => [word, `kw:${word}`] as const));
}

const tables = {
  2: keywordTable([...sharedKeywords, "opaque"]),
  3: keywordTable(keywords3),
} as const;

/** Words that OpenQASM 2 leaves free, such as `bit` or `box`, are names there. */
export function keywordsOf(version: LanguageVersion): ReadonlyMap<string, TokenKind> {
  return tables[version];
}

/** A kind as a message shows it. */
export function describeKind(kind: TokenKind): string {
  if (kind.startsWith("kw:")) return `\`${kind.slice(3)}\``;
  switch (kind) {
    case "end of text":
      return "the end of the text";
    case "identifier":
      return "a name";
    case "string":
      return 'a string in quotes such as "text"';
    case "problem":
    case "hardware qubit":
    case "integer":
    case "float":
    case "imaginary":
    case "duration":
      return kind;
    default:
      return `\`${kind}\``;
  }
}

/** Nanoseconds in one unit; `dt` is the device's own sample time, known only to a device. */
export const unitNs: ReadonlyMap<string, number | undefined> = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["µs", 1e3],
  ["μs", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
  ["dt", undefined],
]);
