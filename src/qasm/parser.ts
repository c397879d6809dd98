// Text to syntax tree. After a fault the parser skips to the end of the statement and goes on, so that one reading tells every
// mistake; it never throws at its caller. The rules for each sort of statement stand in the parse-*.ts files; they and this file call
// each other, as the grammar does.

import type { Cursor } from "./cursor.ts";
import { isTypeStart } from "./expressions.ts";
import { quoted, Refusal } from "./faults.ts";
import { Lexer } from "./lexer.ts";
import {
  parseBarrier,
  parseDelay,
  parseExpressionStatement,
  parseMeasure,
  parseModifiedCall,
  parseNameStatement,
  parseNop,
  parseReset,
} from "./parse-actions.ts";
import {
  parseAlias,
  parseConst,
  parseInclude,
  parseInputOutput,
  parseOldDeclaration,
  parseQubitDeclaration,
  parseTypedStatement,
} from "./parse-declarations.ts";
import {
  parseCalibration,
  parseCalibrationGrammar,
  parseDef,
  parseExtern,
  parseGateDefinition,
  parseOpaque,
} from "./parse-definitions.ts";
import { parseBox, parseFor, parseIf, parseReturn, parseSwitch, parseWhile } from "./parse-flow.ts";
import type { Program, Statement } from "./syntax.ts";
import type { LanguageVersion } from "./tokens.ts";

/** Reads the whole text. Faults are in the cursor's list; the tree holds every statement that could be read. */
export function parseProgram(cursor: Cursor): Program {
  const version = parseVersion(cursor);
  const statements: Statement[] = [];
  for (let statement = nextStatement(cursor); statement !== undefined; statement = nextStatement(cursor))
    statements.push(statement);
  return { version, statements };
}

/** Begins the reading: the version that the text names, 3 where it names none. */
export function parseVersion(cursor: Cursor): LanguageVersion {
  cursor.advance();
  return withRecovery(cursor, () => parseHeader(cursor)) ?? cursor.version;
}

/** The next statement that can be read, or undefined at the end of the text. */
export function nextStatement(cursor: Cursor): Statement | undefined {
  while (cursor.kind !== "end of text") {
    const statement = parseStatementOrRecover(cursor);
    if (statement !== undefined) return statement;
    if (cursor.kind === "}") cursor.advance(); // Recovery stops before a brace that belongs to no block.
  }
  return undefined;
}

function parseHeader(cursor: Cursor): LanguageVersion {
  if (cursor.kind !== "kw:OPENQASM") return 3;
  cursor.advance();
  const at = cursor.start;
  const text = cursor.text.slice(cursor.start, cursor.end);
  if (!cursor.is("integer") && !cursor.is("float")) cursor.fail("the version of the language: 2.0, 3.0 or 3.1");
  const version = text === "2.0" || text === "2" ? 2 : text === "3.0" || text === "3" || text === "3.1" ? 3 : undefined;
  if (version !== undefined) cursor.setVersion(version);
  cursor.advance();
  if (version === undefined) {
    cursor.faults.add({
      at,
      wanted: "OpenQASM 2.0, 3.0 or 3.1",
      found: quoted(text),
      hint: "Write the text for one of these versions.",
    });
    cursor.setVersion(text.startsWith("2.") ? 2 : 3);
  }
  cursor.expectSemicolon("after the version");
  return cursor.version;
}

function parseStatementOrRecover(cursor: Cursor): Statement | undefined {
  return withRecovery(cursor, () => parseStatement(cursor));
}

function withRecovery<T>(cursor: Cursor, rule: () => T): T | undefined {
  const start = cursor.start;
  try {
    return rule();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    skipStatement(cursor);
    noteDoubtfulNames(cursor, start);
    if (error.draft !== undefined) cursor.faults.add(error.draft);
    return undefined;
  }
}

/** To behind the statement's `;` or closing brace; stays before a brace that closes the block around. */
function skipStatement(cursor: Cursor): void {
  let depth = 0;
  for (;;) {
    switch (cursor.kind) {
      case "end of text":
        return;
      case "{":
        depth++;
        break;
      case "}":
        if (depth === 0) return;
        if (--depth === 0) {
          cursor.advance();
          return;
        }
        break;
      case ";":
        if (depth === 0) {
          cursor.advance();
          return;
        }
        break;
      default:
    }
    cursor.advance();
  }
}

