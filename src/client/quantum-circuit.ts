// Circuits built call by call: `new QuantumCircuit().h(0).cx(0, 1).measureAll()`. One method per gate of the gate table, arguments in
// Qiskit's order: angles first, then qubits, controls before targets. Qubits and bits come into being when they are first used.

import { limits } from "../base/limits.ts";
import type { Circuit, Condition, Operation, Register } from "../model/circuit.ts";
import { type CircuitDrawingOptions, drawCircuit } from "../model/draw-circuit.ts";
import type { GateName } from "../model/gates.ts";
import { writeQasm } from "../qasm/index.ts";
import { refusal } from "./errors.ts";
import { type AngleInput, parametersOf, toAngle } from "./parameter.ts";

/** A bit by its register: where a register starts is known only when the circuit is complete. */
interface BitPlace {
  readonly register: BitRegister;
  readonly index: number;
}

interface BitRegister {
  readonly name: string;
  size: number;
}

type Step =
  | Extract<Operation, { kind: "gate" | "reset" | "barrier" }>
  | { readonly kind: "measure"; readonly qubit: number; readonly place: BitPlace }
  | {
      readonly kind: "if";
      readonly place: BitPlace;
      readonly value: 0 | 1;
      readonly then: readonly Step[];
      readonly otherwise: readonly Step[];
    };

/** Every method changes the circuit and returns it. A wrong index is refused where it is given, with a stack that leads to the line. */
export class QuantumCircuit {
  #qubitCount = 0;
  #stepCount = 0;
  #steps: Step[] = [];
  readonly #bits: BitRegister = { name: "c", size: 0 };
  readonly #measured: BitRegister[] = [];
  readonly #parameters = new Set<string>();

  constructor(qubitCount = 0, bitCount = 0) {
    if (qubitCount > 0) this.#useQubit("qubitCount", qubitCount - 1);
    if (bitCount > 0) this.#useBit("bitCount", bitCount - 1);
  }

  get qubitCount(): number {
    return this.#qubitCount;
  }

