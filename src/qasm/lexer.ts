// Text to tokens, one at a time and without look-back: the current token is in the lexer's fields until `advance`.
// Written over character codes with no regular expression and no object per token, because large circuits are megabytes of text.

import { limits } from "../base/limits.ts";
import { keywordsOf, type LanguageVersion, type TokenKind, unitNs } from "./tokens.ts";

const other = 0;
const letter = 1;
const digit = 2;

/** characterClass[code]: whether an ASCII character may stand in a name or a number. */
const characterClass = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code >= 48 && code <= 57) return digit;
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 ? letter : other;
});

// A classical register has at most this many bits, so no integer needs more; longer literals would make bigint parsing slow.
const integerDigitsMax = Math.ceil(limits.classicalBitCountMax * Math.log10(2)) + 1;

export class Lexer {
  readonly text: string;
  version: LanguageVersion = 3;

  kind: TokenKind = "end of text";
  start = 0;
  end = 0;
  previousEnd = 0;
  /** The spelling of an identifier or keyword, the content of a string, the unit of a duration. */
  word = "";
  /** The value of an integer up to 2^53, a float, an imaginary number or a duration; the index of a hardware qubit. */
  number = 0;
  /** The value of an integer of 2^53 and more. */
  big: bigint | undefined;
  /** Why a "problem" is none of the language's tokens. */
  problem = "";

  #keywords = keywordsOf(3);

  constructor(text: string) {
    this.text = text;
  }

  /** The two languages differ in their keywords; the header decides before the first of them is read. */
  setVersion(version: LanguageVersion): void {
    this.version = version;
    this.#keywords = keywordsOf(version);
  }

  advance(): void {
    this.previousEnd = this.end;
    const at = this.#skipSpace(this.end);
    if (at < 0) return;
    this.start = at;
    const code = this.text.charCodeAt(at);
    if (code < 128) {
      const kind = characterClass[code];
      if (kind === letter) this.#scanWord(at);
      else if (kind === digit) this.#scanNumber(at);
      else this.#scanSymbol(at, code);
    } else if (Number.isNaN(code)) {
      this.end = at;
      this.kind = "end of text";
    } else if (isLetter(this.text, at)) {
      this.#scanWord(at);
    } else {
      this.#scanProblem(at + (code >= 0xd800 && code < 0xdc00 ? 2 : 1), "a character that the language does not use");
    }
  }

  /** Takes the rest of the line as raw text, as annotations and pragmas want it. */
  restOfLine(): string {
    const newline = this.text.indexOf("\n", this.end);
    const stop = newline < 0 ? this.text.length : newline;
    const content = this.text.slice(this.end, stop).trim();
    this.end = stop;
    this.advance();
    return content;
  }

