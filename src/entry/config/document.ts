// YAML text to plain values, with the place of every key, and with every bound checked before memory or stack is spent.
// Aliases are followed by hand: the library's own expansion has no bound on the result.

import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  type ParsedNode,
  Parser,
  type YAMLError,
} from "yaml";
import { limits } from "../../base/limits.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Fault } from "../../model/errors.ts";
import { printable } from "./printable.ts";

export type Plain = string | number | boolean | null | PlainList | PlainMap;
export type PlainList = Plain[];
export interface PlainMap {
  [key: string]: Plain;
}

/** 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface ConfigDocument {
  readonly value: Plain;
  /** Where each path stands, such as `kernel.network.grpc_port` or `kernel.security.authentication.providers[0].type`. */
  readonly places: ReadonlyMap<string, Place>;
}

export function readDocument(text: string): Result<ConfigDocument, readonly Fault[]> {
  if (text.length > limits.configBytesMax) {
    const hint = "A configuration is a few pages of text; is this the right file?";
    return err([{ field: "", wanted: `at most ${limits.configBytesMax} characters`, found: `${text.length}`, hint }]);
  }
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const deep = tokens.find((token) => token.type === "document" && isDeeperThan(token, limits.configNestingMax));
  if (deep !== undefined) {
    const hint = "The deepest key of the schema is eight levels down.";
    return err([
      { field: "", wanted: `at most ${limits.configNestingMax} levels`, found: "a deeper nesting", hint, line: 1, column: 1 },
    ]);
  }
  // Keys are compared by the walk below: the library would compare each with each.
  // Without the tags of YAML 1.1 (sets, ordered maps, binaries) there are only maps, lists and scalars.
  const composer = new Composer({
    version: "1.2",
    schema: "core",
    resolveKnownTags: false,
    uniqueKeys: false,
    logLevel: "silent",
  });
  const [document, second] = composer.compose(tokens, true, text.length);
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document === undefined) return err([emptyFault]);
  const faults = [...document.errors, ...document.warnings].map((error) => syntaxFault(error, placeAt));
  if (second !== undefined) {
    const hint = "Put everything under one `kernel:`, without a line of three dashes between.";
    faults.push({ field: "", wanted: "one document", found: "another one", hint, ...placeAt(second.range[0]) });
  }
  if (faults.length > 0) return err(faults.slice(0, limits.faultCountMax));
  return new Walk(document, placeAt).run();
}

const emptyFault: Fault = {
  field: "kernel",
  wanted: "a mapping of settings",
  found: "an empty text",
  hint: "Begin with `kernel:`; config/development.yaml shows the rest.",
};

function syntaxFault(error: YAMLError, placeAt: (offset: number) => Place): Fault {
  // The message may quote what the grammar stumbled over; cut, because that may be a page.
  const hint = "See https://yaml.org/spec/1.2.2 for the notation; most often it is the indentation or a quote.";
  return { field: "", wanted: "YAML 1.2", found: printable(error.message), hint, ...placeAt(error.pos[0]) };
}

// The composer and the walk below recurse, so depth is measured before them and without recursion.
function isDeeperThan(root: CST.Token, depthMax: number): boolean {
  const pending: { readonly token: CST.Token; readonly depth: number }[] = [{ token: root, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > depthMax) return true;
    for (const child of childrenOf(next.token)) pending.push({ token: child, depth: next.depth + 1 });
  }
  return false;
}

function* childrenOf(token: CST.Token): Generator<CST.Token> {
  if (token.type === "document" && token.value !== undefined) yield token.value;
  if (!("items" in token)) return;
  for (const item of token.items) {
    if (item.key !== undefined && item.key !== null) yield item.key;
    if (item.value !== undefined) yield item.value;
  }
}

class Walk {
  readonly #document: Document.Parsed;
  readonly #placeAt: (offset: number) => Place;
  readonly #places = new Map<string, Place>();
  readonly #faults: Fault[] = [];
  readonly #anchors = new Map<string, ParsedNode>();
  #nodeCount = 0;
  #aliasDepth = 0;

  constructor(document: Document.Parsed, placeAt: (offset: number) => Place) {
    this.#document = document;
    this.#placeAt = placeAt;
  }