/** Remembers the names of a statement that could not be read: it may have declared them. Each part of the text is looked at once. */
function noteDoubtfulNames(cursor: Cursor, start: number): void {
  const lexer = new Lexer(cursor.text);
  lexer.setVersion(cursor.version);
  lexer.end = Math.max(start, cursor.doubtfulUntil);
  for (lexer.advance(); lexer.kind !== "end of text" && lexer.start < cursor.previousEnd; lexer.advance()) {
    if (lexer.kind === "identifier") cursor.doubtfulNames.add(lexer.word);
  }
  cursor.doubtfulUntil = Math.max(cursor.doubtfulUntil, cursor.previousEnd);
}

export function parseStatement(cursor: Cursor): Statement {
  switch (cursor.kind) {
    case "identifier":
      return parseNameStatement(cursor);
    case "kw:measure":
      return parseMeasure(cursor);
    case "kw:barrier":
      return parseBarrier(cursor);
    case "kw:if":
      return parseIf(cursor);
    case "kw:gate":
      return parseGateDefinition(cursor);
    case "kw:reset":
      return parseReset(cursor);
    case "kw:qreg":
    case "kw:creg":
      return parseOldDeclaration(cursor);
    case "kw:include":
      return parseInclude(cursor);
    case "kw:opaque":
      return parseOpaque(cursor);
    case "kw:OPENQASM":
      return cursor.fail("a statement", "The version stands once, at the beginning of the text.");
    default:
      return cursor.version === 2 ? cursor.fail("a statement of OpenQASM 2") : parseStatement3(cursor);
  }
}

/** What OpenQASM 3 adds. */
function parseStatement3(cursor: Cursor): Statement {
  const at = cursor.start;
  switch (cursor.kind) {
    case "kw:qubit":
      return parseQubitDeclaration(cursor);
    case "kw:const":
      return parseConst(cursor);
    case "kw:input":
    case "kw:output":
      return parseInputOutput(cursor);
    case "kw:ctrl":
    case "kw:negctrl":
    case "kw:inv":
    case "kw:pow":
    case "kw:gphase":
      return parseModifiedCall(cursor);
    case "kw:for":
      return parseFor(cursor);
    case "kw:while":
      return parseWhile(cursor);
    case "kw:switch":
      return parseSwitch(cursor);
    case "kw:let":
      return parseAlias(cursor);
    case "kw:def":
      return parseDef(cursor);
    case "kw:extern":
      return parseExtern(cursor);
    case "kw:return":
      return parseReturn(cursor);
    case "kw:delay":
      return parseDelay(cursor);
    case "kw:nop":
      return parseNop(cursor);
    case "kw:box":
      return parseBox(cursor);
    case "kw:break":
    case "kw:continue":
    case "kw:end": {
      const kind = cursor.kind.slice(3) as "break" | "continue" | "end";
      cursor.advance();
      cursor.expectSemicolon();
      return { kind, at };
    }
    case "kw:pragma":
    case "#pragma":
      return { kind: "pragma", at, text: cursor.restOfLine() };
    case "@":
      return parseAnnotation(cursor);
    case "kw:cal":
    case "kw:defcal":
      return parseCalibration(cursor);
    case "kw:defcalgrammar":
      return parseCalibrationGrammar(cursor);
    case "{":
      return { kind: "scope", at, body: parseBlock(cursor, "here") };
    default:
      return isTypeStart(cursor.kind) ? parseTypedStatement(cursor) : parseExpressionStatement(cursor);
  }
}

/** `{ … }` */
export function parseBlock(cursor: Cursor, where: string): readonly Statement[] {
  cursor.expect("{", where);
  return cursor.nested(() => {
    const statements: Statement[] = [];
    while (cursor.kind !== "}" && cursor.kind !== "end of text") {
      const statement = parseStatementOrRecover(cursor);
      if (statement !== undefined) statements.push(statement);
    }
    if (cursor.is("end of text")) {
      if (cursor.isOpenBlockTold) throw new Refusal(undefined);
      cursor.isOpenBlockTold = true;
    }
    cursor.expect("}", "to close the block");
    return statements;
  });
}

/** `@name.part text to the end of the line`, before any statement. */
function parseAnnotation(cursor: Cursor): Statement {
  const at = cursor.start;
  if (!/^@[\p{L}\p{Nl}_]/u.test(cursor.text.slice(at, at + 3)))
    cursor.fail("a statement", "An annotation is `@name` with no space between.");
  return { kind: "annotation", at, text: cursor.restOfLine() };
}
