// The state of one elaboration: names, what was emitted so far, and how much work it may still cost.

import { limits } from "../base/limits.ts";
import { suggest } from "../base/suggest.ts";
import type { Angle, AngleExpression, Operation, Register } from "../model/circuit.ts";
import { angleSize, combine } from "./angle.ts";
import type { Callee } from "./calls.ts";
import { type FaultDraft, type FaultList, quoted, ReadingEnd, Refusal } from "./faults.ts";
import { checkAngle, expand, type Item } from "./items.ts";
import { type NameSymbol, Scope } from "./scope.ts";
import type { LanguageVersion } from "./tokens.ts";

export class Context {
  readonly version: LanguageVersion;
  readonly faults: FaultList;
  readonly text: string;
  readonly #doubtfulNames: ReadonlySet<string>;

  scope = new Scope();
  /** The standard library that was included, if any. */
  library: string | undefined;
  /** A file could not be included: any unknown name may be from it. */
  isIncludeMissing = false;
  /** The library's gates that were called so far. */
  readonly callees = new Map<string, Callee>();

  readonly qubitRegisters: Register[] = [];
  readonly bitRegisters: Register[] = [];
  readonly parameters: string[] = [];
  qubitCount = 0;
  bitCount = 0;

  /** Where operations go: the circuit's list, or the list of the branch that is being read. */
  operations: Operation[] = [];
  /** Where items go while a gate's body is read. */
  gateItems: Item[] | undefined;
  /** Name of the gate whose body is read. */
  gateName = "";
  /** Branches over measured bits around the current statement. */
  branchDepth = 0;
  /** Statements that could not be elaborated. */
  refusalCount = 0;

  #phase = 0;
  readonly #phaseTerms: AngleExpression[] = [];
  #phaseTermSize = 0;
  #operationCount = 0;
  #stepCount = 0;

  constructor(text: string, version: LanguageVersion, faults: FaultList, doubtfulNames: ReadonlySet<string>) {
    this.text = text;
    this.version = version;
    this.faults = faults;
    this.#doubtfulNames = doubtfulNames;
  }

  fault(draft: FaultDraft): void {
    this.faults.add(draft);
  }

  /** Counts work; every statement, round of a loop and operand costs. */
  charge(steps: number, at: number): void {
    this.#stepCount += steps;
    if (this.#stepCount > limits.qasmStepCountMax) {
      this.end(at, `at most ${limits.qasmStepCountMax} steps while loops and gates are unrolled`, "more");
    }
  }

  /** A bound of the kernel is reached: nothing behind this place is read. */
  end(at: number, wanted: string, found: string): never {
    this.fault({ at, wanted, found, hint: "Split the circuit into smaller ones." });
    throw new ReadingEnd();
  }

  // Names ------------------------------------------------------------------------------------------------------------

  declare(name: string, symbol: NameSymbol, at: number): void {
    this.scope.names.set(name, symbol);
    if (name.length > limits.nameLengthMax) {
      const hint = "Choose a shorter name.";
      this.fault({ at, wanted: `a name of at most ${limits.nameLengthMax} characters`, found: quoted(name), hint });
    }
  }

  /** Tells an unknown name once: from then on it is known as broken. */
  undeclared(name: string, at: number, what: string, candidates: Iterable<string>, hint = ""): never {
    let scope = this.scope;
    while (scope.parent !== undefined) scope = scope.parent;
    const isHidden = scope.names.has(name);
    (isHidden ? this.scope : scope).names.set(name, { kind: "broken" });
    if (this.#doubtfulNames.has(name) || this.isIncludeMissing) throw new Refusal(undefined);
    const close = suggest(name, candidates);
    let advice = close === undefined ? `Declare ${quoted(name)} before it is used.` : `Did you mean \`${close}\`?`;
    if (isHidden) advice = "The body of a gate sees its own parameters and qubits, and constants and gates from outside.";
    throw new Refusal({ at, wanted: what, found: quoted(name), hint: hint === "" ? advice : hint });
  }

  // Emission ---------------------------------------------------------------------------------------------------------

  /** Qubits are the circuit's own, or the gate's while its body is read. */
  emitItem(item: Item, at: number): void {
    if (this.gateItems !== undefined) {
      this.charge(1, at);
      this.gateItems.push(item);
      return;
    }
    switch (item.kind) {
      case "gate":
      case "barrier":
        this.emit(item, at);
        break;
      case "phase":
        this.#addPhase(item.angle, at);
        break;
      case "call":
        this.charge(item.definition.size, at);
        expand(item.definition, item.qubits, item.angles, at, (inner) => this.emitItem(inner, at));
    }
  }

  emit(operation: Operation, at: number): void {
    if (++this.#operationCount > limits.operationCountMax) {
      this.end(at, `at most ${limits.operationCountMax} operations after unrolling`, "more");
    }
    this.operations.push(operation);
  }

  /** The phase of one branch of a measurement is that of the whole state there, which nothing can observe. */
  #addPhase(angle: Angle, at: number): void {
    this.charge(1, at);
    if (this.branchDepth > 0) return;
    if (typeof angle === "number") {
      this.#phase += angle;
      return;
    }
    this.#phaseTermSize += angleSize(angle);
    if (this.#phaseTermSize > limits.operationCountMax) this.end(at, "a global phase of fewer terms", "more");
    this.#phaseTerms.push(angle);
  }

  /** The sum as a balanced tree, so that walks over it stay shallow. */
  globalPhase(at: number): Angle {
    const sum = (from: number, to: number): Angle => {
      const term = this.#phaseTerms[from];
      if (term === undefined) return 0;
      if (to - from === 1) return term;
      const middle = (from + to) >> 1;
      return combine("+", sum(from, middle), sum(middle, to));
    };
    const terms = sum(0, this.#phaseTerms.length);
    const total = this.#phase === 0 ? terms : combine("+", terms, this.#phase);
    return typeof total === "number" ? checkAngle(total, at) : total;
  }
}
