import { expect, test } from "vitest";
import { Lexer } from "./lexer.ts";
import type { LanguageVersion } from "./tokens.ts";

function kindsOf(text: string, version: LanguageVersion = 3): readonly string[] {
  const lexer = new Lexer(text);
  lexer.setVersion(version);
  const kinds: string[] = [];
  for (lexer.advance(); lexer.kind !== "end of text"; lexer.advance()) kinds.push(lexer.kind);
  return kinds;
}

function first(text: string, version: LanguageVersion = 3): Lexer {
  const lexer = new Lexer(text);
  lexer.setVersion(version);
  lexer.advance();
  return lexer;
}

test("the longest symbol is taken", () => {
  const symbols = "** **= * *= + ++ += - -> -= << <<= < <= > >= >> >>= = == ! != & && &= | || |= ^ ^= % %= / /= ~ @ : ; , .";
  expect(kindsOf(symbols)).toEqual(symbols.split(" "));
  expect(kindsOf(symbols.replaceAll(" ", "\n"))).toEqual(symbols.split(" "));
});

test("words of OpenQASM 3 are names in OpenQASM 2", () => {
  expect(kindsOf("bit box input let opaque", 3)).toEqual(["kw:bit", "kw:box", "kw:input", "kw:let", "identifier"]);
  expect(kindsOf("bit box input let opaque", 2)).toEqual(["identifier", "identifier", "identifier", "identifier", "kw:opaque"]);
});

test.each([
  ["0", 0],
  ["1_000", 1000],
  ["0x1F", 31],
  ["0b1_01", 5],
  ["0o17", 15],
  ["9007199254740991", 9007199254740991],
])("the integer %s is %d", (text, value) => {
  expect(first(text)).toMatchObject({ kind: "integer", number: value, big: undefined });
});

test("an integer beyond 2^53 is exact", () => {
  expect(first("123456789012345678901")).toMatchObject({ kind: "integer", big: 123456789012345678901n });
});

test.each([
  ["1.", 1],
  [".5", 0.5],
  ["1.5e3", 1500],
  ["2e-3", 0.002],
  ["1_0.0_1", 10.01],
  ["3.141592653589793", Math.PI],
])("the float %s is %d", (text, value) => {
  expect(first(text)).toMatchObject({ kind: "float", number: value });
});

test.each([
  ["100ns", 100, "ns"],
  ["1.5 us", 1.5, "us"],
  ["2µs", 2, "µs"],
  ["3dt", 3, "dt"],
  ["4s", 4, "s"],
])("%s is a duration", (text, number, word) => {
  expect(first(text)).toMatchObject({ kind: "duration", number, word });
});

test.each([
  ["3x", "a number with letters behind it"],
  ["12af", "a number with letters behind it"],
  ["3__4", "an underscore that does not stand between two digits"],
  ["3_4_", "an underscore that does not stand between two digits"],
  ["0b123", "an integer with digits that base 2 does not have"],
  ["0o789", "an integer with digits that base 8 does not have"],
  ["0x12g", "an integer with digits that base 16 does not have"],
  ['"open', "a string that is not closed on its line"],
  ["/* open", "a comment that is never closed with `*/`"],
  ["$", "`$` without the number of a physical qubit"],
  ["#", "`#` without `dim` or `pragma`"],
  ["§", "a character that the language does not use"],
])("%s is no token", (text, problem) => {
  expect(first(text)).toMatchObject({ kind: "problem", problem });
});

test("comments, tabs, Windows line ends and a byte order mark are space", () => {
  expect(kindsOf("\ufeffx // to the end\r\n\t/* over\nlines **/ y")).toEqual(["identifier", "identifier"]);
});

test("names may have letters of any script", () => {
  expect(first("θ_1 ")).toMatchObject({ kind: "identifier", word: "θ_1" });
  expect(first("𝛼x")).toMatchObject({ kind: "identifier", word: "𝛼x" });
});
