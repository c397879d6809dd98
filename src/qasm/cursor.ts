// The parser's hand on the text: the lexer, what may come next, and how a refusal is told.

import { limits } from "../base/limits.ts";
import { type FaultList, quoted, refuse } from "./faults.ts";
import { Lexer } from "./lexer.ts";
import { describeKind, type TokenKind } from "./tokens.ts";

export class Cursor extends Lexer {
  readonly faults: FaultList;
  /** Names that occur in statements that could not be read: their absence later is no further fault. */
  readonly doubtfulNames = new Set<string>();
  /** Up to where the text was searched for them. */
  doubtfulUntil = 0;
  /** Whether it was told that a block is still open at the end of the text: the blocks around it are open then, too. */
  isOpenBlockTold = false;
  /** Nodes of the expression that is being read; bounds the depth of its tree. */
  expressionNodeCount = 0;
  expressionDepth = 0;
  #depth = 0;

  constructor(text: string, faults: FaultList) {
    super(text);
    this.faults = faults;
  }

  /** The same as comparing `kind`, for places where the compiler would think it cannot have changed. */
  is(kind: TokenKind): boolean {
    return this.kind === kind;
  }

  accept(kind: TokenKind): boolean {
    if (this.kind !== kind) return false;
    this.advance();
    return true;
  }

  /** `where` completes the sentence: "wanted `;` after the statement". */
  expect(kind: TokenKind, where: string): void {
    if (this.kind !== kind) this.fail(`${describeKind(kind)} ${where}`);
    this.advance();
  }

  expectName(what: string): string {
    if (this.kind !== "identifier") {
      const hint = this.kind.startsWith("kw:") ? `${quoted(this.word)} is a word of the language; choose another name.` : "";
      this.fail(what, hint);
    }
    const name = this.word;
    this.advance();
    return name;
  }

  /**
   * A missing `;` at the end of a line is told where it is missing, and the next line is read as if it were there,
   * so that one slip is one fault.
   */
  expectSemicolon(where = "after the statement"): void {
    if (this.kind === ";") {
      this.advance();
      return;
    }
    if (this.kind === "problem" || !this.isOnNewLine()) this.fail(`\`;\` ${where}`);
    const found = this.describe();
    this.faults.add({ at: this.previousEnd, wanted: `\`;\` ${where}`, found, hint: "End each statement with `;`." });
  }

  isOnNewLine(): boolean {
    return this.kind === "end of text" || this.text.slice(this.previousEnd, this.start).includes("\n");
  }

  fail(wanted: string, hint = ""): never {
    refuse(this.start, wanted, this.describe(), hint);
  }

  /** The current token as a message shows it. */
  describe(): string {
    switch (this.kind) {
      case "end of text":
        return "the end of the text";
      case "problem":
        return this.problem;
      default:
        return quoted(this.text.slice(this.start, this.end));
    }
  }

  /** Runs a rule one level deeper; the call stack is finite, so the levels are. */
  nested<T>(rule: () => T): T {
    if (this.#depth >= limits.qasmNestingMax) {
      refuse(
        this.start,
        `at most ${limits.qasmNestingMax} levels of nesting`,
        "one more",
        "Split it into definitions or statements.",
      );
    }
    this.#depth++;
    try {
      return rule();
    } finally {
      this.#depth--;
    }
  }
}
