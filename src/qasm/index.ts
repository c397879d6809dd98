// OpenQASM 2 and 3: text to circuit and back. The only door of the room; it knows the circuit model and nothing else.

export { type ParseOptions, parseQasm, parseSyntax } from "./parse.ts";
export type { Program, Statement } from "./syntax.ts";
export type { LanguageVersion } from "./tokens.ts";
export { type WriteOptions, writeQasm } from "./write.ts";