  /** Names of the parameters to bind when the circuit is run, in the order of their first use. */
  get parameters(): readonly string[] {
    return [...this.#parameters];
  }

  // Gates --------------------------------------------------------------------------------------------------------------

  /** Identity. */
  id(qubit: number): this {
    return this.#gate("id", [], [qubit]);
  }

  /** Pauli X. */
  x(qubit: number): this {
    return this.#gate("x", [], [qubit]);
  }

  /** Pauli Y. */
  y(qubit: number): this {
    return this.#gate("y", [], [qubit]);
  }

  /** Pauli Z. */
  z(qubit: number): this {
    return this.#gate("z", [], [qubit]);
  }

  /** Hadamard. */
  h(qubit: number): this {
    return this.#gate("h", [], [qubit]);
  }

  /** Square root of Z. */
  s(qubit: number): this {
    return this.#gate("s", [], [qubit]);
  }

  /** Inverse of S. */
  sdg(qubit: number): this {
    return this.#gate("sdg", [], [qubit]);
  }

  /** Fourth root of Z. */
  t(qubit: number): this {
    return this.#gate("t", [], [qubit]);
  }

  /** Inverse of T. */
  tdg(qubit: number): this {
    return this.#gate("tdg", [], [qubit]);
  }

  /** Square root of X. */
  sx(qubit: number): this {
    return this.#gate("sx", [], [qubit]);
  }

  /** Inverse of the square root of X. */
  sxdg(qubit: number): this {
    return this.#gate("sxdg", [], [qubit]);
  }

  /** Phase exp(i lambda) on |1>. */
  p(lambda: AngleInput, qubit: number): this {
    return this.#gate("p", [lambda], [qubit]);
  }

  /** Rotation about X. */
  rx(theta: AngleInput, qubit: number): this {
    return this.#gate("rx", [theta], [qubit]);
  }

  /** Rotation about Y. */
  ry(theta: AngleInput, qubit: number): this {
    return this.#gate("ry", [theta], [qubit]);
  }

  /** Rotation about Z. */
  rz(phi: AngleInput, qubit: number): this {
    return this.#gate("rz", [phi], [qubit]);
  }

  /** Any gate of one qubit. */
  u(theta: AngleInput, phi: AngleInput, lambda: AngleInput, qubit: number): this {
    return this.#gate("u", [theta, phi, lambda], [qubit]);
  }

  /** Controlled X. */
  cx(control: number, target: number): this {
    return this.#gate("cx", [], [control, target]);
  }

  /** Controlled Y. */
  cy(control: number, target: number): this {
    return this.#gate("cy", [], [control, target]);
  }

  /** Controlled Z. */
  cz(control: number, target: number): this {
    return this.#gate("cz", [], [control, target]);
  }

  /** Controlled Hadamard. */
  ch(control: number, target: number): this {
    return this.#gate("ch", [], [control, target]);
  }

  /** Controlled square root of X. */
  csx(control: number, target: number): this {
    return this.#gate("csx", [], [control, target]);
  }

  /** Inverse of csx. */
  csxdg(control: number, target: number): this {
    return this.#gate("csxdg", [], [control, target]);
  }

  /** Controlled phase. */
  cp(lambda: AngleInput, control: number, target: number): this {
    return this.#gate("cp", [lambda], [control, target]);
  }

  /** Controlled rotation about X. */
  crx(theta: AngleInput, control: number, target: number): this {
    return this.#gate("crx", [theta], [control, target]);
  }

  /** Controlled rotation about Y. */
  cry(theta: AngleInput, control: number, target: number): this {
    return this.#gate("cry", [theta], [control, target]);
  }

  /** Controlled rotation about Z. */
  crz(theta: AngleInput, control: number, target: number): this {
    return this.#gate("crz", [theta], [control, target]);
  }

  /** Controlled exp(i gamma) U(theta, phi, lambda). */
  cu(theta: AngleInput, phi: AngleInput, lambda: AngleInput, gamma: AngleInput, control: number, target: number): this {
    return this.#gate("cu", [theta, phi, lambda, gamma], [control, target]);
  }

  /** Exchanges two qubits. */
  swap(first: number, second: number): this {
    return this.#gate("swap", [], [first, second]);
  }

  /** Exchanges two qubits with phase i. */
  iswap(first: number, second: number): this {
    return this.#gate("iswap", [], [first, second]);
  }

  /** Inverse of iswap. */
  iswapdg(first: number, second: number): this {
    return this.#gate("iswapdg", [], [first, second]);
  }

  /** Echoed cross resonance. */
  ecr(first: number, second: number): this {
    return this.#gate("ecr", [], [first, second]);
  }

  /** Rotation about XX. */
  rxx(theta: AngleInput, first: number, second: number): this {
    return this.#gate("rxx", [theta], [first, second]);
  }

  /** Rotation about YY. */
  ryy(theta: AngleInput, first: number, second: number): this {
    return this.#gate("ryy", [theta], [first, second]);
  }

  /** Rotation about ZZ. */
  rzz(theta: AngleInput, first: number, second: number): this {
    return this.#gate("rzz", [theta], [first, second]);
  }

  /** Rotation about ZX, Z on the first qubit. */
  rzx(theta: AngleInput, first: number, second: number): this {
    return this.#gate("rzx", [theta], [first, second]);
  }

  /** Toffoli. */
  ccx(control1: number, control2: number, target: number): this {
    return this.#gate("ccx", [], [control1, control2, target]);
  }

  /** Doubly controlled Z. */
  ccz(control1: number, control2: number, target: number): this {
    return this.#gate("ccz", [], [control1, control2, target]);
  }

  /** Fredkin: exchanges two qubits if the control is 1. */
  cswap(control: number, first: number, second: number): this {
    return this.#gate("cswap", [], [control, first, second]);
  }

  // Everything else ----------------------------------------------------------------------------------------------------

  /** Measures a qubit into a bit of register `c`. */
  measure(qubit: number, bit: number): this {
    this.#useQubit("measure", qubit);
    this.#useBit("measure", bit);
    return this.#add({ kind: "measure", qubit, place: { register: this.#bits, index: bit } });
  }

  /** Measures every qubit into a new register `meas`, behind a barrier, as Qiskit does. */
  measureAll(): this {
    const number = this.#measured.length;
    const register: BitRegister = { name: number === 0 ? "meas" : `meas${number - 1}`, size: this.#qubitCount };
    if (register.size === 0) return this;
    this.#measured.push(register);
    this.barrier();
    for (let qubit = 0; qubit < register.size; qubit++) {
      this.#add({ kind: "measure", qubit, place: { register, index: qubit } });
    }
    return this;
  }

  /** Puts a qubit into |0>. */
  reset(qubit: number): this {
    this.#useQubit("reset", qubit);
    return this.#add({ kind: "reset", qubit });
  }

  /** Nothing is moved across it. Without qubits: all that the circuit has. */
  barrier(...qubits: readonly number[]): this {
    this.#useQubits("barrier", qubits);
    const all = qubits.length > 0 ? qubits : Array.from({ length: this.#qubitCount }, (_, qubit) => qubit);
    return all.length === 0 ? this : this.#add({ kind: "barrier", qubits: all });
  }

  /** Does what `then` adds in those shots in which bit `bit` of register `c` has this value, and what `otherwise` adds in the others. */
  ifBit(bit: number, value: 0 | 1, then: (circuit: this) => unknown, otherwise?: (circuit: this) => unknown): this {
    this.#useBit("ifBit", bit);
    if (value !== 0 && value !== 1) refuse("ifBit", "0 or 1", String(value));
    const place: BitPlace = { register: this.#bits, index: bit };
    return this.#add({ kind: "if", place, value, then: this.#collect(then), otherwise: this.#collect(otherwise) });
  }

  toCircuit(): Circuit {
    const bitRegisters = placeRegisters([this.#bits, ...this.#measured].filter(({ size }) => size > 0));
    const offsets = new Map(bitRegisters.map(({ name, offset }) => [name, offset]));
    return {
      qubitCount: this.#qubitCount,
      bitCount: bitRegisters.reduce((count, { size }) => count + size, 0),
      qubitRegisters: this.#qubitCount === 0 ? [] : [{ name: "q", size: this.#qubitCount, offset: 0 }],
      bitRegisters,
      parameters: this.parameters,
      globalPhase: 0,
      operations: this.#steps.map((step) => toOperation(step, offsets)),
    };
  }

  /** As OpenQASM 3: what JobSpec.circuit takes. */
  serialize(): string {
    const text = writeQasm(this.toCircuit(), { version: 3 });
    if (!text.ok) throw refusal("invalid_circuit", text.error);
    return text.value;
  }

  /** As a diagram in text. */
  draw(options: CircuitDrawingOptions = {}): string {
    return drawCircuit(this.toCircuit(), options);
  }

  #gate(gate: GateName, angles: readonly AngleInput[], qubits: readonly number[]): this {
    const values = angles.map(toAngle);
    for (const value of values) {
      if (typeof value === "number" && !Number.isFinite(value)) refuse(gate, "a finite angle in radians", String(value));
      for (const name of parametersOf(value)) this.#parameters.add(name);
    }
    this.#useQubits(gate, qubits);
    return this.#add({ kind: "gate", gate, qubits, angles: values });
  }

  #add(step: Step): this {
    this.#stepCount++;
    if (this.#stepCount > limits.operationCountMax)
      refuse(step.kind, `at most ${limits.operationCountMax} operations`, "one more");
    this.#steps.push(step);
    return this;
  }

  #collect(branch: ((circuit: this) => unknown) | undefined): readonly Step[] {
    const outside = this.#steps;
    this.#steps = [];
    try {
      branch?.(this);
      return this.#steps;
    } finally {
      this.#steps = outside;
    }
  }

  #useQubits(method: string, qubits: readonly number[]): void {
    if (new Set(qubits).size < qubits.length) refuse(method, "different qubits", qubits.join(", "));
    for (const qubit of qubits) this.#useQubit(method, qubit);
  }

  #useQubit(method: string, qubit: number): void {
    checkIndex(method, "qubit", qubit, limits.declaredQubitCountMax);
    this.#qubitCount = Math.max(this.#qubitCount, qubit + 1);
  }

  #useBit(method: string, bit: number): void {
    checkIndex(method, "bit", bit, limits.classicalBitCountMax);
    this.#bits.size = Math.max(this.#bits.size, bit + 1);
  }
}

function placeRegisters(registers: readonly BitRegister[]): readonly Register[] {
  let offset = 0;
  return registers.map(({ name, size }) => {
    const register = { name, size, offset };
    offset += size;
    return register;
  });
}

function toOperation(step: Step, offsets: ReadonlyMap<string, number>): Operation {
  const bitOf = ({ register, index }: BitPlace): number => (offsets.get(register.name) ?? 0) + index;
  switch (step.kind) {
    case "measure":
      return { kind: "measure", qubit: step.qubit, bit: bitOf(step.place) };
    case "if": {
      const condition: Condition = { kind: "bit", bit: bitOf(step.place), value: step.value };
      const [then, otherwise] = [step.then, step.otherwise].map((steps) => steps.map((inner) => toOperation(inner, offsets)));
      return { kind: "if", condition, then: then ?? [], otherwise: otherwise ?? [] };
    }
    default:
      return step;
  }
}

function checkIndex(method: string, what: string, index: number, countMax: number): void {
  if (Number.isInteger(index) && index >= 0 && index < countMax) return;
  refuse(method, `a ${what} from 0 to ${countMax - 1}`, String(index));
}

function refuse(method: string, wanted: string, found: string): never {
  throw refusal("invalid_circuit", [{ field: `QuantumCircuit.${method}`, wanted, found, hint: "" }]);
}