  /** With the lexer on `{`: takes everything to the matching `}` as raw text, as calibration blocks want it. False when it never closes. */
  skipBraces(): boolean {
    let depth = 1;
    for (let at = this.end; at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === 123) depth++;
      else if (code === 125 && --depth === 0) {
        this.end = at + 1;
        this.advance();
        return true;
      }
    }
    this.end = this.text.length;
    this.advance();
    return false;
  }

  /** The offset of the next token, or -1 after an unclosed comment, which becomes the current token. */
  #skipSpace(from: number): number {
    const text = this.text;
    let at = from;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 32 || code === 10 || code === 13 || code === 9) {
        at++;
      } else if (code === 47 && text.charCodeAt(at + 1) === 47) {
        at = text.indexOf("\n", at);
        if (at < 0) return text.length;
      } else if (code === 47 && text.charCodeAt(at + 1) === 42) {
        const close = text.indexOf("*/", at + 2);
        if (close < 0) {
          this.start = at;
          this.#scanProblem(text.length, "a comment that is never closed with `*/`");
          return -1;
        }
        at = close + 2;
      } else if (code === 0xfeff && at === 0) {
        at++; // A byte order mark that an editor left.
      } else {
        return at;
      }
    }
  }

  #scanWord(start: number): void {
    this.end = this.#wordEnd(start);
    this.word = this.text.slice(start, this.end);
    this.kind = this.#keywords.get(this.word) ?? "identifier";
  }

  #wordEnd(start: number): number {
    const text = this.text;
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code < 128) {
        if (characterClass[code] === other) return at;
        at++;
      } else if (isLetter(text, at)) {
        at += code >= 0xd800 && code < 0xdc00 ? 2 : 1;
      } else {
        return at;
      }
    }
  }

  #scanNumber(start: number): void {
    const text = this.text;
    if (this.version === 3 && text.charCodeAt(start) === 48) {
      const radix = radixOf(text.charCodeAt(start + 1));
      if (radix !== 10) {
        this.#scanRadix(start, radix);
        return;
      }
    }
    let value = 0;
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code >= 48 && code <= 57) value = value * 10 + (code - 48);
      else if (code !== 95 || this.version === 2) break;
      at++;
    }
    const integerEnd = at;
    let kind: TokenKind = "integer";
    if (text.charCodeAt(at) === 46) {
      kind = "float";
      at = this.#digitsEnd(at + 1);
    }
    const exponentEnd = this.#exponentEnd(at);
    if (exponentEnd > at) {
      kind = "float";
      at = exponentEnd;
    }
    this.end = at;
    this.kind = kind;
    this.number = value;
    this.big = undefined;
    if (kind === "float" || integerEnd - start > 15) this.#readLong(start, at);
    if (this.#isProblem()) return;
    if (hasLooseUnderscore(text, start, at)) {
      this.#scanProblem(at, "an underscore that does not stand between two digits");
      return;
    }
    this.#scanSuffix(at);
  }

  #isProblem(): boolean {
    return this.kind === "problem";
  }

  /** Values that the digit loop cannot give exactly. */
  #readLong(start: number, end: number): void {
    const digits = this.text.slice(start, end).replaceAll("_", "");
    if (this.kind === "float") {
      this.number = Number(digits);
    } else if (digits.length > integerDigitsMax) {
      this.#scanProblem(end, `an integer of ${digits.length} digits; the largest has ${integerDigitsMax}`);
    } else {
      this.#setInteger(BigInt(digits));
    }
  }

  #setInteger(value: bigint): void {
    this.number = Number(value);
    this.big = value > BigInt(Number.MAX_SAFE_INTEGER) ? value : undefined;
  }

  #scanRadix(start: number, radix: number): void {
    const end = this.#wordEnd(start);
    const digits = this.text.slice(start + 2, end);
    const pattern = radix === 2 ? /^[01](_?[01])*$/ : radix === 8 ? /^[0-7](_?[0-7])*$/ : /^[0-9a-fA-F](_?[0-9a-fA-F])*$/;
    if (end - start > integerDigitsMax * 4 || !pattern.test(digits)) {
      this.#scanProblem(end, `an integer with digits that base ${radix} does not have`);
      return;
    }
    this.end = end;
    this.kind = "integer";
    this.#setInteger(BigInt(this.text.slice(start, start + 2).toLowerCase() + digits.replaceAll("_", "")));
  }

  #digitsEnd(from: number): number {
    let at = from;
    for (;;) {
      const code = this.text.charCodeAt(at);
      if (!((code >= 48 && code <= 57) || (code === 95 && this.version === 3))) return at;
      at++;
    }
  }

  #exponentEnd(from: number): number {
    const code = this.text.charCodeAt(from);
    if (code !== 101 && code !== 69) return from;
    const sign = this.text.charCodeAt(from + 1);
    const digits = sign === 43 || sign === 45 ? from + 2 : from + 1;
    return characterClass[this.text.charCodeAt(digits)] === digit ? this.#digitsEnd(digits) : from;
  }

  /** A unit or `im` may follow a number, after spaces too; any other letter right behind it is a mistake. */
  #scanSuffix(end: number): void {
    const text = this.text;
    let at = end;
    if (this.version === 3) while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++;
    const code = text.charCodeAt(at);
    if (!(code >= 128 ? isLetter(text, at) : characterClass[code] === letter)) return;
    const wordEnd = this.#wordEnd(at);
    const word = this.version === 3 && wordEnd - at <= 2 ? text.slice(at, wordEnd) : "";
    if (word === "im") {
      this.kind = "imaginary";
      this.end = wordEnd;
    } else if (unitNs.has(word)) {
      this.kind = "duration";
      this.word = word;
      this.end = wordEnd;
    } else if (at === end) {
      this.#scanProblem(wordEnd, "a number with letters behind it");
    }
  }

  #scanSymbol(at: number, code: number): void {
    switch (code) {
      case 34: // "
      case 39: // '
        this.#scanString(at, code);
        return;
      case 36: // $
        this.#scanHardwareQubit(at);
        return;
      case 46: // .
        if (characterClass[this.text.charCodeAt(at + 1)] === digit) {
          this.#scanFraction(at);
          return;
        }
        break;
      case 35: // #
        if (this.text.startsWith("#dim", at)) {
          this.#symbol("#dim");
          return;
        }
        if (this.text.startsWith("#pragma", at)) {
          this.#symbol("#pragma");
          return;
        }
        this.#scanProblem(at + 1, "`#` without `dim` or `pragma`");
        return;
      default:
    }
    const symbol = this.#symbolAt(at, code);
    if (symbol === undefined) this.#scanProblem(at + 1, "a character that the language does not use");
    else this.#symbol(symbol);
  }

  #symbol(kind: TokenKind): void {
    this.kind = kind;
    this.end = this.start + kind.length;
  }

  /** The longest symbol that starts here. */
  #symbolAt(at: number, code: number): TokenKind | undefined {
    const next = this.text.charCodeAt(at + 1);
    const equals = next === 61;
    switch (code) {
      case 59:
        return ";";
      case 91:
        return "[";
      case 93:
        return "]";
      case 44:
        return ",";
      case 40:
        return "(";
      case 41:
        return ")";
      case 123:
        return "{";
      case 125:
        return "}";
      case 58:
        return ":";
      case 46:
        return ".";
      case 64:
        return "@";
      case 126:
        return "~";
      case 61:
        return equals ? "==" : "=";
      case 33:
        return equals ? "!=" : "!";
      case 45:
        return next === 62 ? "->" : equals ? "-=" : "-";
      case 43:
        return next === 43 ? "++" : equals ? "+=" : "+";
      case 42:
        if (next === 42) return this.text.charCodeAt(at + 2) === 61 ? "**=" : "**";
        return equals ? "*=" : "*";
      case 47:
        return equals ? "/=" : "/";
      case 37:
        return equals ? "%=" : "%";
      case 94:
        return equals ? "^=" : "^";
      case 124:
        return next === 124 ? "||" : equals ? "|=" : "|";
      case 38:
        return next === 38 ? "&&" : equals ? "&=" : "&";
      case 60:
        if (next === 60) return this.text.charCodeAt(at + 2) === 61 ? "<<=" : "<<";
        return equals ? "<=" : "<";
      case 62:
        if (next === 62) return this.text.charCodeAt(at + 2) === 61 ? ">>=" : ">>";
        return equals ? ">=" : ">";
      default:
        return undefined;
    }
  }

  #scanString(at: number, quote: number): void {
    const text = this.text;
    let end = at + 1;
    for (;;) {
      const code = text.charCodeAt(end);
      if (code === quote) break;
      if (Number.isNaN(code) || code === 10) {
        this.#scanProblem(end, "a string that is not closed on its line");
        return;
      }
      end++;
    }
    this.kind = "string";
    this.word = text.slice(at + 1, end);
    this.end = end + 1;
  }

  #scanHardwareQubit(at: number): void {
    const end = this.#digitsEnd(at + 1);
    if (end === at + 1) {
      this.#scanProblem(end, "`$` without the number of a physical qubit");
      return;
    }
    this.kind = "hardware qubit";
    this.number = Number(this.text.slice(at + 1, end));
    this.end = end;
  }

  /** A float without digits before the point: .5 */
  #scanFraction(at: number): void {
    const end = this.#exponentEnd(this.#digitsEnd(at + 1));
    this.kind = "float";
    this.number = Number(this.text.slice(at, end).replaceAll("_", ""));
    this.end = end;
    if (hasLooseUnderscore(this.text, at, end)) {
      this.#scanProblem(end, "an underscore that does not stand between two digits");
      return;
    }
    this.#scanSuffix(end);
  }

  #scanProblem(end: number, problem: string): void {
    this.kind = "problem";
    this.end = end;
    this.problem = problem;
  }
}

function radixOf(code: number): number {
  if (code === 120 || code === 88) return 16; // x X
  if (code === 98 || code === 66) return 2; // b B
  return code === 111 ? 8 : 10; // o
}

function hasLooseUnderscore(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (text.charCodeAt(at) !== 95) continue;
    if (characterClass[text.charCodeAt(at - 1)] !== digit || characterClass[text.charCodeAt(at + 1)] !== digit) return true;
  }
  return false;
}

/** The letters that OpenQASM 3 allows in names beside ASCII: Unicode categories L (without Lo's marks) and Nl. */
function isLetter(text: string, at: number): boolean {
  const code = text.codePointAt(at);
  return code !== undefined && code >= 128 && /^[\p{Lu}\p{Ll}\p{Lt}\p{Lm}\p{Lo}\p{Nl}]$/u.test(String.fromCodePoint(code));
}
