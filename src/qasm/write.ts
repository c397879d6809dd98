// Circuit to OpenQASM text. What is written reads back to the same circuit: gates that a standard library lacks are defined in the
// text, exact to the global phase. What a language cannot say is refused, all of it together; only OpenQASM 2, which knows no
// global phase, leaves that out, since no outcome depends on it.

import { limits } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import { type Angle, type Circuit, type Condition, type Operation, type Register, walkOperations } from "../model/circuit.ts";
import type { Fault } from "../model/errors.ts";
import { type GateName, isGateName } from "../model/gates.ts";
import { isAngleTooLarge } from "./angle.ts";
import { quoted } from "./faults.ts";
import { definitionTextOf, libraryGate, libraryNameOf } from "./standard-library.ts";
import { keywordsOf, type LanguageVersion } from "./tokens.ts";
import { angleText, decimalText } from "./write-angle.ts";

export interface WriteOptions {
  readonly version: LanguageVersion;
}

export function writeQasm(circuit: Circuit, { version }: WriteOptions): Result<string, readonly Fault[]> {
  const writer = new Writer(circuit, version);
  const text = writer.write();
  return writer.faults.length === 0 ? ok(text) : err(writer.faults);
}

const builtinNames: ReadonlySet<string> = new Set(["pi", "π", "tau", "τ", "euler", "ℇ", "U", "CX"]);

class Writer {
  readonly faults: Fault[] = [];
  readonly #circuit: Circuit;
  readonly #version: LanguageVersion;
  readonly #lines: string[] = [];
  /** [qubit]: how the text names it. */
  readonly #qubitNames: readonly (string | undefined)[];
  readonly #bitNames: readonly (string | undefined)[];

  constructor(circuit: Circuit, version: LanguageVersion) {
    this.#circuit = circuit;
    this.#version = version;
    this.#qubitNames = elementNames(circuit.qubitRegisters, circuit.qubitCount);
    this.#bitNames = elementNames(circuit.bitRegisters, circuit.bitCount);
  }