  run(): Result<ConfigDocument, readonly Fault[]> {
    const { contents } = this.#document;
    const value = contents === null ? null : this.#plain(contents, "", 0);
    if (this.#faults.length === 0 && value === null) return err([emptyFault]);
    return this.#faults.length > 0 ? err(this.#faults) : ok({ value, places: this.#places });
  }

  #plain(node: ParsedNode | Alias, path: string, depth: number): Plain {
    if (!this.#mayEnter(node, path, depth)) return null;
    if (isAlias(node)) return this.#aliased(node, path, depth);
    this.#remember(node);
    if (isMap(node)) return this.#map(node.items as Pair<ParsedNode, ParsedNode | null>[], path, depth);
    if (isSeq(node)) return this.#list(node.items as ParsedNode[], path, depth);
    return isScalar(node) ? scalar(node.value) : null;
  }

  #aliased(alias: Alias, path: string, depth: number): Plain {
    const target = this.#targetOf(alias, path);
    if (target === undefined) return null;
    this.#aliasDepth++;
    const value = this.#plain(target, path, depth + 1);
    this.#aliasDepth--;
    return value;
  }

  #targetOf(alias: Alias, path: string): ParsedNode | undefined {
    const target = this.#anchors.get(alias.source);
    if (target !== undefined) return target;
    const hint = `Set &${printable(alias.source)} before it, or quote the text.`;
    this.#refuse({
      field: path,
      wanted: "an anchor that stands earlier in the file",
      found: "none",
      hint,
      ...this.#placeOf(alias),
    });
    return undefined;
  }

  // The walk follows the order of the text, as anchors do; what an alias repeats sets no anchor again.
  #remember(node: ParsedNode): void {
    if ("anchor" in node && node.anchor !== undefined && this.#aliasDepth === 0) this.#anchors.set(node.anchor, node);
  }

  #map(pairs: readonly Pair<ParsedNode, ParsedNode | null>[], path: string, depth: number): PlainMap {
    // Without a prototype, so that a key such as constructor is a key like any other.
    const map: PlainMap = Object.create(null);
    for (const pair of pairs) {
      const key = this.#keyOf(pair.key, path);
      if (key === undefined) continue;
      const keyPath = path === "" ? key : `${path}.${key}`;
      const place = this.#placeAt(pair.key.range[0]);
      if (key === "__proto__") {
        // The schema's library passes over it in silence.
        this.#refuse({ field: keyPath, wanted: "a key of the schema", found: "an unknown key", hint: "Take it out.", ...place });
        continue;
      }
      const first = this.#places.get(keyPath);
      if (key in map && first !== undefined) {
        const found = `given again; first on line ${first.line}`;
        this.#refuse({ field: printable(keyPath), wanted: "each key once", found, hint: "Keep one of the two.", ...place });
        continue;
      }
      this.#places.set(keyPath, place);
      map[key] = pair.value === null ? null : this.#plain(pair.value, keyPath, depth + 1);
    }
    return map;
  }

  #list(items: readonly ParsedNode[], path: string, depth: number): PlainList {
    return items.map((item, index) => {
      const itemPath = `${path}[${index}]`;
      this.#places.set(itemPath, this.#placeAt(item.range[0]));
      return this.#plain(item, itemPath, depth + 1);
    });
  }

  #keyOf(key: ParsedNode, path: string): string | undefined {
    const resolved = isAlias(key) ? this.#targetOf(key, path) : key;
    if (resolved === undefined) return undefined;
    this.#remember(resolved);
    if (isScalar(resolved) && resolved.value !== null) return String(resolved.value);
    const hint = "Put a name before the colon.";
    this.#refuse({
      field: path,
      wanted: "keys that are words",
      found: "another kind of key",
      hint,
      ...this.#placeAt(key.range[0]),
    });
    return undefined;
  }

  // An alias inside its own anchor would go on forever: depth ends that, the count ends a bomb that is wide.
  #mayEnter(node: ParsedNode | Alias, path: string, depth: number): boolean {
    this.#nodeCount++;
    if (this.#nodeCount <= limits.configNodeCountMax && depth <= limits.configNestingMax) return true;
    if (this.#nodeCount > limits.configNodeCountMax + 1 && this.#faults.length > 0) return false;
    const wanted = `at most ${limits.configNodeCountMax} values and ${limits.configNestingMax} levels, aliases followed`;
    const hint = "Write the repeated part once; a configuration has no use for this many.";
    this.#refuse({ field: path, wanted, found: "more", hint, ...this.#placeOf(node) });
    return false;
  }

  #placeOf({ range }: ParsedNode | Alias): Place | undefined {
    return range === undefined || range === null ? undefined : this.#placeAt(range[0]);
  }

  #refuse(fault: Fault): void {
    if (this.#faults.length < limits.faultCountMax) this.#faults.push(fault);
  }
}

function scalar(value: unknown): Plain {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return value === null || value === undefined ? null : String(value);
}