  write(): string {
    const { qubitRegisters, bitRegisters, parameters, globalPhase, operations } = this.#circuit;
    this.#checkNames();
    this.#lines.push(this.#version === 2 ? "OPENQASM 2.0;" : "OPENQASM 3.0;", `include "${libraryNameOf(this.#version)}";`);
    this.#writeDefinitions();
    if (parameters.length > 0 && this.#version === 2)
      this.#refuse("parameters", "numbers", "input parameters", "Bind them, or write OpenQASM 3.");
    for (const name of parameters) this.#lines.push(`input float ${name};`);
    for (const { name, size } of qubitRegisters)
      this.#lines.push(this.#version === 2 ? `qreg ${name}[${size}];` : `qubit[${size}] ${name};`);
    for (const { name, size } of bitRegisters)
      this.#lines.push(this.#version === 2 ? `creg ${name}[${size}];` : `bit[${size}] ${name};`);
    if (globalPhase !== 0 && this.#version === 3) this.#lines.push(`gphase(${this.#angle(globalPhase)});`);
    for (const operation of operations) this.#writeOperation(operation, "");
    this.#lines.push("");
    return this.#lines.join("\n");
  }

  /** Names come from other languages and from clients; here they must be names, and each must mean one thing. */
  #checkNames(): void {
    const seen = new Set<string>();
    const { qubitRegisters, bitRegisters, parameters } = this.#circuit;
    for (const name of [...qubitRegisters, ...bitRegisters].map((register) => register.name).concat(parameters)) {
      const isGate = isGateName(name) || libraryGate(this.#version, name) !== undefined;
      const isTaken = isGate || keywordsOf(this.#version).has(name) || builtinNames.has(name) || seen.has(name);
      if (isTaken || !/^[A-Za-z_\p{L}\p{Nl}][A-Za-z0-9_\p{L}\p{Nl}]*$/u.test(name)) {
        this.#refuse(name, `a name that OpenQASM ${this.#version} leaves free, used once`, quoted(name), "Rename it.");
      }
      seen.add(name);
    }
  }

  #writeDefinitions(): void {
    const used = new Set<GateName>();
    for (const operation of walkOperations(this.#circuit.operations)) if (operation.kind === "gate") used.add(operation.gate);
    for (const gate of [...used].sort()) {
      const text = definitionTextOf(this.#version, gate);
      if (text !== undefined) this.#lines.push(text);
    }
  }

  #writeOperation(operation: Operation, indent: string): void {
    switch (operation.kind) {
      case "gate": {
        const angles = operation.angles.length === 0 ? "" : `(${operation.angles.map((angle) => this.#angle(angle)).join(", ")})`;
        this.#lines.push(`${indent}${operation.gate}${angles} ${this.#qubits(operation.qubits)};`);
        break;
      }
      case "measure":
        this.#writeMeasure(operation, indent);
        break;
      case "reset":
        this.#lines.push(`${indent}reset ${this.#qubit(operation.qubit)};`);
        break;
      case "barrier":
        this.#lines.push(`${indent}barrier ${this.#registersOf(operation.qubits)};`);
        break;
      case "delay":
        if (this.#version === 2) this.#refuse("operations", "no delays", "a delay", "Write OpenQASM 3.");
        this.#lines.push(`${indent}delay[${decimalText(operation.durationNs)}ns] ${this.#registersOf(operation.qubits)};`);
        break;
      case "if":
        if (this.#version === 2) this.#writeIf2(operation);
        else this.#writeIf(operation, indent);
    }
  }

  #writeMeasure({ qubit, bit }: Extract<Operation, { kind: "measure" }>, indent: string): void {
    const [source, target] = [this.#qubit(qubit), this.#bit(bit)];
    this.#lines.push(
      this.#version === 2 ? `${indent}measure ${source} -> ${target};` : `${indent}${target} = measure ${source};`,
    );
  }

  #writeIf({ condition, then, otherwise }: Extract<Operation, { kind: "if" }>, indent: string): void {
    this.#lines.push(`${indent}if (${this.#condition(condition)}) {`);
    for (const operation of then) this.#writeOperation(operation, `${indent}  `);
    if (otherwise.length > 0) {
      this.#lines.push(`${indent}} else {`);
      for (const operation of otherwise) this.#writeOperation(operation, `${indent}  `);
    }
    this.#lines.push(`${indent}}`);
  }

  /** One line for each operation, which is the same only while none of them changes the register that is compared. */
  #writeIf2({ condition, then, otherwise }: Extract<Operation, { kind: "if" }>): void {
    const comparison = this.#comparison2(condition);
    const hint = "Write OpenQASM 3.";
    if (comparison === undefined) {
      this.#refuse("operations", "a whole register compared with `==`", "another condition", hint);
      return;
    }
    if (otherwise.length > 0) {
      this.#refuse("operations", "no `else`", "`else`", hint);
      return;
    }
    for (const [index, operation] of then.entries()) {
      if (operation.kind !== "gate" && operation.kind !== "measure" && operation.kind !== "reset") {
        this.#refuse("operations", "gates, measurements and resets behind `if`", `\`${operation.kind}\``, hint);
        return;
      }
      if (operation.kind === "measure" && comparison.bits.has(operation.bit) && index < then.length - 1) {
        this.#refuse("operations", "a branch that leaves its own condition alone", "a measurement into it", hint);
        return;
      }
      this.#writeOperation(operation, `if (${comparison.register}==${comparison.value}) `);
    }
  }

  #comparison2(condition: Condition): { register: string; value: bigint; bits: ReadonlySet<number> } | undefined {
    const [bits, value] =
      condition.kind === "bit"
        ? [[condition.bit], BigInt(condition.value)]
        : condition.kind === "register" && condition.comparison === "=="
          ? [condition.bits, condition.value]
          : [[], -1n];
    const register = this.#circuit.bitRegisters.find((candidate) => isWholeRegister(candidate, bits));
    return register === undefined || value < 0n ? undefined : { register: register.name, value, bits: new Set(bits) };
  }

  #condition(condition: Condition): string {
    switch (condition.kind) {
      case "bit":
        return `${this.#bit(condition.bit)} == ${condition.value}`;
      case "register":
        return `${this.#bits(condition.bits)} ${condition.comparison} ${condition.value}`;
      case "not":
        return `!(${this.#condition(condition.operand)})`;
      case "and":
      case "or":
        return `(${this.#condition(condition.left)}) ${condition.kind === "and" ? "&&" : "||"} (${this.#condition(condition.right)})`;
    }
  }

  /** A whole register, or a slice with one step: all that OpenQASM compares with a number. */
  #bits(bits: readonly number[]): string {
    const [first = 0, second = first + 1] = bits;
    const register = this.#circuit.bitRegisters.find(({ offset, size }) => first >= offset && first < offset + size);
    if (register !== undefined) {
      if (isWholeRegister(register, bits)) return register.name;
      const step = second - first;
      const last = bits.at(-1) ?? first;
      const isSlice = bits.every((bit, index) => bit === first + index * step) && last >= register.offset;
      if (isSlice && last < register.offset + register.size) {
        const middle = step === 1 ? "" : `${step}:`;
        return `${register.name}[${first - register.offset}:${middle}${last - register.offset}]`;
      }
    }
    this.#refuse(
      "operations",
      "a condition over one register or a slice of it",
      "scattered bits",
      "Compare the bits one by one.",
    );
    return "";
  }

  /** Whole registers by name; anything else qubit by qubit. */
  #registersOf(qubits: readonly number[]): string {
    const names: string[] = [];
    for (let index = 0; index < qubits.length; ) {
      const register = this.#circuit.qubitRegisters.find(({ offset }) => offset === qubits[index]);
      if (register !== undefined && isWholeRegister(register, qubits.slice(index, index + register.size))) {
        names.push(register.name);
        index += register.size;
      } else {
        names.push(this.#qubit(qubits[index] ?? 0));
        index++;
      }
    }
    return names.join(", ");
  }

  #qubits(qubits: readonly number[]): string {
    return qubits.map((qubit) => this.#qubit(qubit)).join(", ");
  }

  #qubit(qubit: number): string {
    return this.#qubitNames[qubit] ?? this.#refuseElement("qubit", qubit);
  }

  #bit(bit: number): string {
    return this.#bitNames[bit] ?? this.#refuseElement("bit", bit);
  }

  #refuseElement(kind: "qubit" | "bit", index: number): string {
    this.#refuse(
      "operations",
      `a ${kind} of one of the registers`,
      `${kind} ${index}`,
      "Every qubit and bit belongs to a register.",
    );
    return "";
  }

  #angle(angle: Angle): string {
    if (typeof angle === "number" && !Number.isFinite(angle)) this.#refuse("operations", "finite angles", String(angle), "");
    if (isAngleTooLarge(angle)) {
      this.#refuse("operations", `expressions of at most ${limits.qasmExpressionNodeMax} operators`, "a longer one", "");
      return "0";
    }
    return angleText(angle, this.#version);
  }

  #refuse(field: string, wanted: string, found: string, hint: string): void {
    const isTold = this.faults.some((fault) => fault.field === field && fault.wanted === wanted && fault.found === found);
    if (!isTold && this.faults.length < limits.faultCountMax) this.faults.push({ field, wanted, found, hint });
  }
}

/** [index]: the name of the register's element. */
function elementNames(registers: readonly Register[], count: number): readonly (string | undefined)[] {
  const names: (string | undefined)[] = new Array(count).fill(undefined);
  for (const { name, size, offset } of registers) {
    for (let index = 0; index < size; index++) names[offset + index] ??= `${name}[${index}]`;
  }
  return names;
}

function isWholeRegister({ offset, size }: Register, elements: readonly number[]): boolean {
  return elements.length === size && elements.every((element, index) => element === offset + index);
}
